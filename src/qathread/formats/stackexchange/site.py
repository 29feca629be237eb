"""What a dump holds beside threads: accounts, badges, tags and other pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import frozen

from ...bodies import HTML, Body
from ...provenance import Provenance
from ...users import User, UserKind
from ._decoding import Row
from ._dump import Dump
from ._styles import FileStyle, style_of
from ._tables import POST_KINDS, Table
from ._values import COMMUNITY, Values

__all__ = ["Award", "Page", "Profile", "Site", "Tag"]

_LEVELS: Final = {"1": "gold", "2": "silver", "3": "bronze"}


@frozen(kw_only=True, weakref_slot=False)
class Profile:
    """
    The whole record of an account.

    Attributes:
        user: Who it is, with reputation and the day of joining.
        seen_at: When the account was last used.
        views: How often its page was seen.
        up_votes: Upvotes that it cast.
        down_votes: Downvotes that it cast.
        location: Where, in the user's own words.
        website: An address.
        about: What the user says of themselves, HTML.
        account_id: The account on the whole network; None for the software itself.
        provenance: Columns without a field are in its ``extra``.
    """

    user: User
    seen_at: datetime | None = None
    views: int | None = None
    up_votes: int | None = None
    down_votes: int | None = None
    location: str | None = None
    website: str | None = None
    about: Body | None = None
    account_id: str | None = None
    provenance: Provenance


@frozen(kw_only=True, weakref_slot=False)
class Award:
    """
    One badge that one user got.

    Attributes:
        id: Its number.
        user_id: Who got it.
        name: Which badge.
        at: When.
        level: ``gold``, ``silver`` or ``bronze``; None: the dump does not say.
        of_tag: Whether it is for posts with a tag; None: the dump does not say.
    """

    id: str
    user_id: str
    name: str
    at: datetime | None = None
    level: str | None = None
    of_tag: bool | None = None


@frozen(kw_only=True, weakref_slot=False)
class Page:
    """
    A post that belongs to no thread, such as the description of a tag.

    Attributes:
        id: Its number among all posts.
        kind: What it is, in words; the number if that is new.
        body: Its text, HTML.
        title: Its title, if it has one.
        author_id: Who wrote it; None: not known.
        created_at: When.
        score: Ups minus downs; None: not known.
        parent_id: The post that it stands under, if it names one.
    """

    id: str
    kind: str
    body: Body
    title: str | None = None
    author_id: str | None = None
    created_at: datetime | None = None
    score: int | None = None
    parent_id: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class Tag:
    """
    A tag of the site.

    Attributes:
        name: The tag.
        count: How many questions have it.
        excerpt: Its description in a sentence, if it has one.
        wiki: Its description at length, if it has one.
        required: Whether a question needs one of this kind (on meta sites).
        moderators_only: Whether moderators alone may use it.
    """

    name: str
    count: int | None = None
    excerpt: Page | None = None
    wiki: Page | None = None
    required: bool = False
    moderators_only: bool = False


class Site:
    """
    A site as far as it is no thread; read from its files as it is asked for.

    It stays usable after the reading that it belongs to has ended.

    Attributes:
        left_out: Tables that the reading was told to leave out.
    """

    def __init__(self, dump: Dump, *, left_out: frozenset[Table] = frozenset()) -> None:
        self._dump = dump
        self.left_out = left_out
        self._values = Values(dump.report)

    def __repr__(self) -> str:
        return f"<Site of {self._dump.name}: {', '.join(sorted(self._dump.tables))}>"

    def users(self) -> Iterator[Profile]:
        """Yield the accounts in the order of their file."""
        return map(self._profile, self.rows("Users"))

    def users_table(self) -> Iterator[User]:
        """Yield the accounts without their pages, for :func:`qathread.frames.users`."""
        for profile in self.users():
            yield profile.user

    def user(self, user_id: str) -> Profile | None:
        """Return one account; None if it has no record."""
        number = user_id.removeprefix("-")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        row = self._dump.user(int(user_id))
        return None if row is None else self._profile(row)

    def badges(self) -> Iterator[Award]:
        """Yield the badges in the order of their file."""
        for row in self.rows("Badges"):
            tag_based = row.get("TagBased")
            yield Award(
                id=row.get("Id", ""),
                user_id=row.get("UserId", ""),
                name=row.get("Name", ""),
                at=self._values.instant(row.get("Date"), f"badge {row.get('Id')}"),
                level=_LEVELS.get(row.get("Class", "")),
                of_tag=None if tag_based is None else tag_based == "True",
            )

    def tags(self) -> Iterator[Tag]:
        """Yield the tags, each with its pages."""
        pages: dict[str, Page] = {}
        if "Tags" in self._dump.tables:
            pages = {page.id: page for page in self.pages()}
        for row in self.rows("Tags"):
            yield Tag(
                name=row.get("TagName", ""),
                count=self._values.number(row.get("Count"), f"tag {row.get('Id')}"),
                excerpt=pages.get(row.get("ExcerptPostId", "")),
                wiki=pages.get(row.get("WikiPostId", "")),
                required=row.get("IsRequired") == "True",
                moderators_only=row.get("IsModeratorOnly") == "True",
            )

    def pages(self) -> Iterator[Page]:
        """Yield the posts that belong to no thread."""
        for row in self._dump.pages():
            where = f"post {row['Id']}"
            kind = row.get("PostTypeId", "")
            yield Page(
                id=row["Id"],
                kind=POST_KINDS.get(kind, kind),
                body=Body(source=row.get("Body", ""), media_type=HTML),
                title=row.get("Title"),
                author_id=row.get("OwnerUserId"),
                created_at=self._values.instant(row.get("CreationDate"), where),
                score=self._values.number(row.get("Score"), where),
                parent_id=row.get("ParentId"),
            )

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the raw rows of a table in the order of its file; none without it."""
        return self._dump.table(table)

    def loose(self, table: Table) -> Iterator[Row]:
        """
        Yield the rows of a table that belong to no thread.

        Of Posts these are pages; of Comments, PostHistory, PostLinks and Votes those
        on pages and on posts that are gone; of the others all rows.
        """
        return self._dump.loose(table)

    def style(self, table: Table) -> FileStyle | None:
        """Return how the file of a table is written; None: there is none."""
        noted, path = self._dump.index.style(table), self._dump.tables.get(table)
        if noted is None or path is None:
            return None
        return style_of(table, noted, path)

    def _profile(self, row: Row) -> Profile:
        user_id = row.get("Id", "")
        where = f"user {user_id}"
        extra: dict[str, object] = {
            name: value for name, value in row.items() if name not in _PROFILE
        }
        values = self._values
        about = row.get("AboutMe")
        return Profile(
            user=User(
                id=user_id,
                name=row.get("DisplayName"),
                reputation=values.number(row.get("Reputation"), where),
                joined_at=values.instant(row.get("CreationDate"), where),
                kind=UserKind.SYSTEM if user_id == COMMUNITY else UserKind.REGISTERED,
            ),
            seen_at=values.instant(row.get("LastAccessDate"), where),
            views=values.number(row.get("Views"), where),
            up_votes=values.number(row.get("UpVotes"), where),
            down_votes=values.number(row.get("DownVotes"), where),
            location=row.get("Location"),
            website=row.get("WebsiteUrl"),
            about=None if about is None else Body(source=about, media_type=HTML),
            account_id=row.get("AccountId"),
            provenance=values.origin(None, extra),
        )


_PROFILE: Final = frozenset(
    {
        "Id",
        "Reputation",
        "CreationDate",
        "DisplayName",
        "LastAccessDate",
        "WebsiteUrl",
        "Location",
        "AboutMe",
        "Views",
        "UpVotes",
        "DownVotes",
        "AccountId",
    }
)
