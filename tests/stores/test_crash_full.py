"""C6: a disk that is full in the middle of a save or of an import, and later is not."""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import get_args

import pytest

from qathread.stores import SQLiteStore
from qathread.stores.sqlite import Journal
from qathread.testing._samples import a_thread, comments
from tests.stores.crash.content import content, unsalted
from tests.stores.crash.nursery import Nursery
from tests.stores.crash.space import may_mount, small_disk
from tests.unit._cli_dumps import made_dump

SPACE = "tests.stores.crash.space"
#: A small disk of its own is for those who may mount one; the others need no right.
KINDS = ["quota", "limit", *(["disk"] if may_mount() else [])]
kinds = pytest.mark.parametrize("kind", KINDS)
journals = pytest.mark.parametrize("journal", get_args(Journal))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery("tests.stores.crash.space") as nursery:
        yield nursery


@kinds
@journals
def test_a_disk_that_is_full_in_the_middle_of_a_save(
    kind: str, journal: Journal, nursery: Nursery, tmp_path: Path
) -> None:
    """Nothing of it is there; with space again it is saved, under the same op id."""
    folder = tmp_path / "disk"
    folder.mkdir()
    path, told = folder / "store.db", tmp_path / "told"
    outcomes: Counter[str] = Counter()
    with small_disk(folder) if kind == "disk" else nullcontext():
        for left in range(0, 10**6, 9_000):
            for each in folder.iterdir():
                each.unlink()
            with SQLiteStore(path, journal=journal) as store:
                store.save(comments(a_thread(), "one", "two"))
            arguments = (kind, str(path), journal, left, str(told))
            assert nursery.run(f"{SPACE}:save", *arguments) == 0
            with SQLiteStore(path, journal=journal) as store:
                assert store.faults() == ()
                assert len(store.history("q")) == 10
                assert store.load("q").version == 10
            outcomes[told.read_text()] += 1
            if told.read_text() == "saved":
                break
    print(f"{kind}, {journal}: {dict(outcomes)}")
    assert outcomes.pop("saved") == 1
    assert outcomes.total() > 5
    # A limit is an I/O error to SQLite: of one during a commit nobody knows more.
    unknown = {"OutcomeUnknownError"} if kind == "limit" else set()
    assert set(outcomes) <= {"StoreUnavailableError", *unknown}


@kinds
@pytest.mark.parametrize("words", [[], ["--events"]], ids=["plain", "events"])
def test_a_disk_that_is_full_in_the_middle_of_an_import(
    kind: str, words: list[str], nursery: Nursery, tmp_path: Path
) -> None:
    """What was saved stays, and with space again the same command goes on."""
    dump = made_dump(tmp_path / "dump", 120)
    folder, told, whole = tmp_path / "disk", tmp_path / "told", tmp_path / "whole.db"
    folder.mkdir()
    path = folder / "threads.db"
    command = ["import", str(dump), *words, "--quiet", "--into"]
    into = [*command, str(path)]
    arguments = (str(tmp_path), 10**9, [*command, str(whole)], str(told))
    assert nursery.run(f"{SPACE}:command", "limit", *arguments) == 0
    assert told.read_text().endswith("\n0\n")
    with small_disk(folder) if kind == "disk" else nullcontext():
        cut = 0
        for left in (100_000, 400_000, 700_000):
            told.unlink()
            for each in folder.iterdir():
                each.unlink()
            SQLiteStore(path).close()
            arguments = (str(folder), left, into, str(told))
            assert nursery.run(f"{SPACE}:command", kind, *arguments) == 0
            *errors, status = told.read_text().splitlines()
            assert status == "1"
            assert not any("Traceback" in line for line in errors)
            assert str(path) in errors[-1]
            with SQLiteStore(path) as store:
                assert store.faults() == ()
                saved = store.stats().threads
            assert saved < 120
            assert f"saved {saved} thread" in "\n".join(errors)
            cut += saved > 0
            told.unlink()
            arguments = (str(folder), 10**9, into, str(told))
            assert nursery.run(f"{SPACE}:command", "limit", *arguments) == 0
            assert told.read_text().endswith("\n0\n")
            assert unsalted(content(path)) == unsalted(content(whole))
            print(f"{kind}, {left} bytes left: {saved} threads, then all")
        assert cut > 0
