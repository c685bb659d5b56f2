"""Small readings that both forms of a declaration share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.vocabulary.codes import code_list_names
from gm_workbench.vocabulary.declarations import DEEPEST, Form, load_plain, open_form

LARGEST = 1 << 20
"""What a declaration may be, in bytes: ours are a hundredth of it."""


def open_declaration(path: Path) -> Form:
    """Open a declaration. YAML reads the key `on` as true; here it is the word that was written.

    Raises
    ------
    DeclarationError
        If the file is not there, cannot be read, is too large, is not UTF-8, is not YAML, or is YAML with references or nested
        too deep, of which a few lines can become endless.
    """
    if path.is_file():
        _check_plain(path)
    form = open_form(path)
    return Form(_with_on(form.content), "", form.faults)


def _check_plain(path: Path) -> None:
    try:
        if path.stat().st_size > LARGEST:
            raise DeclarationError(f"{path.name} is too large for a declaration: at most {LARGEST} bytes are read.")
        load_plain(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeclarationError(f"{path.name} cannot be read; look at its permissions.") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        # what the library says may quote the file
        raise DeclarationError(
            f"{path.name} must be UTF-8 and YAML without references (& and *), without dates that do not exist, and nested at "
            f"most {DEEPEST} deep{_at_line(error)}."
        ) from error


def _at_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"; it goes wrong at line {mark.line + 1}" if mark is not None else ""


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
