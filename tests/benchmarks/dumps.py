"""
Bigger dumps of Stack Exchange, made of copies of a real one.

Copy n of a row has every id raised by n million and every date by n days, so that
what holds in the original holds in all: :func:`check` looks at scores and votes, ids
and parents. Run as a program it prints where a dump of so many copies is::

    python -m tests.benchmarks.dumps 12
"""

import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

ARCHIVE: Final = "data/formats/stackexchange_dump/beer.stackexchange.com_2020-06.7z"
_STEP: Final = 1_000_000

_IDS: Final = (
    rb" (?:Id|PostId|ParentId|AcceptedAnswerId|RelatedPostId|UserId|OwnerUserId"
    rb'|LastEditorUserId|ExcerptPostId|WikiPostId)="(?P<id>[0-9]+)"'
)
_DATE: Final = rb'Date="(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})'
_SAVE: Final = rb' RevisionGUID="(?P<save>[0-9a-f]{8})'
_VOTER: Final = rb"&quot;Id&quot;:(?P<voter>[0-9]+)"
_ORIGINALS: Final = rb"&quot;OriginalQuestionIds&quot;:\[(?P<originals>[0-9,]+)\]"
_ROW: Final = re.compile(b"|".join((_IDS, _DATE)))
_HISTORY: Final = re.compile(b"|".join((_IDS, _DATE, _SAVE, _VOTER, _ORIGINALS)))


def beer(shared: Path, copies: int = 1) -> Path:
    """
    Return a folder with the dump of beer.stackexchange.com so many times over.

    It is made once and kept in the system's folder for temporary files: 18 MB a copy.
    """
    kept = Path(tempfile.gettempdir()) / f"qathread-dumps-{os.getuid()}"
    folder = kept / f"beer-x{copies}"
    if folder.is_dir():
        return folder
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix="making-") as scratch:
        made = Path(scratch) / "dump"
        if copies == 1:
            import py7zr

            with py7zr.SevenZipFile(shared / ARCHIVE) as archive:
                archive.extractall(made)
        else:
            made.mkdir()
            for path in sorted(beer(shared).glob("*.xml")):
                multiply(path, made / path.name, copies)
        check(made, copies)
        try:
            made.rename(folder)
        except OSError:  # somebody else was faster
            shutil.rmtree(made)
    return folder


def multiply(source: Path, target: Path, copies: int) -> None:
    """Write the rows of one table *copies* times."""
    data = source.read_bytes()
    start = data.index(b"  <row ")
    end = data.rindex(b"</")
    with target.open("wb") as out:
        out.write(data[:start])
        rows = data[start:end]
        if source.stem == "Tags":  # there are no more tags, only more uses of them
            raised = re.compile(rb'(?<= Count=")[0-9]+')
            out.write(raised.sub(lambda m: b"%d" % (int(m[0]) * copies), rows))
        else:
            template = _Template(rows, source.stem == "PostHistory")
            for number in range(copies):
                out.write(template.copy(number))
        out.write(data[end:])


class _Template:
    """The bytes that all copies share, and what stands between them."""

    def __init__(self, rows: bytes, history: bool) -> None:
        self._shared: list[bytes] = []
        self._own: list[tuple[Callable[[bytes, int], bytes], bytes]] = []
        at = 0
        for match in (_HISTORY if history else _ROW).finditer(rows):
            assert match.lastgroup is not None
            start, stop = match.span(match.lastgroup)
            self._shared.append(rows[at:start])
            self._own.append((_RAISED[match.lastgroup], rows[start:stop]))
            at = stop
        self._shared.append(rows[at:])

    def copy(self, number: int) -> bytes:
        pieces = [b""] * (2 * len(self._own) + 1)
        pieces[0::2] = self._shared
        pieces[1::2] = [raised(value, number) for raised, value in self._own]
        return b"".join(pieces)


def _id(value: bytes, number: int) -> bytes:
    return b"%d" % (int(value) + number * _STEP)


@cache
def _date(value: bytes, number: int) -> bytes:
    day = date.fromisoformat(value.decode()) + timedelta(days=number)
    return day.isoformat().encode()


_RAISED: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "id": _id,
    "voter": _id,
    "date": _date,
    "save": lambda value, number: b"%08x" % (int(value, 16) ^ number),
    "originals": lambda value, number: b",".join(
        [_id(each, number) for each in value.split(b",")]
    ),
}


def check(folder: Path, copies: int) -> None:
    """Raise unless scores are ups minus downs, ids differ and parents exist."""
    scores: Counter[bytes] = Counter()
    for post, kind in re.findall(
        rb' PostId="([0-9]+)" VoteTypeId="([23])"', (folder / "Votes.xml").read_bytes()
    ):
        scores[post] += 1 if kind == b"2" else -1
    ids, parents = set[bytes](), set[bytes]()
    posts = re.compile(
        rb'<row Id="([0-9]+)" PostTypeId="([0-9]+)"(?: AcceptedAnswerId="([0-9]+)")?'
        rb'(?: ParentId="([0-9]+)")? CreationDate="[^"]*" Score="(-?[0-9]+)"'
    )
    rows = 0
    for match in posts.finditer((folder / "Posts.xml").read_bytes()):
        post, kind, accepted, parent, score = match.groups()
        rows += 1
        ids.add(post)
        parents.update(each for each in (accepted, parent) if each)
        if kind in (b"1", b"2"):
            assert scores[post] == int(score), post
    assert len(ids) == rows > 3_000 * copies, (len(ids), rows)
    assert parents <= ids


if __name__ == "__main__":
    here = Path(__file__).parents[2]
    samples = Path(os.environ.get("QATHREAD_SHARED", here.parent / "shared"))
    print(beer(samples, int(sys.argv[1])))
