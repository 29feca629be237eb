"""
C3: what a power loss may leave of a SQLite file, opened and looked at.

A program is recorded as SQLite asks things of its files; disks as they may be after
each step are built from that. Every test prints its seed and what it counted.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

import qathread
from qathread.errors import NotFoundError, QathreadError
from tests.stores.crash.actions import thread_id
from tests.stores.crash.disk import Choose, Disk, any_of, last, lines, sure
from tests.stores.crash.logs import Log
from tests.stores.crash.nursery import ROOT, Nursery
from tests.stores.crash.opening import AnyStore, Opening, sqlite
from tests.stores.crash.oracle import examine
from tests.stores.crash.recording import (
    THREADS,
    Created,
    FolderSynced,
    Noted,
    Removed,
    Step,
    Synced,
    Truncated,
    Written,
    steps_in,
)

RECORD = "tests.stores.crash.recording:record"
PLANTED = "tests.stores.crash.planted"
FILE = "store.db"
LOOSE = "may-lose-saves-on-power-loss"


@define
class Losses:
    """
    What was found on many disks.

    Attributes:
        images: How many disks were looked at.
        acknowledged: How many actions had been acknowledged, over all disks.
        lost: How many of those were not there.
        faults: What was wrong, how often.
    """

    images: int = 0
    acknowledged: int = 0
    lost: int = 0
    faults: Counter[str] = field(factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.images} disks, {self.acknowledged} acknowledged, {self.lost} lost, "
            f"{self.faults.total()} other faults"
        )


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery("tests.stores.crash.recording") as nursery:
        yield nursery


def recorded(
    nursery: Nursery, opening: Opening, actions: int, folder: Path
) -> list[Step]:
    """Return what a program that opens a store so asks of its disk."""
    trace = folder / "trace"
    arguments = (opening.function, dict(opening.arguments))
    assert nursery.run(RECORD, *arguments, actions, str(trace)) == 0
    return steps_in(trace)


def after_power_losses(
    steps: list[Step], opening: Opening, folder: Path, images: int, seed: int
) -> Losses:
    """
    Look at disks as they may be, spread over the whole program.

    Args:
        steps: What was asked of the disk.
        opening: How the store is opened afterwards.
        folder: Where disks can be built.
        images: How many, about.
        seed: What decides.
    """
    rng, losses = random.Random(seed), Losses()
    # Most is at stake just before something is synced, and when it has been.
    syncs = [
        number
        for number, step in enumerate(steps)
        if isinstance(step, (Synced, FolderSynced, Removed))
    ]
    points = Counter(rng.choices(syncs, k=images // 2))
    points.update(number + 1 for number in rng.choices(syncs, k=images // 4))
    points.update(rng.choices(range(len(steps)), k=images // 4))
    disk = Disk()
    for number, step in enumerate([*steps, None]):
        for _ in range(points[number]):
            choose = rng.choice((sure, last, *[any_of(rng)] * 8))
            look_at(disk, choose, steps[:number], opening, folder / "disk", losses, rng)
        if step is not None:
            disk.take(step)
    return losses


def look_at(
    disk: Disk,
    choose: Choose,
    before: list[Step],
    opening: Opening,
    folder: Path,
    losses: Losses,
    rng: random.Random,
) -> None:
    """Build one disk, open the store on it, and compare it with the log."""
    image = disk.image(choose)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    if rng.random() < 0.3:  # nobody reads this after a restart, whatever it holds
        (folder / f"{FILE}-shm").write_bytes(rng.randbytes(32_768))
    noted = [line.split(maxsplit=1) for line in lines(before)]
    prepared = sum(word == "prepared" for word, _ in noted)
    log = Log()
    log.add(" ".join(line) for line in noted if line[0] in ("try", "ack"))
    losses.images += 1
    losses.acknowledged += len(log.acknowledged)
    arguments = {**opening.arguments, "path": str(folder / FILE)}
    try:
        store = Opening(opening.function, arguments).open()
    except QathreadError as error:
        losses.faults[f"opening: {type(error).__name__}"] += 1
        return
    try:
        there = threads_in(store)
        found = examine(store, log, THREADS, there)
        losses.lost += len(found.lost)
        if there < prepared:
            losses.lost += prepared - there
        # What is not there are the last ones: nothing is there without what it
        # was built on.
        order = list(log.acknowledged)
        if found.lost != sorted(order[len(order) - len(found.lost) :]):
            losses.faults["some are lost, and later ones are not"] += 1
        losses.faults.update(found.doubled)
        losses.faults.update(found.faults)
    except Exception as error:  # of a store that is found to be broken
        losses.faults[f"looking: {type(error).__name__}"] += 1
    finally:
        store.close()


def threads_in(store: AnyStore) -> int:
    for number in range(THREADS):
        try:
            store.history(thread_id(number))
        except NotFoundError:
            return number
    return THREADS


# -- the tests -------------------------------------------------------------------

CASES = [("wal", "full"), ("delete", "full"), ("wal", LOOSE)]
cases = pytest.mark.parametrize(("journal", "durability"), CASES)


def power_lost(
    nursery: Nursery,
    folder: Path,
    case: tuple[str, str],
    images: int,
    actions: int = 30,
    fault: str | None = None,
) -> Losses:
    """Record a program, look at what power losses leave of it, and say so."""
    journal, durability = case
    opening = sqlite(folder / FILE, journal, durability=durability)
    planted = opening if fault is None else opening.named(f"{PLANTED}:{fault}")
    steps = recorded(nursery, planted, actions, folder)
    seed = random.randrange(10**6)
    losses = after_power_losses(steps, opening, folder, images, seed)
    print(f"seed {seed}, {journal}, {durability}, {fault}: {losses}")
    for fault_found, count in losses.faults.most_common(5):
        print(f"  {count} x {fault_found[:200]}")
    return losses


def check(losses: Losses, images: int, durability: str) -> None:
    """Nothing acknowledged is lost, unless that was asked for; nothing is broken."""
    assert losses.images >= images * 0.9
    assert losses.faults == {}
    if durability == "full":
        assert losses.lost == 0
    else:
        assert losses.lost > 0, "the option says that saves may be lost"


@cases
def test_a_power_loss_loses_nothing_that_was_acknowledged(
    journal: str, durability: str, nursery: Nursery, tmp_path: Path
) -> None:
    """Or only the last saves, each whole, where that was asked for."""
    losses = power_lost(nursery, tmp_path, (journal, durability), 240)
    check(losses, 240, durability)


@pytest.mark.slow
@cases
def test_thousands_of_power_losses(
    journal: str, durability: str, nursery: Nursery, tmp_path: Path
) -> None:
    """The same, with a longer program."""
    losses = power_lost(nursery, tmp_path, (journal, durability), 12_000, 60)
    check(losses, 12_000, durability)


@pytest.mark.parametrize(
    ("fault", "journal", "broken"),
    [
        ("SyncsNever", "delete", True),
        ("SyncsNever", "wal", True),
        ("SyncsLate", "wal", False),
        ("ForgetsTheFolder", "delete", False),
        ("AcknowledgesEarly", "wal", False),
    ],
)
def test_a_planted_fault_is_found(
    fault: str, journal: str, broken: bool, nursery: Nursery, tmp_path: Path
) -> None:
    """A store that syncs less than it says loses saves, or breaks its file."""
    losses = power_lost(nursery, tmp_path, (journal, "full"), 240, fault=fault)
    assert losses.lost > 0
    assert bool(losses.faults) is broken


@pytest.mark.slow
@cases
def test_killed_between_any_two_requests_it_loses_nothing(
    journal: str, durability: str, nursery: Nursery, tmp_path: Path
) -> None:
    """What a killed process had asked for, the system still does."""
    opening = sqlite(tmp_path / FILE, journal, durability=durability)
    steps = recorded(nursery, opening, 30, tmp_path)
    disk, losses, rng = Disk(), Losses(), random.Random(0)
    for number, step in enumerate(steps):
        look_at(disk, last, steps[:number], opening, tmp_path / "disk", losses, rng)
        disk.take(step)
    print(losses)
    assert (losses.lost, losses.faults) == (0, {})


@cases
def test_without_a_power_loss_the_disk_is_what_the_files_are(
    journal: str, durability: str, nursery: Nursery, tmp_path: Path
) -> None:
    """What is recorded is all that is done: replayed, it gives the very files."""
    opening = sqlite(tmp_path / FILE, journal, durability=durability)
    disk = Disk()
    for step in recorded(nursery, opening, 30, tmp_path):
        disk.take(step)
    files = {each.name: each.read_bytes() for each in tmp_path.glob(f"{FILE}*")}
    assert disk.image(last) == files


TRACED = "openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename"


@pytest.mark.slow
@cases
def test_what_is_recorded_is_what_the_system_is_asked(
    journal: str, durability: str, tmp_path: Path
) -> None:
    """The system's own trace of the program tells of the same steps."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    folder, output = tmp_path / "store", tmp_path / "strace"
    folder.mkdir()
    opening = sqlite(folder / FILE, journal, durability=durability)
    arguments = (opening.function, dict(opening.arguments), 30, str(tmp_path / "trace"))
    code = f"from tests.stores.crash.recording import record; record(*{arguments!r})"
    paths = os.pathsep.join([str(Path(qathread.__file__).parents[1]), str(ROOT)])
    strace = ["strace", "-f", "-y", "-s0", f"-e{TRACED}", f"-o{output}"]
    subprocess.run(
        [*strace, sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
    )
    names: dict[int, str] = {}
    steps = [told(step, names) for step in steps_in(tmp_path / "trace")]
    there: set[str] = set()
    traced = [
        traced_in(line, folder, there) for line in output.read_text().splitlines()
    ]
    assert [each for each in traced if each] == [each for each in steps if each]
    print(f"{journal}, {durability}: {len(steps)} steps, the same in both traces")


def told(step: Step, names: dict[int, str]) -> str | None:
    """Return a step as a line."""
    match step:
        case Created():
            names[step.file] = step.name
            return f"create {step.name}"
        case Written():
            return f"write {names[step.file]} {len(step.data)} at {step.offset}"
        case Truncated():
            return f"truncate {names[step.file]} {step.size}"
        case Synced():
            return f"sync {names[step.file]}"
        case Removed():
            return f"remove {step.name}"
        case FolderSynced():
            return "sync the folder"
        case Noted():
            return None


def traced_in(line: str, folder: Path, there: set[str]) -> str | None:
    """Return a line of the system's trace in the same words, if it changes a file."""
    if str(folder) not in line or "-shm" in line:
        return None
    if "openat(" in line and "O_CREAT" not in line:
        return None
    path = re.escape(str(folder))
    for pattern, words in (
        (rf'openat\(.*"{path}/(\S+)".*O_CREAT.*= \d', "create {}"),
        (rf"write64\(\d+<{path}/(\S+)>, .*, (\d+), (\d+)\)", "write {} {} at {}"),
        (rf"ftruncate\(\d+<{path}/(\S+)>, (\d+)\)", "truncate {} {}"),
        (rf"sync\(\d+<{path}/(\S+)>\)", "sync {}"),
        (rf'unlink\("{path}/(\S+)"\)', "remove {}"),
        (rf"sync\(\d+<{path}>\)", "sync the folder"),
    ):
        if found := re.search(pattern, line):
            words = words.format(*found.groups())
            break
    else:
        raise AssertionError(f"not understood: {line}")
    word, name = words.split()[:2]
    if word == "create":
        if name in there:
            return None
        there.add(name)
    elif word == "remove":
        there.remove(name)
    return words
