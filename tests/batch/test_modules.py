"""Which rooms a notebook uses: never fewer than it really loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gm_workbench.batch.modules import HOME, closure, digests, imports_of, used_by

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("metrics", "panel", "outputs")


def rooms(*sources: str, wing: str = "metrics") -> set[str]:
    return {room.removeprefix(f"gm_workbench.{wing}.") for room in used_by(sources) if room.startswith(f"gm_workbench.{wing}.")}


def test_room_that_is_named_is_used_and_its_neighbours_are_not():
    assert "cascade" in rooms("from gm_workbench import metrics", "x = metrics.cascade.ancova_difference(1)")
    assert "mobility" not in rooms("from gm_workbench import metrics", "x = metrics.cascade.ancova_difference(1)")


def test_room_that_a_room_imports_is_used_too():
    assert {"gm_workbench.metrics.estimate"} <= closure(["gm_workbench.metrics.cascade"])
    assert "gm_workbench.metrics.checks" in imports_of(HOME / "metrics" / "cascade.py")


@pytest.mark.parametrize(
    "source",
    [
        "from gm_workbench import metrics\nwing = metrics",
        "from gm_workbench import metrics\ngetattr(metrics, 'cascade')",
        "import gm_workbench\nuse(gm_workbench)",
        "this is no Python",
    ],
)
def test_wing_that_is_used_in_another_way_counts_whole(source):
    assert {"cascade", "mobility", "scales"} <= rooms(source)


@pytest.mark.parametrize(
    "source",
    [
        "import gm_workbench.metrics.scales",
        "import gm_workbench.metrics.scales as s\ns.cronbach_alpha",
        "from gm_workbench.metrics import scales",
        "from gm_workbench.metrics.scales import cronbach_alpha",
        "from gm_workbench import metrics as m\nm.scales.cronbach_alpha",
        "%matplotlib inline\nfrom gm_workbench import metrics\nmetrics.scales",
    ],
)
def test_every_way_to_import_a_room_is_seen(source):
    assert "scales" in rooms(source)
    assert "mobility" not in rooms(source)


def test_names_that_the_package_offers_lead_to_their_rooms():
    assert "showing" in rooms("from gm_workbench import show", wing="guard")
    assert "study" in rooms("from gm_workbench import open_study", wing="panel")


def test_digest_of_a_wing_changes_with_a_room_of_it(tmp_path):
    (tmp_path / "metrics").mkdir()
    file = tmp_path / "metrics" / "a.py"
    file.write_text("1", encoding="utf-8")
    before = digests(["gm_workbench.metrics.a", "gm_workbench.metrics.a"], tmp_path)
    file.write_text("2", encoding="utf-8")
    assert before.keys() == digests(["gm_workbench.metrics.a"], tmp_path).keys() == {"metrics"}
    assert before != digests(["gm_workbench.metrics.a"], tmp_path)


RUN = """
import json, os, sys, tempfile
sources, names = json.load(sys.stdin), {}
os.environ["GM_RUN_DIR"] = tempfile.mkdtemp()
for number, source in enumerate(sources):
    exec(source, names)
    if number == 0:
        names["place"] = "published-unempdur"
print(json.dumps([name for name in sys.modules if name.startswith("gm_workbench.")]))
"""


@pytest.mark.slow
def test_no_room_is_loaded_that_was_not_seen():
    cells = json.loads((ROOT / "notebooks" / "tilburg_single_mothers.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(sources), capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert len(loaded) > 50
    wings = {name for name in loaded if (HOME.joinpath(*name.split(".")[1:]) / "__init__.py").is_file()}
    assert loaded - wings - used_by(sources) == set()
