"""`show`: register an output, and let the researcher see a provisional protected form of it.

In JupyterLab the output is protected by itself and displayed, marked as provisional: only after the last cell does the guard
see all outputs of a report. In a batch run (`GM_RUN_DIR` is set) nothing is displayed but a placeholder; the page is filled
later, from what the guard released.
"""

from __future__ import annotations

import os
import pickle
import sys
from html import escape
from pathlib import Path

from IPython.display import display

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.exploring import BAND, MARK, PLACEHOLDER, PROTECTED, RUN_DIR
from gm_workbench.guard.exploring import UNPROTECTED as UNPROTECTED_MARK
from gm_workbench.guard.policy import DEFAULT_POLICY, load_policy
from gm_workbench.guard.protect import Refusal, protect
from gm_workbench.outputs.output import Output, ShownCell, ShownOutput, Suppressed
from gm_workbench.vocabulary.text import Language, Text, number

MIME = PLACEHOLDER
MEMORY = "memory"
LANGUAGE: Language = "nl"

PROVISIONAL = Text("voorlopig", "provisional")
NO_OUTPUT = (
    "What is shown must be an Output, which knows how many persons are behind each number, but got something else. "
    "A result of one person is kept with keep_private, and is never shown in a report."
)


def show(output: Output, protected: bool = True, policy: str = DEFAULT_POLICY) -> None:
    """Register an output and display its provisional protected form.

    Parameters
    ----------
    output : Output
    protected : bool
        False, and nothing else, displays the numbers as they are, marked in red, while exploring; they are not saved with the
        notebook. In a batch run it is an error.
    policy : str
        The policy of the provisional form; the report has its own.

    Raises
    ------
    DisclosureRefused
        If `protected` is not True in a batch run, is neither True nor False, or if the output cannot be released at all: what
        is no output, as an individual result, cannot.
    """
    if not isinstance(output, Output):
        raise DisclosureRefused(NO_OUTPUT)
    run = os.environ.get(RUN_DIR)
    if run is not None:
        _register(output, Path(run), protected=protected)
    elif protected is True:
        _display_protected(output, policy)
    elif protected is False:
        _display(_raw(output), BAND, "#b00020", UNPROTECTED_MARK)
    else:
        raise DisclosureRefused(f"Output {output.id!r}: protected must be True or False, so nothing is shown.")


def _register(output: Output, run: Path, *, protected: bool) -> None:
    if protected is not True:
        raise DisclosureRefused(
            f"Output {output.id!r} must be shown protected in a batch run but got protected={_told(protected)}; remove it from "
            "the notebook."
        )
    folder = run / "outputs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.glob('*.pkl'))):03d}-{output.id}.pkl"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        pickle.dump(output, stream)
    _note_memory(run)
    _send({MIME: {"id": output.id}, "text/plain": f"[output {output.id}]"})


def _told(protected: object) -> str:
    """Tell what was got; anything but False may be a value from the data."""
    return "False" if protected is False else "something that is not True"


def _note_memory(run: Path) -> None:
    """Leave the most memory that this process used so far, so that the next batch knows how many fit beside each other."""
    try:
        import resource
    except ImportError:
        return  # Windows does not say
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (run / MEMORY).write_text(str(most * (1 if sys.platform == "darwin" else 1024)), encoding="ascii")


def most_memory(run_dir: Path) -> int | None:
    """Give the most memory that a run used until its last output, in bytes; None when it is not known."""
    file = run_dir / MEMORY
    return int(file.read_text(encoding="ascii")) if file.is_file() else None


def _send(bundle: dict[str, object], mark: str = PROTECTED) -> None:
    """Display it with a mark for whoever saves the notebook; a picture has no other."""
    display(bundle, raw=True, metadata={MARK: mark})  # type: ignore[no-untyped-call]


def collect(run_dir: Path) -> list[Output]:
    """Give the outputs that a batch run registered, in the order of the notebook."""
    files = sorted((run_dir / "outputs").glob("*.pkl"), key=lambda file: int(file.name.partition("-")[0]))
    # written by `show` in the run's own folder, which only its owner can write to
    found = [pickle.loads(file.read_bytes()) for file in files]  # noqa: S301
    if any(type(output) is not Output for output in found):
        raise DisclosureRefused("A registered file must hold an Output but holds something else; nothing is released.")
    return found


def _display_protected(output: Output, policy: str) -> None:
    made = protect([output], load_policy(policy))
    if isinstance(made, Refusal):
        raise DisclosureRefused(f"Output {output.id!r} is refused: {'; '.join(made.reasons)}.")
    _display(made.outputs[0], PROVISIONAL, "#8a5a00")


def _raw(output: Output) -> ShownOutput:
    cells = tuple(
        ShownCell(c.row, c.column, c.measure, _value(output, at), c.low, c.high, c.se, c.n, c.unit, c.digits)
        for at, c in enumerate(output.cells)
    )
    return ShownOutput(output.words, cells)


def _value(output: Output, at: int) -> float | Suppressed:
    cell = output.cells[at]
    if cell.value is not None:
        return cell.value
    if cell.numerator is None:
        return float(cell.n)
    return cell.numerator / cell.n if cell.n else Suppressed(None, "empty")


def _display(shown: ShownOutput, mark: Text, colour: str, kept: str = PROTECTED) -> None:
    """Display words and numbers, then each picture by itself, so that a comparison of notebooks can leave pictures out."""
    said = _said(shown)
    html = (
        f'<div style="border-left:4px solid {colour};padding-left:1em"><p style="color:{colour};font-weight:bold">'
        f"{escape(mark[LANGUAGE])}</p><h4>{escape(shown.words.heading[LANGUAGE])}</h4><p>{escape(said)}</p>{_table(shown)}</div>"
    )
    _send({"text/html": html, "text/plain": listing(shown, mark)}, kept)
    for name, picture in _pictures(shown):
        _send({"image/png": picture, "text/plain": f"[{name}]"}, kept)


def _said(shown: ShownOutput) -> str:
    from gm_workbench.outputs.sentences import say

    return shown.withheld[LANGUAGE] if shown.withheld else say(shown.words.sentence, shown, LANGUAGE)


def _pictures(shown: ShownOutput) -> list[tuple[str, bytes]]:
    from gm_workbench.outputs.figures import DRAWN, draw  # drawing costs seconds to import; a batch run needs none here

    if not shown.cells:
        return []
    return [(f"{shape} {shown.words.id}", draw(shown, shape, LANGUAGE)) for shape in shown.words.shown_as if shape in DRAWN]


def listing(shown: ShownOutput, mark: Text = PROVISIONAL) -> str:
    """Write the protected numbers as plain lines; the same numbers give the same text."""
    lines = [f"{shown.words.id} ({mark[LANGUAGE]})", *("  " + "  ".join(parts) for parts in _lines(shown))]
    return "\n".join([*lines, *(f"  * {note[LANGUAGE]}" for note in _notes(shown))])


def _notes(shown: ShownOutput) -> tuple[Text, ...]:
    return (shown.withheld,) if shown.withheld else shown.notes


def _lines(shown: ShownOutput) -> list[tuple[str, ...]]:
    return [(cell.row, cell.column, *_printed(cell)) for cell in shown.cells]


def _printed(cell: ShownCell) -> tuple[str, str, str]:
    digits = cell.digits + 2 if cell.measure == "share" else cell.digits
    value = str(cell.value) if isinstance(cell.value, Suppressed) else number(cell.value, digits, language=LANGUAGE)
    ends = (number(end, digits, language=LANGUAGE) for end in (cell.low, cell.high) if end is not None)
    interval = f"[{'; '.join(ends)}]" if cell.low is not None else ""
    return value, interval, f"n={cell.n}"


def _table(shown: ShownOutput) -> str:
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(part)}</td>" for part in (_word(shown, line[0]), _word(shown, line[1]), *line[2:]))
        + "</tr>"
        for line in _lines(shown)
    )
    notes = "".join(f"<p><small>{escape(note[LANGUAGE])}</small></p>" for note in shown.notes)
    return f"<table><tbody>{rows}</tbody></table>{notes}" if rows else ""


def _word(shown: ShownOutput, key: str) -> str:
    return shown.words.label(key)[LANGUAGE]
