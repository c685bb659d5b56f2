"""The pages on metrics: an index, subject to function to signature, and a page for each function from its own docstring.

    python docs/metrics_pages.py [--check]

What is public, under which subject, and what the functions of a subject do not do, stands in `metrics.yml`; everything else is
read from the code, so that a page cannot say something else than `help()`. With `--check` nothing is written, and pages that
are stale give exit code 1.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).resolve().parent
PACKAGE = "gm_workbench.metrics"
MADE = "<!-- Made by `make docs` from the docstring; not to be edited. -->\n"

HEAD = """\
# Metrics

Columns in, frozen results out: an `Estimate` (value, interval, n, unit, method), or `NotEnoughData`, which names what was short
and how much it takes. A nonsensical question (a missing column, words, gaps where there may be none) is a `MetricError`. Every
function has an outside witness: a published number, the call of other software, or a sum by hand; all of them stand in
[`witnesses.md`](witnesses.md), which says of each how it is known.

`room.function` stands for `gm_workbench.metrics.room.function`. Each function has a page: meaning, formula in the notation of
the method's paper, shapes, units, assumptions, errors, source and an example that the tests run. Floors ("below 30 persons")
are named constants in the room and are assumed. Groups are `(compared, reference)`, and a difference is the first minus the
second. Bootstraps take `draws` and `seed`; the same seed gives the same interval.

This index and the pages are made by `make docs` from the docstrings and `metrics.yml`.
"""


def function(name: str) -> Callable[..., Any]:
    """Find a function by the name that the index gives it."""
    room, _, own = name.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"{PACKAGE}.{room}"), own)
    return found


def short(annotation: str) -> str:
    """Leave out where a type comes from: ``pd.DataFrame`` is a DataFrame to everybody."""
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", annotation).replace("Sequence[str]", "columns").replace("[Any]", "")


def signature(name: str) -> str:
    """The call as a reader types it: names, defaults, and what comes out."""
    found = inspect.signature(function(name))
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in found.parameters.values()]
    out = found.return_annotation
    said = out if isinstance(out, str) else getattr(out, "__name__", str(out))
    return f"{found.replace(parameters=bare, return_annotation=inspect.Signature.empty)} -> {short(said)}"


def sections(doc: str) -> Iterator[tuple[str, str]]:
    """Split a docstring into its parts: the opening under an empty name, then each underlined heading."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", doc, flags=re.MULTILINE)
    yield "", parts[0]
    yield from zip(parts[1::2], parts[2::2], strict=True)


def mathematics(text: str) -> str:
    """Formulas as Markdown knows them: a block of its own, or between dollar signs."""

    def block(found: re.Match[str]) -> str:
        lines = [line.strip() for line in (found[1] + found[2]).splitlines() if line.strip()]
        return "```math\n" + "\n".join(lines) + "\n```\n"

    text = re.sub(r"^\.\. math::[ \t]*(.*\n?)((?:[ \t]+\S.*\n?|\n(?=[ \t]+\S))*)", block, text, flags=re.MULTILINE)
    return re.sub(r":math:`([^`]+)`", r"$`\1`$", text)


def listed(text: str) -> str:
    """A list of names with what they are: each name bold, what belongs to it behind it."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line and not line.startswith(" ") and " : " in line:
            names, _, rest = line.partition(" : ")
            lines.append(f"- **{names.strip()}**: {rest.strip()}")
        elif line and not line.startswith(" "):
            lines.append(f"- **{line.strip()}**")
        elif line.strip():
            lines.append(f"  {line.strip()}")
    return mathematics("\n".join(lines)) + "\n"


def examples(text: str) -> str:
    """Examples between fences; words between them stay words."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return (
        "\n\n".join(f"```python\n{one}\n```" if one.lstrip().startswith(">>>") else mathematics(one) for one in blocks) + "\n"
    )


RENDERED: Mapping[str, Callable[[str], str]] = {
    "Parameters": listed,
    "Attributes": listed,
    "Returns": listed,
    "Yields": listed,
    "Raises": listed,
    "Examples": examples,
}


def results(name: str) -> Iterator[type]:
    """The frozen results that a function gives back, and those inside them, once each."""
    start = inspect.unwrap(function(name))
    waiting, seen = [(str(start.__annotations__.get("return", "")), start.__globals__)], {"Estimate", "NotEnoughData"}
    while waiting:
        said, known = waiting.pop(0)
        for word in re.findall(r"\b[A-Z]\w+", said):
            kind = known.get(word)
            if word not in seen and is_dataclass(kind) and isinstance(kind, type):
                seen.add(word)
                waiting.extend((str(one), vars(sys.modules[kind.__module__])) for one in kind.__annotations__.values())
                yield kind


def result_lines(kind: type) -> Iterator[str]:
    """A result: what it is, and what each of its values is."""
    for heading, text in sections(inspect.getdoc(kind) or ""):
        if not heading:
            yield f"### `{kind.__name__}`\n\n{mathematics(text).strip()}\n"
        elif heading == "Attributes":
            yield listed(text)


def page(name: str, title: str) -> str:
    """Write the page of one function."""
    room = name.partition(".")[0]
    written = [
        MADE + f"# `{name}`\n",
        f"[{title}](../metrics.md) · witnesses: [`{name}`](../witnesses.md#{name.replace('.', '')})\n",
    ]
    written.append(
        f"```python\nfrom {PACKAGE}.{room} import {name.partition('.')[2]}\n\n{name.partition('.')[2]}{signature(name)}\n```\n"
    )
    for heading, text in sections(inspect.getdoc(function(name)) or ""):
        if heading:
            written.append(f"## {heading}\n")
        written.append(RENDERED.get(heading, lambda one: mathematics(one).strip() + "\n")(text))
        if heading == "Returns":
            written.extend(line for kind in results(name) for line in result_lines(kind))
    written.append(
        f"## About the room `{room}`\n\n{mathematics(inspect.getdoc(importlib.import_module(f'{PACKAGE}.{room}')) or '')}\n"
    )
    return "\n".join(written)


def first_line(name: str) -> str:
    """What a function is for: the first line of its docstring."""
    return (inspect.getdoc(function(name)) or "").partition("\n")[0].rstrip(".").replace("|", "\\|")


def index(subjects: list[dict[str, Any]]) -> str:
    """Write the index."""
    written = [HEAD]
    for subject in subjects:
        written.append(f"## {subject['title']}\n\n{subject['about'].strip()}\n")
        rows = [
            f"| {first_line(name)} | [`{name}`](metrics/{name}.md) | `{signature(name)}` |".replace(" | None", " \\| None")
            for name in subject["functions"]
        ]
        escaped = [re.sub(r"(?<=[\w\])]) \| (?=[A-Z][\w\[\], ]*`)", r" \\| ", row) for row in rows]
        written.append("\n".join(["| subject | function | signature |", "|---|---|---|", *escaped]) + "\n")
        written.append(f"What these do not do: {subject['limits'].strip()}\n")
    return "\n".join(written)


def pages() -> dict[Path, str]:
    """Every page as it should be, by where it lies."""
    subjects = yaml.safe_load((DOCS / "metrics.yml").read_text(encoding="utf-8"))
    made = {DOCS / "metrics.md": index(subjects)}
    for subject in subjects:
        made |= {DOCS / "metrics" / f"{name}.md": page(name, subject["title"]) for name in subject["functions"]}
    return {
        path: re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip() + "\n"
        for path, text in made.items()
    }


def stale(made: Mapping[Path, str]) -> list[str]:
    """Name what differs from what it should be, pages that nothing asks for included."""
    there = {DOCS / "metrics.md", *(DOCS / "metrics").glob("*.md")}
    return sorted(
        path.name for path in there | set(made) if not path.is_file() or path.read_text(encoding="utf-8") != made.get(path)
    )


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; stale pages give exit code 1")
    made = pages()
    if parser.parse_args().check:
        sys.stdout.writelines(f"{name} is stale: run `make docs`\n" for name in stale(made))
        return int(bool(stale(made)))
    (DOCS / "metrics").mkdir(exist_ok=True)
    for path in (DOCS / "metrics").glob("*.md"):
        if path not in made:
            path.unlink()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
