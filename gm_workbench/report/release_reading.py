"""A finished report, read for a release: everything that is wrong with it is said at once, and no symbolic link is followed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.errors import CannotRelease
from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.released import Verdict
from gm_workbench.guard.told import NotACount, Rules, told
from gm_workbench.report.csvfiles import COLUMNS
from gm_workbench.report.files import contents, edited
from gm_workbench.report.judged import JUDGED, SCHEMA
from gm_workbench.report.manifest import MANIFEST
from gm_workbench.report.release_forms import ESTIMATES, form_faults
from gm_workbench.report.release_kind import kind_faults
from gm_workbench.report.release_twice import estimate_faults, is_number, line_faults
from gm_workbench.vocabulary.checksums import CHECKSUMS, sha256

PAGES = ("report.html", "report.en.html")
_FILE = re.compile(
    r"report(\.en)?\.html|report\.ipynb|(estimates|guard|manifest)\.json|checksums\.sha256|outputs/[a-z][a-z0-9_]*\.csv"
)
"""What may stand in a report; anything else is refused, whatever it holds."""

MANIFEST_KEYS = (
    *("study", "place", "place_name", "period", "world", "kind", "parameters"),
    *("policy", "policy_version", "protocol_digest", "protocol_version", "commit", "dirty", "lock", "decisions"),
)
_DECIDED = re.compile(r"(released|withheld) by .+ on \d{4}-\d{2}-\d{2}: ")


@dataclass(frozen=True, slots=True)
class Finished:
    """A report as it stands.

    Attributes
    ----------
    path : str
        Where it stands inside `reports/`.
    files : mapping of str to bytes
    manifest, judged, estimates : mapping
        What `manifest.json`, `guard.json` and `estimates.json` hold.
    """

    path: str
    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    judged: Mapping[str, Any]
    estimates: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of its checksums: of every file in it."""
        return sha256(self.files[CHECKSUMS])

    @property
    def report(self) -> str:
        """Name it as `decisions.csv` does."""
        return f"{self.manifest['study']}/{self.manifest['place']}"

    def lines(self, output: str) -> list[dict[str, str]]:
        """Give the lines of one output's numbers."""
        return lines_of(self.files.get(f"outputs/{output}.csv", b""))

    @property
    def every_line(self) -> dict[str, list[dict[str, str]]]:
        """Give the lines of each output's numbers, by its id."""
        return {output["id"]: self.lines(output["id"]) for output in self.judged["outputs"]}


def lines_of(content: bytes) -> list[dict[str, str]]:
    """Read the numbers behind an output; a malformed line is a ValueError."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8")))
    rows = list(reader)
    if (content and tuple(reader.fieldnames or ()) != COLUMNS) or any(None in row or None in row.values() for row in rows):
        raise ValueError("not the columns of an output")
    return rows


def read_finished(root: Path, path: str) -> Finished:
    """Read the report at `path` inside `root`.

    Raises
    ------
    CannotRelease
        With every fault: files that are missing, changed or too many, links, files that contradict each other.
    """
    folder = root / path
    links = sorted(one.relative_to(root).as_posix() for one in (folder, *folder.rglob("*")) if one.is_symlink())
    links += [above.name for above in folder.parents if root in above.parents and above.is_symlink()]
    if links:
        raise CannotRelease(faulty(path, [f"{link}: a symbolic link, which may point anywhere" for link in links]))
    if not (folder / MANIFEST).is_file():
        raise CannotRelease(faulty(path, ["there is no such report; gm status lists what was made"]))
    files = contents(folder)
    report, faults = parse_finished(path, files)
    if report is None or faults:
        raise CannotRelease(faulty(path, faults))
    return report


def faulty(path: str, faults: Sequence[str]) -> str:
    """Write what is wrong with a report as a message."""
    said = "".join(f"\n  - {fault}" for fault in faults)
    return f"{path} cannot be released as it stands:{said}\nMake it anew with gm run, and ask again."


def parse_finished(path: str, files: Mapping[str, bytes]) -> tuple[Finished | None, list[str]]:
    """Read the files of a report, and say everything that is wrong with them."""
    faults = list(edited(files))
    faults += [f"{name}: missing" for name in (*PAGES, ESTIMATES) if name not in files]
    faults += [f"{name}: nothing that belongs in a report" for name in files if _FILE.fullmatch(name) is None]
    if JUDGED not in files:
        faults.append(f"{JUDGED}: missing; the report was made by an older version")
    read = {name: _json(files.get(name, b"{}")) for name in (MANIFEST, JUDGED, ESTIMATES)}
    faults += [f"{name}: not readable" for name, content in read.items() if content is None]
    if faults:
        return None, faults
    made = Finished(path, files, read[MANIFEST] or {}, read[JUDGED] or {}, read[ESTIMATES] or {})
    try:
        return made, [*_faults(made)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # closed by default: what is not understood is refused
        return None, [f"its files are not of the form that they should have ({type(error).__name__})"]


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(content)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _faults(made: Finished) -> Iterator[str]:
    strange = form_faults(made.manifest, made.judged, made.estimates, MANIFEST_KEYS)
    yield from strange
    if strange:
        return
    yield from kind_faults(made.files, made.manifest, made.judged, made.estimates)
    yield from _same_report(made)
    if made.judged.get("schema") != SCHEMA:
        yield f"{JUDGED}: schema must be {SCHEMA}"
        return
    Rules.read(made.judged["policy"])
    for output in made.judged["outputs"]:
        yield from _output_faults(made, output)
    yield from _count_faults(made)


def _same_report(made: Finished) -> Iterator[str]:
    """Hold what the files say that they are about against the folder that they stand in."""
    manifest, steps = made.manifest, made.path.split("/")
    stands = steps[2:] if steps[0] == "_worlds" else steps
    if stands[:2] != [manifest["study"], manifest["place"]]:
        yield f"{MANIFEST}: says that it is about {manifest['study']}/{manifest['place']}"
    if len(stands) > 2 and stands[2] != manifest["period"].replace("/", "_"):
        yield f"{MANIFEST}: says that it is about {manifest['period']}"
    for name, content in ((JUDGED, made.judged), (ESTIMATES, made.estimates)):
        if (content.get("study"), content.get("place")) != (manifest["study"], manifest["place"]):
            yield f"{name}: is of another report"
    if made.judged["period"] != manifest["period"]:
        yield f"{JUDGED}: is of another period"
    if made.judged["policy"]["name"] != manifest["policy"] or made.judged["policy"]["version"] != manifest["policy_version"]:
        yield f"{JUDGED}: names another policy than {MANIFEST}"


def _output_faults(made: Finished, output: Mapping[str, Any]) -> Iterator[str]:
    name, verdict = output["id"], output["verdict"]
    if verdict != Verdict.RELEASE.name.lower() and not output["withheld"]:
        yield f"{name}: the verdict is {verdict}, and it is shown"
    yield from _numbers_faults(made, output)


def _numbers_faults(made: Finished, output: Mapping[str, Any]) -> Iterator[str]:
    name, lines = output["id"], made.lines(output["id"])
    rules, exact = Rules.read(made.judged["policy"]), output["counts"] == "exact"
    try:
        told(name, lines, rules, exact=exact)
    except NotACount as error:
        yield f"outputs/{name}.csv: {error}"
    yield from line_faults(name, lines, rules, exact=exact)
    if sum(not is_number(line["value"]) for line in lines) != output["hidden"]:
        yield f"outputs/{name}.csv: does not hide as many numbers as {JUDGED} says"
    if len(lines) != output["cells"] or (output["withheld"] and lines):
        yield f"outputs/{name}.csv: does not have the numbers that {JUDGED} speaks of"


def _count_faults(made: Finished) -> Iterator[str]:
    ids = [output["id"] for output in made.judged["outputs"]]
    yield from (f"{name}: not one of the outputs that the guard saw" for name in sorted(_outputs(made) - set(ids)))
    if len(set(ids)) < len(ids):
        yield f"{JUDGED}: an output stands in it twice"
    yield from estimate_faults(made.manifest, made.judged, made.estimates, made.every_line)


def _outputs(made: Finished) -> set[str]:
    return {name.removeprefix("outputs/").removesuffix(".csv") for name in made.files if name.startswith("outputs/")}


def decision_faults(made: Finished, decisions: Sequence[Decision]) -> list[str]:
    """Say where a report was not made under the decisions of now.

    Parameters
    ----------
    made : Finished
    decisions : sequence of Decision
        Those about this report.
    """
    outputs = {output["id"]: output for output in made.judged["outputs"]}
    now = {one.output: f"by {one.decided_by} on {one.date:%Y-%m-%d}: {one.reason}" for one in decisions}
    faults = [
        f"{one.output}: to be withheld by the decision of {one.decided_by}, and it is shown"
        for one in decisions
        if one.decision is Choice.WITHHOLD and one.output in outputs and not outputs[one.output]["withheld"]
    ]
    for name, output in outputs.items():
        said = [reason for reason in output["reasons"] if _DECIDED.match(reason)]
        faults += [
            f"{name}: was {reason.split(' ')[0]} by a decision that is no longer there"
            for reason in said
            if reason.partition(" ")[2] != now.get(name)
        ]
    return faults
