"""What lies under the name of a release already, and what can be done with it."""

from __future__ import annotations

from gm_workbench.errors import BundleBroken
from gm_workbench.report.release_alone import DRAFT_SHELF
from gm_workbench.report.release_bundle import Bundle, read_bundle
from gm_workbench.report.release_history import HISTORY, read_history
from gm_workbench.settings import Paths


def approved_as(name: str, paths: Paths) -> str:
    """Say what lies where an approved bundle of this name would; nothing when the place is free."""
    if not (paths.releases / name).exists():
        return ""
    line = next((one for one in read_history(paths.releases) if one["name"] == name), None)
    if line is None:
        return (
            f"releases/{name}/ has no line in {HISTORY}: its approval was stopped, or somebody put it there. If its draft is "
            f"still there (gm release list), who approved it does so again: gm release approve {name} --by NAME. Else look at "
            "who put it there, and remove that folder."
        )
    left = (paths.releases / DRAFT_SHELF / name).exists()
    return (
        f"{name} was approved already, by {line['approved_by']} on {line['approved_at'][:10]}, and is not changed any more. "
        "A correction is a new release, under another name."
        + (f" Its draft is still there; gm release discard {name} removes it." if left else "")
    )


def drafted_as(name: str, paths: Paths) -> str:
    """Say what lies where a draft of this name would; nothing when the place is free."""
    folder = paths.releases / DRAFT_SHELF / name
    if not folder.exists():
        return ""
    try:
        return _draft(read_bundle(folder))
    except BundleBroken as error:
        return f"{error}\nRemove this draft (gm release discard {name}) and ask again."


def _draft(bundle: Bundle) -> str:
    content, name = bundle.content, bundle.name
    reports = ", ".join(entry["path"].partition("/")[2] for entry in content["reports"])
    return (
        f"{name} is a whole draft, which {content['asked_by']} asked for on {content['asked_at'][:10]}, of {reports}. If that "
        f"is the one you mean, nothing is lost: look at it (gm release show {name}) and have it approved. Else remove it "
        f"(gm release discard {name}) and ask again, or choose another name."
    )
