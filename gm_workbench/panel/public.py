"""Public data about which others published numbers, in the form in which a metric takes them.

What a row is, who belongs to which group and which items are reversed is said here; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.published_values import PublishedValues, load_published_values
from gm_workbench.worlds.frames import frame

__all__ = ["MARRIED", "SINGLE", "big_five", "frame", "marital_pairs", "published_values", "trained_and"]

SINGLE, MARRIED = "single", "married"

TRAITS = {
    "agreeableness": ("A", ("A1",)),
    "conscientiousness": ("C", ("C4", "C5")),
    "extraversion": ("E", ("E1", "E2")),
    "neuroticism": ("N", ()),
    "openness": ("O", ("O2", "O5")),
}
"""The five traits of `psych::bfi`: the letter of their items, and the reversed ones, as its help page gives them."""

ITEMS_PER_TRAIT = 5


def published_values() -> PublishedValues:
    """Give the numbers that others published, as declared.

    >>> published_values().subject("growth")[0].expected
    1.7156
    """
    return load_published_values()


def big_five(answers: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, tuple[str, ...]]]:
    """Give each trait's answers (1-6) and the items to reverse.

    >>> {trait: (items.shape, reverse) for trait, (items, reverse) in big_five(frame("psych::bfi")).items()}["openness"]
    ((2800, 5), ('O2', 'O5'))
    """
    columns = {trait: [f"{letter}{at}" for at in range(1, ITEMS_PER_TRAIT + 1)] for trait, (letter, _) in TRAITS.items()}
    return {trait: (answers[columns[trait]], reverse) for trait, (_, reverse) in TRAITS.items()}


def marital_pairs(women: pd.DataFrame) -> pd.DataFrame:
    """Pair each interview of `sampleSelection::nlswork` with the woman's next one; where that is not known, `to` is missing.

    >>> marital_pairs(frame("sampleSelection::nlswork")).columns.tolist()
    ['person', 'from', 'to']
    """
    rows = women.sort_values(["idcode", "year"])
    names = {0.0: SINGLE, 1.0: MARRIED}
    pairs = pd.DataFrame({"person": rows["idcode"], "from": rows["msp"], "to": rows.groupby("idcode")["msp"].shift(-1)})
    return pairs.dropna(subset=["from"]).assign(**{end: pairs[end].map(names) for end in ("from", "to")})


def trained_and(experiment: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Put those who were trained beside other people than those who were drawn with them; each is a cluster of one.

    Without `others` the experiment stays as it is: trained and not trained, by lot.

    >>> trial, others = frame("DAAG::nsw74demo"), frame("DAAG::psid1")
    >>> len(trained_and(trial)), len(trained_and(trial, others))
    (445, 2675)
    """
    groups: Sequence[pd.DataFrame] = [experiment.loc[experiment["trt"].eq(1)], *others] if others else [experiment]
    together = pd.concat(groups, ignore_index=True)
    return together.assign(person=np.arange(len(together)))


def class_types(pupils: pd.DataFrame) -> pd.DataFrame:
    """Give pupils of `AER::STAR` with a mathematics score in first grade, their school, and the kind of class they were put in.

    >>> class_types(frame("AER::STAR"))[["small", "aide"]].mean().round(3).tolist()
    [0.311, 0.351]
    """
    rows = pupils[["math1", "stark", "schoolidk"]].dropna()
    return rows.assign(small=rows["stark"].eq("small"), aide=rows["stark"].eq("regular+aide"))


HISTORY = ["age", "age2", "ttl_exp", "ttl_exp2", "tenure", "tenure2", "not_smsa", "south"]
"""What changes about a woman in `wage_histories`."""


def wage_histories(women: pd.DataFrame) -> pd.DataFrame:
    """Give interviews of `sampleSelection::nlswork` in which wage, schooling and history are known, and squares of the latter.

    >>> len(wage_histories(frame("sampleSelection::nlswork")))
    28091
    """
    squares = {f"{name}2": women[name] ** 2 for name in ("age", "ttl_exp", "tenure")}
    return women.assign(black=women["race"].eq(2).astype(int), **squares).dropna(subset=["ln_wage", "grade", *HISTORY])


SMOKERS = ("qsmk", "wt82_71")
"""Whether they stopped, and the change in their weight in kilograms; the other columns of `smokers` are covariates."""


def smokers(people: pd.DataFrame) -> pd.DataFrame:
    """Give what Hernán and Robins adjust for in `causaldata::nhefs_complete`: kinds as columns of 0 and 1, and squares.

    >>> smokers(frame("causaldata::nhefs_complete")).shape
    (1566, 20)
    """
    measured = people[[*SMOKERS, "sex", "race", "age", "smokeintensity", "smokeyrs", "wt71"]]
    squares = {f"{name}2": people[name] ** 2 for name in ("age", "smokeintensity", "smokeyrs", "wt71")}
    kinds = pd.get_dummies(people[["education", "exercise", "active"]].astype(str), drop_first=True, dtype=float)
    return measured.join(kinds).assign(**squares)
