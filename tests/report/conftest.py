"""A made-up report with every role and every shape; all its numbers are invented here."""

import hashlib
import math
import shutil
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gm_workbench.guard.decisions import load_decisions
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.guard.released import release
from gm_workbench.outputs.output import (
    Axis,
    Cell,
    Measure,
    Output,
    Role,
    Sentence,
    Shape,
    ShownCell,
    ShownOutput,
    Slot,
    Suppressed,
    Words,
    plain,
)
from gm_workbench.report.manifest import Manifest
from gm_workbench.report.release_approval import Consent, approve, verify_release
from gm_workbench.report.release_asking import Asked, ask
from gm_workbench.report.write import write_report
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

DATA = Path(__file__).parents[2] / "data"
TILBURG = "tilburg_single_mothers"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)

HIDDEN = Suppressed(10)
ROUNDED = Text("Aantallen zijn afgerond op 10.", "Counts are rounded to 10.")


def cell(row, column, value, low=None, high=None, *, n=710, measure=Measure.ESTIMATE, unit="points", digits=1, se=None):
    return ShownCell(row, column, measure, value, low, high, se, n, unit, digits)


def count(row, column, n):
    return ShownCell(
        row, column, Measure.COUNT, n if isinstance(n, Suppressed) else float(n), None, None, None, n, "persons", 0
    )


def words(name, role=Role.SECTION, shapes=(Shape.TABLE,), *, kind=DataKind.SYNTHETIC, **more):
    given = {
        "heading": Text("Hoe liep de veerkracht?", "How did resilience run?"),
        "lead": Text("We kijken naar het verloop over de metingen.", "We look at the course over the waves."),
        "sentence": plain(Text("De veerkracht nam iets toe.", "Resilience rose a little.")),
        "caption": Text("Economische veerkracht. Gemiddelde score (0–100).", "Economic resilience. Mean score (0–100)."),
        "alt": plain(Text("Lijnen die licht stijgen.", "Lines that rise a little.")),
        "population": Text("alleenstaande moeders met algemene bijstand", "lone mothers on benefit"),
        "period": Text("januari 2024 – december 2025", "January 2024 – December 2025"),
        "source": Text("vragenlijst IGM", "questionnaire IGM"),
        "shown_as": tuple(shapes),
    }
    return Words(id=name, role=role, kind=kind, **(given | more))


def answer(value=2.9, low=-0.4, high=6.1, kind=DataKind.SYNTHETIC):
    said = Sentence(
        Text(
            "Dat is nog niet te zeggen. Na twaalf maanden scoren moeders met de nieuwe begeleiding {value} punten hoger op een "
            "schaal van 0 tot 100, maar het interval loopt van {low} tot {high}: ook geen verschil past bij deze gegevens.",
            "We cannot tell yet. After twelve months, mothers with the new guidance score {value} points higher on a scale "
            "from 0 to 100, but the interval runs from {low} to {high}: no difference also fits these data.",
        ),
        {
            "value": Slot("difference", "score", absolute=True),
            "low": Slot("difference", "score", "low", signed=True),
            "high": Slot("difference", "score", "high", signed=True),
        },
    )
    named = words(
        "answer",
        Role.ANSWER,
        (Shape.INTERVAL,),
        kind=kind,
        heading=Text("Het antwoord", "The answer"),
        sentence=said,
        more=(plain(Text("De begeleiding is niet door loting verdeeld.", "The guidance was not assigned by lot.")),),
        axes={
            "x": Axis(
                Text(
                    "verschil in economische veerkracht na 12 maanden (schaal 0–100)",
                    "difference in economic resilience after 12 months (scale 0–100)",
                )
            )
        },
        options={"sesoi": 2.0, "low": -8.0, "high": 8.0},
        estimand="resilience_12m",
        alt=said,
    )
    return ShownOutput(named, (cell("difference", "score", value, low, high, se=1.66),), notes=(ROUNDED,))


def facts():
    labels = {
        "mothers": Text("vrouwen met beide metingen", "women with both measurements"),
        "coaches": Text("consulenten", "coaches"),
        "alpha": Text("betrouwbaarheid van de schaal", "reliability of the scale"),
        "assignment": Text("verschil na introductie, geen bewezen gevolg", "difference after introduction, not proof"),
    }
    named = words(
        "facts",
        Role.FACTS,
        (Shape.TILES,),
        labels=labels,
        tile_words={"assignment": Text("niet geloot", "no lottery")},
        heading=Text("Hoe stevig is dit?", "How solid is this?"),
    )
    cells = (
        count("mothers", "value", 710),
        cell("coaches", "value", 38, unit="coaches", digits=0),
        cell("alpha", "value", 0.86, 0.84, 0.88, unit="", digits=2),
    )
    return ShownOutput(named, cells)


def flow(**more):
    labels = {
        "stock": Text("alleenstaande moeders met algemene bijstand", "lone mothers on benefit"),
        "coach": Text("met een consulent", "with a coach"),
        "consent": Text("gaven toestemming", "consented"),
        "t0": Text("vulden de eerste meting in", "completed the first measurement"),
        "t12": Text("vulden ook de meting na twaalf maanden in", "also completed the one after twelve months"),
    }
    named = words(
        "flow",
        Role.FLOW,
        (Shape.FLOW,),
        heading=Text("Over wie gaat dit?", "Who is this about?"),
        labels=labels,
        caption=Text("Van caseload naar analyse. Personen per stap.", "From caseload to analysis. Persons per step."),
        **more,
    )
    steps = {"stock": 1310, "coach": 1290, "consent": 1180, "t0": 930, "t12": 710}
    return ShownOutput(named, tuple(count(row, "persons", n) for row, n in steps.items()), notes=(ROUNDED,))


def curve(stop=None):
    def steps(name, top, start):
        for month in range(25):
            share = top * (1 - math.exp(-month / 14))
            value = HIDDEN if stop is not None and month >= stop else share
            ends = (None, None) if isinstance(value, Suppressed) else (max(share - 0.02, 0.0), share + 0.02)
            yield cell(name, str(month), value, *ends, unit="probability", measure=Measure.ESTIMATE)
            if month % 3 == 0:
                yield count(f"{name}_at_risk", str(month), start - 17 * month)

    named = words(
        "exits",
        shapes=(Shape.CURVE,),
        heading=Text("Hoeveel vrouwen stroomden uit naar werk?", "How many women left for work?"),
        labels={
            "new": Text("werk, met introductie", "work, with introduction"),
            "usual": Text("werk, zonder", "work, without"),
            "new_at_risk": Text("nog gevolgd, met introductie", "still followed, with introduction"),
            "usual_at_risk": Text("nog gevolgd, zonder", "still followed, without"),
        },
        axes={
            "x": Axis(Text("maanden sinds de introductie", "months since the introduction")),
            "y": Axis(Text("% uitgestroomd naar werk", "% left for work")),
        },
    )
    return ShownOutput(named, (*steps("new", 0.21, 1240), *steps("usual", 0.2, 1190)))


def trend():
    labels = {
        "new": Text("met introductie", "with introduction"),
        "usual": Text("zonder introductie", "without introduction"),
        **{wave: same(wave) for wave in ("T0", "T3", "T6", "T12")},
    }
    named = words(
        "course",
        shapes=(Shape.TREND, Shape.TABLE),
        labels=labels,
        axes={
            "x": Axis(Text("meting (maanden sinds de introductie)", "wave (months since the introduction)")),
            "y": Axis(Text("economische veerkracht (schaal 0–100)", "economic resilience (scale 0–100)"), 30.0, 60.0),
        },
        row_title=Text("groep", "group"),
    )
    cells = [
        cell(row, wave, start + rise * place, start + rise * place - 2, start + rise * place + 2, n=710 - 40 * place)
        for row, start, rise in (("new", 44.0, 2.1), ("usual", 43.0, 1.4))
        for place, wave in enumerate(("T0", "T3", "T6", "T12"))
    ]
    return ShownOutput(named, tuple(cells))


KNOBS = {
    "SEF": (Text("geloof in eigen kunnen", "self-efficacy"), (0.62, 0.52, 0.72), (0.41, 0.35, 0.47)),
    "ENV": (Text("randvoorwaarden", "environment"), (0.71, 0.62, 0.80), (0.35, 0.27, 0.43)),
    "ATT": (Text("houding", "attitude"), (0.35, 0.26, 0.44), (0.30, 0.25, 0.35)),
    "SKL": (Text("vaardigheden", "skills"), (0.48, 0.40, 0.56), (0.22, 0.16, 0.28)),
    "NRM": (Text("sociale druk", "social pressure"), (0.22, 0.10, 0.34), (0.12, 0.06, 0.18)),
}


def knob_map():
    named = words(
        "knobs",
        shapes=(Shape.MAP,),
        heading=Text("Aan welke knoppen valt te draaien?", "Which knobs can be turned?"),
        labels={key: label for key, (label, _, _) in KNOBS.items()},
        axes={
            "x": Axis(Text("ruimte om te draaien (aandeel van de schaal)", "room to turn (share of the scale)"), 0.0, 1.0),
            "y": Axis(Text("samenhang met intentie, binnen personen", "association with intention, within persons")),
        },
        options={"strong": ("SEF", "ENV")},
        caption=Text(
            "Knoppenkaart. Ellips: 95 %-interval in beide richtingen.", "Map of knobs. Ellipse: 95% interval both ways."
        ),
    )
    cells = [
        cell(key, axis, *numbers, unit="", digits=2)
        for key, (_, x, y) in KNOBS.items()
        for axis, numbers in (("x", x), ("y", y))
    ]
    return ShownOutput(named, tuple(cells))


STATES = {
    "base": Text("aan de basis", "at the base"),
    "above": Text("boven de grens", "above the line"),
    "benefit": Text("uitkering", "benefit"),
    "none": Text("niet in beeld", "out of sight"),
}


def matrix():
    parts = {"base": (0.55, 0.27, 0.12, 0.06), "above": (0.14, 0.8, 0.02, 0.04), "benefit": (0.2, 0.1, 0.64, 0.06)}
    cells = []
    for row, shares in parts.items():
        for column, share in zip(STATES, shares, strict=True):
            small = share < 0.03
            cells.append(
                cell(
                    row,
                    column,
                    HIDDEN if small else share,
                    n=HIDDEN if small else 420,
                    measure=Measure.SHARE,
                    unit="share",
                    digits=0,
                )
            )
    named = words(
        "transitions_12",
        shapes=(Shape.MATRIX,),
        heading=Text("Waar waren zij een jaar later?", "Where were they a year later?"),
        labels=STATES,
        axes={
            "x": Axis(Text("naar: toestand na 12 maanden (%)", "to: state after 12 months (%)")),
            "y": Axis(Text("van", "from")),
        },
    )
    return ShownOutput(named, tuple(cells))


def dots():
    rows = {
        "age": (Text("leeftijd (per tien jaar)", "age (per ten years)"), -1.2, -2.4, 0.0),
        "debts": (Text("schulden bij de eerste meting", "debts at the first measurement"), -3.4, -5.0, -1.8),
        "bej": (Text("ervaren bejegening, binnen consulenten", "experienced treatment, within coaches"), 2.2, 1.1, 3.3),
        "few": (Text("ervaren bejegening, tussen consulenten", "experienced treatment, between coaches"), 0.9, -1.9, 3.7),
    }
    named = words(
        "bejegening",
        shapes=(Shape.DOTS,),
        heading=Text("Hangt bejegening samen met veerkracht?", "Is treatment related to resilience?"),
        labels={key: row[0] for key, row in rows.items()},
        axes={"x": Axis(Text("verschil in veerkracht (punten op 0–100)", "difference in resilience (points on 0–100)"))},
    )
    cells = [cell(key, "b", value, low, high) for key, (_, value, low, high) in rows.items()]
    return ShownOutput(named, (*cells[:3], cell("few", "b", HIDDEN, n=HIDDEN)))


def bars():
    labels = {
        "single": Text("alleenstaand", "single"),
        "parent": Text("alleenstaande ouder", "lone parent"),
        "couple": Text("gehuwd of samenwonend", "couple"),
        "women": Text("vrouwen", "women"),
        "men": Text("mannen", "men"),
    }
    numbers = {"single": (61, 78), "parent": (54, None), "couple": (47, 66)}
    cells = []
    for row, both in numbers.items():
        for column, value in zip(("women", "men"), both, strict=True):
            hidden = value is None
            ends = (None, None) if hidden else (value - 6.0, value + 6.0)
            cells.append(
                cell(
                    row,
                    column,
                    HIDDEN if hidden else float(value),
                    *ends,
                    n=HIDDEN if hidden else 320,
                    measure=Measure.MONEY,
                    unit="euro per month",
                    digits=0,
                )
            )
    named = words(
        "spend",
        shapes=(Shape.BARS, Shape.TABLE),
        heading=Text("Wat werd uitgegeven aan re-integratie?", "What was spent on re-integration?"),
        labels=labels,
        row_title=Text("leefvorm", "household"),
        axes={"x": Axis(Text("€ per persoon per maand", "€ per person per month"))},
        source=Text("kosten van voorzieningen", "costs of provisions"),
    )
    return ShownOutput(named, tuple(cells))


def absent():
    said = plain(
        Text(
            "Dit onderdeel ontbreekt: Voorbeeldstad leverde geen kosten van voorzieningen.",
            "This part is absent: Voorbeeldstad delivered no costs of provisions.",
        )
    )
    named = words(
        "decomposition",
        Role.ABSENT,
        (Shape.WORDS,),
        heading=Text("Waar zit het verschil?", "Where is it?"),
        sentence=said,
        alt=said,
    )
    return ShownOutput(named, ())


def withheld():
    named = words(
        "moderation", shapes=(Shape.DOTS,), heading=Text("Wanneer wordt willen doen?", "When does intention become action?")
    )
    return ShownOutput(
        named,
        (),
        Text("Dit onderdeel wordt niet getoond: het steunt op te weinig personen.", "This part is withheld: too few persons."),
    )


def every_output():
    return (answer(), facts(), flow(), curve(), trend(), knob_map(), matrix(), dots(), bars(), absent(), withheld())


@pytest.fixture
def shapes():
    """The outputs of this file by the name of the function that makes them."""
    return {made.__name__: made for made in (answer, facts, flow, curve, trend, knob_map, matrix, dots, bars, absent, withheld)}


@pytest.fixture
def policy():
    return load_policy("cbs-stijl")


@pytest.fixture
def protocol():
    return load_protocol("tilburg_single_mothers")


@pytest.fixture
def release_of(policy):
    """Skip the guard: these outputs are protected by hand."""

    def made(*shown):
        return release(shown, policy, (), shown[0].words.kind)

    return made


@pytest.fixture
def released(release_of):
    return release_of(*every_output())


@pytest.fixture
def manifest(protocol):
    return make_manifest(protocol)


def make_manifest(protocol, **more):
    given = {
        "study": protocol.name,
        "place": "GM0855",
        "place_name": "Tilburg",
        "period": "2023-01/2025-12",
        "parameters": {"place": "GM0855", "period": "2023-01/2025-12", "policy": "cbs-stijl", "world": "default"},
        "policy": "cbs-stijl",
        "policy_version": "1",
        "protocol_version": protocol.version,
        "protocol_digest": protocol.digest,
        "commit": "4f2c1ab" + 33 * "0",
        "lock": 64 * "a",
        "inputs": {"BUS_202301.csv": 64 * "b"},
        "versions": {"python": "3.11.2"},
        "kind": DataKind.SYNTHETIC,
        "world": "default",
        "seed": 1,
    }
    return Manifest(**(given | more))


@pytest.fixture
def manifest_with(protocol):
    return lambda **more: make_manifest(protocol, **more)


class Reader(HTMLParser):
    """Every element of a page with its attributes, and the text inside each kind of element."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open = [], {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "source", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def read():
    return Reader


class Town:
    """A project with tiny reports in it: tables of persons, drawn in the test and protected by the guard itself."""

    def __init__(self, root):
        self.paths = Paths(root)
        shutil.copytree(DATA / "policies", self.paths.policies)
        self.decisions = self.paths.policies / "decisions.csv"

    @classmethod
    def of(cls, root):
        """Give a town that is there already."""
        town = cls.__new__(cls)
        town.paths, town.decisions = Paths(root), Paths(root).policies / "decisions.csv"
        return town

    def report(
        self,
        place="GM0855",
        *,
        study="tilburg_single_mothers",
        kind=DataKind.REAL,
        period="",
        policy="cbs-stijl",
        estimate=None,
        **tables,
    ):
        """Make a report; `who={"all": 140}` is one output with one count a row, `estimate` a cell of the primary estimand."""
        made_up = kind is DataKind.SYNTHETIC
        outputs = [table(name, rows, kind) for name, rows in (tables or {"who": {"all": 140}}).items()]
        rules = load_policy(policy, self.paths.policies)
        protocol = declared(study)
        outputs += [estimated(estimate, protocol.primary, kind)] if estimate else []
        released = protect(outputs, rules, load_decisions(f"{study}/{place}", self.paths.policies))
        told = {"parameters": {"place": place}, "world": "default" if made_up else "", "seed": 1 if made_up else None}
        about = {"place": place, "place_name": "Tilburg", "kind": kind, "policy": policy, "policy_version": rules.version}
        manifest = make_manifest(protocol, **told, **about, period=period or "2024-01/2024-12")
        folder = self.paths.reports / study / place / period.replace("/", "_")
        write_report(folder, released, manifest, protocol)
        return folder

    def ask(self, *reports, name="tilburg-2026", by="Noor Bakker", reason="for the council", now=NOON, **more):
        return ask(Asked(name, reports or ("tilburg_single_mothers/GM0855",), by, reason, **more), self.paths, now)

    def approve(self, name="tilburg-2026", by="Sem de Wit", *, now=NOON, **more):
        return approve(Consent(name, by, **more), self.paths, now)

    def verify(self, name="tilburg-2026", **more):
        return verify_release(name, self.paths, **more)

    def decide(self, proposed):
        """Add rows that were proposed to the decisions."""
        rows = proposed.read_text(encoding="utf-8").splitlines()[1:]
        self.decisions.write_text("\n".join([*self.decisions.read_text(encoding="utf-8").splitlines(), *rows, ""]))


@cache
def declared(study):
    return load_protocol(study, DATA / "protocols", DATA / "codes" / "instruments")


def table(name, rows, kind):
    """Draw an output of counts, one a row."""
    said = {"shown_as": (Shape.TABLE,), "kind": kind, "population": Text("wie het zijn", "who they are")}
    cells = tuple(Cell(row, "persons", Measure.COUNT, n) for row, n in rows.items())
    return Output(words(name, **said), cells)


def estimated(numbers, estimand, kind):
    """Draw an output of which the first cell estimates what the protocol declares."""
    unit = {"unit": estimand.unit, "digits": 1} | numbers
    said = {"shown_as": (Shape.TABLE,), "kind": kind, "estimand": estimand.name}
    return Output(words("primary", **said), (Cell("difference", "score", Measure.ESTIMATE, **unit),))


def resealed(folder):
    """Make the checksums anew, as an attacker would."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    kept = [
        name for name in files if name not in ("checksums.sha256", "checksums.sha256.sig", "approval.json", "approval.json.sig")
    ]
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in kept]
    (folder / "checksums.sha256").write_text("".join(sums))


@pytest.fixture(scope="session")
def new_town():
    return Town


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)
