"""Every error that a user can meet, and the exit code that each one owns.

WorkbenchError                      1
├── UsageError                      2   (also what click gives for a malformed command)
├── PlanError                           something in the plan is wrong; nothing has run
│   ├── UnknownStudy               10
│   ├── UnknownPlace               11
│   ├── UnknownParameter           12
│   ├── ParameterType              13
│   ├── ParameterBounds            14
│   ├── UnknownWorld               15
│   └── BadPlan                    16   the plan file itself cannot be read
├── DeliveryError                  20   a delivery has faults; every one is listed
│   └── MixedKinds                 21   synthetic and real data in one delivery, or marker and folder disagree
├── MissingKey                     22   real data without a pseudonym key
├── AssumedReference               23   a run on real data met an assumed wage reference
├── DeclarationError               24   a protocol, policy, instrument or code list is malformed
├── PartlyAccepted                 25   rows of a delivery were set aside; the rest of it is in use
├── KeyChanged                     26   another pseudonym key than the one that made the tables in use
├── RetentionPassed                27   a delivery may not be kept any longer, and is not read
├── MetricError                    30   a metric was asked something that has no answer
├── OutputError                    31   an output is malformed or has no counts behind its cells
├── DisclosureRefused              40   the guard refused an output
│   └── DifferencingRefused        41   reports beside each other would give a small count away
├── CannotRelease                  42   reports or a bundle are not what a release needs
├── ApprovalRefused                43   a release may not be approved like this: another person, kind or key is needed
├── BundleBroken                   44   a bundle or the history of releases is not what was approved
├── CannotCollect                  45   bundles cannot be put together into a collection
├── RunFailed                      50   a notebook failed, was killed or ran out of time
├── BatchIncomplete                51   at least one report of a batch was not made
├── ValuesDeviate                  52   every report was made, but one says that values in it are off
├── StorageError                   53   reports/ cannot be written (a full disk, no right to), or its ledger is damaged
├── Stopped                        54   stopped by Ctrl-C or by a request to end; what was finished is kept
└── ReportDiffers                  55   a report that was made again is not the same

A message says what is wrong, where, what was got, what is allowed and what to do next. It never holds a value from a
citizen's record.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WorkbenchError(Exception):
    """Base of all errors that are printed without a traceback."""

    exit_code = 1


class UsageError(WorkbenchError):
    """A command was called in a way that cannot be carried out."""

    exit_code = 2


class PlanError(WorkbenchError):
    """The plan is wrong; nothing has run."""


class UnknownStudy(PlanError):
    """No notebook and protocol of this name."""

    exit_code = 10


class UnknownPlace(PlanError):
    """Not a municipality code, or no delivery there."""

    exit_code = 11


class UnknownParameter(PlanError):
    """The notebook's parameters cell has no such name."""

    exit_code = 12


class ParameterType(PlanError):
    """A parameter's value is not of the declared type."""

    exit_code = 13


class ParameterBounds(PlanError):
    """A parameter's value lies outside what the protocol allows."""

    exit_code = 14


class UnknownWorld(PlanError):
    """No synthetic world of this name."""

    exit_code = 15


class BadPlan(PlanError):
    """A plan file cannot be read as a table of reports."""

    exit_code = 16


class DeliveryError(WorkbenchError):
    """A municipality's delivery has faults; the message lists every one."""

    exit_code = 20


class MixedKinds(DeliveryError):
    """Synthetic and real data meet where they must not."""

    exit_code = 21


class MissingKey(WorkbenchError):
    """Real data cannot be pseudonymised without a key."""

    exit_code = 22


class AssumedReference(WorkbenchError):
    """A run on real data may not rest on an assumed wage reference."""

    exit_code = 23


class DeclarationError(WorkbenchError):
    """A declaration file (protocol, policy, instrument, code list) is malformed."""

    exit_code = 24


class PartlyAccepted(WorkbenchError):
    """Rows of a delivery were set aside, each counted; the rest of it is in use."""

    exit_code = 25


class KeyChanged(WorkbenchError):
    """The pseudonym key is another one than that which made the tables in use."""

    exit_code = 26


class RetentionPassed(WorkbenchError):
    """The day until which a delivery may be kept has passed; nothing of it is read."""

    exit_code = 27


class MetricError(WorkbenchError):
    """A metric was asked something that has no answer."""

    exit_code = 30


class OutputError(WorkbenchError):
    """An output is malformed, or has no counts behind its cells."""

    exit_code = 31


class DisclosureRefused(WorkbenchError):
    """The guard refused an output; nothing is written."""

    exit_code = 40


class DifferencingRefused(DisclosureRefused):
    """Reports beside each other, or beside an earlier release, would give a small count away; nothing is made."""

    exit_code = 41


class CannotRelease(WorkbenchError):
    """Reports, a name or a draft are not what a release needs; every fault is listed, and nothing is made."""

    exit_code = 42


class ApprovalRefused(WorkbenchError):
    """A release may not be approved like this: it takes another person, the right kind of data, or a key that is known."""

    exit_code = 43


class BundleBroken(WorkbenchError):
    """A bundle or the history of releases is not what was approved."""

    exit_code = 44


class CannotCollect(WorkbenchError):
    """Bundles cannot be put together into a collection, or it is not what was put in it; every fault is listed."""

    exit_code = 45


class RunFailed(WorkbenchError):
    """A notebook failed, was killed or ran out of time."""

    exit_code = 50


class BatchIncomplete(WorkbenchError):
    """At least one report of the batch was not made."""

    exit_code = 51


class ValuesDeviate(WorkbenchError):
    """Every report was made, but at least one says that values in it are off."""

    exit_code = 52


class StorageError(WorkbenchError):
    """Nothing can be written where the reports stand (a full disk, or no right to), or the ledger there is damaged."""

    exit_code = 53


class Stopped(WorkbenchError):
    """Stopped by Ctrl-C or by a request to end; what was finished is kept."""

    exit_code = 54


class ReportDiffers(WorkbenchError):
    """A report was changed by hand, or made again it has other numbers or other files."""

    exit_code = 55


def did_you_mean(got: str, allowed: Iterable[str]) -> str:
    """Give a hint that names the nearest allowed spelling, or an empty string.

    >>> did_you_mean("wage_treshold", ["wage_threshold", "period"])
    ' HINT: did you mean wage_threshold?'
    """
    near = get_close_matches(got, list(allowed), n=1, cutoff=0.6)
    return f" HINT: did you mean {near[0]}?" if near else ""
