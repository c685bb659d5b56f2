"""What JupyterLab keeps of a notebook: before each save, whatever is not known to be protected is taken out.

`jupyter_server_config.json` beside this file names the hook, and is installed with the package: each JupyterLab of this
environment reads it. `make lab` names it too.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import MutableMapping
from typing import Any

from gm_workbench.guard.exploring import to_keep

HOOK = "gm_workbench.kernels.saving.take_out_unprotected"
SUFFIX = ".ipynb"


def take_out_unprotected(model: MutableMapping[str, Any], path: str, **_: object) -> None:
    """Take unprotected outputs out of a notebook that is about to be saved; what cannot be understood is not saved.

    Parameters
    ----------
    model : mapping
        What Jupyter is about to save; its content is replaced.
    path : str
        Where, as Jupyter names it.

    Raises
    ------
    HTTPError
        If it is no notebook that can be read, or one that comes in pieces. Jupyter would log any other error, and save.

    Examples
    --------
    >>> shown = {"output_type": "stream", "text": "as it is"}
    >>> cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [shown]}
    >>> model = {"type": "notebook", "content": {"cells": [cell], "metadata": {}}}
    >>> take_out_unprotected(model, "a.ipynb")
    >>> model["content"]["cells"][0]["outputs"]
    []
    """
    if model.get("type") == "directory" or not (model.get("type") == "notebook" or path.lower().endswith(SUFFIX)):
        return
    try:
        _replace(model)
    except Exception as error:
        from tornado.web import HTTPError  # a web server, which only JupyterLab needs

        raise HTTPError(
            500, f"{path} is not saved: what it shows could not be looked through, and may not be protected."
        ) from error


def _replace(model: MutableMapping[str, Any]) -> None:
    """Replace the content: that of a notebook, or the text of a file that is one."""
    content = model["content"]
    if model.get("chunk") is not None:
        raise ValueError  # a piece of a notebook cannot be understood
    if model["type"] == "notebook":
        model["content"] = to_keep(content)
    elif model.get("format") == "base64":
        model["content"] = base64.b64encode(_kept(_decoded(content)).encode("utf-8")).decode("ascii")
    elif content.strip():
        model["content"] = _kept(content)


def _decoded(content: str) -> str:
    try:
        return base64.b64decode(content, validate=False).decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError from error


def _kept(text: str) -> str:
    return json.dumps(to_keep(json.loads(text)), ensure_ascii=False, indent=1) + "\n"
