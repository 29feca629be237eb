"""
A disk that loses power: what may be on it, after any of the steps of a program.

What was synced is there. Of what was not, the disk may have taken any part, sector by
sector, in any order; but of two changes of one sector never the first without what
was there before, nor a mixture: a sector is written whole from one page of the cache.
A size is a thing of its own: a file may be longer than what was written of it, then
there are zeros, or shorter. So is a name: that it leads to a file, or was removed, is
sure only when the folder was synced.
"""

import random
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from attrs import define, field

from tests.stores.crash.recording import (
    Created,
    FolderSynced,
    Noted,
    Removed,
    Step,
    Synced,
    Truncated,
    Written,
)

SECTOR: Final = 512
#: Chooses one of the states that something went through, the sure one first.
Choose: TypeAlias = Callable[[int], int]


@define
class File:
    """
    One file: what is sure, and every state that its parts went through since.

    Attributes:
        content: As the program sees it.
        sizes: Its sizes.
        sectors: The contents of sectors that changed.
    """

    content: bytearray = field(factory=bytearray)
    sizes: list[int] = field(factory=lambda: [0])
    sectors: dict[int, list[bytes]] = field(factory=dict)

    def write(self, offset: int, data: bytes) -> None:
        """Change some bytes."""
        end = offset + len(data)
        touched = range(offset // SECTOR, (end + SECTOR - 1) // SECTOR)
        for number in touched:
            self.sectors.setdefault(number, [self._sector(number)])
        if end > len(self.content):
            self.content += bytes(end - len(self.content))
            self.sizes.append(end)
        self.content[offset:end] = data
        for number in touched:
            self.sectors[number].append(self._sector(number))

    def truncate(self, size: int) -> None:
        """Give it a size."""
        cut = range(size // SECTOR, (len(self.content) + SECTOR - 1) // SECTOR)
        for number in cut:
            self.sectors.setdefault(number, [self._sector(number)])
        del self.content[size:]
        self.content += bytes(max(0, size - len(self.content)))
        self.sizes.append(size)
        for number in cut:
            self.sectors[number].append(self._sector(number))

    def sync(self) -> None:
        """Make sure of it as it is."""
        self.sizes = [len(self.content)]
        self.sectors.clear()

    def image(self, choose: Choose) -> bytes:
        """Return what may be on the disk."""
        found = bytearray(self.content)
        for number, states in self.sectors.items():
            start = number * SECTOR
            state = states[choose(len(states))]
            found += bytes(max(0, start + len(state) - len(found)))
            found[start : start + len(state)] = state
        size = self.sizes[choose(len(self.sizes))]
        return bytes(found[:size]).ljust(size, b"\0")

    def _sector(self, number: int) -> bytes:
        data = bytes(self.content[number * SECTOR : (number + 1) * SECTOR])
        return data + bytes(SECTOR - len(data))


@define
class Disk:
    """
    A folder of files.

    Attributes:
        files: By their numbers.
        names: Which file each name has led to since the folder was synced, the sure
            one first; None: to none.
    """

    files: dict[int, File] = field(factory=dict)
    names: dict[str, list[int | None]] = field(factory=dict)

    def take(self, step: Step) -> None:
        """Go one step on."""
        match step:
            case Created():
                self.files[step.file] = File()
                self.names.setdefault(step.name, [None]).append(step.file)
            case Written():
                self.files[step.file].write(step.offset, step.data)
            case Truncated():
                self.files[step.file].truncate(step.size)
            case Synced():
                self.files[step.file].sync()
            case Removed():
                self.names[step.name].append(None)
            case FolderSynced():
                self.names = {name: each[-1:] for name, each in self.names.items()}
            case Noted():
                pass

    def image(self, choose: Choose) -> dict[str, bytes]:
        """Return what may be on the disk after a power loss, by name."""
        found = {}
        for name, files in self.names.items():
            file = files[choose(len(files))]
            if file is not None:
                found[name] = self.files[file].image(choose)
        return found


def last(states: int) -> int:
    """Choose what the program saw last: no power was lost, it was killed."""
    return states - 1


def sure(states: int) -> int:
    """Choose what is sure: nothing else has reached the disk."""
    return 0


def any_of(rng: random.Random) -> Choose:
    """Return what chooses by chance: much of what was written, or little."""
    share = rng.choice((0.02, 0.2, 0.5, 0.8, 0.98))

    def choose(states: int) -> int:
        if states == 1:
            return 0
        chance = rng.random()
        if chance < share:
            return states - 1
        return 0 if chance > (1 + share) / 2 else rng.randrange(states)

    return choose


def lines(steps: Iterable[Step]) -> list[str]:
    """Return the lines of the log among some steps."""
    return [step.line for step in steps if isinstance(step, Noted)]
