"""`keep_private`: the result of one person, written where only its owner can read it, and nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from html import escape
from pathlib import Path

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.exploring import RUN_DIR
from gm_workbench.intake.kept.individual import PRIVATE, private_base, private_of_person
from gm_workbench.intake.kept.private import FILE_MODE, FOLDER_MODE, write_whole
from gm_workbench.outputs.individual import Individual
from gm_workbench.report.phrases import BANDS
from gm_workbench.settings import CHECKED, RAW, Paths, own_roots, paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text, number

POSIX = os.name == "posix"
OTHERS = 0o077
"""The rights that others than the owner could have."""

NO_DECISION = Text(
    "Deze bladzijde is voor het gesprek tussen deze persoon en de eigen professional. Het is geen besluit, en er volgt "
    "niets vanzelf uit: een mens besluit, en hoort eerst de persoon. De persoon wordt met niemand vergeleken; er is geen "
    "ranglijst. Wat er veranderde en waardoor, zegt een vragenlijst niet. Deze bladzijde wordt niet gedeeld en komt in geen "
    "rapport.",
    "This page is for the talk between this person and their own professional. It is no decision, and nothing follows from it "
    "by itself: a human being decides, and hears the person first. The person is compared with nobody; there is no ranking. "
    "What changed and why, a questionnaire does not say. This page is not shared and comes in no report.",
)
FOR = Text("Voor: {professional}. Persoon: {person}.", "For: {professional}. Person: {person}.")
DIFFERENCE = Text(
    "Verschil tussen de eerste en de laatste keer: {change} punten (95%-interval {low} tot {high}).",
    "Difference between the first and the last time: {change} points (95% interval {low} to {high}).",
)
PRIVATE_BAND = Text("PERSOONLIJK — alleen voor de eigen professional", "PERSONAL — only for their own professional")
STYLE = "body{font:1rem/1.5 serif;max-width:40rem;margin:2rem auto;padding:0 1rem}.band{border:3px solid #b00020;padding:.5rem}"


def keep_private(result: Individual, professional: str, where: Paths | None = None) -> Path:
    """Write the result of one person for their own professional, in the private folder of their place.

    Parameters
    ----------
    result : Individual
        One, and never several: there is no page on which persons stand beside each other.
    professional : str
        Who works with this person, and for whom it is.
    where : Paths, optional
        The project.

    Returns
    -------
    Path
        The page: `private/<raw or world>/<place>/<folder of the person>/<id>.html`. Folders have rights 0700, files 0600.
        `gm forget` removes it with the person.

    Raises
    ------
    DisclosureRefused
        With everything that stands in the way: a batch runs; it is no individual result, or nobody's; the private folder lies
        in the project and is not its `private/`, or among deliveries; it is a symbolic link, is another's or can be read by
        others; the system cannot hold rights. Nothing is written.
    """
    project = where or paths()
    faults = list(_call_faults(result, professional))
    if not faults:
        folder = private_of_person(result.place, result.world, result.person, project)
        base = private_base(result.place, result.world, project)
        faults = [*_place_faults(base, project), *_folder_faults(base, folder)]
    if faults:
        raise DisclosureRefused("The result of a person is not kept:\n" + "\n".join(f"  - {fault}" for fault in faults))
    _make(base, folder)
    page = folder / f"{'synthetic-' if result.kind is DataKind.SYNTHETIC else ''}{result.id}.html"
    write_whole(page, page_of(result, professional).encode("utf-8"))
    return page


def _call_faults(result: object, professional: object) -> Iterator[str]:
    if os.environ.get(RUN_DIR) is not None:
        yield "a batch makes reports, and nothing about one person; call keep_private in JupyterLab"
    if type(result) is not Individual:
        yield "it must be one Individual, as individual_change makes it; several persons are never kept together"
    if not isinstance(professional, str) or not professional.strip():
        yield "name the professional whom it is for"
    if not POSIX:
        yield "this system does not hold rights of owners only; keep it on Linux or macOS"


def _place_faults(base: Path, project: Paths) -> Iterator[str]:
    """Say where the private folder may not lie: in the project it is `private/` and no other, which git leaves alone."""
    stands, root = base.resolve(), project.root.resolve()
    if stands.is_relative_to(root) and stands != root / PRIVATE:
        where = stands.relative_to(root).parts[0]
        yield f"the private folder lies in {where}/ of the project, from which things are shared; it must be {_ALLOWED}"
    for delivered in _delivered(project):
        if stands.is_relative_to(delivered.resolve()):
            yield f"the private folder lies among deliveries; it must be {_ALLOWED}"


_ALLOWED = (
    f"{PRIVATE}/ of the project itself, or lie outside of the project in a data root: give the place another, with --data or "
    "in data/roots.csv"
)


def _delivered(project: Paths) -> list[Path]:
    """Give the folders of deliveries and checked tables in each data root outside the project."""
    roots = {*own_roots(project.roots).values(), *([project.data] if project.data else [])}
    return [root / name for root in sorted(roots) for name in (RAW, CHECKED)]


def _folder_faults(base: Path, folder: Path) -> Iterator[str]:
    """Say what is wrong with folders that are there: they are not mended, for others may have read them already."""
    for one in _steps(base, folder):
        name = one.relative_to(base.parent).as_posix() if one == base else "a folder in it"
        if one.is_symlink():
            yield f"{name} is a symbolic link, which may point anywhere"
        elif one.exists():
            yield from (f"{name} {fault}" for fault in _rights(one, FOLDER_MODE))


def _steps(base: Path, folder: Path) -> list[Path]:
    """Give the private folder and each below it, down to that of the person."""
    above = [one for one in folder.parents if one.is_relative_to(base)]
    return [*reversed(above), folder]


def _rights(path: Path, wanted: int) -> Iterator[str]:
    seen = path.lstat()
    if wanted == FOLDER_MODE and not stat.S_ISDIR(seen.st_mode):
        yield "is no folder"
    if seen.st_uid != os.geteuid():
        yield "is of another user"
    if stat.S_IMODE(seen.st_mode) & OTHERS:
        yield "can be read by others; look who could, and close it: chmod -R go-rwx"


def _make(base: Path, folder: Path) -> None:
    """Make the folders for their owner only, and look whether the system holds to it."""
    for one in _steps(base, folder):
        if not one.exists():
            one.mkdir(mode=FOLDER_MODE, parents=one == base)
            one.chmod(FOLDER_MODE)
    if any(fault for one in _steps(base, folder) for fault in _rights(one, FOLDER_MODE)) or not _holds(folder):
        raise DisclosureRefused(
            "The result of a person is not kept: the disk of the private folder does not hold rights of owners only. Keep the "
            "project, or the data root of this place, on a disk that does."
        )


def _holds(folder: Path) -> bool:
    """Whether a file there can be closed to others."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        write_whole(probe, b"")
        return stat.S_IMODE(probe.lstat().st_mode) == FILE_MODE
    finally:
        probe.unlink(missing_ok=True)


def page_of(result: Individual, professional: str) -> str:
    """Write the page, in Dutch and then in English; it asks nothing of any network."""
    parts = "".join(_part(result, professional, language) for language in ("nl", "en"))
    return (
        '<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>'
        f"{escape(PRIVATE_BAND['nl'])}</title><style>{STYLE}</style></head><body>{parts}</body></html>\n"
    )


def _part(result: Individual, professional: str, language: Language) -> str:
    def points(value: float, *, signed: bool = False) -> str:
        return number(value, 1, language=language, signed=signed)

    change = result.change
    ends = {"low": points(change - result.margin, signed=True), "high": points(change + result.margin, signed=True)}
    rows = "".join(f"<tr><td>{escape(one.label[language])}</td><td>{points(one.score)}</td></tr>" for one in result.moments)
    lines = (
        FOR[language].format(professional=professional.strip(), person=result.person),
        result.verdict[language],
        DIFFERENCE[language].format(change=points(change, signed=True), **ends),
        NO_DECISION[language],
    )
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    band = f'<p class="band"><strong>{escape(PRIVATE_BAND[language])}</strong>{_kind(result, language)}</p>'
    table = f"<table><tbody>{rows}</tbody></table>"
    return f'<main lang="{language}">{band}<h1>{escape(result.scale[language])}</h1>{said}{table}</main>'


def _kind(result: Individual, language: Language) -> str:
    if result.kind is DataKind.REAL:
        return ""
    return "<br>" + escape(BANDS[result.kind][language].format(place=result.place))
