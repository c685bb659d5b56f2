from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from gm_workbench.metrics.counts import CategoryCount, category_counts
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Role, Shape
from gm_workbench.outputs.people import flow, profile, why_key
from gm_workbench.panel.ledger import Ledger, Step
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

Reader = Callable[..., str]


@pytest.fixture
def steps() -> tuple[Step, ...]:
    start = Ledger().then(Text("moeders", "mothers"), 1310, Text("", ""))
    consented = start.then(Text("gaven toestemming", "consented"), 1180, Text("geen toestemming", "no consent"))
    return consented.then(Text("vulden T0 in", "answered T0"), 930, Text("geen meting", "no measurement")).steps


def test_flow_counts_persons_after_each_step(steps: tuple[Step, ...], section: Section, about: About, read: Reader) -> None:
    output = flow(steps, section, about)
    assert (output.words.role, output.words.shown_as) == (Role.FLOW, (Shape.FLOW,))
    assert [(cell.row, cell.column, cell.measure, cell.n) for cell in output.cells] == [
        ("step_1", "persons", Measure.COUNT, 1310),
        ("step_2", "persons", Measure.COUNT, 1180),
        ("step_3", "persons", Measure.COUNT, 930),
    ]
    assert read(output) == "Van de 1.310 personen aan het begin bleven er 930 over."
    assert read(output, "en", sentence=output.words.alt) == "1,310 mothers; then 1,180 consented; then 930 answered T0."


def test_flow_that_hides_who_remained_does_not_say_that_nothing_is_shown(
    steps: tuple[Step, ...], section: Section, about: About, read: Reader
) -> None:
    assert read(flow(steps, section, about), hidden=("step_3",)) == NUMBER_HIDDEN.nl


def test_flow_says_why_persons_dropped_out(steps: tuple[Step, ...], section: Section, about: About) -> None:
    output = flow(steps, section, about)
    assert output.words.label(why_key("step_2")).nl == "geen toestemming"
    assert why_key("step_1") not in output.words.labels


def test_flow_of_one_step_compares_nothing(steps: tuple[Step, ...], section: Section, about: About, read: Reader) -> None:
    assert read(flow(steps[:1], section, about)) == "Dit gaat over 1.310 personen."


def test_flow_of_nobody_says_that_there_is_nobody_to_follow(section: Section, about: About, read: Reader) -> None:
    nobody = Ledger().then(Text("moeders", "mothers"), 0, Text("", ""))
    output = flow(nobody.then(Text("vulden T0 in", "answered T0"), 0, Text("", "")).steps, section, about)
    assert read(output, "en").startswith("In this period there is nobody to follow")
    assert read(output, hidden=("step_1",)) == NUMBER_HIDDEN.nl


def people() -> pd.DataFrame:
    rows = pd.DataFrame({"person": range(100), "group": ["mothers"] * 40 + ["rest"] * 60})
    housing = ["tenant"] * 30 + ["owner"] * 10 + ["tenant"] * 15 + ["owner"] * 45
    return rows.assign(housing=housing, exempt=[place % 4 == 0 for place in range(100)])


def counted() -> tuple[CategoryCount, ...]:
    return category_counts(people(), ["housing", "exempt"], "group", ["mothers", "rest"])


def test_profile_puts_shares_of_two_groups_beside_each_other(section: Section, about: About, read: Reader) -> None:
    output = profile(counted(), section, about)
    shares = {cell.key: (cell.numerator, cell.n) for cell in output.cells if cell.measure is Measure.SHARE}
    assert shares["housing:tenant", "mothers"] == (30, 40)
    assert shares["housing:owner", "rest"] == (45, 60)
    assert {cell.column: cell.n for cell in output.cells if cell.measure is Measure.COUNT} == {"mothers": 40, "rest": 60}
    assert read(output) == (
        "Het grootste verschil zit bij wonen (eigenaar): 25 % bij alleenstaande moeders, tegen 75 % bij de rest van het "
        "bestand."
    )


def test_profile_declares_what_adds_up(section: Section, about: About) -> None:
    output = profile(counted(), section, about)
    own = {cell.key: cell.numerator if cell.measure is Measure.SHARE else cell.n for cell in output.cells}
    assert len(output.sums) == 4
    for declared in output.sums:
        assert own[declared.total] == sum(own[part] or 0 for part in declared.parts)


def test_profile_marks_what_is_sensitive(section: Section, about: About) -> None:
    output = profile(counted(), section, about, sensitive=["exempt"])
    assert {cell.row for cell in output.cells if cell.sensitive} == {"exempt:True", "exempt:False"}
    assert output.words.label("exempt:True").nl == "ontheffing van de arbeidsplicht: ja"


def test_profile_with_a_hidden_difference_quotes_the_largest_of_what_is_shown(
    section: Section, about: About, read: Reader
) -> None:
    said = read(profile(counted(), section, about), hidden=("housing:owner",))
    assert said == (
        "Van wat hier staat, is het verschil het grootst bij wonen (huurder): 75 % bij alleenstaande moeders, tegen 25 % bij "
        "de rest van het bestand."
    )


def test_profile_of_which_no_share_is_shown_says_so(section: Section, about: About, read: Reader) -> None:
    shares = ("housing:owner", "housing:tenant", "exempt:True", "exempt:False")
    assert read(profile(counted(), section, about), hidden=shares) == (
        "Er wordt geen verschil tussen beide groepen genoemd: geen van de aandelen mag voor beide getoond worden."
    )


def test_profile_of_one_group_compares_nothing(section: Section, about: About, read: Reader) -> None:
    alone = category_counts(people(), ["housing"], "group", ["mothers", "nobody"])
    output = profile(alone, section, about)
    assert read(output, "en") == "There is no group here to compare with."
    assert {cell.column for cell in output.cells if cell.measure is Measure.SHARE} == {"mothers"}


def test_profile_of_nobody_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    nobody = category_counts(people().iloc[:0], ["housing", "exempt"], "group", ["mothers", "rest"])
    output = profile(nobody, section, about)
    assert (output.words.shown_as, output.cells) == ((Shape.WORDS,), ())
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn er te weinig personen."
    assert read(output, "en") == "That cannot be said with these data: there are too few persons for that."


def test_profile_words_can_be_replaced(section: Section, about: About) -> None:
    output = profile(counted(), section, about, labels={"housing:tenant": same("rents"), "mothers": same("M")})
    assert output.words.label("housing:tenant").en == "housing: rents"
    assert output.words.label("mothers").en == "M"


def test_flow_is_about_the_persons_of_its_first_step(steps: tuple[Step, ...], section: Section, about: About) -> None:
    assert flow(steps, section, about).words.population == steps[0].label
    public = replace(about, kind=DataKind.PUBLISHED)
    assert flow(steps, section, public).words.population == about.population


def test_flow_of_public_data_speaks_of_no_delivery(steps: tuple[Step, ...], section: Section, about: About) -> None:
    public = flow(steps, section, replace(about, kind=DataKind.PUBLISHED))
    assert ("levering" in public.words.caption.nl, "delivery" in public.words.caption.en) == (False, False)
    assert "levering" in flow(steps, section, about).words.caption.nl
    alone = flow(steps[:1], section, replace(about, kind=DataKind.PUBLISHED))
    assert "niemand viel af" in alone.words.caption.nl
