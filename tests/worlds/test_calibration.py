from __future__ import annotations

import re
from pathlib import Path

import pytest

from gm_workbench.errors import DeclarationError, UnknownPlace, UnknownWorld
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.worlds.calibration import World, load_world, world_names


def test_every_figure_says_how_it_is_known_and_which_line_it_is(default):
    for name, figure in default.figures.items():
        assert figure.status in (Status.DOCUMENTED, Status.ASSUMED), name
        assert len(figure.line) > 10, name


def test_a_documented_figure_names_a_web_address_or_a_law(default):
    documented = [figure for figure in default.figures.values() if figure.status is Status.DOCUMENTED]
    assert len(documented) >= 8
    assert all(re.search(r"https?://|BWBR\d{7}", figure.line) for figure in documented)


def test_the_places_are_the_network_and_three_fictional_ones(default):
    assert list(default.towns) == ["GM0307", "GM0363", "GM0518", "GM0855", "GM9901", "GM9902", "GM9903"]
    assert [Place.parse(code).code for code in default.towns] == list(default.towns)


def test_tilburg_has_the_documented_households(default):
    # CBS 37955ned, September 2010
    assert dict(default.town("GM0855").households) == {"single": 3500, "lone_parent": 1310, "couple": 750}


def test_the_index_month_and_period_are_those_of_the_studies(default):
    assert (str(default.period), default.index_month, default.index) == ("2023-01/2025-12", month_index("2024-01"), 12)


def test_a_further_world_overrides_and_keeps_the_rest(tmp_path):
    write_base(tmp_path)
    write(tmp_path, "null", "exits: {introduction_ratio: {value: 1.0, status: assumed, line: no difference}}")
    world, base = load_world("null", tmp_path), load_world("default", tmp_path)
    assert world.number("exits.introduction_ratio") == 1.0
    assert world.number("exits.women_ratio") == base.number("exits.women_ratio")
    assert world.towns == base.towns


def test_an_edited_file_is_read_again(tmp_path):
    write_base(tmp_path)
    write(tmp_path, "null", "exits: {introduction_ratio: {value: 1.0, status: assumed, line: no difference}}")
    assert load_world("null", tmp_path).number("exits.introduction_ratio") == 1.0
    write(tmp_path, "null", "exits: {introduction_ratio: {value: 0.85, status: assumed, line: some harm}}")
    assert load_world("null", tmp_path).number("exits.introduction_ratio") == 0.85


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        ("exits: {introduction_ratoi: {value: 1.0, status: assumed, line: x}}", "did you mean exits.introduction_ratio"),
        ("exits: {women_ratio: {value: 0.7, status: documented, line: a colleague}}", "must name a public source"),
        ("exits: {women_ratio: {value: 0.7, status: guessed, line: x}}", "must be one of documented, assumed"),
        ("exits: {women_ratio: {value: true, status: assumed, line: x}}", "must be a number, a text"),
        ("exits: {women_ratio: {status: assumed, line: x}}", "must be a number, a text"),
        ("exits: {women_ratio: {value: 0.7, status: assumed}}", "line is missing"),
        ("exits: {women_ratio: {value: 0.7, status: assumed, line: x, nota: y}}", "is not a name that is known here"),
    ],
)
def test_a_faulty_figure_is_refused(tmp_path, figures, fault):
    write_base(tmp_path)
    write(tmp_path, "faulty", figures)
    with pytest.raises(DeclarationError, match=re.escape(fault)):
        load_world("faulty", tmp_path)


def test_a_place_needs_every_kind_of_household(tmp_path):
    write_base(tmp_path)
    place = "{households: {value: {single: 3}, status: assumed, line: x}, workers: {value: 1, status: assumed, line: x}}"
    (tmp_path / "faulty.yml").write_text(f"about: x\nbased_on: default\nplaces:\n  GM0855: {place}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="number of households for each of single, lone_parent, couple"):
        load_world("faulty", tmp_path)


def test_the_index_month_needs_three_months_before_it(tmp_path):
    write_base(tmp_path)
    (tmp_path / "faulty.yml").write_text("about: x\nbased_on: default\nindex_month: 2023-03\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="at least three months before it"):
        load_world("faulty", tmp_path)
    (tmp_path / "good.yml").write_text("about: x\nbased_on: default\nindex_month: 2023-04\n", encoding="utf-8")
    assert load_world("good", tmp_path).index == 3


@pytest.mark.parametrize("base", ["faulty", "nowhere"])
def test_a_world_cannot_rest_on_itself_or_on_nothing(tmp_path, base):
    (tmp_path / "faulty.yml").write_text(f"about: x\nbased_on: {base}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="based_on must name another world"):
        load_world("faulty", tmp_path)


def test_an_unknown_world_place_or_figure_gets_a_hint(default):
    with pytest.raises(UnknownWorld, match="did you mean default"):
        load_world("defualt")
    with pytest.raises(UnknownPlace, match="did you mean GM0855"):
        default.town("GM0854")
    with pytest.raises(DeclarationError, match=r"did you mean exits\.women_ratio"):
        default.value("exits.woman_ratio")


def test_world_names_lists_the_files(worlds_folder):
    assert world_names(worlds_folder) == ("default", "tiny")


def test_a_world_is_frozen(default: World):
    with pytest.raises(TypeError, match="does not support item assignment"):
        default.figures["exits.women_ratio"] = None  # type: ignore[index]


BASE = """
about: the least that a world needs
period: 2023-01/2025-12
index_month: 2024-01
places:
  GM0855:
    households: {value: {single: 3, lone_parent: 2, couple: 1}, status: assumed, line: small}
    workers: {value: 1, status: assumed, line: small}
figures:
  exits:
    introduction_ratio: {value: 1.15, status: assumed, line: a little}
    women_ratio: {value: 0.72, status: assumed, line: less}
"""


def write_base(folder: Path) -> None:
    (folder / "default.yml").write_text(BASE, encoding="utf-8")


def write(folder: Path, name: str, figures: str) -> None:
    (folder / f"{name}.yml").write_text(f"about: a test\nbased_on: default\nfigures:\n  {figures}\n", encoding="utf-8")
