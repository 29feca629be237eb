"""Bounties, links, and the rows that have no field: the rest of a thread."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve

from ...status import Bounty, Link, LinkKind
from ...users import User, UserKind
from .._report import Collector
from ._bundle import Rows
from ._decoding import Row
from ._history import Past
from ._values import Values

__all__ = ["bounties_of", "leftovers", "links_of", "stranger", "vote_text"]

_LINKS: Final[Mapping[str, LinkKind]] = {"1": LinkKind.LINKED, "3": LinkKind.DUPLICATE}


def bounties_of(rows: Rows, values: Values, report: Collector) -> list[Bounty]:
    """Pair the votes that opened bounties with those that closed them."""
    found: list[Bounty] = []
    open_ones: list[Bounty] = []
    votes = [
        (int(row["Id"]), post_id, row)
        for post_id, several in (rows.votes or {}).items()
        for row in several
        if row["VoteTypeId"] in ("8", "9")
    ]
    for _, post_id, row in sorted(votes, key=lambda vote: vote[0]):
        where = f"vote {row['Id']}"
        at = values.instant(row.get("CreationDate"), where)
        amount = values.number(row.get("BountyAmount"), where)
        if row["VoteTypeId"] == "8":
            if amount is None or amount < 1:
                continue
            bounty = Bounty(
                id=f"b{row['Id']}",
                amount=amount,
                by_id=row.get("UserId") or f"gone:v{row['Id']}",
                starts_at=at,
            )
            open_ones.append(bounty)
        elif open_ones:
            bounty = open_ones.pop(0)
            late = at and bounty.starts_at and at < bounty.starts_at
            bounty = evolve(
                bounty,
                ends_at=None if late else at,
                answer_id=None if amount is None else post_id,
                paid=max(amount or 0, 0),
            )
            found.append(bounty)
        else:
            report.tell(
                "bounty-without-start", "bounties that ended and never began", where
            )
    return [*found, *open_ones]


def stranger(user_id: str) -> User:
    """Return somebody of whom a dump tells nothing."""
    return User(id=user_id, kind=UserKind.ANONYMOUS)


def links_of(
    rows: Iterable[Row], pasts: Mapping[str, Past], values: Values
) -> list[Link]:
    """Return the links of a thread, and where it came from or went to."""
    found: dict[tuple[str, str, str], Link] = {}
    for row in rows:
        kind = _LINKS.get(row.get("LinkTypeId", ""))
        target = row.get("RelatedPostId")
        if kind is not None and target:
            at = values.instant(row.get("CreationDate"), f"link {row['Id']}")
            found.setdefault(
                (kind, target, row["PostId"]),
                Link(kind=kind, target=target, post_id=row["PostId"], at=at),
            )
    for past in pasts.values():
        for row in past.others:
            if row.get("PostHistoryTypeId") in ("35", "36"):
                _migration(row, found, values)
    return list(found.values())


def _migration(
    row: Row, found: dict[tuple[str, str, str], Link], values: Values
) -> None:
    target = row.get("Comment", "").partition(" ")[2]
    if target.startswith(("http://", "https://")):
        at = values.instant(row.get("CreationDate"), f"history {row['Id']}")
        link = Link(
            kind=LinkKind.CROSSPOST, target=target, post_id=row["PostId"], at=at
        )
        found.setdefault((link.kind, target, row["PostId"]), link)


def leftovers(
    links: Iterable[Row],
    pasts: Mapping[str, Past],
    votes: Mapping[str, Sequence[Row]] | None,
) -> dict[str, object]:
    """
    Return the rows that no field holds whole, to write them again.

    Returns:
        Members of the ``extra`` of a thread: ``links``, ``wordings`` (ids of the rows
        behind each revision, by post), ``history`` (rows of other kinds), ``votes``
        (each in short, by post); what is empty is left out.
    """
    members: dict[str, object] = {
        "links": [dict(row) for row in links],
        "wordings": {
            post_id: past.noted for post_id, past in pasts.items() if past.noted
        },
        "history": [dict(row) for past in pasts.values() for row in past.others],
        "votes": {
            post_id: [vote_text(row) for row in rows]
            for post_id, rows in (votes or {}).items()
            if rows
        },
    }
    return {name: value for name, value in members.items() if value}


def vote_text(row: Row) -> str | dict[str, str]:
    """Return a vote in short: id, kind, day and, of bounties, user and amount."""
    day = row.get("CreationDate", "")
    if day[10:] != "T00:00:00.000" or not row.keys() <= _VOTE_COLUMNS:
        return dict(row)
    parts = [row["Id"], row["VoteTypeId"], day[:10]]
    if "UserId" in row or "BountyAmount" in row:
        parts += [row.get("UserId", ""), row.get("BountyAmount", "")]
    return ",".join(parts)


_VOTE_COLUMNS: Final = frozenset(
    {"Id", "PostId", "VoteTypeId", "CreationDate", "UserId", "BountyAmount"}
)
