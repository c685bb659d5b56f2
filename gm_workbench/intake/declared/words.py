"""Small readings that both forms of a declaration share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gm_workbench.errors import did_you_mean
from gm_workbench.vocabulary.codes import code_list_names
from gm_workbench.vocabulary.declarations import Form, open_form


def open_declaration(path: Path) -> Form:
    """Open a declaration. YAML reads the key `on` as true; here it is the word that was written.

    Raises
    ------
    DeclarationError
        If the file is not there, is not UTF-8 or is not YAML.
    """
    form = open_form(path)
    return Form(_with_on(form.content), "", form.faults)


def _with_on(content: object) -> object:
    if isinstance(content, Mapping):
        return {"on" if key is True else key: _with_on(value) for key, value in content.items()}
    return [_with_on(value) for value in content] if isinstance(content, list) else content


def optional_text(form: Form, key: str) -> str:
    """Give a text, or nothing when the key is not there."""
    return form.text(key) if form.has(key) else ""


def texts(form: Form, key: str) -> tuple[str, ...]:
    """Give one text or a list of texts; nothing when the key is not there."""
    if not form.has(key):
        return ()
    return form.words(key) if isinstance(form.content.get(key), list) else (form.text(key),)


def pairs(form: Form, key: str) -> dict[str, str]:
    """Give a mapping of texts; nothing when the key is not there."""
    if not form.has(key):
        return {}
    child = form.child(key)
    return {str(name): child.text(str(name)) if isinstance(name, str) else _at(child, name) for name in child.content}


def _at(form: Form, name: object) -> str:
    form.fault(str(name), "must be a text: put it between quotation marks, or a leading zero is lost")
    return ""


def known_list(form: Form, name: str, codes: Path) -> str:
    """Give the name of a code list, and note when there is none of that name."""
    names = code_list_names(codes)
    if name not in names:
        form.fault(
            "list", f"names code list {name!r}, which is not there; there are: {', '.join(names)}.{did_you_mean(name, names)}"
        )
        return names[0] if names else name
    return name
