"""Small dumps of Stack Exchange for tests, and where the real ones are."""

import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from py7zr import SevenZipFile

from qathread import Thread, formats
from qathread.errors import FormatError
from qathread.formats.stackexchange import Site
from qathread.losses import LossReport

Row = dict[str, str]

AI: Final = "ai.stackexchange.com_2016-12"
BEER: Final = "beer.stackexchange.com_2020-06.7z"
CONLANG_META: Final = "conlang.meta.stackexchange.com_2020-09"
FRENCH_META: Final = "french.meta.stackexchange.com_2021-09"
SITES: Final = (AI, BEER, CONLANG_META, FRENCH_META)

DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>'
INDEX: Final = "qathread-index.sqlite3"
DAY: Final = "2020-01-02"
_ESCAPES: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\n": "&#xA;",
        "\r": "&#xD;",
    }
)


def samples(shared: Path) -> Path:
    """The folder of the real dumps."""
    folder = shared / "data" / "formats" / "stackexchange_dump"
    if not folder.is_dir():
        pytest.skip("no Stack Exchange sample in the folder of reference samples")
    return folder


def at(hour: int, day: str = DAY) -> str:
    return f"{day}T{hour:02}:00:00.000"


# -- rows ------------------------------------------------------------------------


def question(number: int = 1, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostTypeId": "1",
        "CreationDate": at(1),
        "Score": "0",
        "ViewCount": "7",
        "Body": f"<p>Why {number}?</p>\n",
        "OwnerUserId": "1",
        "LastActivityDate": at(9),
        "Title": f"Why {number}?",
        "Tags": "<a><b-c>",
        "AnswerCount": "0",
        "CommentCount": "0",
        "ContentLicense": "CC BY-SA 4.0",
        **columns,
    }


def answer(number: int, parent: int = 1, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostTypeId": "2",
        "ParentId": str(parent),
        "CreationDate": at(2),
        "Score": "0",
        "Body": f"<p>Because {number}.</p>\n",
        "OwnerUserId": "2",
        "LastActivityDate": at(2),
        "CommentCount": "0",
        "ContentLicense": "CC BY-SA 4.0",
        **columns,
    }


def wiki(number: int, kind: int = 5, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostTypeId": str(kind),
        "CreationDate": at(3),
        "Score": "0",
        "Body": f"<p>About {number}.</p>\n",
        "OwnerUserId": "-1",
        "LastActivityDate": at(3),
        "CommentCount": "0",
        **columns,
    }


def comment(number: int, post: int = 1, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostId": str(post),
        "Score": "0",
        "Text": f"remark {number}",
        "CreationDate": at(4),
        "UserId": "2",
        "ContentLicense": "CC BY-SA 4.0",
        **columns,
    }


def history(number: int, kind: int, post: int = 1, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostHistoryTypeId": str(kind),
        "PostId": str(post),
        "RevisionGUID": f"{number:08x}-0000-4000-8000-000000000000",
        "CreationDate": at(1),
        "UserId": "1",
        **columns,
    }


def vote(number: int, kind: int, post: int = 1, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "PostId": str(post),
        "VoteTypeId": str(kind),
        "CreationDate": at(0),
        **columns,
    }


def link(number: int, post: int, target: int, kind: int = 1) -> Row:
    return {
        "Id": str(number),
        "CreationDate": at(5),
        "PostId": str(post),
        "RelatedPostId": str(target),
        "LinkTypeId": str(kind),
    }


def user(number: int, name: str, /, **columns: str) -> Row:
    return {
        "Id": str(number),
        "Reputation": "101",
        "CreationDate": at(0, "2019-01-01"),
        "DisplayName": name,
        "LastAccessDate": at(8),
        "Views": "3",
        "UpVotes": "2",
        "DownVotes": "1",
        **columns,
    }


def badge(number: int, of: int, name: str = "Teacher") -> Row:
    return {
        "Id": str(number),
        "UserId": str(of),
        "Name": name,
        "Date": at(6),
        "Class": "3",
        "TagBased": "False",
    }


def tag(number: int, name: str, /, **columns: str) -> Row:
    return {"Id": str(number), "TagName": name, "Count": "1", **columns}


def small() -> dict[str, list[Row]]:
    """
    Return the tables of a small site on which everything agrees.

    Question 1 has the answers 2 (accepted) and 3, 4 has none, 6 is asked later; 5 is
    the wiki of a tag. Post 99 is gone: a comment, a vote, a link and rows of history
    are left of it.
    """
    return {
        "Badges": [badge(1, of=1), badge(2, of=-1, name="Informed")],
        "Comments": [comment(1, 1), comment(2, 2), comment(3, 5), comment(4, 99)],
        "PostHistory": [
            history(1, 2, Text="Why 1?", RevisionGUID="g1"),
            history(2, 1, Text="Why 1?", RevisionGUID="g1"),
            history(3, 3, Text="<a><b-c>", RevisionGUID="g1"),
            history(4, 2, 2, Text="Because 2.", UserId="2", CreationDate=at(2)),
            history(5, 2, 3, Text="Because 3.", UserId="2", CreationDate=at(2)),
            history(6, 2, 5, Text="About 5."),
            history(7, 2, 99, Text="gone"),
            history(8, 12, 99, Text='{"Voters":[{"Id":1,"DisplayName":"Ada"}]}'),
        ],
        "PostLinks": [link(1, 1, 4), link(2, 4, 99, 3), link(3, 99, 1)],
        "Posts": [
            question(
                1, AcceptedAnswerId="2", Score="1", AnswerCount="2", CommentCount="1"
            ),
            answer(2, Score="-1", CommentCount="1"),
            answer(3),
            question(4, Tags="<c>", OwnerUserId="2"),
            wiki(5, CommentCount="1"),
            question(6, CreationDate=at(1, "2021-06-07")),
        ],
        "Tags": [tag(1, "a", WikiPostId="5"), tag(2, "c", IsRequired="True")],
        "Users": [user(-1, "Community"), user(1, "Ada"), user(2, "Grace")],
        "Votes": [
            vote(1, 2),
            vote(2, 2),
            vote(3, 3),
            vote(4, 3, 2),
            vote(5, 1, 2),
            vote(6, 5, UserId="2"),
            vote(7, 2, 99),
        ],
    }


# -- files -----------------------------------------------------------------------


def element(row: Row) -> str:
    """Return a row as a dump writes it."""
    columns = " ".join(f'{k}="{v.translate(_ESCAPES)}"' for k, v in row.items())
    return f"<row {columns} />"


def file(
    table: str,
    rows: Iterable[Row | str],
    *,
    head: str = "\ufeff" + DECLARATION,
    line: str = "\r\n",
    root: str | None = None,
    end: str = "",
) -> bytes:
    """
    Return the bytes of a table.

    Args:
        table: Its name.
        rows: Its rows; a text stands as it is.
        head: What comes before the root element.
        line: The line ends.
        root: The root element; None: that of the table.
        end: What comes after the root element.
    """
    root = table.lower() if root is None else root
    elements = (row if isinstance(row, str) else element(row) for row in rows)
    body = "".join(f"  {each}{line}" for each in elements)
    head = head and head + line
    return f"{head}<{root}>{line}{body}</{root}>{end}".encode()


def write(
    folder: Path, tables: Mapping[str, Iterable[Row | str]], **style: str
) -> Path:
    """Write a dump to a folder that is there or not."""
    folder.mkdir(exist_ok=True)
    for table, rows in tables.items():
        (folder / f"{table}.xml").write_bytes(file(table, rows, **style))
    return folder


def pack(path: Path, files: Mapping[str, Path]) -> Path:
    """Make a 7z archive of files under their names."""
    with SevenZipFile(path, "w") as archive:
        for name, source in files.items():
            archive.write(source, name)
    return path


def folder_files(folder: Path, below: str = "") -> dict[str, Path]:
    """Return the files of a folder by the names that they get in an archive."""
    return {below + path.name: path for path in sorted(folder.iterdir())}


# -- readings --------------------------------------------------------------------


def read(source: formats.Source, **options: Any) -> tuple[list[Thread], LossReport]:
    with formats.read(source, "stackexchange", **options) as reading:
        return list(reading), reading.report


def ids(folder: Path, **options: Any) -> list[str]:
    """The ids of the threads that a reading gives."""
    return [thread.id for thread in read(folder, **options)[0]]


def told(report: LossReport) -> dict[str, int]:
    """What a report counts, by kind and code; what is merely absent left out."""
    return {
        f"{loss.kind} {loss.code}": loss.count
        for loss in report
        if loss.code != "missing-table"
    }


def refusal(source: formats.Source, **options: Any) -> FormatError:
    """The error of a strict reading."""
    with pytest.raises(FormatError) as caught:
        read(source, strict=True, **options)
    error = caught.value
    assert len(str(error)) < 500
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    return error


def site_of(reading: formats.Reading) -> Site:
    assert isinstance(reading.site, Site)
    return reading.site


def number_of(row: Mapping[str, str]) -> int:
    return int(row["Id"])
