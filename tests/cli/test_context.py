"""`gm context`: figures of StatLine, printed and looked up on a stand-in."""

from __future__ import annotations

import json

from gm_workbench.cli import context
from gm_workbench.vocabulary.context import FILE, load_context

ROW = {"Perioden": "2017 januari", "Huishouden": "Paar", "Bijstand_1": 58_300}


def test_context_prints_each_figure_with_its_table_and_how_it_is_known(project, call):
    said = call("context")
    assert said.exit_code == 0
    assert "82750   benefits    82015NED  as quoted" in said.output
    rows = json.loads(call("context", "--json").output)
    assert len(rows) == len(load_context(project.codes))
    assert {row["status"] for row in rows} == {"as quoted"}


def test_context_refresh_says_that_it_was_never_run_live_and_leaves_what_it_cannot_find(project, call, monkeypatch):
    before = (project.codes / FILE).read_text(encoding="utf-8")
    monkeypatch.setattr(context, "client", lambda: lambda _table: [ROW])
    said = call("context", "--refresh")
    assert said.exit_code == 0
    assert "never run against the live service" in said.stderr
    assert "no words" in said.stdout
    assert (project.codes / FILE).read_text(encoding="utf-8") == before


def test_context_refresh_writes_what_it_found(project, call, monkeypatch):
    file = project.codes / FILE
    lines = file.read_text(encoding="utf-8").splitlines()
    lines = [line + "2017 januari|Paar=Bijstand_1" if line.startswith("nl_2017_couple") else line for line in lines]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(context, "client", lambda: lambda _table: [ROW])
    found = {row["figure"]: row for row in json.loads(call("context", "--refresh", "--json").stdout)}
    assert found["nl_2017_couple"] == {
        "figure": "nl_2017_couple", "was": 58_280, "now": 58_300, "table": "82015NED", "found": "changed",
    }  # fmt: skip
    couple = next(one for one in load_context(project.codes) if one.name == "nl_2017_couple")
    assert (couple.value, couple.status[:9]) == (58_300, "looked up")
