"""The tables that threads are made of, column by column, and what is wrong in them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import frozen

from ..bodies import Body
from ..errors import ValidationError
from ..feedback import Direction, Vote
from ..formats._report import Collector
from ..ids import ThreadId, UserId
from ..revisions import Revision, RevisionKind
from ..users import User, UserKind
from ._schema import ColumnType, Schema
from ._schemas import POSTS, REVISIONS, THREADS, USERS, VOTES
from ._taken import Zone, names_of, opened, present, taken

__all__ = [
    "Columns",
    "Given",
    "Site",
    "ballot",
    "faces_of",
    "given",
    "wording",
]

#: The columns that a table must have; of the others, what is missing is null.
_NEEDED: Final = {
    "posts": (POSTS, ("thread_id", "post_id", "parent_id", "kind", "body")),
    "threads": (THREADS, ("thread_id",)),
    "users": (USERS, ("user_id",)),
    "votes": (VOTES, ("thread_id", "post_id", "voter_id", "direction", "cast_at")),
    "revisions": (REVISIONS, ("thread_id", "post_id", "number", "body")),
}


class Columns:
    """
    One table that was given, or none.

    Attributes:
        name: Which of the tables.
        names: The columns that it has.
    """

    def __init__(
        self, name: str, frame: object, assume_tz: Zone, report: Collector
    ) -> None:
        schema, needed = _NEEDED[name]
        self.name, self._report = name, report
        self.names: frozenset[str] = frozenset()
        self._cells: dict[str, tuple[Any, ...]] = {}
        self._size = 0
        if frame is None:
            return
        try:
            frame = opened(frame)
            names = names_of(frame)
            self.names = frozenset(names) & frozenset(schema.names)
            present(schema.select(needed), names)
            table = taken(frame, _some(schema, self.names), assume_tz)
        except ValidationError as error:
            raise ValidationError(f"table of {name}: {error}") from error
        self._cells = {each: table[each] for each in table.columns}
        self._size = len(table)
        for each in names:
            if each not in schema:
                report.tell(
                    "column",
                    "columns that threads have no place for: they are left out",
                    f"{name}: {each}",
                )

    def __len__(self) -> int:
        return self._size

    def get(self, name: str, row: int) -> Any:
        """Return a cell; None where there is no such column."""
        cells = self._cells.get(name)
        return None if cells is None else cells[row]

    def at(self, row: int, name: str | None = None) -> str:
        """Return how errors call a row, or one cell of it."""
        if name is None:
            return f"{self.name} row {row}"
        return f"{self.name} row {row}, {name} {self.get(name, row)!r}"

    def by_thread(self) -> dict[ThreadId, list[int]]:
        """Return the rows of each thread, threads in the order of their first row."""
        found: dict[ThreadId, list[int]] = {}
        for row in range(self._size):
            thread_id = self.get("thread_id", row)
            if thread_id:
                found.setdefault(thread_id, []).append(row)
            else:
                self.refuse(row, "thread_id", "a row of no thread")
        return found

    def refuse(self, row: int, name: str | None, what: str) -> None:
        """Count a row that is left out."""
        message = f"{what}: it is left out"
        self._report.damage("field", message, self.at(row, name), kind="skipped")


def _some(schema: Schema, names: frozenset[str]) -> Schema:
    """Return the columns that are there, but for spans, which times say already."""
    return schema.select(
        [
            column.name
            for column in schema
            if column.name in names and column.type is not ColumnType.DURATION
        ]
    )


@frozen(eq=False)
class Given:
    """Everything that was given."""

    posts: Columns
    threads: Columns
    users: Columns
    votes: Columns
    revisions: Columns


def given(assume_tz: Zone, report: Collector, **frames: object) -> Given:
    """Return the tables of some frames by name; None is no table."""
    made = {
        name: Columns(name, frame, assume_tz, report) for name, frame in frames.items()
    }
    missing = [name for name, frame in frames.items() if frame is None]
    report.note(
        "not-in-tables",
        "what no table holds is not in these threads: events, reactions, flags, "
        "bounties, motions, links, suggestions, who closed or locked, other languages",
    )
    if missing:
        report.note(
            "table-not-given",
            "what tables that were not given hold is not in these threads",
            *missing,
        )
    return Given(**made)


class Site:
    """The people of a table of users, with their whole records."""

    def __init__(self, records: Iterable[User]) -> None:
        self._records = tuple(records)

    def users_table(self) -> Iterator[User]:
        """Return the whole records, in the order of the table."""
        return iter(self._records)


def faces_of(users: Columns) -> dict[UserId, User]:
    """Return the people of a table of users, with what it says of each."""
    found: dict[UserId, User] = {}
    for row in range(len(users)):
        user_id = users.get("user_id", row)
        if not user_id or user_id in found:
            users.refuse(row, "user_id", "a person without an id, or a second time")
            continue
        kind = users.get("kind", row)
        try:
            found[user_id] = User(
                id=user_id,
                name=users.get("name", row),
                handle=users.get("handle", row),
                level=users.get("level", row),
                kind=UserKind.REGISTERED if kind is None else UserKind(kind),
                reputation=users.get("reputation", row),
                joined_at=users.get("joined_at", row),
            )
        except ValueError:
            users.refuse(row, "kind", "a person of a kind that is not known")
    return found


def ballot(votes: Columns, row: int) -> Vote | None:
    """Return the vote of a row, or count it as left out."""
    weight = votes.get("weight", row)
    try:
        return Vote(
            post_id=votes.get("post_id", row),
            voter_id=votes.get("voter_id", row),
            direction=Direction(votes.get("direction", row)),
            cast_at=votes.get("cast_at", row),
            weight=1 if weight is None else weight,
        )
    except ValueError:
        parts = ("post_id", "voter_id", "cast_at")
        lacking = (part for part in parts if not votes.get(part, row))
        known = votes.get("direction", row) in set(Direction)
        name = next(lacking, "weight") if known else "direction"
        votes.refuse(row, name, "a vote that lacks a part, or has one that cannot be")
    return None


def wording(revisions: Columns, row: int, body: Body) -> Revision | None:
    """Return the wording of a row, or count it as left out."""
    kind = revisions.get("kind", row)
    try:
        return Revision(
            post_id=revisions.get("post_id", row),
            number=revisions.get("number", row),
            body=body,
            title=revisions.get("title", row),
            tags=revisions.get("tags", row) or (),
            editor_id=revisions.get("editor_id", row),
            at=revisions.get("at", row),
            summary=revisions.get("summary", row),
            kind=RevisionKind.EDIT if kind is None else RevisionKind(kind),
            group=revisions.get("group", row),
        )
    except ValueError:
        known = kind is None or kind in set(RevisionKind)
        name = "number" if known else "kind"
        revisions.refuse(row, name, "a wording without a number, or of unknown kind")
    return None
