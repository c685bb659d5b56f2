"""All sources of a project and of a delivery: layouts, mappings, and private mappings, which go before the others."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.long import long_form
from gm_workbench.intake.declared.short import short_form
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reasons import Reason
from gm_workbench.settings import paths
from gm_workbench.vocabulary.text import same

PRIVATE = ".mapping.yml"
"""What the name of a private mapping beside a delivery ends in."""

LONGEST = 5000
"""So many signs of what is wrong with a mapping are told: a list of two hundred faults is enough to begin with."""

Stamps = tuple[tuple[str, int], ...]


def load_sources(codes: Path | None = None, beside: Path | None = None) -> dict[str, Source]:
    """Load every source by name: the private ones of the folder `beside` first, then mappings, then layouts.

    Raises
    ------
    DeclarationError
        If a declaration is malformed (every fault of the file is listed), or no layout is there.
    """
    codes = codes or paths().codes
    shared = _shared(codes, stamps(codes))
    private = {source.name: source for path in _private(beside) for source in [_mapping(path, codes, shared, path.name)]}
    return {**private, **{name: source for name, source in shared.items() if name not in private}}


def sources_and_faults(codes: Path | None = None, beside: Path | None = None) -> tuple[dict[str, Source], tuple[Fault, ...]]:
    """Load every source that is right, in the order of `load_sources`, and tell of the private mappings that are not.

    Returns
    -------
    dict of Source by name, tuple of Fault
        One fault (reason MAPPING) for each private mapping that is wrong; it lists all that is wrong with it.

    Raises
    ------
    DeclarationError
        If a declaration of the project, and not of the delivery, is malformed.
    """
    codes = codes or paths().codes
    shared = _shared(codes, stamps(codes))
    private: dict[str, Source] = {}
    faults: list[Fault] = []
    for path in _private(beside):
        told = _read_private(path, codes, shared)
        if isinstance(told, Source) and told.name in private:
            told = _fault(path, f"{path.name} and {private[told.name].declared_in} have the same name of a source")
        if isinstance(told, Source):
            private[told.name] = told
        else:
            faults.append(told)
    return {**private, **{name: source for name, source in shared.items() if name not in private}}, tuple(faults)


def _read_private(path: Path, codes: Path, shared: dict[str, Source]) -> Source | Fault:
    try:
        return _mapping(path, codes, shared, path.name)
    except DeclarationError as error:
        return _fault(path, str(error).replace(f"{path.name} in {path.parent} ", "", 1))


def _fault(path: Path, what: str) -> Fault:
    cut = what if len(what) <= LONGEST else f"{what[:LONGEST]} ..."
    return found(Reason.MAPPING, masked(path.name), what=same(masked(cut)))


def declared_files(codes: Path) -> list[Path]:
    """Give every declaration that decides how a raw file is read."""
    folders = ("layouts/*.yml", "mappings/*.yml", "lists/*.csv", "instruments/*.yml", "mergers.csv")
    return sorted(path for folder in folders for path in codes.glob(folder))


def _private(beside: Path | None) -> list[Path]:
    return sorted(beside.glob(f"*{PRIVATE}")) if beside is not None else []


def stamps(codes: Path) -> Stamps:
    """Give the moment of the last change of every declaration, so that one process reads each version once."""
    return tuple((str(path), path.stat().st_mtime_ns) for path in declared_files(codes))


@lru_cache(maxsize=4)
def _shared(codes: Path, _changed: Stamps) -> dict[str, Source]:
    layouts = sorted((codes / "layouts").glob("*.yml"))
    if not layouts:
        raise DeclarationError(f"No layout of a raw file in {codes / 'layouts'}; expected bus.yml and others there.")
    short = {path.stem: short_form(path, codes) for path in layouts}
    mappings = sorted((codes / "mappings").glob("*.yml"))
    long = {
        source.name: source
        for path in mappings
        for source in [_mapping(path, codes, short, f"data/codes/mappings/{path.name}")]
    }
    return {**long, **{name: source for name, source in short.items() if name not in long}}


def _mapping(path: Path, codes: Path, others: dict[str, Source], declared_in: str) -> Source:
    return long_form(path, codes, others, declared_in)
