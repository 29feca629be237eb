"""
What writers tried and what was acknowledged, in files beside the store.

Each writer has a file of its own. A line is written by one call of the system, so
that a kill leaves it whole or absent.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from attrs import define, field


class LogWriter:
    """The log of one writer, to be added to."""

    def __init__(self, folder: str | os.PathLike[str], writer: int) -> None:
        path = Path(folder) / f"writer-{writer}.log"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)

    def tries(self, op_id: str) -> None:
        """Note that an action is about to be sent."""
        os.write(self._file, f"try {op_id}\n".encode())

    def acknowledged(self, op_id: str, version: int) -> None:
        """Note that it was acknowledged, and which version it made."""
        os.write(self._file, f"ack {op_id} {version}\n".encode())

    def failed(self, op_id: str, error: Exception) -> None:
        """Note that an error came instead of an answer."""
        os.write(self._file, f"err {op_id} {type(error).__name__}\n".encode())


@define
class Log:
    """
    What all writers noted.

    Attributes:
        tried: How often each op id was sent.
        acknowledged: The versions that each acknowledged op id was told.
        errors: How often which error came.
        faults: What no writer may have done.
    """

    tried: dict[str, int] = field(factory=dict)
    acknowledged: dict[str, set[int]] = field(factory=dict)
    errors: dict[str, int] = field(factory=dict)
    faults: list[str] = field(factory=list)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the logs of all writers."""
        log = cls()
        for path in sorted(folder.glob("writer-*.log")):
            text = path.read_text()
            assert text == "" or text.endswith("\n"), f"{path} ends in half a line"
            log.add(text.splitlines())
        return log

    def add(self, lines: Iterable[str]) -> None:
        """Take in the lines of one writer."""
        last = None
        for line in lines:
            word, op_id, *rest = line.split()
            if word == "try":
                self.tried[op_id] = self.tried.get(op_id, 0) + 1
                last = op_id
                continue
            if op_id != last:
                self.faults.append(f"{line!r} came after trying {last}")
            if word == "ack":
                self.acknowledged.setdefault(op_id, set()).add(int(rest[0]))
            else:
                self.errors[rest[0]] = self.errors.get(rest[0], 0) + 1


def last_of(folder: str | os.PathLike[str], writer: int) -> tuple[int, str | None]:
    """
    Return where a writer was.

    Returns:
        The highest number it tried, 0 if none, and the last op id it tried if that was
        not acknowledged.
    """
    path = Path(folder) / f"writer-{writer}.log"
    if not path.exists():
        return 0, None
    lines = path.read_text().splitlines()
    tried = [line.split()[1] for line in lines if line.startswith("try ")]
    number = max((int(op_id.split("-")[1]) for op_id in tried), default=0)
    if not tried or any(line.startswith(f"ack {tried[-1]} ") for line in lines[-3:]):
        return number, None
    return number, tried[-1]
