"""Writers, one of which is killed every now and then, and what they leave."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import define, frozen

from tests.stores.crash.actions import prepared
from tests.stores.crash.logs import Log
from tests.stores.crash.nursery import Nursery
from tests.stores.crash.opening import Opening
from tests.stores.crash.oracle import Findings, examine
from tests.stores.crash.servers import DRIVERS

WRITERS: Final = 8
THREADS: Final = 6
#: So many kills, and so many acknowledged actions, are little on any machine.
LEAST: Final = 20
#: A slow machine needs longer; of one that needs so many times as long, nobody knows.
PATIENCE: Final = 30
WRITE: Final = "tests.stores.crash.writers:write"


@frozen(kw_only=True)
class Loop:
    """
    How writers are set to work.

    Attributes:
        opening: How each of them opens the store.
        folder: Where their logs are.
        seed: What decides who is killed, and when.
        writers: How many there are.
        patient: Whether errors of the store are passing, as when a server stops.
        actions: After how many each ends; None: when it is told to.
    """

    opening: Opening
    folder: Path
    seed: int
    writers: int = WRITERS
    patient: bool = False
    actions: int | None = None

    def prepare(self) -> None:
        """Put the threads there that are written to."""
        store = self.opening.open()
        for number in range(THREADS):
            store.save(prepared(number))
        store.close()

    def examined(self, opening: Opening | None = None) -> "Findings":
        """Open the store as after a restart, and look at it."""
        store = (opening or self.opening).open()
        try:
            return examine(store, Log.read(self.folder), THREADS)
        finally:
            store.close()

    def start(self, nursery: Nursery, writer: int, *, repeat: bool = True) -> int:
        """Start a writer; return its process id."""
        return nursery.start(
            WRITE,
            self.opening.function,
            dict(self.opening.arguments),
            str(self.folder),
            writer,
            THREADS,
            repeat,
            self.patient,
            self.actions,
        )


@define
class Ran:
    """
    What happened to the writers.

    Attributes:
        kills: How many were killed.
        repeats: How many of those that took over sent the last action again, if
            nobody had acknowledged it.
    """

    kills: int = 0
    repeats: int = 0


def run(
    loop: Loop,
    seconds: float,
    meanwhile: Callable[[], None] | None = None,
    enough: Callable[[Log], bool] = lambda log: len(log.acknowledged) >= LEAST,
) -> Ran:
    """
    Let writers write, kill one every 20 to 120 ms, and stop them in the end.

    Args:
        loop: How they are set to work.
        seconds: For how long they are killed, at least.
        meanwhile: Is called between the kills; it may take its time.
        enough: Whether they did what is to be looked at; else they go on, for the
            machine may be slow.
    """
    rng, ran = random.Random(loop.seed), Ran()
    with Nursery(*DRIVERS) as nursery:
        numbers = range(1, loop.writers + 1)
        children = {writer: loop.start(nursery, writer) for writer in numbers}
        end = time.monotonic() + seconds
        limit = end + seconds * PATIENCE
        while time.monotonic() < end or not (
            ran.kills >= LEAST and enough(Log.read(loop.folder))
        ):
            assert time.monotonic() < limit, f"too little happened: {ran}"
            time.sleep(rng.uniform(0.02, 0.12))
            writer = rng.choice(list(children))
            if not nursery.kill(children[writer]):
                raise AssertionError(f"writer {writer} ended before it was told to")
            ran.kills += 1
            repeat = rng.random() < 0.5
            ran.repeats += repeat
            children[writer] = loop.start(nursery, writer, repeat=repeat)
            if meanwhile is not None:
                meanwhile()
        stop(loop, nursery, children)
    return ran


def stop(loop: Loop, nursery: Nursery, children: dict[int, int]) -> None:
    """Tell all writers to end, and wait until they have."""
    (loop.folder / "stop").touch()
    for writer, child in children.items():
        status = nursery.wait(child)
        assert status == 0, f"writer {writer} ended with status {status}"
