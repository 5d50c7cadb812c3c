"""What a library takes along is left out for as long as it is read, and for no longer."""

import importlib
import sys

import pytest

from foundation.optional import left_out

RARE = "colorsys"  # a module of the standard library that nobody here reads


def test_what_is_left_out_counts_as_not_installed_until_the_block_ends() -> None:
    sys.modules.pop(RARE, None)
    with left_out(RARE), pytest.raises(ImportError):
        importlib.import_module(RARE)
    assert importlib.import_module(RARE).__name__ == RARE


def test_what_was_read_before_stays() -> None:
    before = sys.modules["json"]
    with left_out("json"):
        assert importlib.import_module("json") is before
    assert sys.modules["json"] is before


def test_it_comes_back_also_after_an_error() -> None:
    sys.modules.pop(RARE, None)
    with pytest.raises(ZeroDivisionError), left_out(RARE):
        raise ZeroDivisionError
    assert RARE not in sys.modules
