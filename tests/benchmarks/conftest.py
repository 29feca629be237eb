"""Prints the ratios after the run."""

import pytest

from tests.benchmarks.measure import REPORT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show every ratio, also those that passed."""
    if REPORT:
        terminalreporter.section("ratios: median (lowest to highest)")
        for line in REPORT:
            terminalreporter.write_line(line)
