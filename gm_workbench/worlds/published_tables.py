"""Public data as they are shipped → the logical tables of a delivery. What a set does not have is left out, not made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]

COLUMNS = {
    "wages": ("id", "lnw", "exper"),
    "nlswork": ("idcode", "year", "birth_yr", "ln_wage"),
    "unempdur": (
        *("rownames", "spell", "censor1", "censor2", "censor3", "censor4"),
        *("age", "ui", "reprate", "disrate", "logwage", "tenure"),
    ),
    "bfi": ("rownames", "A1", "A2", "A3", "A4", "A5"),
}
"""The columns that are used, and that the digest covers; the first says who it is."""

FULL_TIME, OTHERWISE = "11", "98"
"""Statutory reasons of ending that stand for the exits of `unempdur`: wage work, and any other."""

_ABOUT_PERSONS = ("age", "ui", "reprate", "disrate", "logwage", "tenure")


def tables_of(name: str, frame: pd.DataFrame) -> Tables:
    """Map a shipped frame to logical tables, as `wages_table`, `spells_table` and `answers_table` say."""
    return _MADE[name](frame)


def wages_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Map a shipped frame to the logical table of wages.

    ``wages``: a month is the rounded twelvefold of the years of experience; ``nlswork``: January of the interview's year. The
    jobs are not known, so there is one job, called ``1``; where two observations of a person fall in one month, the later is
    job ``2``, and so on: no observation is lost. What a set does not have is left out (hours by month, contract, employer).
    """
    table = _from_dropouts(frame) if name == "wages" else _from_young_women(frame)
    ordered = table.sort_values(["person", "years"], kind="stable", ignore_index=True)
    job = (ordered.groupby(["person", "month"]).cumcount() + 1).astype(str)
    return ordered.assign(job=job)[["person", "job", *(column for column in ordered if column != "person")]]


def spells_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Map the unemployment spells of `unempdur` to the logical table of benefits: one row per person and period of two weeks.

    `month` counts those periods from 0, the one in which the job was lost, so a spell of k periods has the rows 0 to k - 1.
    `end` and `end_reason` are filled in the last row of those who found a job: a full-time job (`censor1`) is wage work, reason
    ``11``. A part-time job (`censor2`) and a job left again of which it is not known whether it was full-time (`censor3`) make
    that exit impossible and are not it, so they are ``98``, another reason. Who was still jobless (`censor4`), and the few of
    whom none of the four is said, have no end: they were followed until then. One spell a person, called ``1``; what is known
    of persons (age, claim, replacement and disregard rate, log of the lost weekly wage, tenure) stands in further columns.
    """
    repeated = frame.loc[frame.index.repeat(frame["spell"])]
    month = repeated.groupby(level=0).cumcount().astype("int32")
    last = month.eq(repeated["spell"] - 1)
    reason = pd.Series(np.select([repeated["censor1"].eq(1), _otherwise(repeated)], [FULL_TIME, OTHERWISE], ""), repeated.index)
    ended = last & reason.ne("")
    table = pd.DataFrame(
        {
            "person": _persons("unempdur", repeated["rownames"]),
            "dossier": "1",
            "month": month,
            "start": np.int32(0),
            "end": month.astype("Int32").where(ended),
            "end_reason": reason.where(ended),
            **{name: repeated[name] for name in _ABOUT_PERSONS},
        }
    )
    return table.reset_index(drop=True)


def _otherwise(frame: pd.DataFrame) -> pd.Series:
    return frame["censor2"].eq(1) | frame["censor3"].eq(1)


def answers_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Map the answers of `bfi` to the logical table of answers: items A1 to A5 as ``AGR_1`` to ``AGR_5``, asked once (``T0``).

    An item that was skipped has no row. Answers are as given: A1 is turned round by the instrument's scoring.
    """
    items = {f"A{place}": f"AGR_{place}" for place in range(1, 6)}
    asked = frame.assign(person=_persons("bfi", frame["rownames"])).rename(columns=items)
    long = asked.melt("person", list(items.values()), "item", "answer").dropna(subset="answer")
    table = long.assign(wave="T0", month=np.int32(0), instrument="AGR", answer=long["answer"].astype(float))
    ordered = table.sort_values(["person", "item"], kind="stable", ignore_index=True)
    return ordered[["person", "wave", "month", "instrument", "item", "answer"]]


def _persons(name: str, numbers: pd.Series) -> pd.Series:
    return f"{name}-" + numbers.astype(int).astype(str)


def _from_dropouts(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person": _persons("wages", frame["id"]),
            "month": (frame["exper"] * 12).round().astype("int32"),
            "hourly_wage": np.exp(frame["lnw"].astype(float)),
            "sex": "man",
            "years": frame["exper"].astype(float),
        }
    )


def _from_young_women(frame: pd.DataFrame) -> pd.DataFrame:
    year = 1900 + frame["year"].astype(int)
    return pd.DataFrame(
        {
            "person": _persons("nlswork", frame["idcode"]),
            "month": (12 * year).astype("int32"),
            "hourly_wage": np.exp(frame["ln_wage"].astype(float)),
            "sex": "woman",
            "birth_year": (1900 + frame["birth_yr"].astype(int)).astype("int32"),
            "years": year.astype(float),
        }
    )


_MADE: Mapping[str, Callable[[pd.DataFrame], Tables]] = {
    "wages": lambda frame: {"wages": wages_table("wages", frame)},
    "nlswork": lambda frame: {"wages": wages_table("nlswork", frame)},
    "unempdur": lambda frame: {"benefits": spells_table(frame)},
    "bfi": lambda frame: {"answers": answers_table(frame)},
}
