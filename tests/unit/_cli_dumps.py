"""What the tests of commands for dumps share: a small dump, and the program."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

import qathread

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "dump"
PAGE = DOCS / "examples" / "page.txt"
INDEX = "qathread-index.sqlite3"
DAY = "T00:00:00.000"


def set_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a pipe of 80 columns of whatever runs the tests."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TERM"):
        monkeypatch.delenv(name, raising=False)


def environment(**more: str) -> dict[str, str]:
    """The variables of a process that runs the program from this source."""
    paths = [str(Path(qathread.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | more


def started(*words: str, **more: str) -> "subprocess.Popen[bytes]":
    """Start the program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "qathread", *words],
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on standard error; there is nothing on standard output."""
    done = capsys.readouterr()
    assert done.out == ""
    return done.err.splitlines()


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file as the standard library reads them."""
    for _, element in ElementTree.iterparse(path):
        if element.tag == "row":
            yield dict(element.attrib)


# -- a dump of any size ----------------------------------------------------------


def made_dump(folder: Path, questions: int) -> Path:
    """Write a dump: every second question has two answers, every third is edited."""
    folder.mkdir()
    votes: list[dict[str, object]] = []
    history: list[dict[str, object]] = []
    for number in range(questions):
        first, day = 10 * number + 1, _day(number)
        votes.append({"PostId": first, "VoteTypeId": 2, "CreationDate": day})
        if number % 2:
            votes.append({"PostId": first + 1, "VoteTypeId": 1, "CreationDate": day})
        texts = ["Why", f"Why {number}?"] if number % 3 == 0 else [f"Why {number}?"]
        history += [
            {
                "PostHistoryTypeId": kind,
                "PostId": first,
                "RevisionGUID": f"g{first}.{kind}",
                "CreationDate": _time(number),
                "UserId": 1 + number % 7,
                "Text": text,
            }
            for kind, text in zip((2, 5), texts, strict=False)
        ]
    for name, rows in (("Votes", votes), ("PostHistory", history)):
        numbered = ({"Id": number, **row} for number, row in enumerate(rows, start=1))
        _table(folder, name, numbered)
    _table(folder, "Posts", _posts(questions))
    comments = (
        {
            "Id": number + 1,
            "PostId": 10 * number + 1,
            "Score": 0,
            "Text": "Really?",
            "CreationDate": _time(number),
            "UserId": 3,
        }
        for number in range(questions)
    )
    _table(folder, "Comments", comments)
    users = (
        {
            "Id": number,
            "Reputation": 1,
            "CreationDate": f"2024-01-01{DAY}",
            "DisplayName": f"Person {number}",
            "LastAccessDate": f"2024-01-01{DAY}",
        }
        for number in range(1, 8)
    )
    _table(folder, "Users", users)
    return folder


def _posts(questions: int) -> Iterator[dict[str, object]]:
    for number in range(questions):
        first = 10 * number + 1
        own = {"CreationDate": _time(number), "OwnerUserId": 1 + number % 7}
        answers = [first + 1, first + 2] if number % 2 else []
        yield {
            "Id": first,
            "PostTypeId": 1,
            "AcceptedAnswerId": first + 1 if answers else None,
            **own,
            "Score": 1,
            "Body": f"<p>Why {number}?</p>",
            "Title": f"Why {number}?",
            "Tags": f"<even><n{number % 3}>",
            "AnswerCount": len(answers),
            "CommentCount": 1,
        }
        for answer in answers:
            yield {
                "Id": answer,
                "PostTypeId": 2,
                "ParentId": first,
                **own,
                "Score": 0,
                "Body": "<p>So.</p>",
                "CommentCount": 0,
            }


def _time(number: int) -> str:
    return f"2024-0{1 + number % 9}-11T12:00:00.{number % 1000:03}"


def _day(number: int) -> str:
    return _time(number)[:10] + DAY


def _table(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    root = ElementTree.Element(name.lower())
    for row in rows:
        cells = {key: str(value) for key, value in row.items() if value is not None}
        ElementTree.SubElement(root, "row", cells)
    tree = ElementTree.ElementTree(root)
    ElementTree.indent(tree)
    tree.write(folder / f"{name}.xml", encoding="utf-8", xml_declaration=True)
