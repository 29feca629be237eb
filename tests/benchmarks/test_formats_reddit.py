"""Dumps and answers of Reddit against the codecs underneath."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from qathread import read, write
from qathread.formats.reddit_dump import _decoding
from tests.benchmarks.measure import gate, note, ratio

pytestmark = pytest.mark.bench
TIMES = (200, pytest.param(1000, marks=pytest.mark.slow))


@pytest.fixture(scope="module")
def dumps(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "reddit_dump"
    if not folder.is_dir():
        pytest.skip(f"no samples in {folder}")
    return folder


@pytest.fixture(scope="module")
def pages(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "reddit_api"
    if not folder.is_dir():
        pytest.skip(f"no samples in {folder}")
    return folder


def objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def multiplied(folder: Path, times: int) -> list[bytes]:
    """Return lines of submissions, each with comments, as compact as real dumps."""
    comments = objects(folder / "RC_2024-02_sample.ndjson")
    (submission, *_) = objects(folder / "RS_2024-02_sample.ndjson")
    found = []
    for time in range(times):
        link = f"t3_s{time:x}"
        found.append({**submission, "id": link[3:], "name": link})
        for place, comment in enumerate(comments):
            number = f"c{time:x}x{place}"
            above = link if place < 6 else f"t1_c{time:x}x{place - 6}"
            own = {"id": number, "link_id": link, "parent_id": above}
            found.append({**comment, **own, "name": f"t1_{number}"})
    return [
        json.dumps(each, separators=(",", ":"), ensure_ascii=False).encode()
        for each in found
    ]


def counted(data: bytes, name: str) -> int:
    return sum(1 for _ in read(data, name))


@pytest.mark.parametrize("times", TIMES)
def test_reading_a_dump(
    dumps: Path, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of the time goes into checked records, not into JSON."""
    lines = multiplied(dumps, times)
    data = b"\n".join(lines)
    decode = msgspec.json.Decoder().decode
    size = f"{len(data) / 1e6:.0f} MB"

    def reading() -> int:
        return counted(data, "reddit-dump")

    def plain(codec: Callable[[bytes], object]) -> Callable[[], object]:
        return lambda: [codec(line) for line in lines]

    assert reading() == times
    gate(f"reddit-dump / json.loads, {size}", 24, reading, plain(json.loads), rounds=3)
    found = ratio(reading, plain(decode), rounds=3)
    note(f"reddit-dump / msgspec, {size}", str(found))
    found = ratio(reading, plain(orjson.loads), rounds=3)
    note(f"reddit-dump / orjson, {size}", str(found))
    monkeypatch.setattr(_decoding, "_decode", _decoding._stock)
    found = ratio(reading, plain(json.loads), rounds=3)
    note(f"reddit-dump without msgspec / json.loads, {size}", str(found))


@pytest.mark.parametrize("times", TIMES)
def test_decoding_with_a_proof(dumps: Path, times: int) -> None:
    """To know that nothing needs mending must cost less than to mend it."""
    lines = multiplied(dumps, times)
    gate(
        f"decoded / json.loads, {len(lines)} lines",
        2.5,
        lambda: [_decoding.decoded(line, 200) for line in lines],
        lambda: [json.loads(line) for line in lines],
        rounds=5,
    )


@pytest.mark.parametrize("times", TIMES)
def test_writing_a_dump(dumps: Path, times: int) -> None:
    """What is written is read back, to report what it lost."""
    threads = list(read(b"\n".join(multiplied(dumps, times)), "reddit-dump"))
    members = [json.loads(line) for line in multiplied(dumps, times)]
    gate(
        f"write reddit-dump / json.dumps, {times} threads",
        40,
        lambda: write(threads, io.BytesIO(), "reddit-dump"),
        lambda: [json.dumps(each, sort_keys=True) for each in members],
        rounds=3,
    )


@pytest.mark.parametrize("times", (1, pytest.param(8, marks=pytest.mark.slow)))
def test_reading_a_page(pages: Path, times: int) -> None:
    """A page is decoded once, by the way that mends."""
    data = (pages / "3hahrw_comments_confidence.json").read_bytes()
    value = json.loads(data)
    lines = []
    for time in range(times):
        text = json.dumps(value).replace("t3_3hahrw", f"t3_{time}x")
        lines.append(text.replace('"id": "3hahrw"', f'"id": "{time}x"').encode())
    whole = b"\n".join(lines)
    assert counted(whole, "reddit") == times
    gate(
        f"reddit / json.loads, {len(whole) / 1e6:.1f} MB",
        40,
        lambda: counted(whole, "reddit"),
        lambda: [json.loads(line) for line in lines],
        rounds=3,
    )
