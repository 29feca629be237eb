"""C5: an import that is killed, and run again."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from qathread.stores import SQLiteStore
from tests.stores.crash.content import content, unsalted
from tests.stores.crash.nursery import Nursery
from tests.unit._cli_dumps import INDEX, made_dump

IMPORT = "tests.stores.crash.imports:imported"
QUESTIONS = 30
PLACES = 10


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(
        "tests.stores.crash.imports", "qathread.formats.stackexchange"
    ) as nursery:
        yield nursery


@pytest.mark.parametrize(
    "words", [[], ["--events"], ["--skip-stored"]], ids=["plain", "events", "skip"]
)
def test_an_import_that_was_killed_is_completed_by_another_one(
    words: list[str], nursery: Nursery, tmp_path: Path
) -> None:
    """Killed at ten places from the first statement to the last."""
    dump = made_dump(tmp_path / "dump", QUESTIONS)
    whole, parts, told = (tmp_path / name for name in ("whole.db", "parts.db", "told"))
    command = ["import", str(dump), *words, "--quiet", "--into"]
    assert nursery.run(IMPORT, [*command, str(whole)], 0, str(told)) == 0
    status, statements = map(int, told.read_text().split())
    assert status == 0
    saved = []
    for place in range(PLACES):
        number = 1 + (statements - 1) * place // (PLACES - 1)
        (dump / INDEX).unlink(missing_ok=True)
        for each in tmp_path.glob("parts.db*"):
            each.unlink()
        into = [*command, str(parts)]
        assert nursery.run(IMPORT, into, number, str(told)) == -signal.SIGKILL
        with SQLiteStore(parts) as store:
            saved.append(store.stats().threads)
            assert store.faults() == ()
        told.unlink(missing_ok=True)
        assert nursery.run(IMPORT, into, 0, str(told)) == 0
        assert told.read_text().startswith("0 ")
        assert unsalted(content(parts)) == unsalted(content(whole)), number
    print(f"{words}: {statements} statements; after the kills there were {saved}")
    assert saved == sorted(saved)
    assert len(set(saved)) > PLACES // 2


def test_an_import_that_is_killed_again_and_again_comes_to_its_end(
    nursery: Nursery, tmp_path: Path
) -> None:
    """Each run goes on where the one before was killed."""
    dump = made_dump(tmp_path / "dump", QUESTIONS)
    whole, parts, told = (tmp_path / name for name in ("whole.db", "parts.db", "told"))
    command = ["import", str(dump), "--skip-stored", "--quiet", "--into"]
    assert nursery.run(IMPORT, [*command, str(whole)], 0, str(told)) == 0
    told.unlink()
    kills = 0
    while not told.exists():
        # In the middle of the fourth thread that is new.
        arguments = ([*command, str(parts)], 4, str(told), "insert into threads")
        kills += nursery.run(IMPORT, *arguments) == -signal.SIGKILL
        assert kills < QUESTIONS
    print(f"{kills} kills")
    assert kills == (QUESTIONS - 1) // 3
    assert told.read_text().startswith("0 ")
    assert unsalted(content(parts)) == unsalted(content(whole))
