"""A soak that was not drawn is skipped in words, one that the change touches is not, and the closing line counts."""

import pytest

from tests.sample import ROOT

pytest_plugins = ["pytester"]
CONFTEST = """
import pytest
from tests import report
from tests.sample import Sample

report.sample = lambda: Sample("7c3f", frozenset({"rehearsal/season.py"}))

def pytest_configure(config):
    config.addinivalue_line("markers", "soak(*places): long")
    config.pluginmanager.register(report.Ran())

def pytest_collection_modifyitems(items):
    report.skip_undrawn(items)
"""
"""The real hooks, with a commit of our own."""
SOAKS = """
import pytest

@pytest.mark.soak("lottery/")
@pytest.mark.parametrize("number", range(8))
def test_long(number):
    pass

@pytest.mark.soak("rehearsal/")
def test_touched():
    pass

def test_pages(record_property):
    record_property("quality pages", "92 of 311")
"""


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
def test_the_closing_line_says_what_ran(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_soaks=SOAKS)
    run = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:django", "-rs", *processes)
    passed = run.parseoutcomes()
    assert passed["passed"] in {4, 5}  # one in four of nine are three, the touched one, and the pages
    ran = passed["passed"] - 1
    run.stdout.fnmatch_lines(
        [
            "SKIPPED*has not drawn: make soak*",
            f"quality pages: 92 of 311, soaks: {ran} of 9 (sample 7c3f); the whole: make soak",
            "*passed*",
        ]
    )
    assert "test_touched" not in "".join(line for line in run.outlines if "SKIPPED" in line)
