from __future__ import annotations

import pickle
import stat
from pathlib import Path

import pytest

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard import showing
from gm_workbench.guard.exploring import MARK, PROTECTED, UNPROTECTED
from gm_workbench.guard.showing import MIME, collect, listing, show
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

ROOT = Path(__file__).parents[2]


@pytest.fixture
def displayed(monkeypatch):
    """What was displayed, one bundle of forms at a time; outside a batch run."""
    bundles: list[dict[str, object]] = []

    def display(bundle: dict[str, object], raw: bool, metadata: dict[str, str]) -> None:
        assert raw
        assert metadata in ({MARK: PROTECTED}, {MARK: UNPROTECTED})
        bundles.append(bundle)

    monkeypatch.setattr(showing, "display", display)
    monkeypatch.setenv("GM_ROOT", str(ROOT))
    monkeypatch.delenv("GM_RUN_DIR", raising=False)
    return bundles


@pytest.fixture
def run(displayed, monkeypatch, tmp_path):
    monkeypatch.setenv("GM_RUN_DIR", str(tmp_path))
    return tmp_path


def test_show_displays_protected_numbers_marked_as_provisional(displayed, table):
    show(table({"men": [4, 30, 60], "women": [50, 60, 70]}))
    (bundle,) = displayed
    assert bundle["text/plain"].splitlines()[:3] == ["people (voorlopig)", "  men  a  <10    n=<10", "  men  b  –    n=–"]
    assert "voorlopig" in bundle["text/html"]
    assert "<h4>Wie zijn het?</h4><p>x</p>" in bundle["text/html"]
    assert "<td>&lt;10</td>" in bundle["text/html"]
    assert ">4<" not in bundle["text/html"]


def test_show_lists_the_same_numbers_in_the_same_way(displayed, table):
    show(table({"men": [4, 30]}))
    show(table({"men": [4, 30]}))
    assert displayed[0] == displayed[1]


def test_show_says_what_protection_did(displayed, table):
    show(table({"men": [4, 30]}, margins=False))
    assert "* 1 getal niet getoond (minder dan 10 personen)" in displayed[0]["text/plain"]
    assert "1 getal niet getoond (minder dan 10 personen)" in displayed[0]["text/html"]


def test_show_takes_another_policy(displayed, table):
    show(table({"men": [13, 30]}, margins=False), policy="opensafely-stijl")
    assert "  men  a  15    n=15" in displayed[0]["text/plain"]


def test_show_draws_pictures_by_themselves(displayed, words):
    cell = Cell("all", "gain", Measure.ESTIMATE, 50, value=2.94, low=-0.4, high=6.1, se=1.6, unit="points", digits=1)
    show(Output(words(shape=Shape.DOTS), (cell,)))
    assert displayed[1]["image/png"].startswith(b"\x89PNG")
    assert displayed[1]["text/plain"] == "[dots people]"
    assert "2,9" in displayed[0]["text/plain"]
    assert "[−0,4; 6,1]" in displayed[0]["text/plain"]


def test_show_unprotected_is_marked_in_red(displayed, table):
    show(table({"men": [4, 30]}, margins=False), protected=False)
    assert "onbeschermd – alleen om te verkennen" in displayed[0]["text/html"]
    assert "#b00020" in displayed[0]["text/html"]
    assert "  men  a  4    n=4" in displayed[0]["text/plain"]


def test_show_unprotected_makes_shares(displayed, words):
    cells = (
        Cell("r", "a", Measure.SHARE, 8, numerator=2),
        Cell("r", "b", Measure.SHARE, 0, numerator=0),
        Cell("r", "c", Measure.ESTIMATE, 3, value=1.0, digits=1),
    )
    show(Output(words(), cells), protected=False)
    assert displayed[0]["text/plain"].splitlines()[1:] == ["  r  a  0,25    n=8", "  r  b  –    n=0", "  r  c  1,0    n=3"]


def test_show_of_a_withheld_output_says_why(displayed, words):
    from gm_workbench.vocabulary.text import same

    show(Output(words(caption=same("7 vrouwen")), (Cell("r", "a", Measure.COUNT, 50),)))
    assert "iemand moet eerst beoordelen" in displayed[0]["text/plain"]
    assert "iemand moet eerst beoordelen" in displayed[0]["text/html"]
    assert "50" not in displayed[0]["text/plain"]


def test_show_refuses_what_the_guard_refuses(displayed, table):
    output = table({"men": [30]}, margins=False)
    object.__setattr__(output.words, "shown_as", ("pie",))
    with pytest.raises(DisclosureRefused, match="no rule for the shape"):
        show(output)
    assert displayed == []


def test_batch_run_registers_outputs_in_order_and_displays_placeholders(displayed, run, table):
    first, second = table({"men": [4, 30]}, name="zebra"), table({"men": [4, 30]}, name="apple")
    show(first)
    show(second)
    assert displayed == [
        {MIME: {"id": "zebra"}, "text/plain": "[output zebra]"},
        {MIME: {"id": "apple"}, "text/plain": "[output apple]"},
    ]
    assert collect(run) == [first, second]
    assert [file.name for file in sorted((run / "outputs").iterdir())] == ["000-zebra.pkl", "001-apple.pkl"]


def test_batch_run_keeps_registered_outputs_private(run, table):
    show(table({"men": [4, 30]}))
    assert stat.S_IMODE((run / "outputs").stat().st_mode) == 0o700
    assert stat.S_IMODE((run / "outputs" / "000-people.pkl").stat().st_mode) == 0o600


def test_batch_run_collects_the_eleventh_after_the_tenth(run, table):
    ids = [f"o{at}" for at in range(11)]
    for name in ids:
        show(table({"men": [30]}, margins=False, name=name))
    assert [output.id for output in collect(run)] == ids


def test_batch_run_does_not_show_unprotected(displayed, run, table):
    with pytest.raises(DisclosureRefused, match="got protected=False; remove it"):
        show(table({"men": [4, 30]}), protected=False)
    assert displayed == []
    assert collect(run) == []


def test_collect_takes_outputs_only(run):
    (run / "outputs").mkdir()
    (run / "outputs" / "000-x.pkl").write_bytes(pickle.dumps({"id": "x"}))
    with pytest.raises(DisclosureRefused, match="must hold an Output"):
        collect(run)


def test_collect_of_a_run_without_outputs_is_empty(tmp_path):
    assert collect(tmp_path) == []


def test_listing_writes_shares_as_parts_of_one(policy, words):
    from gm_workbench.guard.protect import protect

    output = Output(words(), (Cell("r", "c", Measure.SHARE, 60, numerator=20, digits=1),))
    assert listing(protect([output], policy).outputs[0]).splitlines()[1] == "  r  c  0,333    n=60"
