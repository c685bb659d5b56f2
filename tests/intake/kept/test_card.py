from __future__ import annotations

import json

from gm_workbench.intake.kept.card import write_cards
from gm_workbench.intake.kept.catalog import Catalog, Source, load
from gm_workbench.intake.kept.partitions import replace, stage


def test_a_card_and_a_schema_lie_beside_each_table(folder, parts):
    sources = {"kosten.csv": Source("kosten.csv", None, "f00d" * 16, "recipe")}
    replace(folder, stage(folder, parts), Catalog(key_id="0a1b2c3d", sources=sources))
    write_cards(folder, load(folder))
    schema = json.loads((folder / "tables" / "costs" / "_schema.json").read_bytes())
    assert (schema["table"], schema["version"], schema["key_id"]) == ("costs", 1, "0a1b2c3d")
    assert schema["sources"] == [{"name": "kosten.csv", "digest": "f00d" * 16}]
    amount = next(column for column in schema["columns"] if column["name"] == "amount")
    assert (amount["type"], amount["unit"]) == ("double", "euro")
    card = (folder / "tables" / "costs" / "_card.md").read_text(encoding="utf-8")
    assert card.startswith("# costs\n")
    assert "| amount |" in card
    assert "kosten.csv `f00df00df00df00d`" in card
    assert [path.name for path in (folder / "tables").iterdir()] == ["costs"]


def test_a_card_tells_how_many_rows_there_are_to_nobody(folder, costs):
    replace(folder, stage(folder, [costs(24288, *((f"p{n}", "01", 1.0) for n in range(7919)))]), Catalog())
    write_cards(folder, load(folder))
    told = "".join(path.read_text(encoding="utf-8") for path in folder.glob("tables/costs/_*"))
    assert "7919" not in told
