"""Released outputs → one page in one file, which asks nothing of any network."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.released import Released
from gm_workbench.report.manifest import Manifest
from gm_workbench.report.parts import Part, parts
from gm_workbench.report.phrases import DRAFT, KINDS, NETWORK, PHRASES, band, phrases
from gm_workbench.vocabulary.protocols import Protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language

TEMPLATES = Path(__file__).parent / "templates"
CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""A browser that obeys this sends no request, whatever the page holds."""

FILES: dict[Language, str] = {"nl": "report.html", "en": "report.en.html"}
HOME = "../../index.html"
PUBLISHED = "published-"


@lru_cache
def environment() -> Environment:
    """Open the templates, each compiled once; what is filled in is escaped, and a name that is not filled in is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=False,
        keep_trailing_newline=True,
    )


@lru_cache
def style() -> Markup:
    """Give the style sheet that all pages share."""
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704


def render(released: Released, manifest: Manifest, protocol: Protocol, language: Language, *, home: str = HOME) -> str:
    """Write the page of a report.

    Parameters
    ----------
    released : Released
        What the guard released; nothing else can be rendered.
    manifest : Manifest
        What the report was made from.
    protocol : Protocol
        The declared study: title, question, limits.
    language : {"nl", "en"}
    home : str
        Where the index is, as seen from the page.

    Returns
    -------
    str
        One HTML file without a request to anywhere; the same arguments give the same text.

    Raises
    ------
    DisclosureRefused
        When `released` was not made by the guard.
    OutputError
        When an output has an empty heading or a placeholder for alt text.
    """
    if not isinstance(released, Released):
        raise DisclosureRefused(f"Only what the guard released can be rendered, but got {type(released).__name__}.")
    made = parts(released.outputs, language)
    heading = manifest.heading[language] or protocol.title[language]
    other: Language = "en" if language == "nl" else "nl"
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            language=language,
            csp=CSP,
            css=style(),
            word=phrases(language),
            network=NETWORK,
            home=home if language == "nl" else home.replace("index.html", "index.en.html"),
            other={"href": FILES[other], "language": other},
            title=f"{heading} · {place_words(manifest, language)} · {manifest.period_in(language)}",
            heading=heading,
            question=question(released.kind, protocol, language),
            place=place_words(manifest, language),
            period=manifest.period_in(language),
            kind=str(released.kind),
            band=band(released.kind, manifest.place_name, manifest.caveat, language),
            print_mark=print_mark(released.kind, language),
            parts=made,
            contents=contents(made),
            limits=[limit[language] for limit in manifest.limits or protocol.limits],
            made=made_of(released, manifest, protocol, language),
            provenance=provenance(manifest, language),
            remarks=[text[language] for text in manifest.remarks],
            files=files(released, language),
        )
    )


def question(kind: DataKind, protocol: Protocol, language: Language) -> str:
    """Give the study's question; of a published set, that it cannot be answered with it."""
    if kind is DataKind.PUBLISHED and not protocol.public_only:
        return phrases(language)["published_question"].format(title=protocol.title[language])
    return protocol.question[language]


def place_words(manifest: Manifest, language: Language) -> str:
    """Name the place with its code, or a published set by what it is."""
    if manifest.kind is DataKind.PUBLISHED:
        return f"{capital(KINDS[manifest.kind][language])}: {manifest.place.removeprefix(PUBLISHED)}"
    return f"{manifest.place_name} ({manifest.place})"


def print_mark(kind: DataKind, language: Language) -> str:
    """Give what stands at the top of every printed page."""
    return f"{capital(KINDS[kind][language])} · {DRAFT[language]}"


def capital(text: str) -> str:
    """Begin with a capital, and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def contents(made: list[Part]) -> list[Part]:
    """List the parts that a reader can go to."""
    return [part for part in made if part.role not in ("answer", "facts") and not part.repeats]


def made_of(released: Released, manifest: Manifest, protocol: Protocol, language: Language) -> str:
    """Say in one line how the report was made."""
    word = phrases(language)
    return " · ".join(
        (
            word["protocol"].format(name=protocol.name, version=protocol.version),
            f"{word['digest']} {manifest.protocol_digest[:8]}",
            f"{word['commit']} {manifest.code}",
            f"{word['policy']} {released.policy.title[language]}, {word['precheck']}",
        )
    )


def provenance(manifest: Manifest, language: Language) -> list[dict[str, object]]:
    """Give the tables of what went into the report."""
    word = phrases(language)
    circumstances = {
        word["environment"]: manifest.lock[:12],
        word["seed"]: "" if manifest.seed is None else str(manifest.seed),
        word["world"]: manifest.world,
    }
    tables: list[tuple[str, tuple[str, str], dict[str, str | int | float]]] = [
        (word["parameters"], (word["name"], word["value"]), dict(manifest.parameters)),
        (word["inputs"], (word["file"], word["input_digest"]), {name: digest[:12] for name, digest in manifest.inputs.items()}),
        (
            word["versions"],
            (word["name"], word["value"]),
            {**manifest.versions, **{k: v for k, v in circumstances.items() if v}},
        ),
    ]
    return [{"title": title, "head": head, "rows": sorted(rows.items())} for title, head, rows in tables if rows]


def files(released: Released, language: Language) -> list[tuple[str, str]]:
    """List the files that stand beside the page."""
    numbers = [
        (f"outputs/{shown.words.id}.csv", f"{PHRASES['numbers'][language]}: {shown.words.id}")
        for shown in released.outputs
        if shown.cells
    ]
    return [
        ("report.ipynb", PHRASES["notebook"][language]),
        ("estimates.json", PHRASES["estimates"][language]),
        ("manifest.json", PHRASES["manifest"][language]),
        *numbers,
    ]
