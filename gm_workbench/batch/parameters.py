"""What a notebook may be asked: its one cell tagged `parameters`, read without running it.

Each line is `name: type = literal  # comment` or `name = literal`. papermill reads such a cell with a regular expression,
misses modern annotations, and lets a misspelt parameter run with the default; so names, types and bounds are settled here,
before anything runs.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.errors import DeclarationError, ParameterBounds, ParameterType, UnknownParameter, did_you_mean
from gm_workbench.vocabulary.protocols import Bounds

TAG = "parameters"

NONE = "none"
"""How None is written on the command line and in a plan file."""

_WHOLE = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the parameters cell: its name, its type, its default, and what it means."""

    name: str
    kind: str  # str, int, float, bool, list or dict
    default: object
    optional: bool = False  # whether None is allowed
    comment: str = ""

    @property
    def type_name(self) -> str:
        return f"{self.kind} | None" if self.optional else self.kind


def read_parameters(notebook: Path) -> tuple[Parameter, ...]:
    """Give the parameters of a notebook file.

    Raises
    ------
    DeclarationError
        If not exactly one cell is tagged `parameters`, or a line of it is not a literal with a known type.
    """
    tagged = [cell for cell in read_cells(notebook) if is_tagged(cell)]
    if len(tagged) != 1:
        raise DeclarationError(
            f"{notebook.name} must have exactly one cell tagged '{TAG}' but has {len(tagged)}. "
            "Tag the cell that holds the defaults, and no other."
        )
    return parse_parameters("".join(tagged[0]["source"]), notebook.name)


def read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Give the cells of a notebook file as they are written in it.

    Raises
    ------
    DeclarationError
        If the file cannot be read, or is not a notebook of format 4.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]  # nbformat takes seconds to import
    except OSError as error:
        raise DeclarationError(f"{notebook.name} cannot be read ({type(error).__name__}). Put the notebook back.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        cells = None
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise DeclarationError(f"{notebook.name} is not a notebook of format 4. Open it in JupyterLab and save it.")
    return cells


def _is_cell(cell: object) -> bool:
    """Say whether this is a cell of a notebook, whose kind, source and tags can be read."""
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    metadata = cell.get("metadata", {})
    source, marks = cell.get("source"), metadata.get("tags", []) if isinstance(metadata, dict) else None
    texts = ([source] if isinstance(source, str) else source, marks)
    return all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in texts)


def tags(cell: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the tags of a cell."""
    return tuple(cell.get("metadata", {}).get("tags", ()))


def is_tagged(cell: Mapping[str, Any]) -> bool:
    """Say whether a cell is the one that holds the parameters."""
    return TAG in tags(cell)


def parse_parameters(source: str, where: str = "parameters cell") -> tuple[Parameter, ...]:
    """Give the parameters that a cell's source declares.

    >>> parse_parameters("months_low: int = 3  # months in a row")
    (Parameter(name='months_low', kind='int', default=3, optional=False, comment='months in a row'),)
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise DeclarationError(f"{where}: line {error.lineno} of the parameters cell is not Python.") from None
    comments = _comments(source)
    found = tuple(_parameter(statement, comments, where) for statement in statements)
    names = [parameter.name for parameter in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DeclarationError(f"{where}: the parameters cell declares {', '.join(twice)} more than once.")
    return found


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").rstrip() for token in tokens if token.type == tokenize.COMMENT}


def _parameter(statement: ast.stmt, comments: Mapping[int, str], where: str) -> Parameter:
    comment = comments.get(statement.end_lineno or statement.lineno, "")
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            default = _literal(value, name, where)
            kind, optional = _annotated(annotation, name, where)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            default = _literal(value, name, where)
            kind, optional = type(default).__name__, False
        case _:
            raise DeclarationError(
                f"{where}: line {statement.lineno} of the parameters cell must be `name: type = literal` and nothing else."
            )
    if kind not in _READERS:
        raise DeclarationError(
            f"{where}: {name} must be one of {_kinds()} but is {kind}. Annotate it, as in `{name}: int = 3`."
        )
    parameter = Parameter(name, kind, default, optional, comment)
    if not _fits(parameter, default):
        raise DeclarationError(f"{where}: the default of {name} must be {parameter.type_name} but is {_name_of(default)}.")
    return parameter


def _literal(value: ast.expr, name: str, where: str) -> object:
    try:
        return ast.literal_eval(value)
    except ValueError:
        raise DeclarationError(f"{where}: the default of {name} must be a literal, not an expression.") from None


def _annotated(annotation: ast.expr, name: str, where: str) -> tuple[str, bool]:
    parts = ast.unparse(annotation).replace(" ", "").split("|")
    kinds = [part for part in parts if part != "None"]
    if len(kinds) != 1:
        raise DeclarationError(f"{where}: {name} must have one type (and None, if allowed) but has {ast.unparse(annotation)}.")
    return kinds[0].partition("[")[0], "None" in parts


def coerce(parameter: Parameter, text: str, where: str) -> object:
    """Turn what was typed into a value of the parameter's type.

    >>> coerce(Parameter("share", "float", 0.5), "0.6", "command line")
    0.6

    Raises
    ------
    ParameterType
    """
    if parameter.optional and text.lower() == NONE:
        return None
    try:
        return _READERS[parameter.kind](text)
    except (ValueError, SyntaxError):
        raise ParameterType(
            f"{where}: {parameter.name} must be {parameter.type_name} but got {text!r}. "
            f"Write it as {_EXAMPLES[parameter.kind]}; the default is {parameter.default!r}."
        ) from None


def check_bounds(name: str, value: object, bounds: Bounds, where: str) -> None:
    """Raise `ParameterBounds` if a value lies outside what the protocol allows; both limits are allowed."""
    low = -math.inf if bounds.low is None else bounds.low
    high = math.inf if bounds.high is None else bounds.high
    outside = isinstance(value, (int, float)) and not low <= value <= high
    if outside or (bounds.allowed and value not in bounds.allowed):
        hint = did_you_mean(str(value), map(str, bounds.allowed))
        raise ParameterBounds(
            f"{where}: {name} must be {allowed_by(bounds)} but got {value!r}.{hint} It is set; see gm studies --json."
        )


def allowed_by(bounds: Bounds) -> str:
    """Say in words what bounds allow.

    >>> allowed_by(Bounds("float", 0.4, 0.9)), allowed_by(Bounds("int", allowed=(1, 3))), allowed_by(Bounds("str"))
    ('at least 0.4 and at most 0.9', 'one of 1, 3', 'any value')
    """
    if bounds.allowed:
        return f"one of {', '.join(map(str, bounds.allowed))}"
    limits = [f"{word} {limit:g}" for word, limit in (("at least", bounds.low), ("at most", bounds.high)) if limit is not None]
    return " and ".join(limits) or "any value"


def find(parameters: tuple[Parameter, ...], name: str, where: str) -> Parameter:
    """Give the parameter called `name`, or raise `UnknownParameter` with the nearest one that exists."""
    known = {parameter.name: parameter for parameter in parameters}
    if name not in known:
        raise UnknownParameter(
            f"{where}: there is no parameter {name}.{did_you_mean(name, known)} The notebook has: {', '.join(known)}."
        )
    return known[name]


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"


def _container(kind: type) -> Callable[[str], object]:
    def read(text: str) -> object:
        value = ast.literal_eval(text)
        # papermill writes every key as text, so a whole number as key would change on its way
        if not isinstance(value, kind) or (isinstance(value, dict) and not all(isinstance(key, str) for key in value)):
            raise ValueError
        return value

    return read


_READERS: dict[str, Callable[[str], object]] = {
    "str": str,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "list": _container(list),
    "dict": _container(dict),
}

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
}

_EXAMPLES = {
    "str": "text",
    "int": "a whole number such as 3",
    "float": "a number with a decimal point such as 0.6",
    "bool": "true or false",
    "list": "a Python list such as [1, 2]",
    "dict": "a Python dict such as {'a': 1}",
}


def _fits(parameter: Parameter, value: Any) -> bool:
    if value is None:
        return parameter.optional
    if isinstance(value, bool) and parameter.kind != "bool":
        return False  # to Python a bool is an int; to a reader True months is a mistake
    return isinstance(value, _TYPES[parameter.kind])


def _name_of(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _kinds() -> str:
    return ", ".join(_READERS)
