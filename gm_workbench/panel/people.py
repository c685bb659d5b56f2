"""Who is on benefit, who guides them, and the cohorts that the studies follow."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gm_workbench.panel.ledger import Cohort, start_cohort
from gm_workbench.panel.scores import WAVE_MONTHS, at_wave, cohort_items, person_waves
from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.text import Text

GENERAL_ASSISTANCE = "01"
AGE_EDGES = (0, 27, 35, 45, 55, 120)
AGE_BANDS = ("0-26", "27-34", "35-44", "45-54", "55+")
DURATION_EDGES = (0, 12, 24, 60, 1200)
DURATION_BANDS = ("0-11", "12-23", "24-59", "60+")
RESILIENCE = "ECR"
COACH = Text("consulent", "coach")
WAVE_WORDS = {
    wave: Text(f"na {months} maanden", f"after {months} months") if months else Text("bij de start", "at the start")
    for wave, months in WAVE_MONTHS.items()
}
"""When a wave was, as it reads within a sentence: the code of a wave says nothing to a reader."""
TOO_SOON = Text("de periode eindigt eerder", "the period ends before that")


def on_benefit(study: Study, month: int) -> pd.DataFrame:
    """Give one row per person on general assistance in `month`, with age, duration and work next to the benefit.

    What rests on a column that was not delivered is missing; without `scheme` nobody is known to be on general assistance.
    """
    now, delivered = general_assistance(study, month), study.tables["benefits"].columns
    frame = now.sort_values(["person", "start"]).drop_duplicates("person").reset_index(drop=True)
    age = month // 12 - frame["birth_year"]
    return frame.assign(
        age=age,
        age_band=banded(age, AGE_EDGES, AGE_BANDS),
        duration=month - frame["start"],
        duration_band=banded(month - frame["start"], DURATION_EDGES, DURATION_BANDS),
        works=frame["income_kind"].eq("11").fillna(False).astype(bool) if "income_kind" in delivered else None,
        exempt=frame["exemption"].ne("none") if "exemption" in delivered else None,
    )


def general_assistance(study: Study, month: int | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Give the rows of benefits on general assistance, of one month or of all, with every declared column or those named.

    A published set that knows no schemes is about one, so all its rows count.
    """
    rows = study.rows("benefits")
    one_scheme = study.published is not None and "scheme" not in study.tables["benefits"].columns
    chosen = rows["month"].notna() if one_scheme else rows["scheme"] == GENERAL_ASSISTANCE
    wanted = rows if columns is None else rows[list(columns)]
    return wanted.loc[chosen if month is None else chosen & (rows["month"] == month)]


def banded(values: pd.Series, edges: tuple[int, ...], names: tuple[str, ...]) -> pd.Series:
    """Name the band that each value falls in; a band holds its lower edge and not its upper."""
    codes, there = pd.factorize(values)  # ages are few, and rows millions
    bands = pd.Series(pd.cut(there, list(edges), labels=list(names), right=False)).astype(str)
    return pd.Series(bands.array.take(codes, allow_fill=True), values.index)


def guided(study: Study, people: pd.DataFrame, month: int | pd.Series) -> pd.DataFrame:
    """Add coach and team in `month`, one for all or each person's own, and consent as last delivered.

    Coach and team are missing for a person without a coach then.
    """
    caseload = study.tables["caseload"][["person", "coach", "team", "start", "end"]]
    if isinstance(month, int):  # most spells are of another time
        caseload = caseload.loc[_covers(caseload, month)]
    joined = people[["person"]].assign(month=month).merge(caseload.sort_values(["person", "start"]), on="person")
    now = joined.loc[_covers(joined, joined["month"])].drop_duplicates("person", keep="last")
    coached = people.merge(now[["person", "coach", "team"]], on="person", how="left", validate="one_to_one")
    return coached.assign(consent=coached["person"].map(consents(study)))


def _covers(spells: pd.DataFrame, month: int | pd.Series) -> pd.Series:
    """Say of each spell whether the month lies in it; a spell without an end goes on."""
    return spells["start"].le(month) & (spells["end"].isna() | spells["end"].ge(month).fillna(False))


def consents(study: Study) -> pd.Series[str]:
    """Give consent by person as last delivered: that of the latest spell in the caseload, whatever month is asked about.

    Who withdraws consent is left out everywhere, also of what was seen before. Of two rows of one month, "no" counts.
    """
    rows = study.tables["caseload"][["person", "start", "consent"]]
    rows = rows.sort_values(["start", "consent"], ascending=[True, False])
    return rows.drop_duplicates("person", keep="last").set_index("person")["consent"]


def agreed(study: Study, person: pd.Series[str]) -> pd.Series[bool]:
    """Say of each person whether what is known of them may be used: only after a yes, where consent was asked at all."""
    if "caseload" not in study.tables:
        return pd.Series(True, index=person.index)
    return person.map(consents(study)).eq("yes")


def with_coach(study: Study, people: pd.DataFrame, month: int) -> pd.DataFrame:
    """Add coach, team and consent, and whether that coach began in the study's way by `month`, later, or before the period."""
    merged = guided(study, people, month)
    return merged.assign(**_introduction(study, merged["coach"], month))


def _introduction(study: Study, coaches: pd.Series, month: int) -> dict[str, pd.Series]:
    if not study.introduced_here:
        none = pd.Series(False, index=coaches.index)
        return {"introduced": none, "introduced_later": none, "introduced_before": none}
    table = study.introductions
    since = (
        coaches.map(table.set_index("coach")["month"]) if table is not None else pd.Series(float("nan"), index=coaches.index)
    )
    return {
        "introduced": since.le(month).fillna(False),
        "introduced_later": since.gt(month).fillna(False),
        "introduced_before": since.lt(study.period.first).fillna(False),
    }


def profile(study: Study) -> pd.DataFrame:
    """Give who was on general assistance in the index month and consented, marked as lone mother or rest of the caseload."""
    everybody = on_benefit(study, study.index_month)
    people = everybody.loc[agreed(study, everybody["person"])].reset_index(drop=True)
    return people.assign(group=_is_lone_mother(people).map({True: "mothers", False: "rest"}))


def _is_lone_mother(people: pd.DataFrame) -> pd.Series:
    return people["sex"].eq("woman") & people["household"].eq("lone_parent")


def followed(study: Study) -> Cohort:
    """Follow the lone mothers of a municipality; of a published set, everybody in it."""
    return lone_mothers(study) if study.published is None else everybody(study)


def everybody(study: Study) -> Cohort:
    """Follow everybody whom the tables are about. A published set has no coaches, and nothing was introduced."""
    persons = pd.concat([table["person"] for table in study.tables.values()]).drop_duplicates()
    return start_cohort(
        pd.DataFrame({"person": persons, "coach": None, "introduced": False}),
        Text("personen in deze gegevens", "persons in these data"),
        Text("alle personen", "all persons"),
    )


def lone_mothers(study: Study) -> Cohort:
    """Follow lone mothers on general assistance in the index month who have a coach and consented to research."""
    people = on_benefit(study, study.index_month)
    mothers = people.loc[_is_lone_mother(people)].reset_index(drop=True)
    known = "caseload" in study.tables
    start = start_cohort(
        with_coach(study, mothers, study.index_month) if known else mothers.assign(coach=None, introduced=False),
        Text("alleenstaande moeders met algemene bijstand", "single mothers on general assistance"),
        Text("alle personen in de startmaand", "all persons in the first month"),
    )
    return consenting(with_clear_exposure(start)) if known else start


def with_clear_exposure(cohort: Cohort) -> Cohort:
    """Keep persons with a coach; leave out those whose coach began in the study's way before the period, or later."""
    coached = cohort.keep(
        cohort.frame["coach"].notna(),
        Text("hebben een consulent", "have a coach"),
        Text("niet toegewezen aan een consulent", "not allocated to a coach"),
    )
    guided = began_within_period(coached, COACH)
    if not guided.frame["introduced_later"].any():
        return guided
    return guided.keep(
        ~guided.frame["introduced_later"],
        Text("consulent voerde niet later in", "coach did not introduce later"),
        Text("latere introductie vertroebelt de vergelijking", "a later introduction blurs the comparison"),
    )


def began_within_period(cohort: Cohort, unit: Text) -> Cohort:
    """Leave out persons whose coach or team began before the period: of them nothing is known from before the introduction."""
    early = cohort.frame["introduced_before"]
    if not early.any():
        return cohort
    return cohort.keep(
        ~early,
        Text("{unit} begon niet al voor de periode", "{unit} did not begin before the period").format(unit=unit),
        Text("{unit} begon op een ander moment", "{unit} began at another time").format(unit=unit),
    )


def followed_for(study: Study, cohort: Cohort, months: int) -> Cohort:
    """Leave everybody out when the period ends before `months` months from the start: what becomes of them is not known."""
    if study.follow_up >= months:
        return cohort
    nobody = pd.Series(False, index=cohort.frame.index)
    return cohort.keep(nobody, Text(f"{months} maanden te volgen", f"followed for {months} months"), TOO_SOON)


def consenting(cohort: Cohort) -> Cohort:
    """Keep persons who consented to research."""
    return cohort.keep(
        cohort.frame["consent"].eq("yes"),
        Text("gaven toestemming voor onderzoek", "consented to research"),
        Text("geen toestemming", "no consent"),
    )


def resilience_cohort(study: Study, cohort: Cohort, first: str = "T0", last: str = "T12") -> Cohort:
    """Keep the mothers with economic resilience at both waves, as columns ``ECR_T0`` and ``ECR_T12``."""
    waves = person_waves(study.tables["answers"], [study.instrument(RESILIENCE)])
    scores = {f"{RESILIENCE}_{wave}": at_wave(waves, RESILIENCE, wave) for wave in (first, last)}
    frame = cohort.frame.assign(**{name: cohort.frame["person"].map(score).astype(float) for name, score in scores.items()})
    measured = Cohort(frame, cohort.ledger).keep(
        frame[f"{RESILIENCE}_{first}"].notna(),
        Text(f"vulden de vragenlijst {WAVE_WORDS[first].nl} in", f"answered the questionnaire {WAVE_WORDS[first].en}"),
        Text("geen bruikbare eerste meting", "no usable first measurement"),
    )
    return measured.keep(
        measured.frame[f"{RESILIENCE}_{last}"].notna(),
        Text(f"vulden die ook {WAVE_WORDS[last].nl} in", f"also answered it {WAVE_WORDS[last].en}"),
        Text("geen bruikbare latere meting", "no usable later measurement"),
    )


def measured(study: Study, cohort: Cohort) -> Cohort:
    """Keep who was measured: the mothers as `measured_mothers` does; of a published set, who answered every question asked."""
    if study.published is None:
        return measured_mothers(study, cohort)
    return complete_answers(study, cohort) if "answers" in study.tables else cohort


def complete_answers(study: Study, cohort: Cohort, wave: str = "T0") -> Cohort:
    """Keep the persons who answered every item of the resilience scale, or of what stands in for it, at one wave."""
    complete = cohort_items(study, cohort, RESILIENCE, wave).dropna().index
    return cohort.keep(
        cohort.frame["person"].isin(complete),
        Text("beantwoordden elke vraag", "answered every question"),
        Text("sloegen een of meer vragen over", "skipped one or more questions"),
    )


def measured_mothers(study: Study, cohort: Cohort) -> Cohort:
    """Keep the mothers with both measurements of resilience; where no questionnaires were delivered, all of them."""
    return resilience_cohort(study, cohort) if "answers" in study.tables else cohort


def cohort_waves(study: Study, cohort: Cohort) -> pd.DataFrame:
    """Give one row per cohort member and wave: scores of the protocol's instruments, months, coach, introduced."""
    declared = [study.instrument(code) for code in study.protocol.instruments]
    waves = person_waves(study.tables["answers"], declared)
    return waves.merge(cohort.frame[["person", "coach", "introduced"]], on="person", validate="many_to_one")


def at_one_wave(waves: pd.DataFrame, wave: str, scales: list[str]) -> pd.DataFrame:
    """Give the cohort members who have all `scales` at `wave`."""
    return waves.loc[waves["wave"] == wave].dropna(subset=scales).reset_index(drop=True)
