"""Integer programmes print nothing, also where the solver does past Python."""

from __future__ import annotations

import ctypes
import os

import pytest

from gm_workbench.guard.programmes import nothing_printed


@pytest.mark.skipif(os.name != "posix", reason="C prints by way of another library there")
def test_what_c_prints_meanwhile_goes_nowhere_and_the_rest_stays(capfd):
    c = ctypes.CDLL(None)
    c.puts(b"before")
    with nothing_printed():
        c.puts(b"meanwhile")
    c.puts(b"after")
    c.fflush(None)
    assert capfd.readouterr().out.splitlines() == ["before", "after"]


def test_the_way_out_is_there_again_after_an_error(capfd):
    with pytest.raises(ArithmeticError), nothing_printed():
        raise ArithmeticError
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"
