"""
The Stack Exchange data dump: folders of XML files, whole sites.

==============  ================================================================
in the dump     in the model
==============  ================================================================
Posts, 1 and 2  the question and its answers; the ids are those of the posts
Posts, others   :meth:`Site.pages`
Comments        comments, ``c`` before the id
Users           faces in threads, whole records at :meth:`Site.users`; -1 is the
                software itself; whoever has no account is one user per post, whose
                id begins with ``gone:``
Votes           ups and downs of each post; bounties; the votes themselves, by
                number and day, in ``extra`` and as events
PostHistory     revisions as they were typed, in Markdown (a post's own body is HTML,
                as it was rendered); marks: closed, locked, protected, wiki;
                migrations as links; the other rows in ``extra``
PostLinks       links, linked or duplicate
Tags, Badges    :meth:`Site.tags`, :meth:`Site.badges`
licences        of each post, in its provenance
counts          ``AnswerCount`` and the like: ``provenance.declared``
==============  ================================================================

All times are UTC, to the millisecond; votes are known by their day. A column or row
without a field is kept in the ``extra`` of a provenance, so that nothing gets lost.
Where columns and rows disagree (a score and its votes, a closing and its history), the
column stands, the rows are kept, and the report says so.

Reading takes two passes: one notes in an SQLite file which rows belong to which
question (see :mod:`._index`), the second one builds the threads, in order of their
questions' ids. Time is linear in the size of the dump. Memory does not depend on it:
a few hundred threads are held at once. The SQLite file takes 3 to 6 % of the size of
the dump on disk; archives are unpacked into a temporary folder first.

Writing a reading of a dump gives the dump again, byte for byte, its rows in the order
of their ids. Threads from elsewhere become a dump too: ids that are no numbers get new
ones, votes lose their voters, replies to comments become comments on the same post,
Markdown stands in Body as it is and in PostHistory; whatever has no row is in the
report. Rows wait in an SQLite file inside the new folder: memory does not depend on
their number, and the disk needs room for the dump twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import TypeVar, overload

from attrs import evolve

from ..._checks import instant
from ...errors import NotFoundError, ValidationError
from ...events import Event
from ...limits import Limits
from ...losses import LossReport
from ...posts import Question
from ...thread import Thread
from .._report import Collector
from .._sources import Input, open_source
from ..registry import Format
from ._dump import Dump, Wanted, ids_of
from ._files import holds_tables, table_of
from ._writing import is_own_file, write_dump
from .site import Award, Page, Profile, Site, Tag

__all__ = [
    "FORMAT",
    "Award",
    "Logs",
    "Page",
    "Profile",
    "Site",
    "Tag",
    "Threads",
    "events",
    "open",
]

T = TypeVar("T")

NAME = "stackexchange"
_BATCH = 256
_INVENTED = "invented-2025"
_OPTIONS = frozenset(
    {"questions", "tags", "since", "with_history", "with_votes", "drop"}
)


class Threads(Mapping[str, Thread]):
    """
    The threads of a dump by the id of their question; see :func:`open`.

    Attributes:
        site: What the dump holds beside threads.
    """

    def __init__(self, dump: Dump, wanted: Wanted) -> None:
        self._dump, self._wanted = dump, wanted
        self.site = Site(dump, left_out=wanted.left_out)

    @property
    def report(self) -> LossReport:
        """What was skipped or repaired so far."""
        return self._dump.report.report

    def __getitem__(self, question_id: str | int) -> Thread:
        try:
            ids = ids_of([question_id])
        except ValidationError:
            raise NotFoundError(
                f"{question_id!r} is no id of a question: give its number"
            ) from None
        wanted = Wanted(ids=ids, history=self._wanted.history, votes=self._wanted.votes)
        for thread in self._dump.threads(wanted):
            return thread
        raise NotFoundError(
            f"there is no question {question_id!r} in {self._dump.name}"
        )

    # A mapping's own looks for a KeyError.
    @overload
    def get(self, question_id: str | int, default: None = None, /) -> Thread | None: ...
    @overload
    def get(self, question_id: str | int, default: T, /) -> Thread | T: ...
    def get(self, question_id: str | int, default: T | None = None, /) -> object:
        """Return a thread; *default* if there is none."""
        try:
            return self[question_id]
        except NotFoundError:
            return default

    def __contains__(self, question_id: object) -> bool:
        try:
            (number,) = ids_of([question_id])  # type: ignore[list-item]
        except ValidationError:
            return False
        return bool(self._dump.index.questions(ids=[number]))

    def __iter__(self) -> Iterator[str]:
        last = -1
        while several := self._dump.index.questions(last):
            last = several[-1]
            yield from map(str, several)

    def __len__(self) -> int:
        return self._dump.index.count()

    def many(self, ids: Iterable[str | int] | None = None) -> Iterator[Thread]:
        """
        Yield threads a few hundred at a time, faster than one by one.

        Args:
            ids: Of these questions, read as they are needed, those that the dump
                lacks left out; None: of all, in order.
        """
        return self._many(ids, self._dump.threads)

    def logs(self, ids: Iterable[str | int] | None = None) -> Iterator[list[Event]]:
        """
        Yield the logs of threads, as :func:`events` does.

        Args:
            ids: As for :meth:`many`.
        """
        return self._many(ids, self._dump.logs)

    def _many(
        self,
        ids: Iterable[str | int] | None,
        made: Callable[[Wanted], Iterator[T]],
    ) -> Iterator[T]:
        if ids is None:
            yield from made(self._wanted)
            return
        asked = iter(ids)
        while some := ids_of(islice(asked, _BATCH)):
            yield from made(evolve(self._wanted, ids=some))

    def close(self) -> None:
        """Close the files, and remove what was unpacked."""
        self._dump.close()

    def __enter__(self) -> "Threads":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Threads of {self._dump.name}>"


class Logs(Iterator[list[Event]]):
    """The logs of a dump, thread by thread; see :func:`events`."""

    def __init__(self, dump: Dump, wanted: Wanted) -> None:
        self._dump = dump
        self._logs = dump.logs(wanted)

    @property
    def report(self) -> LossReport:
        """What was skipped, repaired or at odds so far; complete at the end."""
        return self._dump.report.report

    def __next__(self) -> list[Event]:
        return next(self._logs)

    def close(self) -> None:
        """Close the files, and remove what was unpacked."""
        self._logs = iter(())
        self._dump.close()

    def __enter__(self) -> "Logs":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Logs of {self._dump.name}>"


def open(
    path: str | PathLike[str],
    *,
    with_history: bool = True,
    with_votes: bool = True,
    strict: bool = False,
    drop: str | None = None,
    limits: Limits | None = Limits(),
    progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None = None,
) -> Threads:
    """
    Open a dump for looking up threads by the id of their question.

    The first time an index is built beside the files, ``qathread-index.sqlite3``, or
    in a temporary folder where that cannot be written; the next time it is there at
    once. It is built anew when a file has changed.

    Args:
        path: A folder of XML files, one file, or an archive; unpack an archive
            yourself if you want to open it often.
        with_history: Whether to read PostHistory.
        with_votes: Whether to read Votes.
        strict: Refuse the first damage.
        drop: ``"invented-2025"`` leaves out the two posts that nobody wrote in each
            ``Posts.xml`` of 2025-06-30, and the report names them; None: nothing.
        limits: The largest row and the ratio of packed data; None: any.
        progress: Wraps the chunks of each file while the index is built.

    Returns:
        A mapping, and a context manager. Looking up a thread costs a few reads from
        each file, whatever the size of the dump.

    Raises:
        OSError: If the path cannot be opened.
        FormatError: If it holds no table of a dump, or one that cannot be read.
        MissingExtraError: If unpacking needs a package that is not there.
        ValidationError: If *drop* names nothing that can be left out.
    """
    without_invented = _without_invented({"drop": drop})
    report = Collector(strict=strict, format=NAME)
    input = open_source(fspath(path), limits, report)
    dump = Dump(
        input, beside=True, without_invented=without_invented, progress=progress
    )
    return Threads(dump, Wanted(history=with_history, votes=with_votes))


def events(
    path: str | PathLike[str],
    *,
    strict: bool = False,
    limits: Limits | None = Limits(),
    **options: object,
) -> "Logs":
    """
    Read the log of each thread of a dump, in order of their questions' ids.

    What happened stands at its time: asked, answered, commented on, edited, rolled
    back, closed, reopened, locked, protected, taken down and brought back, given to
    everybody; bounties; votes, counted by post and day, and the acceptance, at the
    midnight that a dump gives them. :func:`qathread.events.replay` makes the thread
    of a log, :func:`qathread.history.as_of` the thread of a day.

    The texts are those of the history, as they were typed. Three things have no day in
    a dump and stand at the end: scores of comments, scores of posts in a dump without
    Votes, an acceptance without its vote. Who voted for closing is told, but not
    when: they stand in the event of the closing. A thread whose question is missing is
    one ``Imported``.

    Args:
        path: As for :func:`open`.
        strict: Refuse the first damage.
        limits: As for :func:`open`.
        **options: As for reading: ``questions=``, ``tags=``, ``since=``,
            ``with_history=``, ``with_votes=``, ``drop=``.

    Returns:
        An iterator of lists of events, with a report that is complete at its end.

    Raises:
        OSError: If the path cannot be opened.
        FormatError: As for reading.
        ValidationError: If an option is unknown or not of its kind.
    """
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        raise ValidationError(
            f"events takes no option {unknown[0]!r}: it takes "
            f"{', '.join(sorted(_OPTIONS))}"
        )
    wanted, without_invented = _wanted(options), _without_invented(options)
    report = Collector(strict=strict, format=NAME)
    dump = Dump(
        open_source(fspath(path), limits, report),
        beside=False,
        without_invented=without_invented,
    )
    return Logs(dump, wanted)


def read_dump(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a dump, in order of their questions' ids.

    Args:
        input: A folder, a file or a stream.
        options: ``questions=`` ids, or a function of a :class:`qathread.Question`
            that says whether it is wanted; ``tags=`` names, one of which it must
            have; ``since=`` an instant; ``with_history=`` and ``with_votes=``;
            ``drop="invented-2025"`` to leave out the two posts that nobody wrote in
            each ``Posts.xml`` of 2025-06-30, which the report then names.

    Raises:
        FormatError: As the module says.
        ValidationError: If an option is not of its kind.
    """
    wanted = _wanted(options)
    dump = Dump(input, beside=False, without_invented=_without_invented(options))
    input.site = Site(dump, left_out=wanted.left_out)
    return dump.threads(wanted)


def _wanted(options: Mapping[str, object]) -> Wanted:
    questions = options.get("questions")
    ids, accept = None, None
    if callable(questions):
        accept = _predicate(questions)
    elif questions is not None:
        if isinstance(questions, str | bytes) or not isinstance(questions, Iterable):
            raise ValidationError(
                "questions= is one value: give a list of ids, or a function"
            )
        ids = ids_of(questions)
    tags = options.get("tags")
    if tags is not None:
        if isinstance(tags, str) or not isinstance(tags, Iterable):
            raise ValidationError("tags= is one value: give a list of names")
        tags = tuple(tags)
        if not all(isinstance(tag, str) for tag in tags):
            raise ValidationError("tags= holds what is no text: give names of tags")
        tags = frozenset(tags)
    since = options.get("since")
    if since is not None:
        since = instant(since, "since=")
    flags = []
    for name in ("with_history", "with_votes"):
        flag = options.get(name, True)
        if not isinstance(flag, bool):
            raise ValidationError(f"{name}= is {flag!r}: give True or False")
        flags.append(flag)
    assert since is None or isinstance(since, datetime)
    return Wanted(
        ids=ids,
        accept=accept,
        tags=tags,
        since=since,
        history=flags[0],
        votes=flags[1],
    )


def _without_invented(options: Mapping[str, object]) -> bool:
    drop = options.get("drop")
    if drop is not None and drop != _INVENTED:
        raise ValidationError(f"drop= is {drop!r}: give {_INVENTED!r} or None")
    return drop is not None


def _predicate(asked: Callable[..., object]) -> Callable[[Question], bool]:
    return lambda question: bool(asked(question))


def _is_table(head: bytes) -> bool:
    return table_of(head) is not None and b"<row " in head


def _is_dump(folder: Path) -> bool:
    return holds_tables(folder)


FORMAT = Format(
    name=NAME,
    summary="the data dump of a Stack Exchange site: a folder, a file or a 7z",
    suffixes=(".xml",),
    reader=read_dump,
    sniff=_is_table,
    sniff_folder=_is_dump,
    folder_writer=write_dump,
    is_own_file=is_own_file,
    options=_OPTIONS,
)
