"""What an output checker reads: each output of a bundle with its rules, verdict, counts, context and decision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.findings import Rule
from gm_workbench.guard.sides import DRAFTS
from gm_workbench.guard.sizes import is_answer
from gm_workbench.report.page import CSP, environment, style
from gm_workbench.report.phrases import KINDS, NETWORK, PHRASES
from gm_workbench.report.release_reading import Finished
from gm_workbench.report.release_signing import ASKED_SIGNER
from gm_workbench.report.release_words import COMPARED, DECIDED, HELD, HIDDEN, OF_ALL, RULES, VERDICTS, WORDS, rule_said
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text

COLUMNS = (
    *("report", "period", "data_kind", "output", "heading", "verdict", "rules", "cells", "hidden", "smallest_n", "counts"),
    *("withheld", "context_nl", "context_en", "policy", "decision", "decided_by", "decided_on", "reason"),
)
PAGES: dict[Language, str] = {"nl": "summary.html", "en": "summary.en.html"}
INSIDE: dict[Language, str] = {"nl": "reports/index.html", "en": "reports/index.en.html"}
"""The same page where the links of the reports lead."""


def summary_csv(reports: Sequence[Finished], decisions: Sequence[Decision]) -> str:
    """Write one row for each output of a bundle."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for report in reports for row in _rows(report, decisions))
    return buffer.getvalue()


def _rows(report: Finished, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
    for output in report.judged["outputs"]:
        decided = decision_on(report, output["id"], decisions)
        yield {
            "report": report.path,
            "period": report.manifest["period"],
            "data_kind": report.manifest["kind"],
            "output": output["id"],
            "heading": output["heading"]["en"],
            "verdict": output["verdict"],
            "rules": "; ".join(output["reasons"]),
            "cells": output["cells"],
            "hidden": output["hidden"],
            "smallest_n": smallest(report, output["id"]),
            "counts": output["counts"],
            "withheld": "yes" if output["withheld"] else "no",
            "context_nl": output["context"]["nl"],
            "context_en": output["context"]["en"],
            "policy": f"{report.manifest['policy']} {report.manifest['policy_version']}",
            "decision": "" if decided is None else decided.decision,
            "decided_by": "" if decided is None else decided.decided_by,
            "decided_on": "" if decided is None else decided.date.isoformat(),
            "reason": "" if decided is None else decided.reason,
        }


def decision_on(report: Finished, output: str, decisions: Sequence[Decision]) -> Decision | None:
    """Give what a person decided about an output, or None."""
    return next((one for one in decisions if (one.report, one.output) == (report.report, output)), None)


def smallest(report: Finished, output: str) -> str:
    """Give the smallest number of persons that an output prints, 0 apart; empty when it prints none."""
    printed = [
        line[name] for line in report.lines(output) for name in ("n", *(("value",) if line["measure"] == "count" else ()))
    ]
    numbers = [float(text) for text in printed if text.replace(".", "", 1).isdigit()]
    return f"{min(found):g}" if (found := [one for one in numbers if one > 0]) else ""


def pages(content: Mapping[str, Any], reports: Sequence[Finished], decisions: Sequence[Decision]) -> dict[str, str]:
    """Write the summary in both languages, at the top of the bundle and where the links of its reports lead."""
    inside = {name: summary_html(content, reports, decisions, language, "", INSIDE) for language, name in INSIDE.items()}
    return inside | {
        name: summary_html(content, reports, decisions, language, "reports/", PAGES) for language, name in PAGES.items()
    }


def summary_html(
    content: Mapping[str, Any],
    reports: Sequence[Finished],
    decisions: Sequence[Decision],
    language: Language,
    above: str,
    files: Mapping[Language, str],
) -> str:
    """Write the summary as one page without a request to anywhere.

    Parameters
    ----------
    content : mapping
        What `release.json` holds.
    reports : sequence of Finished
    decisions : sequence of Decision
    language : {"nl", "en"}
    above : str
        Where the reports are, as seen from the page.
    files : mapping of language to str
        What the page is called in each language.
    """
    other: Language = "en" if language == "nl" else "nl"
    kind, compared = DataKind(content["data_kind"]), content["differencing"]["compared"]
    return (
        environment()
        .get_template("release.html.j2")
        .render(
            language=language,
            csp=CSP,
            css=style(),
            network=NETWORK,
            word={name: text[language] for name, text in (PHRASES | WORDS).items()},
            other={"href": files[other].rpartition("/")[2], "language": other},
            name=content["name"],
            kind=str(kind),
            kind_words=KINDS[kind][language],
            asked_by=content["asked_by"],
            request="signed" if ASKED_SIGNER in content else "unsigned",
            asked_at=content["asked_at"][:10],
            reason=content["reason"],
            found_nothing="answered" if any(is_answer(one) for one in decisions) else "compared",
            held=[(HELD[name][language], count) for name, count in _held(content["differencing"]).items()],
            compared=[(COMPARED[rule][language], compared[rule]) for rule in Rule if rule in compared],
            reports=[_report(report, decisions, language, above) for report in reports],
        )
    )


def _held(differencing: Mapping[str, Any]) -> dict[str, int]:
    """Count what the reports were held against besides each other."""
    drafts = sum(one["release"] == DRAFTS for one in differencing["beside"])
    return {"drafts": drafts, "released": len(differencing["beside"]) - drafts, "skipped": len(differencing["skipped"])}


def _report(report: Finished, decisions: Sequence[Decision], language: Language, above: str) -> dict[str, Any]:
    manifest, policy = report.manifest, report.judged["policy"]
    page = "report.html" if language == "nl" else "report.en.html"
    return {
        "title": f"{manifest['study']} · {manifest['place_name']} ({manifest['place']}) · {manifest['period']}",
        "href": f"{above}{report.path}/{page}",
        "policy": f"{policy['name']} {policy['version']}: {policy['label'][language]}",
        "outputs": [_output(report, output, decisions, language) for output in report.judged["outputs"]],
    }


def _output(report: Finished, output: Mapping[str, Any], decisions: Sequence[Decision], language: Language) -> dict[str, str]:
    decided = decision_on(report, output["id"], decisions)
    return {
        "id": output["id"],
        "heading": output["heading"][language],
        "context": output["context"][language],
        "verdict": (DECIDED if _is_decided(decided) else VERDICTS[output["verdict"]])[language],
        "rules": _rules(output, [one for one in output["reasons"] if not _repeats(one, decided)], language),
        "decision": "" if decided is None else f"{decided.decided_by}, {decided.date:%Y-%m-%d}: {decided.reason}",
        "numbers": _numbers(output, smallest(report, output["id"]), language),
    }


def _rules(output: Mapping[str, Any], reasons: Sequence[str], language: Language) -> str:
    """Say by which rules numbers were hidden, of what is shown otherwise, and what the guard notes besides."""
    hiding = [rule_said(one, language) for one in reasons if one in RULES and one not in OF_ALL]
    said = [rule_said(one, language) for one in reasons if one not in RULES or one in OF_ALL]
    before = f"{HIDDEN[language]}: " if hiding and output["hidden"] and not output["withheld"] else ""
    return "; ".join([*([before + ", ".join(hiding)] if hiding else []), *said])


def _is_decided(decided: Decision | None) -> bool:
    return decided is not None and decided.decision is Choice.WITHHOLD


def _repeats(reason: str, decided: Decision | None) -> bool:
    """Whether the guard's note says that this was decided, which stands beside it."""
    return decided is not None and reason.endswith(f" by {decided.decided_by} on {decided.date:%Y-%m-%d}: {decided.reason}")


def _numbers(output: Mapping[str, Any], fewest: str, language: Language) -> str:
    if output["withheld"]:
        return Text("alles verborgen", "everything hidden")[language]
    if not output["cells"]:
        return Text("geen getallen", "no numbers")[language]
    many = output["cells"] != 1
    said = Text(f"{{cells}} getal{'len' * many}, {{hidden}} verborgen", f"{{cells}} number{'s' * many}, {{hidden}} hidden")[
        language
    ]
    least = Text("; kleinste n {n}", "; smallest n {n}")[language].format(n=fewest) if fewest else ""
    return said.format(cells=output["cells"], hidden=output["hidden"]) + least
