"""What stands in the log of one thread, and what its book is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from ._ledger_items import AnyEvent, Key, Order, Turn
from .facts import AccountsMerged, PostsMovedOut
from .feedback import Direction
from .policy import PaidFor
from .posts import PostKind

#: What a claim is about: what it is, its post, and a voter or a flag.
Place: TypeAlias = tuple[str, str, str]


class Begun:
    """In a log: from here on, orders are written."""

    __slots__ = ()


class Renamed:
    """In a log: an event that names people by ids they no longer have."""

    __slots__ = ("event", "names")

    def __init__(self, event: AnyEvent, names: Mapping[str, str]) -> None:
        self.event, self.names = event, names


class Joined:
    """In a log: one account became part of another, beside all threads."""

    __slots__ = ("cause", "from_id", "into_id", "turn")

    def __init__(self, cause: AccountsMerged, turn: Turn) -> None:
        self.cause, self.turn = cause, turn
        self.from_id, self.into_id = cause.user_id, cause.into_id


class Hold:
    """A grant as its thread knows it."""

    __slots__ = (
        "event",
        "fixed",
        "holder",
        "home",
        "key",
        "live",
        "nominal",
        "order",
        "post_id",
        "rule",
        "units",
        "when",
    )

    def __init__(
        self,
        key: Key,
        holder: str,
        rule: PaidFor,
        nominal: int,
        units: int,
        when: datetime,
        order: Order,
        event: AnyEvent,
        post_id: str,
        home: tuple[str, str],
        fixed: bool,
    ) -> None:
        self.key, self.holder, self.rule = key, holder, rule
        self.nominal, self.units, self.when, self.order = nominal, units, when, order
        self.event, self.post_id, self.home = event, post_id, home
        self.fixed = fixed  # stays when the post is taken down
        self.live = False

    def copy(self) -> "Hold":
        """A copy that changes on its own."""
        made = Hold(
            self.key,
            self.holder,
            self.rule,
            self.nominal,
            self.units,
            self.when,
            self.order,
            self.event,
            self.post_id,
            self.home,
            self.fixed,
        )
        made.live = self.live
        return made


class Claim:
    """What can be taken back: a vote, an acceptance, a flag, a hiding, a removal."""

    __slots__ = ("author_id", "holds", "order", "own", "vote", "voter_id")

    def __init__(self, order: Order, holds: list[Hold]) -> None:
        self.order, self.holds = order, holds
        # Of a vote that can pay: its direction, kind and weight, event and time.
        self.vote: (
            tuple[Direction, PostKind, int, AnyEvent, datetime, Key | None] | None
        ) = None
        self.author_id = self.voter_id = ""
        self.own = False


class Sheet:
    """What a book keeps of one post."""

    __slots__ = ("arrived", "holds", "home", "marks", "wiki")

    def __init__(self, home: tuple[str, str]) -> None:
        self.home = home  # where it stood first
        self.arrived = False
        self.holds: dict[Hold, None] = {}
        self.marks: set[str] = set()
        self.wiki = False


class Parcel:
    """In a log: posts that came from another thread, with all that hangs on them."""

    __slots__ = ("cause", "claims", "sheets", "turn")

    def __init__(
        self,
        cause: PostsMovedOut,
        turn: Turn,
        sheets: dict[str, Sheet],
        claims: dict[Place, Claim],
    ) -> None:
        self.cause, self.turn, self.sheets, self.claims = cause, turn, sheets, claims


Entry: TypeAlias = AnyEvent | Begun | Renamed | Joined | Parcel


def event_of(entry: Entry) -> AnyEvent | None:
    """The event of this thread in an entry of its log, if it is one."""
    if isinstance(entry, Renamed):
        return entry.event
    return None if isinstance(entry, (Begun, Joined, Parcel)) else entry
