"""
Copies of one post, as several pages of the API deliver it, and what they say together.

Pages overlap when something changes between two requests: the same post comes twice,
with other counts, or asked for with another filter.
"""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Final

from attrs import frozen

from ...posts import PostKind
from ...provenance import extra_text
from .._json import Place
from .._report import Collector
from ._fields import PARENT_NAMES, Fields

__all__ = ["Copies", "Copy", "Merged", "host_of"]

#: Members that each post of a kind has, whatever its state: where a copy lacks one,
#: its filter left it out. All others may be missing because they are not so.
_ALWAYS: Final = frozenset(
    {
        "answer_count",
        "body",
        "body_markdown",
        "comment_count",
        "content_license",
        "creation_date",
        "down_vote_count",
        "favorite_count",
        "is_accepted",
        "is_answered",
        "last_activity_date",
        "link",
        "owner",
        "post_type",
        "score",
        "tags",
        "title",
        "up_vote_count",
        "view_count",
    }
)
#: What an edit changes: all of it comes from one wording.
_WORDING: Final = frozenset(
    {"body", "body_markdown", "content_license", "last_edit_date", "tags", "title"}
)
_EDITED: Final = "last_edit_date"
_VOTES: Final = frozenset({"score", "up_vote_count", "down_vote_count"})
_HOST: Final = re.compile(r"https?://(?:www\.)?([^/?#\s]+)/", re.IGNORECASE)


@frozen(eq=False)
class Copy:
    """
    One post as one page delivers it.

    Attributes:
        kind: Question, answer or comment.
        number: Its id at the site.
        order: How many copies came before it.
        place: Where it is.
        parent: What it stands under: the id of the question, or of the post.
        parent_kind: What the parent of a comment is, as far as that is known.
        fields: Its members without the ids and what is nested in it.
    """

    kind: PostKind
    number: int
    order: int
    place: Place
    parent: int | None
    parent_kind: PostKind | None
    fields: Fields

    @property
    def site(self) -> str | None:
        """The site that its link leads to."""
        return host_of(self.fields.known.get("link"))

    @property
    def newest(self) -> float:
        """The last time that it is known to have changed, in seconds."""
        dates = (
            self.fields.known.get(name) for name in ("last_activity_date", _EDITED)
        )
        found = [date for date in dates if isinstance(date, int | float)]
        return max(found, default=float("-inf"))

    def text(self) -> str:
        """Return all that it says as one text, equal for equal copies."""
        members = {
            "parent": self.parent,
            "kind": self.parent_kind,
            "known": self.fields.known,
            "rest": self.fields.rest,
        }
        return extra_text(members)


class Copies:
    """All different copies of one post."""

    __slots__ = ("_first", "_others")

    def __init__(self, first: Copy) -> None:
        self._first = first
        self._others: dict[str, Copy] | None = None

    def add(self, copy: Copy) -> None:
        """Keep *copy* if it says anything new."""
        if self._others is None:
            self._others = {self._first.text(): self._first}
        self._others.setdefault(copy.text(), copy)

    def __iter__(self) -> Iterator[Copy]:
        return iter((self._first,) if self._others is None else self._others.values())

    def merged(self, report: Collector) -> "Merged":
        """
        Return what the copies say together: the newest one, and what it lacks.

        The newest is the one with the latest activity or edit, then the last one
        that came. What only its filter left out is taken from older copies, as far
        as it can still be so; what it says otherwise is reported.

        Raises:
            LossError: If strict, where an older copy says something else.
            FormatError: If strict, where the copies are from different sites.
        """
        if self._others is None:
            return Merged(self._first)
        copies = self._of_one_site(report)
        newest, *older = sorted(
            copies, key=lambda copy: (copy.newest, copy.order), reverse=True
        )
        merged = Merged(newest)
        for copy in older:
            merged.complete(copy)
        for copy in copies:
            lost = sorted(merged.differing(copy))
            if lost:
                report.loss(
                    "duplicate-id",
                    "a post came more than once and said different things: the "
                    "newest copy is kept",
                    f"{copy.place}: {copy.kind} {copy.number}: {', '.join(lost)}",
                )
        return merged

    def _of_one_site(self, report: Collector) -> list[Copy]:
        copies = list(self)
        site = next((copy.site for copy in copies if copy.site is not None), None)
        for copy in copies:
            if copy.site not in (site, None):
                report.damage(
                    "several-sites",
                    "two posts of different sites have one id: the first is kept; "
                    "read the pages of one site at a time",
                    f"{copy.place}: {copy.kind} {copy.number} of {copy.site}",
                    kind="skipped",
                    error="duplicate-id",
                )
        return [copy for copy in copies if copy.site in (site, None)]


class Merged:
    """
    One post, from one copy or from several.

    Attributes:
        kind: As in the newest copy, like all the following.
        number: Its id.
        place: Where it is.
        parent: What it stands under.
        parent_kind: What the parent of a comment is.
        fields: Its members.
        newest: The last time that it is known to have changed, in seconds.
    """

    __slots__ = (
        "fields",
        "kind",
        "newest",
        "number",
        "parent",
        "parent_kind",
        "place",
    )

    def __init__(self, copy: Copy) -> None:
        self.kind, self.number, self.place = copy.kind, copy.number, copy.place
        self.parent, self.parent_kind = copy.parent, copy.parent_kind
        self.fields, self.newest = copy.fields, copy.newest

    def complete(self, older: Copy) -> None:
        """Take from an older copy what the filter of the newer ones left out."""
        if self.parent is None:
            self.parent, self.parent_kind = older.parent, older.parent_kind
        elif self.parent_kind is None and older.parent == self.parent:
            self.parent_kind = older.parent_kind
        mine, theirs = _stated(self.fields), _stated(older.fields)
        missing = theirs - mine
        if not missing & _ALWAYS:
            return  # asked for with no wider a filter: what is missing is not so
        taken = missing & _ALWAYS
        if older.newest == self.newest:
            taken |= missing - _ALWAYS
        taken -= _WORDING
        if not self._same_votes(older):
            taken -= _VOTES
        if self._same_wording(older):
            taken |= missing & _WORDING
        known, rest = dict(self.fields.known), dict(self.fields.rest)
        for name in sorted(taken):
            rest.pop(name, None)  # a null
            if name in older.fields.known:
                known[name] = older.fields.known[name]
            if name in older.fields.rest:
                rest[name] = older.fields.rest[name]
        self.fields = Fields(known, rest)

    def _same_votes(self, older: Copy) -> bool:
        """Whether the counts of an older copy go with those that are known."""
        mine, theirs = self.fields.known, older.fields.known
        known = _VOTES & set(mine)
        shared = known & set(theirs)
        if known and not shared:
            return False
        return not _differ(mine, theirs, shared)

    def _same_wording(self, older: Copy) -> bool:
        """Whether nothing tells that there was an edit after the older copy."""
        mine, theirs = self.fields.known, older.fields.known
        if _differ(mine, theirs, _WORDING & set(mine) & set(theirs)):
            return False
        edited = mine.get(_EDITED)
        if not isinstance(edited, int | float) or edited == theirs.get(_EDITED):
            return True
        return older.newest >= edited

    def differing(self, copy: Copy) -> Iterator[str]:
        """Yield the members of *copy* that are not so any more."""
        if copy.parent not in (None, self.parent):
            yield PARENT_NAMES[self.kind]
        for name in _stated(copy.fields):
            for mine, theirs in (
                (self.fields.known, copy.fields.known),
                (self.fields.rest, copy.fields.rest),
            ):
                if name in theirs and not _same(mine, theirs, name):
                    yield name
                    break


def _stated(fields: Fields) -> set[str]:
    """Return the names of all members that say something."""
    rest = (name for name, value in fields.rest.items() if value is not None)
    return {*fields.known, *rest}


def _differ(
    mine: Mapping[str, object], theirs: Mapping[str, object], names: Set[str]
) -> bool:
    return any(mine[name] != theirs[name] for name in names)


def _same(mine: Mapping[str, object], theirs: Mapping[str, object], name: str) -> bool:
    if name not in mine:
        return False
    one, other = {name: mine[name]}, {name: theirs[name]}
    return extra_text(one) == extra_text(other)


def host_of(link: object) -> str | None:
    """Return the site that an address belongs to."""
    match = _HOST.match(link) if isinstance(link, str) else None
    return None if match is None else match[1].lower()
