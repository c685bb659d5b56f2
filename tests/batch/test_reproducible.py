"""The same inputs give the same bytes, in any folder on any day, and no number in a report comes from another place.

The notebook is small, but everything around it is as in a batch of real studies: deliveries that are checked, kernels of their
own, the guard, pages with pictures.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from gm_workbench.batch.finished import TIMES
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.run import Summary, run_batch
from gm_workbench.kernels.folders import environment
from gm_workbench.report.files import contents
from gm_workbench.report.manifest import MANIFEST
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.checksums import CHECKSUMS
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

pytestmark = pytest.mark.untraced

REPOSITORY = Paths(Path(__file__).resolve().parents[2])
STUDY, WORLD, SEED = "tilburg_single_mothers", "default", 2026

WAGES = """
place: str = "GM0855"  # the municipality
world: str = "default"  # a synthetic world
period: str = "2023-01/2025-12"  # first and last month
policy: str = "cbs-stijl"  # disclosure policy
"""
STEPS = [
    """
from gm_workbench.guard.showing import show
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Role, Sentence, Shape, Slot, Words, plain
from gm_workbench.panel.study import open_study
from gm_workbench.vocabulary.text import Text, same
study = open_study("tilburg_single_mothers", place, world, period)
""",
    """
persons = study.tables["caseload"]["person"].nunique()
wages = study.tables["wages"].groupby("person")["hourly_wage"].mean()
mean, workers = wages.mean(), len(wages)
estimate = lambda row: Cell(row, "mean", Measure.ESTIMATE, workers, mean, mean - 1, mean + 1, 0.5, unit="euro", digits=2)
""",
    """
said = Sentence(Text("Gemiddeld {mean} euro per uur.", "On average {mean} euros an hour."), {"mean": Slot("wage", "mean")})
words = dict(
    caption=same("wages"), alt=plain(Text("Een punt met een interval.", "A point with an interval.")), kind=study.kind,
    population=same("workers"), period=study.period_name, source=study.source, axes={"x": Axis(same("euro"))},
)
""",
    """
answer = Words(
    id="answer", role=Role.ANSWER, heading=Text("Hoeveel?", "How much?"), sentence=said,
    shown_as=(Shape.INTERVAL,), options={"sesoi": 1.0, "low": 0.0, "high": 30.0}, estimand="resilience_12m", **words,
)
show(Output(answer, (estimate("wage"),)))
""",
    """
groups = Words(
    id="wages", role=Role.SECTION, heading=Text("Hoe verdeeld?", "How spread?"), sentence=plain(Text("Zo.", "So.")),
    shown_as=(Shape.DOTS, Shape.TABLE), **words,
)
show(Output(groups, tuple(map(estimate, "ab"))))
""",
    """
flow = Words(
    id="flow", role=Role.FLOW, heading=Text("Over wie?", "About whom?"), sentence=plain(Text("Zij.", "They.")),
    shown_as=(Shape.FLOW,), **words,
)
show(Output(flow, (Cell("caseload", "persons", Measure.COUNT, persons),)))
""",
]

PLANTED = {"GM9901": (210, 11.17), "GM9902": (250, 13.29), "GM9903": (290, 17.43)}
"""Persons, and the wage that every one of them earns: nothing of it is near the numbers of the others."""


def planted(place: str) -> dict[str, pd.DataFrame]:
    """Give a caseload of so many persons, and wages that are all the same."""
    persons, wage = PLANTED[place]
    drawn = draw(WORLD, place, SEED, tables=("caseload", "wages"), folder=REPOSITORY.worlds)
    chosen = drawn["caseload"].drop_duplicates("person").head(persons)
    return {"caseload": chosen, "wages": drawn["wages"].assign(hourly_wage=wage)}


def project(root: Path, deliveries: Mapping[str, Mapping[str, pd.DataFrame]]) -> Paths:
    """Make a project with what is declared, one notebook, and these deliveries."""
    for name in ("codes", "policies", "protocols", "worlds"):
        shutil.copytree(REPOSITORY.root / "data" / name, root / "data" / name)
    (root / "notebooks").mkdir()
    tagged = nbformat.v4.new_code_cell(WAGES.strip(), metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_markdown_cell("# Wages"), tagged, *(nbformat.v4.new_code_cell(step.strip()) for step in STEPS)]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "notebooks" / f"{STUDY}.ipynb")
    (root / "pyproject.toml").touch()
    for place, tables in deliveries.items():
        write_delivery(tables, place, WORLD, SEED, root / "data" / "synthetic" / WORLD / place, REPOSITORY.codes)
    return Paths(root)


def make(where: Paths, *places: str, workers: int = 1) -> Summary:
    with environment({"GM_ROOT": str(where.root)}):
        summary = run_batch(plan([Wish(STUDY, place) for place in places], where), where, workers)
    assert [(result.outcome.state.made, result.outcome.reason) for result in summary.results] == [(True, "")] * len(places)
    return summary


def report(where: Paths, place: str) -> dict[str, bytes]:
    return contents(where.reports / STUDY / place)


def without_times(manifest: bytes) -> dict[str, object]:
    return {name: value for name, value in json.loads(manifest).items() if name not in TIMES}


ANOTHER_DAY = """
import ctypes, datetime, gc, time
later = datetime.timedelta(days=1000)
now, clock = datetime.datetime.now, time.time
names = gc.get_referents(datetime.datetime.__dict__)[0]
names["now"] = classmethod(lambda cls, tz=None: now(tz) + later)
names["utcnow"] = classmethod(lambda cls: (now(datetime.UTC) + later).replace(tzinfo=None))
ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
time.time = lambda: clock() + later.total_seconds()
time.time_ns = lambda: int(time.time() * 1e9)
"""
"""What a Python process runs before anything else when this is `sitecustomize.py` on its path."""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change what differs between two desks: day, time zone, language, home with settings of its own, order of sets."""
    home = tmp_path / "home"
    settings = home / "settings" / "matplotlibrc"
    settings.parent.mkdir(parents=True)
    settings.write_text("font.size: 30\nfont.family: monospace\nlines.antialiased: False\nsavefig.bbox: tight\n")
    (home / "path").mkdir()
    (home / "path" / "sitecustomize.py").write_text(ANOTHER_DAY)
    for name, value in {
        "HOME": str(home),
        "MATPLOTLIBRC": str(settings),
        "PYTHONPATH": str(home / "path"),
        "PYTHONHASHSEED": "77",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "COLUMNS": "40",
        "USER": "iemand-anders",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "één map met spaties" / "Gewogen Maatwerk’s"


@pytest.mark.slow
def test_report_is_the_same_to_the_byte_in_another_folder_on_another_day(tmp_path, request):
    deliveries = {"GM9903": planted("GM9903")}
    here = project(tmp_path / "here", deliveries)
    make(here, "GM9903")
    there = project(request.getfixturevalue("elsewhere"), deliveries)
    make(there, "GM9903")
    first, second = report(here, "GM9903"), report(there, "GM9903")
    assert {name for name in {*first, *second} if first.get(name) != second.get(name)} == {MANIFEST, CHECKSUMS}
    assert without_times(first[MANIFEST]) == without_times(second[MANIFEST])
    other_lines = {*first[CHECKSUMS].splitlines()} ^ {*second[CHECKSUMS].splitlines()}
    assert [line.partition(b"  ")[2] for line in other_lines] == [MANIFEST.encode()] * 2
    years = [int(json.loads(one[MANIFEST])["started"][:4]) for one in (first, second)]
    assert years[1] - years[0] in (2, 3)
    assert first["report.html"].count(b"data:image/png") >= 4


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Make the reports of all places in one batch of two workers."""
    made = project(tmp_path_factory.mktemp("together") / "project", {place: planted(place) for place in PLANTED})
    make(made, *PLANTED, workers=2)
    return made


def texts(where: Paths, place: str) -> str:
    """Give what can be read in a report; digests and the bytes of pictures are left out, as any digits may stand in them."""
    whole = "\n".join(content.decode() for name, content in report(where, place).items() if name != CHECKSUMS)
    return re.sub(r"base64,[A-Za-z0-9+/=]+|\"image/png\": \"[^\"]*\"|\b[0-9a-f]{12,64}\b", "", whole)


@pytest.mark.slow
def test_numbers_of_a_place_are_in_its_own_report_and_in_no_other(together):
    read = {place: texts(together, place) for place in PLANTED}
    for place, (persons, wage) in PLANTED.items():
        for number in (place, str(persons), str(wage), str(wage).replace(".", ",")):
            holding = [other for other in PLANTED if re.search(rf"(?<![\d.,]){number}(?!\d)", read[other])]
            assert (number, holding) == (number, [place])


@pytest.mark.slow
def test_data_behind_every_figure_are_those_of_the_place(together):
    for place, (persons, wage) in PLANTED.items():
        files = report(together, place)
        rows = {name: pd.read_csv(io.BytesIO(files[f"outputs/{name}.csv"])) for name in ("answer", "wages", "flow")}
        assert set(rows["answer"]["value"]) == set(rows["wages"]["value"]) == {wage}
        assert list(rows["flow"]["value"]) == [persons]
        assert json.loads(files["estimates.json"])["estimates"][0]["estimate"] == wage


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("place", PLANTED)
def test_report_made_among_others_is_the_one_made_alone(together, tmp_path, place):
    alone = project(tmp_path / "alone", {place: planted(place)})
    make(alone, place)
    own, among = report(alone, place), report(together, place)
    assert {name for name in {*own, *among} if own.get(name) != among.get(name)} == {MANIFEST, CHECKSUMS}
    assert without_times(own[MANIFEST]) == without_times(among[MANIFEST])
