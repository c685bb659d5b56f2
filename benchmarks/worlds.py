"""What reports would claim in planted worlds: nothing where nothing is, harm where there is harm, and no exit from a skill.

    python benchmarks/worlds.py [--draws 200] [--workers 2] [--json]

Draws are tables in memory, seeds 1 to `--draws`, never chosen; they go through the panel, the metrics and the outputs that the
notebooks call, and what is counted is what the first sentence of the report's answer says.

- `null`: how often a report claims a difference, for each primary estimand at the home place of its study. At 200 draws up to
  21 are what chance allows (the 99.9 % point of a binomial with 5 %).
- `harm`: how often the Amsterdam report says that fewer left for work. The declared design's own power there is at least .9, so
  at 200 draws 166 is what chance allows at least (the 0.1 % point of a binomial with 90 %).
- `harm-realistic`: the same, beside the chance that was predicted.
- `skill-only`: how often the report says that skills rose; and, of its answer about exits, that it gives the interval, says
  whether what the protocol calls relevant is excluded, and never says that exits did not change.
- answers whose power is under .5 must say that the data cannot tell: over all places of each study; and in Amsterdam with the
  planted difference declared as the smallest that matters, where every answer is so weak, or the line fails.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import pandas as pd
from scipy.stats import binom, binomtest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.guard.released import Released
from gm_workbench.metrics.cascade import Contrast, ancova_difference
from gm_workbench.metrics.crossing import held_within
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.power import clustered_power
from gm_workbench.metrics.team_comparison import difference
from gm_workbench.metrics.team_scores import score_difference
from gm_workbench.outputs import determinants, foresight, terms
from gm_workbench.outputs.answers import answer
from gm_workbench.outputs.output import Output
from gm_workbench.outputs.sentences import say, verdict
from gm_workbench.outputs.studies import about_study
from gm_workbench.outputs.verdicts import CANNOT_TELL, LEAST_CHANCE
from gm_workbench.outputs.weighing import CHANCE
from gm_workbench.panel import cascade, teams
from gm_workbench.panel.people import lone_mothers, measured_mothers
from gm_workbench.panel.study import Study, from_tables
from gm_workbench.panel.work import base_workers, follow_up, work_months
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.draw import draw
from gm_workbench.worlds.truth import truth

PERIOD = Period.parse("2023-01/2025-12")
POLICY = "cbs-stijl"
CHANCE_BOUND = 0.999
SKILLS_UP = re.compile(r"^Hoger (?:was|waren) .*vaardigheden")
UNCHANGED = re.compile(r"niet (?:veranderd|gewijzigd)|geen verschil in uitstroom|bleef gelijk|onveranderd", re.IGNORECASE)
EXCLUDES = re.compile(r"De marge sluit een verschil van [\d,]+ \w+ of meer .*uit")

TILBURG, AMSTERDAM, AMERSFOORT = "tilburg_single_mothers", "amsterdam_supervisor_cascade", "amersfoort_upward_mobility"
HOME = {TILBURG: "GM0855", AMSTERDAM: "GM0363", AMERSFOORT: "GM0307"}
TABLES = {
    TILBURG: frozenset({"benefits", "caseload", "introductions", "answers"}),
    AMSTERDAM: frozenset({"benefits", "caseload", "rosters", "team_introductions"}),
    AMERSFOORT: frozenset({"benefits", "caseload", "introductions", "wages"}),
}


def tilburg(study: Study) -> Output:
    """The answer of the Tilburg report, as its notebook makes it."""
    measured = measured_mothers(study, lone_mothers(study))
    found = ancova_difference(measured.frame, "ECR_T12", "introduced", ["ECR_T0"])
    return answer(found, study.protocol.primary, study.section("answer"), about_study(study), who=terms.MOTHERS)


def amersfoort(study: Study) -> Output:
    """The answer of the Amersfoort report, as its notebook makes it."""
    months = work_months(study, 0.6667)
    base = base_workers(study, months)
    outcome = held_within(follow_up(months, base), base.frame["person"], run=6, horizon=24)
    frame = base.frame.assign(held=outcome.to_numpy(dtype=float))
    found = ancova_difference(frame, "held", "introduced", ["log_gap"], unit="probability")
    return answer(found, study.protocol.primary, study.section("answer"), about_study(study), who=terms.WORKERS)


def amsterdam(study: Study) -> Output:
    """The answer of the Amsterdam report under its declared design, as its notebook makes it."""
    chosen = teams.template(study)
    found = difference(teams.compared(study, chosen.design).frame, chosen.design)
    estimand, planning = study.protocol.primary, study.protocol.planning
    words = foresight.answer_words(found, estimand, planning, chosen, who=terms.CANDIDATES)
    return answer(found, estimand, study.section("answer"), about_study(study), **words)


def gains(study: Study) -> Output:
    """The section on determinants of the Amsterdam report, as its notebook makes it."""
    scored = cascade.candidate_waves(study, cascade.followed(study))
    scales = {code: cascade.changes(scored, code) for code in ("SKL", "SEF", "ATT", "INT", "BEH")}
    found = {code: score_difference(rows, f"{code}_T12", [f"{code}_T0"]) for code, rows in scales.items()}
    after = {"contrast": teams.template(study).contrast, "wave": terms.AFTER_A_YEAR}
    return determinants.determinants(found, study.section("determinants"), about_study(study), **after)


ANSWER: dict[str, Callable[[Study], Output]] = {TILBURG: tilburg, AMSTERDAM: amsterdam, AMERSFOORT: amersfoort}


@dataclass(frozen=True, slots=True)
class Said:
    """What one draw's report says: its first sentence, everything in the box, and the numbers behind it."""

    first: str
    box: str
    value: float
    low: float
    high: float
    chance: float
    skills: str = ""

    @property
    def claims(self) -> bool:
        """Whether the first sentence claims that there is more or less of the outcome."""
        return "hoger" in self.first or "lager" in self.first

    @property
    def harm(self) -> bool:
        return "lager" in self.first


def opened(study: str, place: str, tables: dict[str, pd.DataFrame], smallest: float | None = None) -> Study:
    """Open a study on tables in memory; `smallest` takes the place of the smallest relevant difference that it declares."""
    protocol = load_protocol(study)
    if smallest is not None:
        wanted = replace(protocol.primary.smallest_relevant, value=smallest)
        estimands = [replace(one, smallest_relevant=wanted) if one.primary else one for one in protocol.estimands]
        protocol = replace(protocol, estimands=tuple(estimands))
    return from_tables(protocol, place, tables, DataKind.SYNTHETIC, PERIOD)


def spoken(output: Output) -> str:
    """Say an output in Dutch, as the guard would release it."""
    released = protect([output], load_policy(POLICY))
    if not isinstance(released, Released):
        raise SystemExit(f"The guard refuses {output.id}: {released}")
    shown = released.outputs[0]
    sentences = (output.words.sentence, *output.words.more)
    return " ".join(say(sentence, shown, "nl") for sentence in sentences)


def read(study: str, place: str, world: str, seed: int, *, skills: bool = False, smallest: float | None = None) -> Said:
    """Draw a place of a world and read its report."""
    wanted = TABLES[study] | (frozenset({"answers"}) if skills else frozenset())
    opened_study = opened(study, place, draw(world, place, seed, wanted), smallest)
    output = ANSWER[study](opened_study)
    box = spoken(output)
    cell = next(iter(output.cells), None)
    chance = next((one.value for one in output.cells if one.row == CHANCE), None)
    numbers = [float("nan") if one is None else float(one) for one in (
        *((cell.value, cell.low, cell.high) if cell else (None, None, None)), chance)]  # fmt: skip
    return Said(verdict(box)[0], box, *numbers, spoken(gains(opened_study)) if skills else "")


def read_many(study: str, place: str, world: str, draws: int, workers: int, **more: bool | float) -> list[Said]:
    """Read the reports of seeds 1 to `draws`; `more` goes to `read`."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(read, study, place, world, **more), range(1, draws + 1), chunksize=4))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was counted, how often, what is allowed, and whether that holds."""

    world: str
    what: str
    draws: int
    count: int
    allowed: str
    holds: bool
    low: float  # exact 95 % interval of the share
    high: float
    note: str = ""


def row(world: str, what: str, said: list[Said], count: int, allowed: str, holds: bool, note: str = "") -> Row:
    """Make a line of the table, with an exact (Clopper-Pearson) interval for the share."""
    bounds = binomtest(count, len(said)).proportion_ci(0.95, "exact")
    return Row(world, what, len(said), count, allowed, holds, float(bounds.low), float(bounds.high), note)


def null_rows(draws: int, workers: int) -> list[Row]:
    """Count false claims in the null world, one row for each primary estimand."""
    most = int(binom.ppf(CHANCE_BOUND, draws, 0.05))
    rows = []
    for study, place in HOME.items():
        said = read_many(study, place, "null", draws, workers)
        claims = sum(one.claims for one in said)
        outside = sum(one.low > 0 or one.high < 0 for one in said)
        estimand = load_protocol(study).primary.name
        note = f"intervals without zero: {outside}"
        rows.append(row("null", f"claims a difference in {estimand}", said, claims, f"<= {most}", claims <= most, note))
        rows.append(row("null", f"interval without zero, {estimand}", said, outside, f"<= {most}", outside <= most))
    return rows


def predicted(world: str) -> tuple[float, float, float]:
    """Give the planted difference in exits, the share without, and the chance that the declared design sees it at that size.

    By the closed form of the protocol's planning (its ICC), the teams of Amsterdam and the persons compared in the first draw.
    """
    planted = {name: entry["value"] for name, entry in truth(world, size=0.5)["estimands"].items()}
    gap, without = planted["exit_teams_12m"], planted["exit_teams_12m_without"]
    study = opened(AMSTERDAM, HOME[AMSTERDAM], draw(world, HOME[AMSTERDAM], 1, TABLES[AMSTERDAM]))
    found = difference(teams.compared(study, "parallel_clusters").frame, teams.template(study).design)
    if isinstance(found, NotEnoughData) or not isinstance(found, Contrast):
        raise SystemExit("Amsterdam must have enough teams for the declared design.")
    arms = (found.clusters_other, found.clusters_exposed)
    size = (found.persons_exposed + found.persons_other) / sum(arms)
    return gap, without, clustered_power(without, without + gap, arms, size, float(study.protocol.planning["icc"].value))


def harm_rows(draws: int, workers: int) -> list[Row]:
    """Count reports of harm where it was exaggerated and where it is realistic, beside the predicted chance."""
    rows = []
    for world, least in (("harm", int(binom.ppf(1 - CHANCE_BOUND, draws, 0.9))), ("harm-realistic", 0)):
        gap, _, chance = predicted(world)
        said = read_many(AMSTERDAM, HOME[AMSTERDAM], world, draws, workers)
        harm = sum(one.harm for one in said)
        wrong = sum(one.claims and not one.harm for one in said)
        note = f"planted {100 * gap:+.2f} points; predicted {chance:.2f}; claims more exits: {wrong}"
        allowed = f">= {least}, power >= .9" if least else "printed only"
        rows.append(
            row(
                world,
                "says that fewer left for work",
                said,
                harm,
                allowed,
                harm >= least and (not least or chance >= 0.9),
                note,
            )
        )
    return rows


def skill_rows(draws: int, workers: int) -> list[Row]:
    """Count what reports say of skills and of exits where only skills rise."""
    said = read_many(AMSTERDAM, HOME[AMSTERDAM], "skill-only", draws, workers, skills=True)
    up = sum(SKILLS_UP.search(one.skills) is not None for one in said)
    weighed = sum("De marge loopt van" in one.box and EXCLUDES.search(one.box) is not None for one in said)
    unchanged = sum(UNCHANGED.search(one.box) is not None for one in said)
    claims = sum(one.claims for one in said)
    most = int(binom.ppf(CHANCE_BOUND, draws, 0.05))
    return [
        row("skill-only", "says that skills rose", said, up, f">= {round(0.9 * draws)}", up >= 0.9 * draws),
        row(
            "skill-only",
            "gives the interval and whether it excludes what matters",
            said,
            weighed,
            f"= {draws}",
            weighed == draws,
        ),
        row("skill-only", "says that exits did not change", said, unchanged, "= 0", unchanged == 0),
        row("skill-only", "claims a difference in exits", said, claims, f"<= {most}", claims <= most),
    ]


def weak_rows(draws: int, workers: int) -> list[Row]:
    """Count answers with a chance under .5 of seeing what matters, and those that do not say so first."""
    some = max(2, draws // 20)
    rows = []
    for study in HOME:
        said = [
            one
            for place in ("GM0307", "GM0363", "GM0518", "GM0855", "GM9901", "GM9902", "GM9903")
            for one in read_many(study, place, "harm-realistic", some, workers)
        ]
        rows.append(_weak_row(study, said, least=0))
    gap, _, _ = predicted("harm-realistic")
    few = max(2, draws // 4)
    said = read_many(AMSTERDAM, HOME[AMSTERDAM], "harm-realistic", few, workers, smallest=round(abs(gap), 4))
    return [*rows, _weak_row(f"{AMSTERDAM}, planted is relevant", said, least=len(said))]


def _weak_row(what: str, said: list[Said], least: int) -> Row:
    weak = [one for one in said if one.chance < LEAST_CHANCE]
    silent = sum(one.first != CANNOT_TELL.nl for one in weak)
    estimates = sum(one.value == one.value for one in said)
    note = f"{estimates} of {len(said)} answers have an estimate; {len(weak)} of these a chance under .5"
    return row(
        "harm-realistic", f"{what}: weak, and not said so", said, silent, "= 0", silent == 0 and len(weak) >= least, note
    )


def main() -> int:
    """Print the table; fail when a line does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    started = time.perf_counter()
    parts = (null_rows, harm_rows, skill_rows, weak_rows)
    rows = [one for part in parts for one in part(asked.draws, asked.workers)]
    seconds = time.perf_counter() - started
    if asked.json:
        print(json.dumps({"rows": [asdict(one) for one in rows], "seconds": seconds, "cores": os.cpu_count()}, sort_keys=True))
    else:
        for one in rows:
            mark = "holds" if one.holds else "FAILS"
            print(f"{mark}  {one.world:<15} {one.what:<62} {one.count:>4} of {one.draws:<5} {one.allowed:<20} {one.note}")
        print(f"{seconds:.0f} s on {os.cpu_count()} cores; seeds 1 to {asked.draws}")
    return int(not all(one.holds for one in rows))


if __name__ == "__main__":
    sys.exit(main())
