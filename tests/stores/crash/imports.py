"""The command that imports a dump, with a kill at one of its statements."""

from pathlib import Path

from qathread.cli import run
from qathread.testing import faults


def imported(words: list[str], number: int, told: str, on: str | None = None) -> None:
    """
    Run the command, and be killed on the way.

    Args:
        words: Of the command.
        number: At which statement, of all that SQLite is asked, the process is killed;
            0: at none.
        told: A file that gets the exit status, and how many statements there were.
        on: Which statements count; None: all.
    """
    count = faults.Plan(lambda _: None)
    kill = faults.at(max(number, 1), faults.Kill(), on=on)
    with faults.sqlite_statements(count, *[kill] * bool(number)):
        status = run(words)
    Path(told).write_text(f"{status} {count.calls}")
