"""The doors that all formats share: names, sniffing, bounds, whole files."""

import bz2
import gzip
import io
import lzma
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import formats
from qathread.bodies import Body
from qathread.errors import (
    FormatError,
    LossError,
    MissingExtraError,
    QathreadError,
    ValidationError,
)
from qathread.formats import Collector, read, registry, write
from qathread.limits import Limits
from qathread.posts import Answer, Question
from qathread.serialization import to_json
from qathread.thread import Thread
from qathread.users import User

PAGE = b"Q&A\n\nWhy?\n\nada 7\nWhy is it so?\n\nComments\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def a_thread(number: int = 1, text: str = "Because.") -> Thread:
    question = Question(
        id="q", author_id="ada", body=Body(source="Why?"), title=f"Why {number}?"
    )
    answer = Answer(id="a", question_id="q", author_id="greg", body=Body(source=text))
    return Thread.from_parts(
        id=f"t-{number}",
        question=question,
        posts=(answer,),
        users=(User(id="ada", name="ada", level=3),),
    )


# -- names and choice ------------------------------------------------------------


def test_names_are_sorted_and_all_can_be_found() -> None:
    assert list(formats.names()) == sorted(formats.names())
    assert {"markdown", "page-text", "qathread", "stackexchange"} <= {*formats.names()}
    for name in formats.names():
        found = registry.find(name)
        assert found.name == name
        assert found.summary
        assert found.reader or found.writer


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValidationError, match=r"'nosuch'.*markdown, mastodon"):
        read(PAGE, "nosuch")
    with pytest.raises(ValidationError, match="nosuch"):
        write(a_thread(), io.BytesIO(), "nosuch")


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(ValidationError, match=r"'zone'.*assume_tz, thread_id"):
        read(PAGE, zone="UTC")
    with pytest.raises(ValidationError, match="it takes none"):
        read(to_json(a_thread()), "qathread", assume_tz="UTC")


def test_a_format_for_one_direction_says_so() -> None:
    with pytest.raises(ValidationError, match="written only"):
        read(PAGE, "html")
    with pytest.raises(ValidationError, match="read only"):
        write(a_thread(), io.BytesIO(), "page-text")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PAGE, "page-text"),
        (to_json(a_thread()), "qathread"),
        (b"\xef\xbb\xbf" + to_json(a_thread()), "qathread"),
        (b"some words", None),
        (b"", None),
        (b"\xff\xfe\0", None),
        (b'{"items": []}', None),
    ],
)
def test_sniffing_names_the_format_by_its_bytes(data: bytes, name: str | None) -> None:
    assert formats.sniff(data) == name
    stream = io.BytesIO(b"before" + data)
    stream.seek(6)
    assert formats.sniff(stream) == name
    assert stream.tell() == 6, "the stream is set back"
    if name is None:
        with pytest.raises(FormatError) as caught:
            read(data)
        assert caught.value.code == "not-this-format"
    else:
        assert read(data).format == name


def test_a_large_document_is_known_by_its_beginning() -> None:
    assert formats.sniff(to_json(a_thread(text="x" * 200_000))) == "qathread"


def test_content_that_a_format_knows_goes_before_a_suffix(tmp_path: Path) -> None:
    """A suffix alone decides only where no format knows the content."""
    path = tmp_path / "page.json"
    path.write_bytes(PAGE)
    assert list(read(path)) == list(read(PAGE, "page-text"))
    path.write_bytes(b"neither a page nor JSON")
    with pytest.raises(FormatError) as caught, read(path) as reading:
        list(reading)
    assert caught.value.format == "qathread"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    for name in (None, "page-text", "qathread"):
        with pytest.raises(FormatError, match="folder") as caught:
            list(read(tmp_path, name))
        assert caught.value.code == "not-this-format"
    assert formats.sniff(tmp_path) is None


def test_a_folder_is_sniffed_as_it_is_read(tmp_path: Path) -> None:
    """What `read` finds out, `sniff` tells."""
    item = b'{"id": 8, "type": "story", "by": "ada", "time": 1}'
    (tmp_path / "a.json").write_bytes(item)
    assert formats.sniff(tmp_path) == "hackernews" == read(tmp_path).format


# -- sources ---------------------------------------------------------------------


def test_every_kind_of_source_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(PAGE)
    (wanted,) = read(PAGE)
    stdin = io.TextIOWrapper(io.BytesIO(PAGE))
    monkeypatch.setattr(sys, "stdin", stdin)
    with path.open("rb") as opened, path.open("rb", buffering=0) as raw:
        sources = [
            path,
            str(path),
            bytearray(PAGE),
            memoryview(PAGE),
            io.BytesIO(PAGE),
            opened,
            raw,
            "-",
        ]
        for source in sources:
            (thread,) = read(source)  # type: ignore[arg-type]
            assert thread == wanted
        assert not opened.closed, "what was given open stays open"


def test_a_path_that_cannot_be_opened_keeps_its_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nothing.txt")
    with pytest.raises(FileNotFoundError):
        write(a_thread(), tmp_path / "no" / "folder.json")


@pytest.mark.parametrize("source", [None, 3, io.StringIO("text")])
def test_what_is_no_source_is_bad_use(source: object) -> None:
    with pytest.raises(ValidationError, match="source"):
        read(source)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="target"):
        write(a_thread(), source, "qathread")  # type: ignore[arg-type]


def test_an_unfinished_reading_closes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write([a_thread(1), a_thread(2)], path)
    folder = Path("/proc/self/fd")
    before = len(list(folder.iterdir())) if folder.is_dir() else 0
    reading = read(path)
    next(reading)
    del reading
    with read(path) as reading:
        next(reading)
    assert list(reading) == [], "a closed reading gives nothing more"
    if folder.is_dir():
        assert len(list(folder.iterdir())) == before


def test_progress_sees_every_thread(tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(threads: object) -> Iterator[Thread]:
        for thread in threads:  # type: ignore[attr-defined]
            seen.append(thread.id)
            yield thread

    path = tmp_path / "t.jsonl"
    write([a_thread(1), a_thread(2)], path)
    assert len(list(read(path, progress=watch))) == 2
    assert seen == ["t-1", "t-2"]


# -- our own format --------------------------------------------------------------


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5), st.text(max_size=20))
def test_native_json_gives_back_what_was_written(numbers: list[int], text: str) -> None:
    """Our own format holds everything."""
    text = text.replace("\0", "").encode("utf-8", "ignore").decode()
    threads = [a_thread(number, text) for number in numbers]
    out = io.BytesIO()
    assert not write(threads, out, "qathread", strict=True)
    with read(out.getvalue(), "qathread", strict=True) as reading:
        assert list(reading) == threads
    assert len(reading.report) == 0


def test_lines_have_numbers_in_errors_and_whole_threads_before(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    good = to_json(a_thread())
    path.write_bytes(good + b"\r\n\n" + good[:-9] + b"\n")
    reading = read(path)
    assert next(reading) == a_thread()
    with pytest.raises(FormatError) as caught:
        next(reading)
    assert str(caught.value.where).startswith("line 3")
    assert caught.value.source == str(path)
    assert caught.value.format == "qathread"
    assert list(reading) == []


def test_one_document_and_lines_are_told_apart(tmp_path: Path) -> None:
    one, two = to_json(a_thread(1)), to_json(a_thread(2))
    both = one + b"\n" + two + b"\n"
    assert [t.id for t in read(both)] == ["t-1", "t-2"]
    path = tmp_path / "t.json"
    path.write_bytes(both)
    with pytest.raises(FormatError) as caught:
        list(read(path))
    assert caught.value.code == "syntax"


def test_lines_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    line = to_json(a_thread(text="x" * 10_000)) + b"\n"
    with path.open("wb") as out:
        for _ in range(50):
            out.write(line)
    small = Limits(document=len(line), record=len(line))
    assert sum(1 for _ in read(path, limits=small)) == 50


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_beyond_the_limits_is_too_large(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(a_thread(text="x" * 100_000), path)
    for size in (1000, 90_000):
        with pytest.raises(FormatError) as caught:
            list(read(path, limits=Limits(document=size, record=size)))
        assert caught.value.code == "too-large"
    assert len(list(read(path, limits=None))) == 1


def test_a_name_for_one_thread_takes_one(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(b"before")
    with pytest.raises(ValidationError, match="jsonl"):
        write([a_thread(1), a_thread(2)], path)
    with pytest.raises(ValidationError, match="no thread"):
        write([], path)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["t.json"]


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty"),
        (b"<html><body>Too many requests", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "LFS"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"PK\x03\x04", "zip"),
    ],
)
def test_what_is_not_json_says_what_it_looks_like(data: bytes, looks: str) -> None:
    with pytest.raises(FormatError, match=looks) as caught:
        list(read(data, "qathread"))
    assert caught.value.code == "not-this-format"


@given(st.binary(max_size=200))
def test_any_bytes_are_threads_or_an_error_of_ours(data: bytes) -> None:
    for name in (None, "qathread"):
        try:
            list(read(data, name))
        except QathreadError:
            continue


# -- packed ----------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [*PACKERS])
def test_packed_files_are_read_and_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.jsonl{suffix}"
    threads = [a_thread(number) for number in range(1, 200)]
    write(threads, path)
    again = path.read_bytes()
    write(threads, path)
    assert path.read_bytes() == again, "no clock in the bytes"
    assert list(read(path, limits=Limits(ratio=1000))) == threads
    assert formats.sniff(path) == "qathread"
    # Several streams one after another are one, as gzip and its kin have it.
    one = to_json(threads[0]) + b"\n"
    path.write_bytes(PACKERS[suffix](one) + PACKERS[suffix](one))
    assert len(list(read(path))) == 2


@pytest.mark.parametrize("suffix", [*PACKERS])
@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_cut_file_gives_the_whole_lines_before(
    tmp_path: Path, suffix: str, cut: float
) -> None:
    noise = os.urandom(200_000).hex()
    threads = [a_thread(n, noise[n * 100 : n * 100 + 5000]) for n in range(1, 300)]
    packed = PACKERS[suffix](b"".join(to_json(t) + b"\n" for t in threads))
    path = tmp_path / f"t.jsonl{suffix}"
    path.write_bytes(packed[: int(len(packed) * cut)])
    got = []
    with pytest.raises(FormatError) as caught:
        for thread in read(path, strict=True, limits=None):
            got.append(thread)
    assert caught.value.code == "syntax"
    assert got == threads[: len(got)]


@pytest.mark.parametrize("suffix", [*PACKERS])
def test_a_damaged_page_is_refused_or_reported(tmp_path: Path, suffix: str) -> None:
    text = PAGE + b"".join(b"x%d\n" % n for n in range(40_000))
    packed = PACKERS[suffix](text)
    path = tmp_path / f"page.txt{suffix}"
    path.write_bytes(packed[: len(packed) - 30])
    with pytest.raises(FormatError) as caught:
        list(read(path, strict=True))
    assert caught.value.code == "syntax"
    path.write_bytes(b"no such packing")
    with pytest.raises(FormatError, match="damaged") as caught:
        list(read(path))
    assert caught.value.code == "syntax"


def test_a_cut_page_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "page.txt.gz"
    path.write_bytes(gzip.compress(PAGE)[:-4])
    reading = read(path)
    (thread,) = reading
    assert thread.question.title == "Why?"
    (loss,) = [loss for loss in reading.report if not loss.harmless]
    assert (loss.kind, loss.code, loss.damage) == ("skipped", "syntax", True)


@pytest.mark.parametrize("suffix", [*PACKERS])
def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"page.txt{suffix}"
    path.write_bytes(PACKERS[suffix](PAGE + b"a line of the page\n" * 300_000))
    with pytest.raises(FormatError, match="ratio") as caught:
        list(read(path))
    assert caught.value.code == "too-large"
    with pytest.raises(FormatError, match="document") as caught:
        list(read(path, limits=Limits(document=10_000, ratio=10**9)))
    assert caught.value.code == "too-large"


def test_zst_works_with_its_extra_and_names_it_without(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.zst"
    threads = [a_thread(1), a_thread(2)]
    if find_spec("zstandard") is None:
        with pytest.raises(MissingExtraError, match=r"qathread\[archives\]"):
            write(threads, path)
        path.write_bytes(b"\x28\xb5\x2f\xfd")
        with pytest.raises(MissingExtraError, match=r"qathread\[archives\]"):
            read(path)
        return
    write(threads, path)
    assert list(read(path)) == threads
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(FormatError, match="zstd"):
        list(read(path, strict=True))


def test_7z_works_with_its_extra_and_names_it_without(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.7z"
    with pytest.raises(ValidationError, match="7z"):
        write(a_thread(), path)
    path.write_bytes(b"7z\xbc\xaf\x27\x1c")
    if find_spec("py7zr") is None:
        with pytest.raises(MissingExtraError, match=r"qathread\[archives\]"):
            read(path)
        return
    with pytest.raises(FormatError) as caught:
        read(path)
    assert caught.value.code == "syntax"
    import py7zr

    member = tmp_path / "t.jsonl"
    write([a_thread(1), a_thread(2)], member)
    path.unlink()
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.write(member, "folder/t.jsonl")
    assert len(list(read(path))) == 2


# -- whole or not at all ---------------------------------------------------------


def failing(count: int) -> Iterator[Thread]:
    for number in range(1, count):
        yield a_thread(number)
    raise RuntimeError("the source broke")


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz", "t.md"])
def test_a_failed_write_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(RuntimeError):
        write(failing(3), path)
    assert os.listdir(tmp_path) == []
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError):
        write(failing(3), path)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == [name]


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "t.json", tmp_path / "link.json"
    path.write_bytes(b"before")
    path.chmod(0o640)
    link.symlink_to(path)
    write(a_thread(), link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [thread.id for thread in read(path)] == ["t-1"]


def test_a_file_can_be_converted_into_itself(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write([a_thread(1), a_thread(2)], path)
    before = path.read_bytes()
    formats.convert(path, path)
    assert path.read_bytes() == before


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"before")
    program = (
        "import os, sys\n"
        "from qathread.formats import read, write\n"
        "def threads():\n"
        "    (thread,) = read(sys.argv[2].encode())\n"
        "    for _ in range(2000):\n"
        "        yield thread\n"
        "    os._exit(9)\n"
        "write(threads(), sys.argv[1])\n"
    )
    words = [sys.executable, "-c", program, str(path), PAGE.decode()]
    root = Path(formats.__file__).parents[2]
    paths = os.pathsep.join([str(root), *filter(None, sys.path)])
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": paths}, check=False)
    assert done.returncode == 9
    assert path.read_bytes() == b"before"


def test_standard_output_gets_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write([a_thread(1), a_thread(2)], "-", "qathread")
    out = capfdbinary.readouterr().out
    assert out == to_json(a_thread(1)) + b"\n" + to_json(a_thread(2)) + b"\n"


def test_a_target_without_a_suffix_needs_a_format(tmp_path: Path) -> None:
    for target in (tmp_path / "t", tmp_path / "t.gz", "-", io.BytesIO()):
        with pytest.raises(ValidationError, match="format="):
            write(a_thread(), target)
    with pytest.raises(ValidationError, match=r"bytes.*BytesIO"):
        write(a_thread(), b"", "qathread")  # type: ignore[arg-type]


def test_convert_adds_up_both_reports(tmp_path: Path) -> None:
    source, target = tmp_path / "page.txt", tmp_path / "page.html"
    source.write_bytes(PAGE + b"\nan advertisement\n")
    report = formats.convert(source, target, assume_tz="UTC")
    codes = [loss.code for loss in report]
    assert codes.index("unplaced-line") < codes.index("media-types")
    target.write_bytes(b"before")
    with pytest.raises(LossError):
        formats.convert(source, target, strict=True)
    assert target.read_bytes() == b"before"


# -- third parties ---------------------------------------------------------------

FOREIGN = '''
"""A format of somebody else."""
from qathread.formats import Format

def reader(input, options):
    for chunk in input.chunks():
        input.report.loss("all", "nothing is understood")
    return iter(())

def sniff(head):
    return head.startswith(b"!foreign")

FORMAT = Format(
    name="foreign", suffixes=(".foreign", ".txt"), reader=reader, sniff=sniff
)
BROKEN = object()
'''


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    (tmp_path / "a_foreign_format.py").write_text(FOREIGN)
    monkeypatch.syspath_prepend(tmp_path)

    def register(*values: str) -> None:
        pairs = (value.split("=") for value in values)
        points = [EntryPoint(name, value, registry.GROUP) for name, value in pairs]
        monkeypatch.setattr(registry, "entry_points", lambda group: points)

    return register


def test_a_third_party_format_is_found_lazily(foreign: Callable[..., None]) -> None:
    foreign("foreign=a_foreign_format:FORMAT", "qathread=a_foreign_format:BROKEN")
    assert formats.names() == tuple(sorted({*formats.names()}))
    assert "foreign" in formats.names()
    assert "a_foreign_format" not in sys.modules, "names import nothing"
    reading = read(b"anything", "foreign")
    assert list(reading) == []
    assert reading.report.losses[0].code == "all"
    with pytest.raises(LossError):
        list(read(b"anything", "foreign", strict=True))
    assert read(to_json(a_thread())).format == "qathread", "our names are ours"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a_module_that_is_not_there:FORMAT", "ModuleNotFoundError"),
        ("a_foreign_format:NOTHING", "AttributeError"),
        ("a_foreign_format:BROKEN", "not a qathread.formats.Format"),
    ],
)
def test_a_broken_third_party_format_is_named(
    foreign: Callable[..., None], value: str, says: str
) -> None:
    foreign(f"broken={value}")
    with pytest.raises(ValidationError, match=says) as caught:
        read(b"x", "broken")
    assert "'broken'" in str(caught.value)
    assert formats.sniff(PAGE) == "page-text", "the others still work"
    assert read(PAGE).format == "page-text"
    with pytest.raises(FormatError, match=says) as refused:
        read(b"some words")
    assert refused.value.code == "not-this-format"


def test_a_third_party_format_is_found_by_suffix_and_bytes(
    foreign: Callable[..., None], tmp_path: Path
) -> None:
    foreign("foreign=a_foreign_format:FORMAT")
    path = tmp_path / "t.foreign"
    path.write_bytes(PAGE)
    assert read(path).format == "foreign"
    assert read(b"!foreign words").format == "foreign"
    assert formats.sniff(b"!foreign words") == "foreign"
    other = tmp_path / "t.txt"
    other.write_bytes(b"!foreign words")
    assert read(other).format == "foreign", "our .txt is not the only one"


# -- reports ---------------------------------------------------------------------


def test_a_report_counts_and_keeps_three_examples() -> None:
    report = Collector(format="f", source="s")
    for number in range(10):
        report.loss("votes", "no place for votes", f"line {number}", count=2)
    report.tell("told", "only told")
    (votes, told) = report.report
    assert (votes.count, votes.examples) == (20, ("line 0", "line 1", "line 2"))
    assert told.harmless
    assert report.report
    assert not Collector().report


def test_a_strict_report_refuses_the_first_entry() -> None:
    report = Collector(strict=True, format="f", source="s")
    report.tell("told", "only told")
    with pytest.raises(LossError) as lost:
        report.loss("votes", "no place for votes", "line 1")
    assert [loss.code for loss in lost.value.report] == ["votes"]
    with pytest.raises(FormatError) as caught:
        report.damage("cut", "the end is missing", "line 9", error="syntax")
    error = caught.value
    assert (error.code, error.format, error.source, error.where) == (
        "syntax",
        "f",
        "s",
        "line 9",
    )
