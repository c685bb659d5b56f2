"""A report's folder: written beside the old one, scanned, and put in its place whole; if anything fails, the old one stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.released import Released
from gm_workbench.guard.scan import scan_folder
from gm_workbench.report.csvfiles import csv_text, estimates_text
from gm_workbench.report.findings import refuse_findings
from gm_workbench.report.judged import JUDGED, judged_text
from gm_workbench.report.manifest import MANIFEST, Manifest
from gm_workbench.report.notebook import protected_notebook
from gm_workbench.report.page import FILES, HOME, render
from gm_workbench.vocabulary.checksums import CHECKSUMS, checksum_lines, sha256
from gm_workbench.vocabulary.protocols import Protocol

NO_TIMES: Mapping[str, str] = {}


def write_report(
    folder: Path,
    released: Released,
    manifest: Manifest,
    protocol: Protocol,
    notebook: NotebookNode | None = None,
    *,
    times: Mapping[str, str] = NO_TIMES,
    home: str = HOME,
) -> None:
    """Write a report to `folder`, whole or not at all.

    Parameters
    ----------
    folder : Path
        ``reports/<study>/<place>``; reports on other periods that stand in folders inside it are kept.
    released : Released
        What the guard released.
    notebook : NotebookNode, optional
        The executed notebook; its placeholders are filled with protected results.
    times : mapping of str to str
        ``started`` and ``finished``, for `manifest.json` only.
    home : str
        Where the index is, as seen from the pages.

    Raises
    ------
    DisclosureRefused
        When the scanner finds something in the folder as it would be put in place; the old one stays.
    """
    texts = report_texts(released, manifest, protocol, notebook, times, home)
    mend(folder)
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    try:
        write_texts(fresh, texts)
        refuse_findings(scan_folder(fresh))
        replace_folder(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def report_texts(
    released: Released,
    manifest: Manifest,
    protocol: Protocol,
    notebook: NotebookNode | None,
    times: Mapping[str, str],
    home: str,
) -> dict[str, str]:
    """Make every file of a report but its checksums: name inside the folder, and text."""
    if type(released) is not Released:
        raise DisclosureRefused("Only what the guard released can be in a report; a result of one person never is.")
    texts = {FILES[language]: render(released, manifest, protocol, language, home=home) for language in FILES}
    texts |= {f"outputs/{shown.words.id}.csv": csv_text(shown) for shown in released.outputs if shown.cells}
    texts |= {"estimates.json": estimates_text(released.outputs, manifest, protocol), JUDGED: judged_text(released, manifest)}
    texts |= {MANIFEST: manifest.to_json(**times)}
    return texts if notebook is None else texts | {"report.ipynb": protected_notebook(notebook, released.outputs)}


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a new folder, and their checksums beside them."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    sums = checksum_lines({name: sha256(text.encode("utf-8")) for name, text in texts.items()})
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8", newline="\n")


def rewrite(folder: Path, changed: Mapping[str, str]) -> None:
    """Write some files of a report anew, and keep the others byte for byte; whole or not at all.

    Raises
    ------
    DisclosureRefused
        When the scanner finds something in the folder as it would be put in place; the old one stays.
    """
    kept = [line.partition("  ")[2] for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()]
    texts = {name: (folder / name).read_bytes().decode("utf-8") for name in kept} | dict(changed)
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    try:
        write_texts(fresh, texts)
        refuse_findings(scan_folder(fresh))
        replace_folder(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def replace_folder(folder: Path, fresh: Path) -> None:
    """Put `fresh` in the place of `folder`; if that fails the old one is put back."""
    aside = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        fresh.rename(folder)
        return
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except BaseException:  # also when it is stopped
        aside.rename(folder)
        raise
    _empty(aside, folder)


def _empty(aside: Path, folder: Path) -> None:
    """Remove the old report, but keep the reports on other periods that stand inside it."""
    for other in sorted(aside.iterdir()):
        if (other / MANIFEST).is_file() and not (folder / other.name).exists():
            other.rename(folder / other.name)
    shutil.rmtree(aside)


def mend(folder: Path) -> None:
    """Undo what a writer left that was killed: put the old report back if there is no new one, and remove what is half written.

    Only for who alone may write to `folder`.
    """
    if not folder.parent.is_dir():
        return
    for aside in sorted(folder.parent.glob(f".{folder.name}.old-*")):
        if folder.exists():
            _empty(aside, folder)
        else:
            aside.rename(folder)
    for half in folder.parent.glob(f".{folder.name}.new-*"):
        shutil.rmtree(half, ignore_errors=True)
