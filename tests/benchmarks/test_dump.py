"""P11 to P18: the data dump of Stack Exchange, to values, threads and columns."""

import statistics
import subprocess
import sys
import warnings
import xml.parsers.expat
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyarrow as pa
import pytest
from lxml import etree

import qathread
from qathread import Thread, frames
from qathread.formats import Collector
from qathread.formats.stackexchange._decoding import Row, RowDecoder
from qathread.formats.stackexchange._files import chunks_of
from qathread.formats.stackexchange._framing import Frame
from qathread.formats.stackexchange._values import Values
from qathread.frames._dump_blocks import Part
from qathread.frames._dump_columns import SCHEMAS
from qathread.frames._dump_jobs import Job
from qathread.frames._dump_votes import tally
from tests.benchmarks import dumps
from tests.benchmarks.measure import Ratio, gate, note, ratio, report

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # ConvoKit's own
    import convokit

pytestmark = pytest.mark.bench
SIZES = (1, pytest.param(12, marks=pytest.mark.slow))
MB = 1 << 20


@pytest.fixture
def folder(copies: int, shared: Path) -> Path:
    """The dump, so many times over; Posts.xml has 4 MB a copy."""
    return dumps.beer(shared, copies)


def megabytes(path: Path) -> float:
    return path.stat().st_size / MB


# -- the same rows in several ways ---------------------------------------------------


def decoded(path: Path, fast: bool | None = None) -> Iterator[Row]:
    """Ours: the attributes of each row."""
    silent = Collector()
    frame = Frame(path.name, silent, None)
    decoder = RowDecoder(frame, silent, fast)
    for batch in frame.batches(chunks_of(path)):
        for row in decoder.rows(batch):
            assert row is not None
            yield row


def by_iterparse(path: Path) -> Iterator[Row]:
    """The standard library's: the same."""
    events = ElementTree.iterparse(path, ["start"])
    _, root = next(events)
    for _, element in events:
        yield element.attrib
        root.clear()


def values(rows: Iterator[Row]) -> int:
    """Make questions and answers of rows, and keep none."""
    made, number = Values(Collector()), 0
    for row in rows:
        author, _ = made.author(row, "OwnerUserId", "OwnerDisplayName", "gone:")
        if row["PostTypeId"] == "1":
            made.question(row, author, {}, 1)
        elif row["PostTypeId"] == "2":
            made.answer(row, author, {}, 1)
        number += 1
    return number


def by_expat(path: Path, start: Callable[[str, dict[str, str]], object]) -> None:
    """The floor of the standard library."""
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start
    with path.open("rb") as file:
        parser.ParseFile(file)


class Nothing:
    """A target of lxml's parser that does nothing."""

    def start(self, tag: str, attributes: object) -> None:
        pass

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def by_lxml(path: Path) -> None:
    """The floor of lxml."""
    etree.parse(path, etree.XMLParser(target=Nothing()))


def nothing(tag: str, attributes: dict[str, str]) -> None:
    pass


@pytest.mark.parametrize("copies", SIZES)
def test_p11_and_p12_values(folder: Path, copies: int) -> None:
    """Posts as values, in a stream, beside parsers that do nothing with them."""
    path = folder / "Posts.xml"
    about = f"{megabytes(path):.0f} MB"
    assert values(decoded(path)) == values(by_iterparse(path))
    gate(
        f"P11 posts to values / expat that does nothing, {about}",
        0.75,
        lambda: values(decoded(path)),
        lambda: by_expat(path, nothing),
        missed=1.5,
    )
    gate(
        f"P11 posts to values / lxml that does nothing, {about}",
        1.6,
        lambda: values(decoded(path)),
        lambda: by_lxml(path),
        missed=2.7,
    )
    gate(
        f"P11 posts to values / iterparse to the same, {about}",
        0.60,
        lambda: values(decoded(path)),
        lambda: values(by_iterparse(path)),
        missed=1.0,
    )
    gate(
        f"P12 the same without lxml / expat that does nothing, {about}",
        1.25,
        lambda: values(decoded(path, fast=False)),
        lambda: by_expat(path, nothing),
        missed=1.75,
    )


# -- columns -------------------------------------------------------------------------


def streamed(path: Path, table: frames.DumpTableName, **options: Any) -> int:
    """All rows as record batches, none of which is kept."""
    found = frames.stackexchange(path, table, **options)
    return sum(batch.num_rows for batch in found.batches())


def by_read_xml(path: Path) -> pd.DataFrame:
    """Pandas: the same columns, and the times as times."""
    schema = SCHEMAS["posts"]
    dates = [
        name for name in frames.stackexchange(path).columns if name.endswith("_date")
    ]
    frame = pd.read_xml(path, dtype_backend="numpy_nullable")
    names = [
        "".join(part.capitalize() for part in name.split("_")) for name in schema.names
    ]
    times = ["".join(part.capitalize() for part in name.split("_")) for name in dates]
    for name in times:
        if name in frame:
            frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame[[name for name in names if name in frame]]


PEAK = """
import sys
from pathlib import Path
def memory(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
{code}
work(sys.argv[1])  # what stays from a first use is not the file's
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS")
kept = work(sys.argv[2])
print(memory("VmHWM") - before, memory("VmRSS") - before)
"""


def memory(code: str, small: Path, path: Path) -> tuple[float, float]:
    """Peak and rest of a fresh interpreter, in MB above what it had before."""
    # ru_maxrss of a child begins with that of the parent: the kernel is asked itself.
    command = [sys.executable, "-W", "ignore", "-c", PEAK.format(code=code)]
    done = subprocess.run(
        [*command, str(small), str(path)], check=True, capture_output=True, text=True
    )
    peak, rest = done.stdout.split()[-2:]
    return float(peak), float(rest)


COLUMNS = """
from qathread import frames
def work(folder):
    table = frames.stackexchange(Path(folder, "Posts.xml"))
    return sum(batch.num_rows for batch in table.batches())
"""
THREADS = """
import qathread
def work(folder):
    with qathread.read(Path(folder, "Posts.xml")) as threads:
        return sum(1 for thread in threads)
"""
READ_XML = """
import pandas
def work(folder):
    return pandas.read_xml(Path(folder, "Posts.xml"))
"""


@pytest.fixture
def tiny(shared: Path) -> Path:
    """A folder with some posts, to begin with."""
    return (
        shared
        / "data/formats/stackexchange_dump/conlang.meta.stackexchange.com_2020-09"
    )


@pytest.mark.parametrize("copies", SIZES)
def test_p13_read_xml(folder: Path, tiny: Path, copies: int) -> None:
    """A frame of all posts, and what it takes to get there."""
    path = folder / "Posts.xml"
    about = f"{megabytes(path):.0f} MB"
    gate(
        f"P13 to_pandas() / pandas.read_xml, {about}",
        0.45,
        lambda: frames.stackexchange(path).to_pandas(),
        lambda: by_read_xml(path),
        rounds=5,
    )
    ours, _ = memory(COLUMNS, tiny, folder)
    theirs, _ = memory(READ_XML, tiny, folder)
    found = Ratio(*[ours / theirs] * 3)
    report(f"P13 peak memory, stream / read_xml, {about}", found, 1 / 30, missed=0.3)
    note(f"P13 peak memory, {about}", f"{ours:.1f} MB and {theirs:.0f} MB")


@pytest.mark.parametrize("copies", SIZES)
@pytest.mark.parametrize(("name", "code"), [("columns", COLUMNS), ("threads", THREADS)])
def test_p14_memory(
    name: str, code: str, copies: int, shared: Path, tiny: Path
) -> None:
    """A stream takes the same memory whatever the size of the file."""
    for number in (copies, copies * 5):
        folder = dumps.beer(shared, number)
        peak, _ = memory(code, tiny, folder)
        size = megabytes(folder / "Posts.xml")
        found = Ratio(peak, peak, peak)
        report(f"P14 peak memory, {name}, {size:.0f} MB, in MB", found, 16, missed=48)


@pytest.mark.parametrize("copies", (4, pytest.param(48, marks=pytest.mark.slow)))
def test_p14_time(folder: Path, copies: int, shared: Path) -> None:
    """Time grows as the file does."""
    less = dumps.beer(shared, copies // 4)
    gate(
        f"P14 columns of four times as much, {megabytes(folder / 'Posts.xml'):.0f} MB",
        1.15,
        lambda: streamed(folder, "posts"),
        lambda: streamed(less, "posts"),
        scale=0.25,
        rounds=5,
    )


@pytest.mark.parametrize("copies", SIZES)
def test_p15_projection(folder: Path, copies: int) -> None:
    """Without bodies it takes about half the time."""
    names = [name for name in SCHEMAS["posts"].names if name != "body"]
    gate(
        f"P15 columns without bodies / all, {megabytes(folder / 'Posts.xml'):.0f} MB",
        0.60,
        lambda: streamed(folder, "posts", columns=names),
        lambda: streamed(folder, "posts"),
    )


def tally_by_expat(path: Path, by_day: bool) -> Counter[tuple[str, ...]]:
    """The votes of each post and kind, and of each day."""
    count: Counter[tuple[str, ...]] = Counter()

    def start(tag: str, row: dict[str, str]) -> None:
        if tag == "row":
            if by_day:
                count[row["PostId"], row["VoteTypeId"], row["CreationDate"][:10]] += 1
            else:
                count[row["PostId"], row["VoteTypeId"]] += 1

    by_expat(path, start)
    return count


@pytest.mark.parametrize("copies", SIZES)
def test_p16_votes(folder: Path, copies: int) -> None:
    """Votes are counted, not made."""
    path = folder / "Votes.xml"
    about = f"{megabytes(path):.0f} MB"
    job = Job(
        table="votes", schema=SCHEMAS["votes"], source="", strict=False, limits=None
    )
    for by_day, name in ((False, "by post and kind"), (True, "and by day")):
        theirs = partial(tally_by_expat, path, by_day)
        ours = partial(tally, job, Part(path=path), Collector(), by_day=by_day)
        found = {tuple(map(bytes.decode, key)): n for key, n in ours().items()}
        assert found == theirs()
        missed = 0.5 if by_day else None  # nearly each vote is a key of its own
        name = f"P16 tally {name} / by expat, {about}"
        gate(name, 0.40, ours, theirs, missed=missed)
        table = partial(frames.vote_counts, path, by_day=by_day)
        note(f"P16 a sorted table of it / by expat, {about}", str(ratio(table, theirs)))
    theirs = partial(tally_by_expat, path, True)
    spread = ratio(lambda: streamed(path, "votes"), theirs)
    note(f"P16 all columns of all votes / by expat, {about}", str(spread))


def wall(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.slow
def test_p17_two_processes(shared: Path) -> None:
    """A reduction by two processes, on a machine with two idle cores."""
    path = dumps.beer(shared, 60) / "PostHistory.xml"
    columns = ["id", "post_id", "text"]

    def written(workers: int) -> None:
        with TemporaryDirectory() as target:
            table = frames.stackexchange(path, "post_history", columns=columns)
            table.to_parquet(Path(target, "rows"), workers=workers)

    pairs = [(wall(lambda: written(2)), wall(lambda: written(1))) for _ in range(5)]
    ratios = [two / one for two, one in pairs]
    found = Ratio(statistics.median(ratios), min(ratios), max(ratios))
    report(
        f"P17 two processes / one, to Parquet, {megabytes(path):.0f} MB, wall",
        found,
        0.65,
        missed=1.1,  # of a machine that others use too
    )


# -- threads -------------------------------------------------------------------------


def bare(folder: Path) -> list[Thread]:
    """Threads without the history and votes that ConvoKit has no place for."""
    with qathread.read(folder, with_history=False, with_votes=False) as threads:
        return list(threads)


def to_convokit(threads: list[Thread], folder: Path) -> Path:
    """Write the same posts as a corpus."""
    utterances = []
    for thread in threads:
        for post in thread.posts:
            author = thread.author(post.id)
            speaker = convokit.Speaker(id=author.id, meta={"name": author.name})
            assert post.created_at is not None
            utterances.append(
                convokit.Utterance(
                    id=post.id,
                    speaker=speaker,
                    conversation_id=thread.id,
                    reply_to=post.parent_id,
                    timestamp=post.created_at.timestamp(),
                    text=post.body.source,
                    meta={"score": thread.score(post.id), "kind": post.kind.value},
                )
            )
    convokit.Corpus(utterances=utterances).dump("corpus", base_path=str(folder))
    return folder / "corpus"


LINES = """
import qathread
def work(path):
    with qathread.read(path) as threads:
        return list(threads)
"""
CORPUS = """
import convokit
def work(path):
    return convokit.Corpus(filename=path)
"""


@pytest.mark.parametrize("copies", SIZES)
@pytest.mark.filterwarnings("ignore")
def test_p18_convokit(
    folder: Path, copies: int, shared: Path, tiny: Path, tmp_path: Path
) -> None:
    """Loading posts that are kept, from a file of each library's own."""
    threads = bare(folder)
    number = sum(len(thread) for thread in threads)
    lines, few = tmp_path / "threads.jsonl", tmp_path / "few.jsonl"
    qathread.write(threads, lines)
    qathread.write(bare(tiny), few)
    corpus = to_convokit(threads, tmp_path)
    (tmp_path / "few").mkdir()
    small = to_convokit(bare(tiny), tmp_path / "few")
    del threads

    def load() -> list[Thread]:
        with qathread.read(lines) as reading:
            return list(reading)

    gate(
        f"P18 threads from JSON Lines / ConvoKit, {number} posts",
        1 / 12,
        load,
        lambda: convokit.Corpus(filename=str(corpus)),
        rounds=5,
        missed=4.0,
    )
    found = ratio(
        lambda: bare(folder), lambda: convokit.Corpus(filename=str(corpus)), rounds=5
    )
    note(f"P18 threads from the dump / ConvoKit, {number} posts", str(found))

    def table() -> object:
        return [
            frames.stackexchange(folder, "posts").to_arrow(),
            frames.stackexchange(folder, "comments").to_arrow(),
        ]

    found = ratio(table, lambda: convokit.Corpus(filename=str(corpus)), rounds=5)
    note(f"P18 columns from the dump / ConvoKit, {number} posts", str(found))
    _, ours = memory(LINES, few, lines)
    _, theirs = memory(CORPUS, small, corpus)
    found = Ratio(*[ours / theirs] * 3)
    report(f"P18 memory kept / ConvoKit, {number} posts", found, 1 / 4, missed=1.5)
    note(f"P18 memory kept, {number} posts", f"{ours:.0f} MB and {theirs:.0f} MB")


@pytest.mark.parametrize("copies", SIZES)
def test_speeds(folder: Path, copies: int) -> None:
    """What a user may expect of a machine such as this."""

    def told(name: str, size: float, work: Callable[[], int], what: str) -> None:
        work()
        start = process_time()
        number = work()
        spent = process_time() - start
        note(name, f"{size / spent:.0f} MB/s, {number / spent:.0f} {what}/s of CPU")

    def threads(**options: Any) -> int:
        with qathread.read(folder, **options) as found:
            return sum(len(thread) for thread in found)

    def parquet(table: frames.DumpTableName) -> int:
        with TemporaryDirectory() as target:
            frames.stackexchange(folder, table).to_parquet(Path(target, "rows"))
        return frames.stackexchange(folder, table).count()

    size = sum(map(megabytes, folder.glob("*.xml")))
    told(f"to threads, {size:.0f} MB", size, threads, "posts and comments")
    read = ("Posts", "Comments", "PostLinks", "Users")
    less = sum(megabytes(folder / f"{name}.xml") for name in read)
    few = partial(threads, with_history=False, with_votes=False)
    told(
        f"to threads, no history or votes, {less:.0f} MB",
        less,
        few,
        "posts and comments",
    )
    for table in ("posts", "votes", "post_history", "users"):
        name = "".join(part.capitalize() for part in table.split("_"))
        part = megabytes(folder / f"{name}.xml")
        rows = partial(streamed, folder, table)
        told(f"to columns, {table}, {part:.0f} MB", part, rows, "rows")
    part = megabytes(folder / "Posts.xml")
    told(f"to Parquet, posts, {part:.0f} MB", part, partial(parquet, "posts"), "rows")
    assert pa.total_allocated_bytes() < 200 * MB
