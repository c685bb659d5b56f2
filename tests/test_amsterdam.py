"""The notebook of the study of teams, cell by cell, under each of the four designs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from gm_workbench.batch.demonstration import DECLARATIONS
from gm_workbench.batch.parameters import TAG
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.guard.showing import collect
from gm_workbench.outputs.output import Role, Suppressed
from gm_workbench.outputs.sentences import say
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.designs import load_template
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

pytestmark = pytest.mark.untraced

SOURCE = Paths(Path(__file__).resolve().parents[1])
NOTEBOOK = SOURCE.notebooks / "amsterdam_supervisor_cascade.ipynb"
PLACE, SEED = "GM9901", 2026
TABLES = ("benefits", "caseload", "rosters", "team_introductions", "answers", "coach_answers", "supervisor_answers")

WORLD = """
about: a place with twelve small teams
based_on: default
places:
  GM9901:
    households: {{value: {{single: 560, lone_parent: 60, couple: 40}}, status: assumed, line: "small"}}
    workers: {{value: 20, status: assumed, line: "small"}}
figures:
  coaches:
    caseload: {{value: 13, status: assumed, line: "small, so that there are twelve teams"}}
    team_size: {{value: 4, status: assumed, line: "small"}}
  cascade:
    steps: {{value: {steps}, status: assumed, line: "when teams begin"}}
"""

STEPS = {
    "parallel_clusters": "[[0, 0.5]]",
    "stepped_wedge": "[[0, 0.34], [5, 0.33], [10, 0.33]]",
    "staggered_introduction": "[[0, 0.25], [6, 0.25]]",
    "before_after": "[[0, 1.0]]",
}


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Paths:
    """Give a project with one delivery of a small world, in which teams begin as the design wants it."""
    for name in DECLARATIONS:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / name).symlink_to(SOURCE.root / "data" / name, target_is_directory=True)
    small = Paths(tmp_path)
    small.worlds.unlink()
    small.worlds.mkdir()
    (small.worlds / "default.yml").symlink_to(SOURCE.worlds / "default.yml")
    (small.worlds / "small.yml").write_text(WORLD.format(steps=STEPS[request.param]), encoding="utf-8")
    tables = draw("small", PLACE, SEED, TABLES, folder=small.worlds)
    write_delivery(tables, PLACE, "small", SEED, small.synthetic / "small" / PLACE, small.codes)
    return small


def run_cells(**parameters: str) -> None:
    names: dict[str, object] = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, NOTEBOOK.name, "exec"), names)
            names |= parameters if TAG in cell.metadata.get("tags", []) else {}


MORE = dict.fromkeys(("before_after", "stepped_wedge", "parallel_clusters"), pytest.mark.proof)
"""Designs of which the notebook is also run elsewhere in the suite, or that take longest."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("project", "design"),
    [pytest.param(name, name, id=name, marks=MORE.get(name, ())) for name in STEPS],
    indirect=["project"],
)
def test_the_notebook_answers_under_each_design(
    project: Paths, design: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    monkeypatch.setenv("GM_ROOT", str(project.root))
    monkeypatch.setenv("GM_RUN_DIR", str(run))
    run_cells(place=PLACE, world="small", design=design)
    capsys.readouterr()
    released = protect(collect(run), load_policy("cbs-stijl"))
    by_id = {one.words.id: one for one in released.outputs}
    answer, told = by_id["answer"], load_template(design)
    assert answer.words.role is Role.ANSWER
    assert not isinstance(answer.cells[0].value, Suppressed)
    assert answer.cells[0].low < answer.cells[0].value < answer.cells[0].high
    assert told.contrast.nl in answer.words.caption.nl
    assert say(by_id["design"].words.sentence, by_id["design"], "en") == told.how.en
    standing = say(by_id["design"].words.more[0], by_id["design"], "nl")
    assert ("wijkt af van het protocol" in standing) is (design != "parallel_clusters")
    assert ({one.words.role for one in released.outputs} & {Role.ABSENT}) == set()
