"""What a report was made from: enough to make it again, and no time, so that the same inputs give the same page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text

MANIFEST = "manifest.json"
"""What they are called in the folder of a report; they stand here because the writer takes a second to import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The circumstances of one report.

    Attributes
    ----------
    study, place, place_name, world : str
        What was asked of whose data; `world` is empty for real deliveries and published sets.
    period : str
        First and last month, ``yyyy-mm/yyyy-mm``.
    parameters : mapping of str to str, int or float
        The notebook's parameters as they ran.
    policy, policy_version : str
        The disclosure rules that protected the report; `decisions` is the digest of what was decided about it.
    protocol_version : int
    protocol_digest : str
        SHA-256 of the declared study.
    commit : str
        The code's commit; `dirty` when files differed from it.
    lock : str
        SHA-256 of the locked environment.
    inputs : mapping of str to str
        Keyed digest of each input file.
    seed : int or None
    remarks : tuple of Text
        What was mended or left out when the data were read.
    versions : mapping of str to str
        Versions of the interpreter and the packages that the numbers rest on.
    machine : str
        The type of machine, on which the last digits rest. It is not on the page, so that the same numbers give the same page.
    kind : DataKind
    caveat : Text
        What must be said of published data: which country, which years.
    period_name : Text
        The period in words, where months do not say it.
    heading : Text
        What heads the page instead of the study's title: of published data, what can be asked of them.
    limits : tuple of Text
        What the report does not say, instead of the study's own limits.
    """

    study: str
    place: str
    place_name: str
    period: str
    parameters: Mapping[str, str | int | float]
    policy: str
    policy_version: str
    protocol_version: int
    protocol_digest: str
    commit: str
    lock: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    kind: DataKind
    machine: str = ""
    dirty: bool = False
    decisions: str = ""
    world: str = ""
    seed: int | None = None
    language: Language = "nl"
    caveat: Text = Text("", "")
    period_name: Text = Text("", "")
    heading: Text = Text("", "")
    limits: tuple[Text, ...] = ()
    remarks: tuple[Text, ...] = ()

    def period_in(self, language: Language) -> str:
        """Write the period in words."""
        return self.period_name[language] or Period.parse(self.period).name(language)

    @property
    def code(self) -> str:
        """The commit, short, with a plus sign when the code differed from it."""
        return self.commit[:7] + ("+" if self.dirty else "")

    def content(self) -> dict[str, object]:
        """Give everything as plain values."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    def to_json(self, **times: str) -> str:
        """Write the manifest as JSON with sorted keys; `times` (started, finished) exist in the file only."""
        return json.dumps(self.content() | times, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return {"nl": value.nl, "en": value.en}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value
