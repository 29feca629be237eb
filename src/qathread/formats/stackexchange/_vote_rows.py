"""Rows of Votes: ups and downs of posts, bounties, and what a reader has kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Final, TypeAlias

from ...feedback import UP, Tally
from ...ids import PostId
from ...status import Bounty
from .._report import Collector
from ._bundle import Rows
from ._encoding import Cells, in_order
from ._leftovers import bounties_of
from ._sheet import Sheet, listed, strings
from ._spool import number_of
from ._values import time_text

__all__ = ["VoteRows"]

_SHORT: Final = re.compile(
    "([0-9]{1,18}),([0-9]{1,9}),([0-9]{4}-[0-9]{2}-[0-9]{2})"
    "(?:,(-?[0-9]{1,18}|),([0-9]{1,18}|))?"
)
_UP, _DOWN, _START, _END = "2", "3", "8", "9"
_MIDNIGHT: Final = "T00:00:00.000"
#: More votes on one post than any site has: rows of them would fill the disk.
_MOST: Final = 100_000

#: A row that a reader kept: its number, its type, its columns or only its time.
Kept: TypeAlias = tuple[int, str, dict[str, str] | str]


class VoteRows:
    """
    Puts the votes of a thread on its sheet.

    The rows that a reader kept are written as they are, as far as tallies and
    bounties still say the same; what is missing is added, without a voter.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._kept: dict[PostId, list[Kept]] = {}
        votes = sheet.members.get("votes")
        for post_id, several in votes.items() if isinstance(votes, Mapping) else ():
            self._kept[post_id] = list(self._read(str(post_id), listed(several)))
        self._ballots: dict[tuple[PostId, str], list[datetime]] = {}
        for vote in sheet.content.votes:
            kind = _UP if vote.direction is UP else _DOWN
            times = self._ballots.setdefault((vote.post_id, kind), [])
            times += [vote.cast_at] * min(vote.weight, _MOST - len(times))

    def _read(self, post_id: str, votes: Iterable[object]) -> Iterator[Kept]:
        for vote in votes:
            if isinstance(vote, str) and (match := _SHORT.fullmatch(vote)):
                number, kind, day, user, amount = match.groups("")
                if not user and not amount:
                    yield int(number), kind, day + _MIDNIGHT
                    continue
                row = {
                    "Id": number,
                    "PostId": post_id,
                    "VoteTypeId": kind,
                    "CreationDate": day + _MIDNIGHT,
                }
                if user:
                    row["UserId"] = user
                if amount:
                    row["BountyAmount"] = amount
                yield int(number), kind, row
                continue
            row = strings(vote)
            known = number_of(row.get("Id", ""))
            if known is None or "VoteTypeId" not in row:
                self.sheet.lose_kept(post_id)
                continue
            yield known, row["VoteTypeId"], row

    # -- posts -----------------------------------------------------------------------

    def on_post(self, post_id: PostId, tally: Tally | None) -> None:
        """Let the rows of a post be as many as its tally says."""
        kept = self._kept.get(post_id, [])
        counts = []
        for kind, wanted in (
            (_UP, None if tally is None else tally.up),
            (_DOWN, None if tally is None else tally.down),
        ):
            have = sum(each[1] == kind for each in kept)
            ballots = self._ballots.get((post_id, kind), [])
            if tally is None or tally.up is None or tally.down is None:
                wanted = have + len(ballots)
            if wanted is None or wanted > _MOST:
                wanted = have
            if wanted < have:
                kept = self._without(kept, kind, have - wanted)
            else:
                self._add(post_id, kind, wanted - have, ballots)
            counts.append(wanted)
        if post_id in self._kept:
            self._kept[post_id] = kept
        self._compare(post_id, tally, *counts)

    def _without(self, kept: list[Kept], kind: str, count: int) -> list[Kept]:
        """Leave out the last votes of a kind."""
        left = []
        for each in reversed(kept):
            if each[1] == kind and count:
                count -= 1
            else:
                left.append(each)
        return left[::-1]

    def _add(
        self, post_id: PostId, kind: str, count: int, ballots: list[datetime]
    ) -> None:
        """Add votes, those that are known by name with their days."""
        days: list[str | None] = [_day(at) for at in sorted(ballots)[:count]]
        days += [None] * (count - len(days))
        post = self.sheet.posts[post_id]
        for day in days:
            self.sheet.put(
                "Votes",
                None,
                {"PostId": post, "VoteTypeId": kind, "CreationDate": day},
            )

    def _compare(
        self, post_id: PostId, tally: Tally | None, ups: int, downs: int
    ) -> None:
        """Report where a reader will find another tally in score and votes."""
        lose, where = self.sheet.lose, f"post {post_id}"
        if tally is None:
            return
        self.sheet.lose_details(tally)
        known = tally.up is not None and tally.down is not None
        if tally.score is None:
            if tally.up is not None or tally.down is not None:
                lose("up-and-down", where)
        elif known:
            if (tally.up, tally.down) == (ups, downs):
                self.sheet.desk.counted = True
                return
            lose("up-and-down", where)
        elif tally.up is not None or tally.down is not None:
            lose("up-and-down", where)
        if tally.score is not None and ups - downs == tally.score:
            self.sheet.desk.unsure.append(where)

    # -- bounties --------------------------------------------------------------------

    def put_bounties(self) -> None:
        """Let the rows say what the bounties of the thread are."""
        sheet = self.sheet
        wanted = sheet.content.bounties
        on_posts = {
            post_id: [each for each in several if each[1] in (_START, _END)]
            for post_id, several in self._kept.items()
            if post_id in sheet.posts
        }
        if not wanted and not any(on_posts.values()):
            return
        votes = {
            post_id: [_as_row(post_id, *each) for each in several]
            for post_id, several in on_posts.items()
        }
        rows = Rows("", (), (), None, votes, ())
        found = bounties_of(rows, sheet.desk.values, Collector())
        if tuple(sorted(found, key=attrgetter("id"))) == wanted:
            for bounty in wanted:
                if bounty.by_id is not None:
                    sheet.person(bounty.by_id, None)
            return
        for post_id, several in on_posts.items():
            kept = self._kept[post_id]
            self._kept[post_id] = [each for each in kept if each not in several]
        question = sheet.content.question
        if question is not None and question.id in sheet.posts:
            for number, bounty in self._in_order(wanted):
                self._put_bounty(sheet.posts[question.id], number, bounty)
        elif wanted:
            sheet.lose("orphans", count=len(wanted))

    def _in_order(self, wanted: Iterable[Bounty]) -> list[tuple[int | None, Bounty]]:
        """
        Return bounties in an order in which a reader pairs starts and ends right.

        It gives each end to the first start that is open: those that are over come
        first. Where their numbers are in another order, they get new ones.
        """
        over, still = list[tuple[int, Bounty]](), list[tuple[int, Bounty]]()
        numbered = not self.sheet.taken.get("Votes")
        for bounty in wanted:
            number = None
            if bounty.id.startswith("b"):
                number = number_of(bounty.id[1:])
            numbered = numbered and number is not None
            (still if bounty.paid is None else over).append((number or 0, bounty))
        if numbered:
            over.sort(key=itemgetter(0))
            still.sort(key=itemgetter(0))
            if not over or not still or over[-1][0] < still[0][0]:
                return [*over, *still]
        for _, bounty in (*over, *still):
            self.sheet.lose("numbers", f"bounty {bounty.id}")
        return [(None, bounty) for _, bounty in (*over, *still)]

    def _put_bounty(
        self, question: str | bytes, number: int | None, bounty: Bounty
    ) -> None:
        sheet = self.sheet
        giver = None
        if bounty.by_id is not None:
            giver, _ = sheet.person(bounty.by_id, None)
        if giver is None:
            sheet.lose("people", f"bounty {bounty.id}")
        start, end = _day(bounty.starts_at), _day(bounty.ends_at)
        row: dict[str, str | bytes | None] = {
            "PostId": question,
            "VoteTypeId": _START,
            "UserId": giver,
            "CreationDate": start,
            "BountyAmount": str(bounty.amount),
        }
        sheet.put("Votes", number, row)
        answer = sheet.posts.get(bounty.answer_id or "")
        if bounty.paid is not None:
            paid = None if answer is None else str(bounty.paid)
            row = {
                "PostId": question if answer is None else answer,
                "VoteTypeId": _END,
                "CreationDate": end,
                "BountyAmount": paid,
            }
            sheet.put("Votes", None, row)
            whole = answer is not None or (not bounty.paid and bounty.answer_id is None)
        else:
            whole = bounty.ends_at is None and bounty.answer_id is None
        if not whole or not (_is_day(bounty.starts_at) and _is_day(bounty.ends_at)):
            sheet.lose("bounties", f"bounty {bounty.id}")

    # -- rows ------------------------------------------------------------------------

    def put_kept(self) -> None:
        """Put the rows on the sheet that were kept and that still hold."""
        sheet = self.sheet
        for post_id, several in self._kept.items():
            post = sheet.reference(post_id)
            if post is None:
                if several:
                    sheet.lose_kept(post_id)
                continue
            for number, kind, row in several:
                if isinstance(row, str):
                    cells: Cells = {
                        "PostId": post,
                        "VoteTypeId": kind,
                        "CreationDate": row,
                    }
                else:
                    cells = {**in_order("Votes", row), "PostId": post}
                sheet.put("Votes", number, cells)


def _as_row(
    post_id: str, number: int, kind: str, row: dict[str, str] | str
) -> dict[str, str]:
    """Return a row that was kept as a reader of dumps knows it."""
    if not isinstance(row, str):
        return row
    return {
        "Id": str(number),
        "PostId": post_id,
        "VoteTypeId": kind,
        "CreationDate": row,
    }


def _day(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)[:10] + _MIDNIGHT


def _is_day(at: datetime | None) -> bool:
    return at is None or (time_text(at)[10:] == _MIDNIGHT and not at.microsecond)
