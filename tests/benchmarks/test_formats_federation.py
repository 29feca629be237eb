"""How long reading and writing take beside ``json.loads`` and ``json.dumps`` alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from qathread.formats import read, write
from tests.benchmarks.measure import gate, note

pytestmark = pytest.mark.bench
#: Twice what was measured.
READ, WRITE, STATUSES = 28.0, 2.5, 26.0
#: How many copies of the samples make a document.
SIZES = (200, pytest.param(2000, marks=pytest.mark.slow))


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats"
    if not (folder / "activitypub").is_dir():
        pytest.skip("no ActivityPub sample in the folder of reference samples")
    return folder


def renamed(value: Any, end: str) -> Any:
    """Return a document with other ids, so that copies are different posts."""
    text = json.dumps(value)
    for name in ("post/", "comment/", "statuses/", "activities/", "posts/"):
        text = text.replace(f"/{name}", f"/{end}/{name}")
    return json.loads(text)


def activities(samples: Path, times: int) -> bytes:
    """Return lines of what servers send: objects, activities, likes."""
    found = []
    for path in sorted((samples / "activitypub" / "lemmy_assets").rglob("*.json")):
        value = json.loads(path.read_bytes())
        if "objects" in path.parts or "create_or_update" in path.parts:
            found.append(value)
    lines = [
        json.dumps(renamed(value, f"c{copy}"))
        for copy in range(times // 10)
        for value in found
    ]
    return "\n".join(lines).encode()


def statuses(samples: Path, times: int) -> bytes:
    """Return a list of statuses, a chain of ten replies each."""
    path = samples / "mastodon_api" / "status_110446223051565765.json"
    value = json.loads(path.read_bytes())
    found = []
    for copy in range(times):
        name = str(10**9 + copy)
        above = None if copy % 10 == 0 else str(10**9 + copy - 1)
        found.append({**value, "id": name, "in_reply_to_id": above})
    return json.dumps(found).encode()


def decoded(data: bytes) -> Any:
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("times", SIZES)
def test_reading_activitystreams_costs_little_beside_decoding(
    samples: Path, times: int
) -> None:
    data = activities(samples, times)
    note(f"activitystreams, x{times}", f"{len(data) / 1e6:.1f} MB")
    gate(
        f"read activitystreams / json.loads, x{times}",
        READ,
        lambda: list(read(data, "activitystreams", limits=None)),
        lambda: decoded(data),
        rounds=3,
    )


@pytest.mark.parametrize("times", SIZES)
def test_writing_activitystreams_reads_it_back(samples: Path, times: int) -> None:
    """A document is checked before it is written, so it costs more than reading."""
    threads = list(read(activities(samples, times), "activitystreams", limits=None))

    def written() -> int:
        return sum(
            len(write(thread, io.BytesIO(), "activitystreams")) for thread in threads
        )

    data = activities(samples, times)
    gate(
        f"write activitystreams / read it, x{times}",
        WRITE,
        written,
        lambda: list(read(data, "activitystreams", limits=None)),
        rounds=3,
    )


@pytest.mark.parametrize("times", SIZES)
def test_reading_mastodon_costs_little_beside_decoding(
    samples: Path, times: int
) -> None:
    data = statuses(samples, times)
    note(f"mastodon, x{times}", f"{len(data) / 1e6:.1f} MB")
    gate(
        f"read mastodon / json.loads, x{times}",
        STATUSES,
        lambda: list(read(data, "mastodon", limits=None)),
        lambda: json.loads(data),
        rounds=3,
    )
