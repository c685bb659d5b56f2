from __future__ import annotations

import json

import nbformat
import pytest

from gm_workbench.batch.parameters import Parameter, check_bounds, coerce, find, parse_parameters, read_parameters
from gm_workbench.errors import DeclarationError, ParameterBounds, ParameterType, UnknownParameter
from gm_workbench.vocabulary.protocols import Bounds

SHARE = Parameter("share", "float", 0.5)


def test_parameters_are_read_with_type_default_and_comment():
    cell = 'place: str = "GM0855"  # where\nyear: int | None = 2020\nsteps = [1, 2]  # of the ladder\nshare: float = 1\n'
    assert parse_parameters(cell) == (
        Parameter("place", "str", "GM0855", comment="where"),
        Parameter("year", "int", 2020, optional=True),
        Parameter("steps", "list", [1, 2], comment="of the ladder"),
        Parameter("share", "float", 1),
    )


def test_parameters_of_every_plain_kind_are_inferred_from_the_literal():
    cell = "a = 'x'\nb = 1\nc = 1.5\nd = True\ne = {'k': 1}\nf: list[str] = []\ng: int = -1"
    assert [parameter.kind for parameter in parse_parameters(cell)] == ["str", "int", "float", "bool", "dict", "list", "int"]


@pytest.mark.parametrize(
    ("cell", "match"),
    [
        ("x = dict(a=1)", "must be a literal, not an expression"),
        ("import os", "line 1 of the parameters cell must be"),
        ("x: int", "line 1 of the parameters cell must be"),
        ("x = y = 1", "line 1 of the parameters cell must be"),
        ("x = 1\nx = 2", "declares x more than once"),
        ("x = None", "x must be one of str, int, .* but is NoneType"),
        ("x: Path = 'a'", "x must be one of .* but is Path"),
        ("x: int | str = 1", "x must have one type"),
        ("x: int = 'a'", "the default of x must be int but is str"),
        ("x: int = True", "the default of x must be int but is bool"),
        ("x: int = None", "the default of x must be int but is None"),
        ("x = (", "line 1 of the parameters cell is not Python"),
    ],
)
def test_parameters_cell_that_is_more_than_typed_literals_is_refused(cell, match):
    with pytest.raises(DeclarationError, match=match):
        parse_parameters(cell)


@pytest.mark.parametrize("tagged", [0, 2])
def test_notebook_must_have_exactly_one_tagged_cell(tmp_path, tagged):
    cells = [nbformat.v4.new_code_cell(f"x{i} = 1", metadata={"tags": ["parameters"]}) for i in range(tagged)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    with pytest.raises(DeclarationError, match=f"n.ipynb must have exactly one cell tagged 'parameters' but has {tagged}"):
        read_parameters(tmp_path / "n.ipynb")


def test_notebook_parameters_are_those_of_the_tagged_cell(notebook):
    assert [parameter.name for parameter in read_parameters(notebook("x = 1"))] == ["place", "world", "period", "policy"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "GM0855", "GM0855"),
        ("str", "3", "3"),
        ("int", "-3", -3),
        ("float", "0.6", 0.6),
        ("float", "1", 1.0),
        ("bool", "True", True),
        ("bool", "false", False),
        ("list", "[1, 'a']", [1, "a"]),
        ("dict", "{'a': 1}", {"a": 1}),
    ],
)
def test_typed_text_becomes_a_value_of_the_declared_type(kind, text, value):
    got = coerce(Parameter("x", kind, None), text, "here")
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "3.0"),
        ("int", "true"),
        ("int", "none"),
        ("float", "0,6"),
        ("float", "nan"),
        ("float", "inf"),
        ("bool", "1"),
        ("bool", "yes"),
        ("list", "{'a': 1}"),
        ("list", "[1,"),
        ("dict", "{1: 2}"),
        ("dict", "a b"),
    ],
)
def test_text_that_is_not_of_the_type_is_refused(kind, text):
    with pytest.raises(ParameterType, match=f"^here: x must be {kind} but got .*Write it as"):
        coerce(Parameter("x", kind, None), text, "here")


def test_none_is_a_value_only_where_it_is_allowed():
    assert coerce(Parameter("x", "int", 1, optional=True), "none", "here") is None
    with pytest.raises(ParameterType, match=r"x must be int \| None but got 'nothing'"):
        coerce(Parameter("x", "int", 1, optional=True), "nothing", "here")


@pytest.mark.parametrize(("value", "inside"), [(0.39, False), (0.4, True), (0.9, True), (0.91, False)])
def test_bounds_include_both_ends(value, inside):
    bounds = Bounds("float", 0.4, 0.9)
    if inside:
        check_bounds("share", value, bounds, "here")
    else:
        with pytest.raises(ParameterBounds, match=r"here: share must be at least 0.4 and at most 0.9 but got"):
            check_bounds("share", value, bounds, "here")


def test_bounds_may_be_a_list_of_values():
    check_bounds("months", 3, Bounds("int", allowed=(1, 3)), "here")
    with pytest.raises(ParameterBounds, match="months must be one of 1, 3 but got 2"):
        check_bounds("months", 2, Bounds("int", allowed=(1, 3)), "here")


def test_unknown_parameter_names_the_nearest():
    with pytest.raises(UnknownParameter, match=r"no parameter shere\. HINT: did you mean share\? The notebook has: share"):
        find((SHARE,), "shere", "here")
    assert find((SHARE,), "share", "here") is SHARE


CELL = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "x = 1"}
ODD = ({"cell_type": None}, {"source": None}, {"source": 1}, {"source": [1]}, {"metadata": None}, {"metadata": {"tags": 1}})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1]",
        "{}",
        '{"cells": {}}',
        '{"cells": [1]}',
        *(json.dumps({"cells": [CELL | odd]}) for odd in ODD),
    ],
)
def test_file_that_is_no_notebook_is_refused_in_words(tmp_path, content):
    (tmp_path / "n.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"^n\.ipynb is not a notebook of format 4\. Open it in JupyterLab"):
        read_parameters(tmp_path / "n.ipynb")


def test_notebook_that_cannot_be_opened_is_refused_in_words(tmp_path):
    (tmp_path / "b.ipynb").write_bytes(b"\xff\xfe{")
    with pytest.raises(DeclarationError, match=r"b\.ipynb is not a notebook of format 4"):
        read_parameters(tmp_path / "b.ipynb")
    with pytest.raises(DeclarationError, match=r"n\.ipynb cannot be read \(FileNotFoundError\)"):
        read_parameters(tmp_path / "n.ipynb")
