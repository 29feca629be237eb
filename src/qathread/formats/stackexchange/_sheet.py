"""The rows of one thread while they are made, and what all threads share for it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from ...feedback import Tally
from ...ids import PostId, ThreadId, UserId
from ...losses import Loss
from ...provenance import Provenance, TimePrecision
from ...thread import Thread
from ...users import User, UserKind
from .._report import Collector
from ._encoding import Cells, RowEncoder
from ._spool import Spool, later, number_of
from ._tables import COLUMNS, TABLES, Table
from ._values import PLATFORM, Values, tag_text, tags_of, time_text
from ._writing_losses import LOSSES, NOTES

__all__ = [
    "Desk",
    "Given",
    "Sheet",
    "is_column",
    "is_from_dump",
    "listed",
    "members_of",
    "strings",
]

#: A number for a row, if it is known; its count, if not; what is written for it.
Given: TypeAlias = tuple[int | None, int, str | bytes]

_USER: Final = re.compile("-?[1-9][0-9]{0,17}|0")
_NO_ACCOUNT: Final = frozenset({UserKind.DELETED, UserKind.ANONYMOUS})
_MOST: Final = 100_000  # names kept in memory
_COLUMNS: Final = frozenset(name for table in TABLES for name in COLUMNS[table])
_COLUMN: Final = re.compile("(?![Xx][Mm][Ll])[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_NO_TAG: Final = re.compile("[<>|]")
_NOTHING: Final[Mapping[Table, set[int]]] = {}


class Desk:
    """
    What the threads of one dump share while their rows are made.

    Attributes:
        encoders: By table.
        spool: Where the rows go.
        report: What hears of losses.
        values: What reads values again that a reader has kept.
        alone: Whether there is no site, and users and tags are written as threads
            know them.
        unsure: Posts of which a reader takes no votes for known to be none, if there
            are votes at all.
        counted: Whether votes have to be written even if there is none, so that
            a post without one is known to have none.
    """

    def __init__(
        self,
        encoders: Mapping[Table, RowEncoder],
        spool: Spool,
        report: Collector,
        *,
        alone: bool,
    ) -> None:
        self.encoders, self.spool, self.report = encoders, spool, report
        self.alone = alone
        self.counted = False
        self.unsure = Tellings()
        self.values = Values(Collector())
        #: The highest number that a row refers to, whether or not it is there.
        self.seen: dict[Table, int] = dict.fromkeys(TABLES, 0)
        #: How many rows of each table get a new number.
        self.fresh: dict[Table, int] = dict.fromkeys(TABLES, 0)
        self._names: dict[UserId, str | None] = {}
        self._people: dict[UserId, tuple[bytes, str | None]] = {}

    @property
    def replaced(self) -> int:
        """How many characters XML could not hold."""
        return sum(encoder.replaced for encoder in self.encoders.values())

    def lose(self, code: str, where: str, count: int = 1) -> None:
        """Report that something has no place, or is read as something else."""
        if code in NOTES:
            note = Loss(
                kind="noted",
                code=code,
                message=NOTES[code],
                count=count,
                examples=(where,),
                harmless=True,
            )
            self.report.include(note)
        else:
            self.report.loss(code, LOSSES[code], where, count=count)

    def user(self, user: User) -> str | bytes:
        """Return the number of somebody; their name goes along."""
        if _USER.fullmatch(user.id):
            number = int(user.id)
            if number > self.seen["Users"]:
                self.seen["Users"] = number
            if self.alone and user.name is not None:
                self._named(number, user.id, user.name)
            return user.id
        known = self._people.get(user.id)
        if known is None or known[1] is None:
            if known is None:
                self.lose("numbers", f"user {user.id}")
            if len(self._people) > _MOST:
                self._people.clear()
            count, name = self.spool.person(user.id, user.name)
            known = self._people[user.id] = (later("Users", count), name)
        if user.name is not None and known[1] != user.name:
            self.lose("user-names", f"user {user.id}")
        return known[0]

    def see(self, post: int) -> None:
        """Let no new post have the number that a row refers to."""
        if post > self.seen["Posts"]:
            self.seen["Posts"] = post

    def _named(self, number: int, user_id: UserId, name: str) -> None:
        known = self._names.get(user_id)
        if known is None:
            if len(self._names) > _MOST:
                self._names.clear()
            known = self._names[user_id] = self.spool.user(number, name)
        if known != name:
            self.lose("user-names", f"user {user_id}")


class Tellings:
    """
    What may have to be told in the end.

    Attributes:
        count: How often it occurred.
        first: Where it occurred first.
    """

    def __init__(self) -> None:
        self.count, self.first = 0, ""

    def append(self, where: str) -> None:
        """Count one more."""
        self.first = self.first or where
        self.count += 1


class Sheet:
    """
    The rows of one thread.

    Args:
        desk: What all threads share.
        thread: The thread.
        taken: Numbers that rows of other threads have already.

    Attributes:
        rows: Those that have their numbers, by table; None for a number that is kept
            free of others.
        later: Those that get them when all rows are known, each with its count.
        root: The number of the question; None: nothing is written.
        gone: Ids of posts that are not written, nor any row on them.
        renamed: Posts that lose their numbers since those are taken.
        members: What a reader of dumps has kept of the thread's rows.
        is_changed: Whether it is no longer as it was read.
        posts: What is written for the id of a post that is written, or of the
            question that stands above those that are.
        met: Whom a reader will meet in the thread.
    """

    def __init__(
        self,
        desk: Desk,
        thread: Thread,
        taken: Mapping[Table, set[int]] = _NOTHING,
    ) -> None:
        self.desk, self.thread, self.content = desk, thread, thread.content
        self.taken = taken
        self.rows: dict[Table, dict[int, Cells | None]] = {}
        self.later: dict[Table, list[tuple[int, Cells]]] = {}
        self.members = members_of(self.content.provenance)
        self.is_changed = thread.version > 1 or not is_from_dump(
            self.content.provenance
        )
        self.posts: dict[PostId, str | bytes] = {}
        self.gone: set[PostId] = set()
        self.root: str | bytes | None = None
        self.renamed: list[str] = []
        self.users = {user.id: user for user in self.content.users}
        self.met: set[UserId] = set()
        self._namesakes: dict[UserId, int] = {}

    # -- rows ------------------------------------------------------------------------

    def number(self, table: Table, wanted: int | None) -> Given:
        """Return a number that is free."""
        if (
            wanted is not None
            and wanted not in self.taken.get(table, ())
            and wanted not in self.rows.get(table, ())
        ):
            return wanted, 0, str(wanted)
        self.desk.fresh[table] += 1
        count = self.desk.fresh[table]
        return None, count, later(table, count)

    def put(self, table: Table, wanted: int | None, cells: Cells) -> None:
        """Add a row."""
        given = self.number(table, wanted)
        self.place(table, given, {"Id": given[2], **cells})

    def place(self, table: Table, given: Given, cells: Cells | None) -> None:
        """Add a row under what :meth:`number` gave it."""
        number, count, _ = given
        if number is not None:
            self.rows.setdefault(table, {})[number] = cells
        elif cells is not None:
            self.later.setdefault(table, []).append((count, cells))

    def lose(self, code: str, where: str | None = None, count: int = 1) -> None:
        """Report that something of this thread has no place."""
        place = self.thread.id if where is None else where
        if not self.taken:  # otherwise it was told when this was tried first
            self.desk.lose(code, place, count)

    def lose_details(self, tally: Tally) -> None:
        """Report what of a tally has no column."""
        where = f"post {tally.post_id}"
        if tally.reactions:
            self.lose("reactions", where, len(tally.reactions))
        elif tally.complete:
            self.lose("counts", where)
        if not tally.exact:
            self.lose("estimates", where)

    def renumbered(self, table: Table, wanted: int | None, what: str) -> None:
        """Report an id that is not kept."""
        if not self.taken:
            self.desk.lose("numbers", what)
        elif wanted in self.taken.get(table, ()):
            self.renamed.append(what)

    def lose_kept(self, post_id: PostId) -> None:
        """Report a row that a reader kept and that cannot be written again."""
        if post_id not in self.gone:
            self.lose("provenance", f"post {post_id}")

    # -- references ------------------------------------------------------------------

    def reference(self, post_id: PostId) -> str | bytes | None:
        """Return what a row that was kept has for the id of its post."""
        known = self.posts.get(post_id)
        if known is not None:
            return known
        number = number_of(post_id)
        if number is None or post_id in self.gone:
            return None
        self.desk.see(number)
        return post_id

    def threads(self, thread_ids: Sequence[ThreadId]) -> bytes:
        """Return the numbers of other threads, parted by commas."""
        numbers = [number_of(thread_id) for thread_id in thread_ids]
        if None in numbers:
            return self.desk.spool.reference(thread_ids)
        for number in numbers:
            self.desk.see(number or 0)
        return ",".join(thread_ids).encode()

    # -- values ----------------------------------------------------------------------

    def time(self, at: datetime | None, kept: object = None) -> str | None:
        """
        Return a time as it is written.

        Args:
            at: The time; None if it is not known.
            kept: The text that a reader found, if it was an unusual one.
        """
        if isinstance(kept, str) and self.desk.values.instant(kept, "") == at:
            return kept
        if at is None:
            return None
        if at.microsecond % 1000:
            self.lose("fractions")
        return time_text(at)

    def tags(self, tags: tuple[str, ...], like: str = "<") -> str:
        """Return tags as one text, which reads back as the same tags."""
        text = tag_text(tags, like)
        if tags_of(text) != tags:
            self.lose("tag-characters")
            clean = (_NO_TAG.sub("\ufffd", tag) for tag in tags)
            text = tag_text(tuple(tag for tag in clean if tag), like)
        return text

    # -- people ----------------------------------------------------------------------

    def person(
        self, user_id: UserId, shown: str | None
    ) -> tuple[str | bytes | None, str | None]:
        """
        Return the number and the name that a row has of somebody.

        Who has no account is known to a dump by the name in the row alone.
        """
        user = self.users[user_id]
        self.met.add(user_id)
        if not _is_nobody(user):
            return self.desk.user(user), shown
        return None, user.name if shown is None else shown

    def account(self, user_id: UserId | None, where: str) -> str | bytes | None:
        """Return the number of somebody where a row has no place for a name."""
        if user_id is None:
            return None
        user = self.users[user_id]
        if _is_nobody(user):
            self.lose("mark-details", where)
            return None
        self.met.add(user_id)
        return self.desk.user(user)

    def meet_nobody(self, user_id: UserId, expected: str, name: str | None) -> None:
        """
        Look at how an author without an account is read again.

        Args:
            user_id: The person.
            expected: The id that a reader makes up.
            name: The name beside the post.
        """
        user = self.users[user_id]
        if user.kind is not UserKind.DELETED:
            self.lose("user-kinds", f"user {user_id}")
        if user_id == expected and user.name == name:
            return
        uses = self._namesakes[user_id] = self._namesakes.get(user_id, 0) + 1
        split = uses > 1 or user.name != name
        self.lose("people" if split else "numbers", f"user {user_id}")

    def is_nobody(self, user_id: UserId) -> bool:
        """Whether somebody has no account that a row could name."""
        return _is_nobody(self.users[user_id])


def _is_nobody(user: User) -> bool:
    return user.kind in _NO_ACCOUNT and not _USER.fullmatch(user.id)


def is_from_dump(origin: Provenance | None) -> bool:
    """Whether a part is as the reader of dumps makes it."""
    return (
        origin is not None
        and origin.platform == PLATFORM
        and origin.time_precision is TimePrecision.MILLISECOND
        and origin.zone_stated is False
    )


def members_of(origin: Provenance | None) -> dict[str, object]:
    """Return what the reader of dumps has kept; nothing of other readers."""
    if origin is None or origin.extra is None or not is_from_dump(origin):
        return {}
    return origin.members()


def strings(value: object) -> dict[str, str]:
    """Return *value* if it is a row, texts by the names of columns; else nothing."""
    if isinstance(value, Mapping) and all(
        isinstance(text, str) and is_column(name) for name, text in value.items()
    ):
        return dict(value)
    return {}


def is_column(name: str) -> bool:
    """Whether a column can have a name; a known one has it already."""
    return name in _COLUMNS or _COLUMN.fullmatch(name) is not None


def listed(value: object) -> Iterable[object]:
    """Return *value* if it is a list; else nothing."""
    return value if isinstance(value, list) else ()
