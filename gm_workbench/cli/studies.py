"""Which studies there are, and what their notebooks may be asked."""

from __future__ import annotations

from typing import Any

import click

from gm_workbench.batch.catalogue import Study, load_study, runnable
from gm_workbench.batch.parameters import allowed_by
from gm_workbench.cli.printing import as_json, example, print_rows
from gm_workbench.settings import paths


@click.command(epilog=example("gm studies", "gm studies --json"))
@as_json
def studies(as_json: bool) -> None:
    """List the studies, what each asks, and its parameters."""
    found = [load_study(name, paths()) for name in runnable(paths())]
    rows = [_described(study) for study in found] if as_json else [_row(study) for study in found]
    print_rows(rows, as_json=as_json, empty="There are no studies yet: data/protocols and notebooks are empty.")


def _row(study: Study) -> dict[str, Any]:
    return {"study": study.name, "asks": study.protocol.title.nl, "parameters": [p.name for p in study.parameters]}


def _described(study: Study) -> dict[str, Any]:
    limits = study.protocol.parameters
    return {
        "study": study.name,
        "title": {"nl": study.protocol.title.nl, "en": study.protocol.title.en},
        "primary_estimand": study.protocol.primary.name,
        "published": list(study.published),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type_name,
                "default": parameter.default,
                "meaning": parameter.comment,
                "allowed": allowed_by(limits[parameter.name]) if parameter.name in limits else "any value",
            }
            for parameter in study.parameters
        ],
    }


COMMANDS = {"studies": studies}
