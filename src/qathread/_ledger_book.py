"""
One thread in which posts vanish, move or change hands, and who is paid for what.

A book knows every grant of its thread and what can end it. Changes leave the
orders that they mean for the streams of users in *out*.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from ._ledger_entries import Claim, Hold, Parcel, Place, Sheet
from ._ledger_items import (
    NEVER,
    Acted,
    AnyEvent,
    Closed,
    Item,
    Key,
    Opened,
    Order,
    Seen,
    Turn,
)
from ._ledger_rates import Rates
from .facts import Imported, PostsMovedOut
from .feedback import Direction
from .policy import PaidFor
from .posts import PostKind

NO_NAMES: Final[Mapping[str, str]] = {}


class Book:
    """The state of one thread; *out* collects orders for its caller to take."""

    __slots__ = (
        "cause",
        "claims",
        "effective",
        "fallen",
        "holders",
        "names",
        "out",
        "parcel",
        "rates",
        "raw",
        "sheets",
        "thread_id",
        "turn",
        "wiki",
    )

    def __init__(self, thread_id: str, rates: Rates) -> None:
        self.thread_id, self.rates = thread_id, rates
        self.effective = NEVER
        self.raw = True  # nothing is written yet
        self.sheets: dict[str, Sheet] = {}
        self.claims: dict[Place, Claim] = {}
        self.holders: dict[str, dict[Hold, None]] = {}
        self.fallen: set[str] = set()  # questions that are down
        self.wiki = False  # the question belongs to everybody
        self.names = NO_NAMES
        self.out: list[tuple[str, Item]] = []
        self.parcel: Parcel | None = None
        self.cause: AnyEvent
        self.turn: Turn

    def note(self, name: str) -> None:
        """Tell somebody's stream that it was them."""
        self.out.append((self.who(name), Acted(self.cause, name, self.turn)))

    def who(self, name: str) -> str:
        return self.names.get(name, name)

    # -- grants ------------------------------------------------------------------

    def sheet(self, post_id: str) -> Sheet:
        sheet = self.sheets.get(post_id)
        if sheet is None:
            sheet = self.sheets[post_id] = Sheet((self.thread_id, post_id))
        return sheet

    def grant(
        self,
        holder: str,
        rule: PaidFor,
        nominal: int,
        post_id: str,
        when: datetime,
        sub: int,
        *,
        key: Key | None = None,
        units: int = 1,
        fixed: bool = False,
        origin: tuple[AnyEvent, Order] | None = None,
    ) -> list[Hold]:
        """Open a grant, if it pays anything."""
        if nominal == 0 or units == 0:
            return []
        event = self.cause
        order = (*self.turn, sub)
        if isinstance(event, Imported):  # it tells of the past
            order = (when, self.thread_id, event.version, sub)
        if origin is not None:
            event, order = origin
        if key is None or not self.raw:
            key = (event.thread_id or "", event.version, sub)
        sheet = self.sheet(post_id)
        hold = Hold(
            key,
            holder,
            rule,
            nominal,
            units,
            when,
            order,
            event,
            post_id,
            sheet.home,
            fixed,
        )
        sheet.holds[hold] = None
        self.holders.setdefault(holder, {})[hold] = None
        self._sync(hold)
        if not hold.live:
            self.out.append((holder, Seen(self.cause, self.turn)))
        return [hold]

    def _sync(self, hold: Hold) -> None:
        """Open or close a grant as the marks on its post ask for."""
        up = hold.fixed or not self._down(hold)
        if up and not hold.live:
            self._write_opening(hold)
        elif hold.live and not up:
            self.out.append((hold.holder, Closed(hold.key, self.cause, self.turn)))
        hold.live = up

    def _write_opening(self, hold: Hold) -> None:
        order = Opened(
            hold.key,
            hold.rule,
            hold.nominal,
            hold.units,
            hold.when,
            hold.order,
            hold.home,
            hold.event,
            self.cause,
            self.turn,
        )
        self.out.append((hold.holder, order))

    def _down(self, hold: Hold) -> bool:
        tariff = self.rates.at(hold.when)
        if tariff.deleted_counts:
            return False
        fallen = bool(self.fallen) and tariff.takes_all
        return fallen or bool(self.sheets[hold.post_id].marks)

    def _end(self, hold: Hold) -> None:
        if hold.live:
            self.out.append((hold.holder, Closed(hold.key, self.cause, self.turn)))
        del self.sheets[hold.post_id].holds[hold]
        del self.holders[hold.holder][hold]

    def drop(self, what: str, post_id: str, detail: str) -> None:
        """Close what a claim pays for."""
        claim = self.claims.pop((what, post_id, detail), None)
        if claim is not None:
            for hold in claim.holds:
                self._end(hold)

    def unpaid(self, post_id: str, kind: PostKind, when: datetime) -> bool:
        """Whether a post belongs to everybody and so earns nothing."""
        wiki = self.wiki and kind is PostKind.QUESTION
        sheet = self.sheets.get(post_id)
        wiki = wiki or (sheet is not None and sheet.wiki)
        return wiki and not self.rates.at(when).wiki_counts

    def ballot(
        self,
        post_id: str,
        vote: tuple[Direction, PostKind, int],
        author_id: str,
        voter: str,
        when: datetime,
        sub: int,
        *,
        unpaid: bool,
    ) -> None:
        voter_id = self.who(voter)
        if ("vote", post_id, voter_id) in self.claims:
            return
        order = (*self.turn, sub)
        if isinstance(self.cause, Imported):
            order = (when, self.thread_id, self.cause.version, sub)
        claim = self.claims["vote", post_id, voter_id] = Claim(order, [])
        claim.author_id, claim.voter_id = author_id, voter_id
        if not unpaid:
            key: Key = (self.thread_id, post_id, voter_id)
            claim.vote = (*vote, self.cause, when, key)
            self._pay_vote(claim, post_id)
        for user_id in (author_id, voter_id):
            if not any(hold.holder == user_id for hold in claim.holds):
                self.out.append((user_id, Seen(self.cause, self.turn)))

    def _pay_vote(self, claim: Claim, post_id: str) -> None:
        if claim.vote is None:
            return
        direction, kind, weight, event, when, key = claim.vote
        rule, author, actor, own, _ = self.rates.at(when).votes[direction][kind]
        sub = claim.order[3]
        claim.own = claim.author_id == claim.voter_id
        parts = [(claim.author_id, author, sub), (claim.voter_id, actor, sub + 1)]
        if claim.own:
            parts = [(claim.author_id, own, sub + 2)]
        for holder, points, each in parts:
            claim.holds += self.grant(
                holder,
                rule,
                points * weight,
                post_id,
                when,
                each,
                key=key,
                origin=(event, (*claim.order[:3], each)),
            )

    # -- marks -------------------------------------------------------------------

    def mark(self, post_id: str, kind: PostKind, mark: str) -> None:
        sheet = self.sheet(post_id)
        sheet.marks.add(mark)
        if kind is PostKind.QUESTION and post_id not in self.fallen:
            self.fallen.add(post_id)
            self._sync_all()
        else:
            self._sync_post(sheet)

    def unmark(self, post_id: str, mark: str) -> None:
        sheet = self.sheet(post_id)
        sheet.marks.discard(mark)
        if not sheet.marks and post_id in self.fallen:
            self.fallen.discard(post_id)
            self._sync_all()
        else:
            self._sync_post(sheet)

    def lay(self, post_id: str, kind: PostKind, marks: set[str], wiki: bool) -> None:
        """Put marks on a post that comes with them."""
        for mark in sorted(marks):
            self.mark(post_id, kind, mark)
        if wiki:
            self.sheet(post_id).wiki = True

    def _sync_post(self, sheet: Sheet) -> None:
        for hold in sheet.holds:
            self._sync(hold)

    def _sync_all(self) -> None:
        for sheet in self.sheets.values():
            self._sync_post(sheet)

    # -- people and moves --------------------------------------------------------

    def join(self, from_id: str, into_id: str) -> None:
        """Let all that belongs to one person belong to another."""
        if from_id == into_id:
            return
        for hold in self.holders.pop(from_id, {}):
            if hold.live:
                self.out.append((from_id, Closed(hold.key, self.cause, self.turn)))
            event = hold.event
            hold.holder = into_id
            hold.key = (event.thread_id or "", event.version, hold.order[3])
            self.holders.setdefault(into_id, {})[hold] = None
            if hold.live:
                self._write_opening(hold)
            else:
                self.out.append((into_id, Seen(self.cause, self.turn)))
        for place, claim in list(self.claims.items()):
            if from_id not in (claim.author_id, claim.voter_id):
                continue
            if claim.author_id == from_id:
                claim.author_id = into_id
            if claim.voter_id == from_id:
                claim.voter_id = into_id
                del self.claims[place]
                place = (place[0], place[1], into_id)
                self._settle_two(place, claim)
            if self.claims.get(place) is not claim:
                continue
            if claim.author_id == claim.voter_id and not claim.own:
                for hold in claim.holds:
                    self._end(hold)
                claim.holds = []
                self._pay_vote(claim, place[1])
            self.out.append((into_id, Seen(self.cause, self.turn)))

    def _settle_two(self, place: Place, claim: Claim) -> None:
        """Of two claims to one place the earlier one stays."""
        other = self.claims.get(place)
        if other is None:
            self.claims[place] = claim
            return
        earlier, later = sorted((claim, other), key=lambda each: each.order)
        self.claims[place] = earlier
        for hold in later.holds:
            self._end(hold)

    def pack(self, event: PostsMovedOut) -> None:
        """Take posts out, with all that hangs on them."""
        sheets: dict[str, Sheet] = {}
        claims: dict[Place, Claim] = {}
        for ref in event.posts:
            sheet = self.sheets.pop(ref.post_id, None) or Sheet(
                (self.thread_id, ref.post_id)
            )
            if self.wiki and ref.kind is PostKind.QUESTION:
                sheet.wiki = True
            sheets[ref.post_id] = sheet
            for hold in sheet.holds:
                del self.holders[hold.holder][hold]
        for place in [place for place in self.claims if place[1] in sheets]:
            claims[place] = self.claims.pop(place)
        if not self.fallen.isdisjoint(sheets):
            self.fallen -= sheets.keys()
            self._sync_all()
        self.parcel = Parcel(event, self.turn, sheets, claims)

    def unpack(self, parcel: Parcel) -> None:
        """Take posts in; the parcel stays as it is, to be read again."""
        self.cause, self.turn = parcel.cause, parcel.turn
        copies: dict[Hold, Hold] = {}
        touched: list[Sheet] = []
        for post_id, packed in parcel.sheets.items():
            sheet = self.sheets.get(post_id)
            if sheet is None:
                sheet = self.sheets[post_id] = Sheet(packed.home)
            elif not sheet.arrived:  # a clock let it be named here before
                sheet.home = packed.home
            sheet.arrived = True
            sheet.marks |= packed.marks
            sheet.wiki = sheet.wiki or packed.wiki
            for hold in packed.holds:
                copied = copies[hold] = hold.copy()
                sheet.holds[copied] = None
                self.holders.setdefault(copied.holder, {})[copied] = None
            touched.append(sheet)
        for place, packed_claim in parcel.claims.items():
            holds = [copies[hold] for hold in packed_claim.holds]
            claim = Claim(packed_claim.order, holds)
            claim.vote, claim.own = packed_claim.vote, packed_claim.own
            claim.author_id = packed_claim.author_id
            claim.voter_id = packed_claim.voter_id
            self._settle_two(place, claim)
        for sheet in touched:
            self._sync_post(sheet)

    def take_out(self) -> Iterator[tuple[str, Item]]:
        """Hand over the orders written since the last time."""
        out, self.out = self.out, []
        return iter(out)
