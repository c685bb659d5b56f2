"""Release reports with two pairs of eyes: ask, look, approve, verify."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gm_workbench.cli.printing import as_json, example, print_rows, relative
from gm_workbench.errors import CannotRelease
from gm_workbench.report.release_approval import Consent, approve, discard, overview, verify_release
from gm_workbench.report.release_asking import Asked, ask, draft_of
from gm_workbench.report.release_bundle import Bundle, read_bundle
from gm_workbench.report.release_history import head
from gm_workbench.report.release_names import checked_name
from gm_workbench.report.release_signing import ASKED_SIGNER
from gm_workbench.report.release_summary import PAGES
from gm_workbench.settings import paths
from gm_workbench.vocabulary.schemas import DataKind

allowed_option = click.option(
    "--allowed",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File of allowed signers, in place of data/policies/allowed_signers.",
)

key_option = click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Private key of SSH to sign with.")


class Release(click.Group):
    """Reads `gm release NAME REPORT...` as `gm release new NAME REPORT...`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        known = args and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["new", *args])


@click.group(
    cls=Release,
    epilog=example(
        "gm release tilburg-2026 tilburg_single_mothers/GM0855 --asked-by 'Noor Bakker' --reason 'for the council'",
        "gm release show tilburg-2026",
        "gm release approve tilburg-2026 --by 'Sem de Wit' --key ~/.ssh/id_ed25519",
        "gm release verify tilburg-2026",
    ),
)
def release() -> None:
    """Put reports in a bundle that a second person approves: gm release NAME STUDY/PLACE... is short for new.

    The numbers in them are held against each other, against other drafts and against all that was released before: nothing is
    made from which a small number of persons could be worked out. docs/release.md goes through it.
    """


@release.command(
    short_help="Ask for a release: make a draft of it.",
    epilog=example("gm release new tilburg-2026 tilburg_single_mothers/GM0855 --asked-by 'Noor Bakker' --reason '...'"),
)
@click.argument("name", metavar="NAME")
@click.argument("reports", nargs=-1, required=True, metavar="STUDY/PLACE[/PERIOD]...")
@click.option("--asked-by", "by", required=True, metavar="NAME", help="Who asks for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is released, for who checks.")
@click.option("--world", default="default", show_default=True, metavar="NAME", help="The synthetic world.")
@key_option
@allowed_option
def new(name: str, reports: tuple[str, ...], by: str, reason: str, world: str, key: Path | None, allowed: Path | None) -> None:
    """Ask for a release: make a draft of it, or say everything that stands in the way."""
    where = paths()
    folder = ask(Asked(name, reports, by, reason, world, key, allowed), where)
    click.echo(f"{name} is a draft. Look at {relative(folder / PAGES['nl'], where)}; then somebody else approves it:")
    click.echo(f"  gm release approve {name} --by NAME{_as_kind(read_bundle(folder).kind)}")


@release.command(
    short_help="Say what is in a release.",
    epilog=example("gm release show tilburg-2026", "gm release show tilburg-2026 --json"),
)
@click.argument("name", metavar="NAME")
@as_json
def show(name: str, as_json: bool) -> None:
    """Say what is in a release, a draft or an approved one, and who asked for it and why."""
    where = paths()
    folders = [where.releases / checked_name(name), draft_of(where, name)]
    folder = next((one for one in folders if one.exists()), None)
    if folder is None:
        raise CannotRelease(f"There is no release {name}; gm release list says which there are.")
    bundle = read_bundle(folder)
    if as_json:
        click.echo(json.dumps({"digest": bundle.digest, "state": bundle.state, **bundle.content}, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(_told(bundle)))
    click.echo(f"page       {relative(bundle.folder / PAGES['nl'], where)}")
    print_rows([_report(entry) for entry in bundle.content["reports"]], as_json=False, empty="")


def _told(bundle: Bundle) -> list[str]:
    content, approval = bundle.content, bundle.approval
    signed = "signed" if ASKED_SIGNER in content else "not signed"
    lines = [
        f"release    {bundle.name}: {bundle.state}",
        f"data       {bundle.kind}",
        f"asked by   {content['asked_by']} ({signed}), {content['asked_at'][:10]}: {content['reason']}",
        f"digest     {bundle.digest}",
    ]
    return lines if approval is None else [*lines, f"approved   {approval['approved_by']}, {approval['approved_at'][:10]}"]


def _report(entry: dict[str, str]) -> dict[str, str]:
    return {key: entry[key] for key in ("study", "place", "place_name", "period", "policy")}


@release.command(
    "approve",
    short_help="Approve a draft as a second person.",
    epilog=example(
        "gm release approve tilburg-2026 --by 'Sem de Wit' --key ~/.ssh/id_ed25519",
        "gm release approve synthetic-demo --by 'Sem de Wit' --kind synthetic",
    ),
)
@click.argument("name", metavar="NAME")
@click.option("--by", required=True, metavar="NAME", help="Who approves it; another person than who asked.")
@key_option
@allowed_option
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in DataKind]),
    default=str(DataKind.REAL),
    show_default=True,
    help="What the data are; synthetic data are never approved as real.",
)
def approve_command(name: str, by: str, key: Path | None, allowed: Path | None, kind: str) -> None:
    """Approve a draft as another person than who asked: everything is checked again, and the bundle is closed for good."""
    where = paths()
    bundle = approve(Consent(name, by, DataKind(kind), key, allowed), where)
    click.echo(f"{name}: {bundle.state}, in {relative(bundle.folder, where)}")
    click.echo(f"history    {head(where.releases)}  (keep this: it shows whether lines are taken out)")


@release.command(
    "verify",
    short_help="Say whether a release is what was approved.",
    epilog=example("gm release verify tilburg-2026", "gm release verify tilburg-2026 --allowed signers"),
)
@click.argument("name", metavar="NAME")
@allowed_option
def verify_command(name: str, allowed: Path | None) -> None:
    """Say whether an approved release is still what was approved: every byte, its line in the history, its signature."""
    bundle = verify_release(name, paths(), allowed)
    click.echo(f"{name} is what was approved: {bundle.state}, digest {bundle.digest}.")


@release.command("list", epilog=example("gm release list", "gm release list --json"))
@as_json
def list_command(as_json: bool) -> None:
    """List the drafts and the approved releases."""
    print_rows(overview(paths()), as_json=as_json, empty="There are no releases yet.")


@release.command("discard", epilog=example("gm release discard tilburg-2026"))
@click.argument("name", metavar="NAME")
def discard_command(name: str) -> None:
    """Remove a draft; an approved release is never removed."""
    discard(name, paths())
    click.echo(f"The draft {name} is removed.")


def _as_kind(kind: DataKind) -> str:
    return "" if kind is DataKind.REAL else f" --kind {kind}"


COMMANDS = {"release": release}
