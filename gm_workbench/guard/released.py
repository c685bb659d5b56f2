"""What the guard says: a verdict per output, and for the report as a whole either `Released` or `Refusal`."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from enum import IntEnum
from typing import NoReturn, final

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import ShownOutput
from gm_workbench.vocabulary.schemas import DataKind


class Verdict(IntEnum):
    """What may happen to an output. Ordered, so that several checks fold with `max`."""

    RELEASE = 0
    REVIEW = 1  # withheld until a person has decided
    REFUSE = 2


@dataclass(frozen=True, slots=True)
class Record:
    """The verdict on one output, and why. Reasons name rules and never a value."""

    id: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


_TOKEN = object()


@final
@dataclass(frozen=True)
class Released:
    """The protected outputs of one report. Only the guard can make one; only this can be rendered."""

    outputs: tuple[ShownOutput, ...]
    policy: Policy
    records: tuple[Record, ...]
    kind: DataKind
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        if token is not _TOKEN:
            raise DisclosureRefused("Only the guard can release outputs: call guard.protect.protect.")
        if any(type(one) is not ShownOutput for one in self.outputs):
            raise DisclosureRefused("Only outputs in their protected form can be released: call guard.protect.protect.")

    def __init_subclass__(cls) -> NoReturn:
        raise DisclosureRefused("Released has no other forms: call guard.protect.protect.")

    def __reduce__(self) -> NoReturn:
        raise DisclosureRefused("Released outputs are not stored or copied: protect the outputs again, the result is the same.")

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict on any output."""
        return max((record.verdict for record in self.records), default=Verdict.REFUSE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing of the report may be shown, and why."""

    reasons: tuple[str, ...]
    records: tuple[Record, ...] = ()


def release(outputs: tuple[ShownOutput, ...], policy: Policy, records: tuple[Record, ...], kind: DataKind) -> Released:
    """Make a `Released`; for `guard.protect` alone."""
    return Released(outputs, policy, records, kind, _TOKEN)
