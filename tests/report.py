"""What the closing lines of a run say about the sample: how much was measured, and how to run the whole."""

from collections import Counter
from collections.abc import Generator, Iterable

import pytest

from tests.sample import sample

MEASURED, SCORED = "quality pages", "pages scored by Lighthouse"
SOAK = "soak"


def skip_undrawn(items: list[pytest.Item]) -> None:
    """A soak that this commit has not drawn is skipped, and says so."""
    soaks = sorted((item for item in items if item.get_closest_marker(SOAK)), key=lambda item: item.nodeid)
    drawn = {item.nodeid for item in sample().draw(soaks, one_in=4, key=lambda item: item.nodeid)}
    for item in soaks:
        mark = item.get_closest_marker(SOAK)
        if item.nodeid not in drawn and mark is not None and not sample().touches(mark.args):
            item.add_marker(pytest.mark.skip(reason=f"a soak that {sample().name} has not drawn: make soak"))


def counted(reports: Iterable[pytest.TestReport]) -> dict[str, tuple[int, int]]:
    """Of each kind how much ran, and how much there is."""
    ran: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for report in reports:
        if report.when == "call":
            for name, value in report.user_properties:
                if name in {MEASURED, SCORED}:
                    part, _of, there_is = str(value).partition(" of ")
                    ran[name] += int(part)
                    whole[name] += int(there_is)
        if SOAK in report.keywords and report.when == "setup":
            ran["soaks"] += not report.skipped
            whole["soaks"] += 1
    return {name: (ran[name], whole[name]) for name in whole}


class Ran:
    """Gathers the reports of all processes in the one that writes the summary."""

    def __init__(self) -> None:
        self.reports: list[pytest.TestReport] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """From whichever process ran it."""
        if report.user_properties or SOAK in report.keywords:
            self.reports.append(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """One line, right before the one that counts the tests."""
        yield
        found = counted(self.reports)
        if found:
            parts = [f"{name}: {ran} of {whole}" for name, (ran, whole) in sorted(found.items())]
            ending = "; the whole: make soak" if any(ran < whole for ran, whole in found.values()) else ""
            terminalreporter.write_line(f"{', '.join(parts)} ({sample().name}){ending}")
