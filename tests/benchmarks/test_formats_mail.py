"""Mailboxes and corpora against the decoding underneath, and against ConvoKit."""

import json
import mailbox
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qathread import read, write
from tests.benchmarks.measure import gate

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own
    import convokit

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("ignore")]
TIMES = (4, pytest.param(40, marks=pytest.mark.slow))


@pytest.fixture(scope="module")
def mails(shared: Path) -> bytes:
    folder = shared / "data" / "formats" / "mbox"
    names = ("2001-November.txt", "3GPP_TSG_RAN_WG4_NR-MIMO-OTA.mbox")
    if not all((folder / name).is_file() for name in names):
        pytest.skip(f"no samples in {folder}")
    return b"\n\n".join((folder / name).read_bytes() for name in names) + b"\n\n"


@pytest.fixture(scope="module")
def corpus(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "convokit" / "cornell_a"
    if not folder.is_dir():
        pytest.skip(f"no samples in {folder}")
    return folder


def archive(mails: bytes, times: int, folder: Path) -> Path:
    """Return a mailbox of many copies, each with ids of its own."""
    path = folder / f"{times}.mbox"
    with path.open("wb") as out:
        for copy in range(times):
            own = rb"<\g<1>.%d@" % copy
            out.write(re.sub(rb"<([^<>@\s]+)@", own, mails))
    return path


def alone(path: Path) -> list[object]:
    """Headers and bodies, as the standard library reads them, and no threads."""
    box = mailbox.mbox(path)
    found = [
        (mail["message-id"], mail["from"], mail["date"], mail.get_payload(decode=True))
        for mail in box
    ]
    box.close()
    return list(found)


@pytest.mark.parametrize("times", TIMES)
def test_reading_a_mailbox(mails: bytes, times: int, tmp_path: Path) -> None:
    """Most of the time goes into checked records and headers that are kept."""
    path = archive(mails, times, tmp_path)
    gate(
        f"mbox: threads / mailbox and email alone, x{times}",
        8.0,
        lambda: list(read(path, "mbox")),
        lambda: alone(path),
        rounds=5,
    )


@pytest.mark.parametrize("times", TIMES)
def test_writing_a_mailbox(mails: bytes, times: int, tmp_path: Path) -> None:
    """A mail that was one is read again before it is believed."""
    path = archive(mails, times, tmp_path)
    threads = list(read(path, "mbox"))
    gate(
        f"mbox: write / read, x{times}",
        2.5,
        lambda: write(threads, tmp_path / "out.mbox", "mbox"),
        lambda: list(read(path, "mbox")),
        rounds=5,
    )


def copies(corpus: Path, times: int, folder: Path) -> Path:
    """Return a corpus of many copies, each with ids of its own."""
    folder = folder / f"{times}"
    folder.mkdir()
    with (corpus / "utterances.jsonl").open() as lines:
        utterances = [json.loads(line) for line in lines]
    conversations = json.loads((corpus / "conversations.json").read_text())
    with (folder / "utterances.jsonl").open("w") as out:
        for copy in range(times):
            for value in utterances:
                out.write(json.dumps({**value, **dict(_renamed(value, copy))}) + "\n")
    for name in ("speakers.json", "corpus.json", "index.json"):
        (folder / name).write_bytes((corpus / name).read_bytes())
    many = {f"{k}.{copy}": v for copy in range(times) for k, v in conversations.items()}
    (folder / "conversations.json").write_text(json.dumps(many))
    return folder


def _renamed(value: dict[str, Any], copy: int) -> Iterator[tuple[str, str]]:
    for name in ("id", "conversation_id", "reply-to"):
        if value[name] is not None:
            yield name, f"{value[name]}.{copy}"


@pytest.mark.parametrize("times", TIMES)
def test_reading_a_corpus(corpus: Path, times: int, tmp_path: Path) -> None:
    """Every record is checked, and what the model has no place for is kept."""
    folder = copies(corpus, times, tmp_path)
    lines = (folder / "utterances.jsonl").read_bytes().splitlines()
    gate(
        f"convokit: threads / json.loads of the lines alone, x{times}",
        30.0,
        lambda: list(read(folder, "convokit")),
        lambda: [json.loads(line) for line in lines],
        rounds=5,
    )
    gate(
        f"convokit: threads / convokit.Corpus, x{times}",
        6.0,
        lambda: list(read(folder, "convokit")),
        lambda: convokit.Corpus(filename=str(folder)),
        rounds=5,
    )
