"""Attacks on the files of a report: pages, numbers, notebook, manifest, checksums, pictures, and the ledger's reasons."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from attacking.attack import Claim, Hidden, Stage, attack
from attacking.puzzle import MANY
from attacking.scenes import MONEY, cells, counts, output, released
from gm_workbench.batch import execution
from gm_workbench.guard.policy import Policy
from gm_workbench.intake.keys import Key
from gm_workbench.outputs.figures import draw
from gm_workbench.outputs.output import Output, Role, Shape, plain
from gm_workbench.report.manifest import Manifest
from gm_workbench.report.write import write_report
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import same

NUMBER = "999990019"
"""Nine digits that pass the eleven test, from the range assumed for tests."""


def _manifest(policy: Policy, **more: Any) -> Manifest:
    protocol = load_protocol("tilburg_single_mothers")
    given: dict[str, Any] = {
        "study": protocol.name,
        "place": "GM0855",
        "place_name": "Tilburg",
        "period": "2023-01/2025-12",
        "parameters": {"place": "GM0855", "policy": policy.name},
        "policy": policy.name,
        "policy_version": policy.version,
        "protocol_version": protocol.version,
        "protocol_digest": protocol.digest,
        "commit": 40 * "0",
        "lock": 64 * "a",
        "inputs": {},
        "versions": {"python": "3.11"},
        "kind": DataKind.SYNTHETIC,
        "world": "default",
        "seed": 1,
    }
    return Manifest(**(given | more))


def written(*made: Output, notebook: Any = None, inputs: Callable[[], dict[str, str]] = dict) -> Stage:
    """Write a report of these outputs, and show the folder."""

    def stage(policy: Policy, folder: Path) -> Path:
        protocol, manifest = load_protocol("tilburg_single_mothers"), _manifest(policy, inputs=inputs())
        write_report(folder / "GM0855", released(made, policy), manifest, protocol, notebook)
        return folder / "GM0855"

    return stage


def text_of(folder: Path, *names: str) -> str:
    """Give the text of these files, or of all that are text."""
    files = [folder / name for name in names] or [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def numbers(folder: Path) -> list[dict[str, str]]:
    """Read the numbers behind the table."""
    return list(csv.DictReader(io.StringIO(text_of(folder, "outputs/people.csv"))))


def found(text: str, pattern: str) -> Claim:
    """Give the first number that a pattern finds."""
    match = re.search(pattern, text)
    if match is None:
        raise Hidden
    return float(match[1])


FEW = {"a": 40, "b": 60}
HIDDEN = cells(("score", 7, 54.3), low=50.1, high=58.5, se=2.1, digits=1)


@attack(written(output(HIDDEN)), "hidden whole", 54.3, needs=("threshold",), near=0.05)
def bounds_in_the_numbers_beside_the_page(folder: Path) -> Claim:
    """The page shows a dash, its CSV file the interval"""
    (row,) = numbers(folder)
    if not row["low"]:
        raise Hidden
    return (float(row["low"]) + float(row["high"])) / 2


@attack(written(counts({"a": 4, "b": 60}), counts(FEW, "other")), "threshold", 4)
def count_in_the_numbers_beside_the_page(folder: Path) -> Claim:
    """The CSV file behind a table"""
    values = [row["value"] for row in numbers(folder) if row["row"] == "a"]
    return float(values[0]) if values[0].isdigit() else MANY


ANSWER = output(HIDDEN, "answer", Shape.TABLE, role=Role.ANSWER, estimand="resilience_12m")


@attack(written(ANSWER, counts(FEW)), "threshold", 54.3, near=0.05)
def hidden_answer_among_the_estimates(folder: Path) -> Claim:
    """The estimates that are meant for pooling"""
    return found(text_of(folder, "estimates.json"), r'"estimate": ([\d.]+)')


@attack(written(output(cells(("women", 4, 812.0), measure=MONEY, largest=0.2)), counts(FEW, "other")), "threshold", 812.0)
def hidden_amount_anywhere_in_the_page(folder: Path) -> Claim:
    """Attributes, comments and alt texts of both pages"""
    return found(text_of(folder, "report.html", "report.en.html"), r"\b(812)\b")


def _notebook(*outputs: Any, source: str = "show(people)", **metadata: Any) -> Any:
    made = new_notebook(cells=[new_code_cell(source, execution_count=1, outputs=list(outputs), metadata=metadata)])
    made.metadata["papermill"] = metadata.get("papermill", {})
    return nbformat.from_dict(made)


PRINTED = _notebook(new_output("stream", name="stdout", text="leeftijd 34, inkomen 1234 euro"))


@attack(written(counts(FEW), notebook=PRINTED), "notebook", 1234)
def rows_that_a_cell_printed(folder: Path) -> Claim:
    """What a cell of the notebook printed while it ran"""
    return found(text_of(folder, "report.ipynb"), r"inkomen (\d+) euro")


TRACED = _notebook(new_output("error", ename="ValueError", evalue="inkomen 1234 euro", traceback=["inkomen 1234 euro"]))


@attack(written(counts(FEW), notebook=TRACED), "notebook", 1234)
def value_in_a_traceback(folder: Path) -> Claim:
    """The value that a library could not read"""
    return found(text_of(folder, "report.ipynb"), r"inkomen (\d+) euro")


@attack(written(counts(FEW), notebook=_notebook(papermill={"parameters": {"women": 4}})), "notebook", 4)
def parameters_that_a_run_notes(folder: Path) -> Claim:
    """The metadata of the notebook and of its cells"""
    return found(text_of(folder, "report.ipynb"), r'"women": (\d+)')


SELECTED = _notebook(source=f"panel[panel.person == {NUMBER}]")


@attack(written(counts(FEW), notebook=SELECTED), "scanner", float(NUMBER))
def person_selected_in_the_code(folder: Path) -> Claim:
    """The code that is kept beside the results"""
    return found(text_of(folder, "report.ipynb"), r"\b(\d{9})\b")


@attack(written(counts(FEW, sentence=plain(same(f"Persoon {NUMBER} viel af.")))), "scanner", float(NUMBER))
def person_in_a_sentence(folder: Path) -> Claim:
    """A sentence about one person"""
    return found(text_of(folder, "report.html"), r"\b(\d{9})\b")


@attack(written(counts({NUMBER: 40, "b": 60})), "scanner", float(NUMBER))
def person_as_the_name_of_a_row(folder: Path) -> Claim:
    """A table by person, of which the rows are persons"""
    return found(text_of(folder, "outputs/people.csv"), r"\b(\d{9})\b")


@attack(written(counts({f"b{NUMBER}": 40, "b": 60}, name=f"wie_{NUMBER}")), "scanner", float(NUMBER))
def person_in_the_name_of_a_file(folder: Path) -> Claim:
    """A file that is called after a person"""
    return found(" ".join(file.name for file in folder.rglob("*")), r"_(\d{9})\b")


def _digests() -> dict[str, str]:
    return {"persons.csv": Key("", b"a secret of the place").digest(b"women\n4\n")}


@attack(written(counts(FEW), inputs=_digests), "keyed digests", 4)
def small_file_guessed_from_its_digest(folder: Path) -> Claim:
    """Every content that a small file can have is digested, until one fits"""
    told = json.loads(text_of(folder, "manifest.json"))["inputs"]["persons.csv"]
    return next((n for n in range(100) if hashlib.sha256(f"women\n{n}\n".encode()).hexdigest() == told), MANY)


@attack(written(counts({"a": 4, "b": 60})), "threshold", 4)
def count_guessed_from_the_checksums(folder: Path) -> Claim:
    """The page with another number in it, until its checksum fits"""
    page = text_of(folder, "outputs/people.csv")
    (line,) = [line for line in text_of(folder, "checksums.sha256").splitlines() if line.endswith("people.csv")]
    guesses = {n: re.sub(r"(?m)^(a,.*?count,)[^,]*(.*,)[^,]*(,persons)$", rf"\g<1>{n}\g<2>{n}\g<3>", page) for n in range(10)}
    fits = [n for n, text in guesses.items() if hashlib.sha256(text.encode()).hexdigest() == line.split()[0]]
    return fits[0] if fits else MANY


def _reason(policy: Policy, folder: Path) -> str:
    return execution.ended_early(ValueError("could not convert string to float: 'inkomen 1234 euro'"))[1]


@attack(_reason, "kinds of errors", 1234)
def value_in_the_reason_of_a_failure(reason: str) -> Claim:
    """The ledger says why a report was not made, and the index repeats it"""
    return found(reason, r"inkomen (\d+) euro")


def _bars(secret: float) -> Output:
    rows = [*cells(("men", 80, 52.0), column="score", low=48.0, high=56.0), *cells(("women", 4, secret), column="score")]
    return output(rows, shape=Shape.DOTS)


def _pictures(secret: float, guesses: Sequence[float]) -> Stage:
    """Draw what is released, and what would be released if the secret were another: everybody has the workbench."""

    def stage(policy: Policy, folder: Path) -> tuple[bytes, dict[float, bytes]]:
        def drawn(value: float) -> bytes:
            return draw(released([_bars(value)], policy).outputs[0], Shape.DOTS, "nl")

        return drawn(secret), {guess: drawn(guess) for guess in guesses}

    return stage


@attack(_pictures(97.0, (3.0, 97.0)), "threshold", 97.0)
def picture_drawn_again_with_every_value(seen: tuple[bytes, dict[float, bytes]]) -> Claim:
    """The pixels of a hidden point, and the ends of the axis that make room for it"""
    picture, others = seen
    fits = [guess for guess, drawn in others.items() if drawn == picture]
    return min(fits), max(fits)
