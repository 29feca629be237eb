"""
Damaged dumps of Stack Exchange: cut anywhere, with bytes changed, lost or wiped out.

Whatever is done to a file, all rows that the damage did not touch are read, nothing
but FormatError comes out, a strict reading refuses what a lenient one reports, and
neither takes long. The damage is drawn from a fixed seed.
"""

import lzma
import random
import re
import resource
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import pytest
from attrs import frozen
from py7zr import SevenZipFile

from qathread import Thread, formats
from qathread.errors import FormatError
from qathread.formats.stackexchange._tables import TABLES, Table
from qathread.losses import LossReport
from tests.unit._dumps import (
    AI,
    BEER,
    CONLANG_META,
    FRENCH_META,
    samples,
    site_of,
)

#: What a lenient reading refuses too, and only where a file begins.
_REFUSED: Final = {"doctype", "encoding", "not-this-format"}
_ROW: Final = re.compile(rb"<row [^<]*?/>")
_SECONDS: Final = 10.0
_MEMORY: Final = 256 * 1024  # KiB


@frozen
class Span:
    """The bytes that damage touched, or took out."""

    start: int
    stop: int
    gone: bool = False


@frozen
class Original:
    """
    A sound site, unpacked.

    Attributes:
        folder: Where its files are.
        rows: Its rows by table, in order of their files, as the reader gives them.
        places: Where each of them begins and ends.
        threads: Its threads.
    """

    folder: Path
    rows: Mapping[Table, list[Mapping[str, str]]]
    places: Mapping[Table, list[tuple[int, int]]]
    threads: list[Thread]


@frozen
class Result:
    """All that one reading gives: threads, rows of every table, loose ones, report."""

    threads: list[Thread]
    rows: Mapping[Table, list[Mapping[str, str]]]
    loose: Mapping[Table, list[Mapping[str, str]]]
    report: LossReport

    @property
    def damage(self) -> dict[str, int]:
        return {
            f"{loss.kind} {loss.code}": loss.count
            for loss in self.report
            if loss.damage
        }


def everything(source: Path, *, strict: bool = False) -> Result:
    """Read all that a dump holds."""
    with formats.read(source, "stackexchange", strict=strict) as reading:
        threads = list(reading)
        site = site_of(reading)
        rows = {table: list(site.rows(table)) for table in TABLES}
        loose = {table: list(site.loose(table)) for table in TABLES}
        for _ in zip(site.users(), site.badges(), site.tags(), strict=False):
            pass
    return Result(threads, rows, loose, reading.report)


@contextmanager
def watched() -> Iterator[None]:
    """Stop what hangs."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"it takes longer than {_SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def unpacked(source: Path, folder: Path) -> Path:
    """Put the plain files of a sample into a folder."""
    if source.suffix == ".7z":
        with SevenZipFile(source) as archive:
            archive.extractall(folder)
        return folder
    folder.mkdir()
    for path in source.iterdir():
        if path.suffix == ".xz":
            with lzma.open(path) as packed:
                (folder / path.stem).write_bytes(packed.read())
        else:
            shutil.copyfile(path, folder / path.name)
    return folder


def original(source: Path, folder: Path) -> Original:
    plain = unpacked(source, folder)
    places = {
        table: [m.span() for m in _ROW.finditer((plain / f"{table}.xml").read_bytes())]
        for table in TABLES
    }
    result = everything(plain)
    assert result.damage == {}
    for table in TABLES:
        assert len(result.rows[table]) == len(places[table])
    return Original(plain, result.rows, places, result.threads)


@pytest.fixture(scope="module")
def sound(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("sound")
    return original(samples(shared) / CONLANG_META, folder / "site")


@pytest.fixture
def copy(sound: Original, tmp_path: Path) -> Path:
    """A folder that has the files of the sound site, to be replaced one by one."""
    return linked(sound, tmp_path / "copy")


def linked(sound: Original, folder: Path) -> Path:
    folder.mkdir()
    for table in TABLES:
        restore(sound, folder, table)
    return folder


def restore(sound: Original, folder: Path, table: Table) -> None:
    path = folder / f"{table}.xml"
    path.unlink(missing_ok=True)
    path.symlink_to(sound.folder / path.name)


def replace(folder: Path, table: Table, data: bytes) -> None:
    path = folder / f"{table}.xml"
    path.unlink()
    path.write_bytes(data)


# -- the checks ------------------------------------------------------------------


def check(
    sound: Original, folder: Path, table: Table, damaged: Sequence[Span], head: bool
) -> Result | None:
    """
    Read a damaged site, and hold what comes out against the sound one.

    Args:
        sound: The sound site.
        folder: The damaged one.
        table: The table whose file is damaged.
        damaged: The bytes that were touched.
        head: Whether something before the first row is among them.

    Returns:
        What was read; None if it was refused as a whole.
    """
    try:
        with watched():
            result = everything(folder)
    except FormatError as error:
        assert error.code in _REFUSED
        assert f"{table}.xml" in str(error)
        assert len(str(error)) < 500
        assert head
        with pytest.raises(FormatError), watched():
            everything(folder, strict=True)
        return None
    for other in TABLES:
        if other != table:
            assert result.rows[other] == sound.rows[other]
    kept = [
        row
        for row, (start, stop) in zip(
            sound.rows[table], sound.places[table], strict=True
        )
        if not any(span.start < stop and start < span.stop for span in damaged)
    ]
    rest = iter(result.rows[table])
    missing = [row for row in kept if row not in rest]  # a search that goes on
    assert missing == []
    # What is read of the damaged rows is no more than there were.
    assert len(result.rows[table]) <= len(sound.rows[table])
    account(result)
    try:
        with watched():
            strict = everything(folder, strict=True)
    except FormatError as error:
        assert result.damage
        assert error.where is not None
        assert len(str(error)) < 500
    else:
        assert result.damage == {}
        assert strict == result
        # Only bytes taken out may leave two halves that make one row.
        gone = any(span.gone for span in damaged)
        assert gone or len(strict.rows[table]) == len(sound.rows[table])
    return result


def account(result: Result) -> None:
    """Posts and comments are in a thread, or loose, or told to be lost; none twice."""
    posts = {row["Id"] for row in result.rows["Posts"]}
    found = [row["Id"] for row in result.loose["Posts"]]
    found += [
        post.id
        for thread in result.threads
        for post in thread.posts
        if not post.id.startswith("c")
    ]
    assert len(found) == len(set(found))
    assert set(found) == posts
    comments = {row["Id"] for row in result.rows["Comments"]}
    remarks = {row["Id"] for row in result.loose["Comments"]}
    remarks |= {
        post.id[1:]
        for thread in result.threads
        for post in thread.posts
        if post.id.startswith("c")
    }
    lost = result.damage.get("skipped missing-parent", 0)
    assert remarks <= comments
    assert len(comments - remarks) <= lost
    assert [thread.id for thread in result.threads] == sorted(
        {thread.id for thread in result.threads}, key=int
    )


def check_cut(sound: Original, folder: Path, table: Table, size: int) -> None:
    """Cut one file, and check that exactly the whole rows before it are read."""
    data = (sound.folder / f"{table}.xml").read_bytes()
    replace(folder, table, data[:size])
    places = sound.places[table]
    head = size <= places[0][0]
    result = check(sound, folder, table, [Span(size, len(data))], head)
    if result is not None:
        whole = sum(stop <= size for _, stop in places)
        assert result.rows[table] == sound.rows[table][:whole]
        complete = size >= data.rindex(b">") + 1
        assert result.damage.get("lost syntax", 0) == (0 if complete else 1)
        assert result.damage.keys() <= {"lost syntax", "repaired missing-parent"}
        if complete:
            assert result.threads == sound.threads
    restore(sound, folder, table)


def check_changed(
    sound: Original, folder: Path, table: Table, draw: random.Random, kind: str
) -> None:
    """Change some bytes of one file, and check all that was not touched."""
    path = sound.folder / f"{table}.xml"
    data = bytearray(path.read_bytes())
    first = sound.places[table][0][0]
    spans: list[Span] = []
    match kind:
        case "byte":
            at = draw.randrange(len(data))
            data[at] = (data[at] + draw.randrange(1, 256)) % 256
            spans = [Span(at, at + 1)]
        case "bit":
            at = draw.randrange(len(data))
            data[at] ^= 1 << draw.randrange(8)
            spans = [Span(at, at + 1)]
        case "sign":  # those that hold a file together
            signs = [m.start() for m in re.finditer(rb"[<>\"=/&;]|row", data)]
            at = draw.choice(signs)
            data[at] = draw.choice(b"<>\"'=/&; \x00\xffr")
            spans = [Span(at, at + 1)]
        case "bytes":
            for _ in range(draw.randrange(2, 50)):
                at = draw.randrange(len(data))
                data[at] = draw.randrange(256)
                spans.append(Span(at, at + 1))
        case "wiped":
            at, size = draw.randrange(len(data)), draw.randrange(1, 8_192)
            size = min(size, len(data) - at)
            data[at : at + size] = bytes(size)
            spans = [Span(at, at + size)]
        case _:
            at, size = draw.randrange(len(data)), draw.randrange(1, 8_192)
            del data[at : at + size]
            spans = [Span(at, at + size, gone=True)]
    replace(folder, table, bytes(data))
    head = min(span.start for span in spans) < first
    check(sound, folder, table, spans, head)
    restore(sound, folder, table)


KINDS: Final = ("byte", "bit", "sign", "bytes", "wiped", "lost")


def cuts(sound: Original, seed: str, number: int) -> None:
    draw = random.Random(seed)
    folder = sound.folder.with_name(f"cut-{seed}")
    linked(sound, folder)
    for _ in range(number):
        table = draw.choice(TABLES)
        size = (sound.folder / f"{table}.xml").stat().st_size
        check_cut(sound, folder, table, draw.randrange(size))


def changes(sound: Original, seed: str, number: int) -> None:
    draw = random.Random(seed)
    folder = sound.folder.with_name(f"changed-{seed}")
    linked(sound, folder)
    for case in range(number):
        kind = KINDS[case % len(KINDS)]
        check_changed(sound, folder, draw.choice(TABLES), draw, kind)


# -- the tests -------------------------------------------------------------------


def test_a_file_cut_anywhere(sound: Original) -> None:
    cuts(sound, "some", 24)


def test_a_file_changed_anywhere(sound: Original) -> None:
    changes(sound, "some", 36)


@pytest.mark.parametrize("table", ["Posts", "Votes", "Tags"])
def test_a_file_cut_at_its_edges(sound: Original, copy: Path, table: Table) -> None:
    """Within its head, and byte by byte around its end."""
    data = (sound.folder / f"{table}.xml").read_bytes()
    first, last = sound.places[table][0], sound.places[table][-1]
    middle = data.index(b"\n") + 1
    sizes = [0, 1, 4, middle, first[0], first[0] + 1, first[1] - 1, first[1]]
    for size in [*sizes, last[1] - 1, last[1], len(data) - 3, len(data) - 2]:
        check_cut(sound, copy, table, size)


def test_all_files_cut_at_once(sound: Original, copy: Path) -> None:
    """The report tells how many."""
    for table in TABLES:
        data = (sound.folder / f"{table}.xml").read_bytes()
        replace(copy, table, data[: len(data) // 2])
    result = everything(copy)
    assert result.damage["lost syntax"] == len(TABLES)
    for table in TABLES:
        rows = result.rows[table]
        assert rows == sound.rows[table][: len(rows)]
        assert rows
    account(result)
    with pytest.raises(FormatError, match=r"Posts\.xml, byte \d+.*ends in the middle"):
        everything(copy, strict=True)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("packing", ["xz", "7z"])
def test_a_packed_file_cut_or_changed(
    sound: Original, copy: Path, tmp_path: Path, packing: str, strict: bool
) -> None:
    """Of a stream what came before the damage is read; an archive is refused whole."""
    data = (sound.folder / "Posts.xml").read_bytes()
    target = copy / f"Posts.xml.{packing}"
    if packing == "xz":
        packed = lzma.compress(data)
    else:
        with SevenZipFile(tmp_path / "packed.7z", "w") as archive:
            archive.write(sound.folder / "Posts.xml", "Posts.xml")
        packed = (tmp_path / "packed.7z").read_bytes()
    (copy / "Posts.xml").unlink()
    draw = random.Random(f"{packing} {strict}")
    for case in range(8):
        broken = bytearray(packed)
        at = draw.randrange(len(packed))
        if case % 2:
            del broken[at:]
        else:
            broken[at] ^= 1 << draw.randrange(8)
        target.write_bytes(broken)
        try:
            with watched():
                result = everything(copy, strict=strict)
        except FormatError as error:
            assert error.source == str(target)
            assert error.code in {"syntax", "not-this-format"}
            continue
        rows = result.rows["Posts"]
        assert rows == sound.rows["Posts"][: len(rows)]
        if strict:
            assert rows == sound.rows["Posts"]
        elif len(rows) < len(sound.rows["Posts"]):
            assert result.damage["skipped syntax"] == 1
            assert result.damage["lost syntax"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", [CONLANG_META, FRENCH_META, AI, BEER])
def test_many_cuts_and_changes(name: str, shared: Path, tmp_path: Path) -> None:
    """A thousand of each over all samples, most of them on the smallest."""
    site = original(samples(shared) / name, tmp_path / "site")
    number = {CONLANG_META: 850, FRENCH_META: 80, AI: 50, BEER: 20}[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cuts(site, "many", number)
    changes(site, "many", number)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < _MEMORY
