"""What kind of data a finished report is on, by everything in it that says so: one mark changed by hand is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gm_workbench.report.page import capital
from gm_workbench.report.phrases import BANDS, KINDS
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import LANGUAGES

FICTIONAL = "GM99"
_CLASS = 'class="band {kind}"'


def kind_faults(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], judged: Mapping[str, Any], estimates: Mapping[str, Any]
) -> list[str]:
    """Say where the files of a report disagree about the kind of its data.

    Parameters
    ----------
    files : mapping of str to bytes
        Name and content of every file.
    manifest, judged, estimates : mapping
        What `manifest.json`, `guard.json` and `estimates.json` hold.
    """
    claimed = manifest.get("kind")
    if claimed not in list(DataKind):
        return [f"manifest.json: kind must be one of {', '.join(DataKind)}"]
    signs = (*_declared(manifest, judged, estimates), *_printed(files))
    return [
        f"{where} says that the data are {says}, and manifest.json that they are {claimed}"
        for where, says in dict.fromkeys(signs)
        if says != claimed
    ]


def _declared(
    manifest: Mapping[str, Any], judged: Mapping[str, Any], estimates: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield "guard.json", str(judged.get("data_kind"))
    yield "estimates.json", str(estimates.get("data_kind"))
    if str(manifest.get("place", "")).startswith(FICTIONAL):
        yield "the code of a fictional place", DataKind.SYNTHETIC
    if manifest.get("world") or manifest.get("seed") is not None:
        yield "the world or seed in manifest.json", DataKind.SYNTHETIC
    if str(manifest.get("place", "")).startswith("published-"):
        yield "the name of a published set", DataKind.PUBLISHED


def _printed(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in sorted(files.items()):
        if name.endswith((".html", ".ipynb")):
            yield from ((name, kind) for kind in _said(content.decode("utf-8", errors="replace"), name))


def _said(text: str, name: str) -> Iterator[str]:
    """Give the kinds that a page names in its band, or a page or notebook under its figures."""
    if name.endswith(".html"):
        banded = [str(kind) for kind in DataKind if _CLASS.format(kind=kind) in text]
        yield from banded or ["unknown"]
    for kind in (DataKind.SYNTHETIC, DataKind.PUBLISHED):
        openings = [BANDS[kind][language].partition("—")[0] + "—" for language in LANGUAGES]
        captions = [f" {capital(KINDS[kind][language])}." for language in LANGUAGES]
        if any(mark in text for mark in (*openings, *captions)):
            yield kind
