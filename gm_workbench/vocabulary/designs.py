"""Designs: how teams that work in a new way are compared with teams that do not.

Four templates are shipped (`data/protocols/designs/<design>.yml`). A protocol names one and says how that is known; the words
that a report says of a design stand in the template, and what is calculated follows from its name (`metrics.team_comparison`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, Status, open_form
from gm_workbench.vocabulary.text import Text


class Design(StrEnum):
    """When teams begin to work in the new way, and so what they can be compared with."""

    PARALLEL_CLUSTERS = "parallel_clusters"  # some teams in the index month, the others never
    STEPPED_WEDGE = "stepped_wedge"  # all teams, in steps
    STAGGERED_INTRODUCTION = "staggered_introduction"  # some teams, in steps; the others never
    BEFORE_AFTER = "before_after"  # all teams in one month: no other teams to compare with


@dataclass(frozen=True, slots=True)
class Template:
    """What a report says of a design.

    Attributes
    ----------
    label : Text
        Its name within a sentence.
    how : Text
        What is compared with what, in a sentence.
    contrast : Text
        The contrast that the primary estimand has under this design.
    limits : tuple of Text
        What a comparison of this kind cannot tell apart.
    """

    design: Design
    label: Text
    how: Text
    contrast: Text
    limits: tuple[Text, ...]
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The design that a protocol declares, and how that is known."""

    template: Template
    status: Status
    source: str

    @property
    def design(self) -> Design:
        return self.template.design


def templates_folder(protocols: Path | None = None) -> Path:
    """Say where the templates are."""
    return (protocols or paths().protocols) / "designs"


def load_template(design: Design | str, protocols: Path | None = None, *, by_lot: bool = False) -> Template:
    """Load the template of a design; `by_lot` takes what it says where a lot decided, if that is something else.

    Raises
    ------
    DeclarationError
        If there is no such template, or it has faults; every fault is listed.

    Examples
    --------
    >>> load_template("before_after").label.en
    'before and after'
    """
    path = templates_folder(protocols) / f"{design}.yml"
    form = open_form(path)
    name = form.one_of("design", tuple(Design))
    usual, lot = _said(form), form.child("after_lot") if form.has("after_lot") else None
    after_lot = usual if lot is None else _said(lot)
    how, contrast, limits = after_lot if by_lot else usual
    if lot is not None:
        lot.close()
    template = Template(Design(name), form.both("label"), how, contrast, limits, form.content)
    if form.sound("design") and name != path.stem:
        form.fault("design", f"must be that of the file, {path.stem}, but got {name!r}")
    form.finish(path)
    return template


def _said(form: Form) -> tuple[Text, Text, tuple[Text, ...]]:
    return form.both("how"), form.both("contrast"), form.both_each("limits")


def parse_comparison(form: Form, protocols: Path | None = None, *, by_lot: bool = False) -> Comparison:
    """Read the part of a protocol that names its design."""
    design = form.one_of("design", tuple(Design))
    status, source = form.known_by()
    form.close()
    return Comparison(load_template(design, protocols, by_lot=by_lot), status, source)
