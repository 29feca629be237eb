"""One mail as a post, with what no post holds kept beside it."""

from datetime import tzinfo
from typing import Final

from attrs import evolve, frozen

from ...bodies import Body
from ...ids import PostId
from ...posts import PostKind
from ...provenance import Provenance, extra_text
from ...status import Mark
from ...users import User, UserKind
from .._completing import restored
from .._gathering import Piece, nobody
from .._json import shown
from .._making import made_post
from .._report import Collector
from ._bodies import Content, content_of
from ._charsets import decode_words, header_text
from ._dates import Sent, date_text, sent_at
from ._headers import Head, keywords_in, message_ids, sender_of
from ._lines import author_text, content_type, keywords_text, words
from ._names import NO_ENVELOPE, OWN
from ._own import Own
from ._splitting import Raw

__all__ = ["PLATFORM", "Mail", "Settings", "opened", "piece_of"]

PLATFORM: Final = "mbox"

#: Headers of transport: they say how the bytes stand in one file.
_TRANSPORT: Final = frozenset(
    {"content-length", "content-transfer-encoding", "content-type", "lines"}
)


@frozen
class Settings:
    """
    How mails are read.

    Attributes:
        zone: The zone of dates that state none; None: UTC, and it is reported.
        depth: How many levels of parts are looked into; None: all.
    """

    zone: tzinfo | None = None
    depth: int | None = None


@frozen(eq=False)
class Mail:
    """
    One mail, read.

    Attributes:
        head: Its headers.
        content: What it says.
        sent: When it was sent, if that is known.
        envelope: Its From_ line.
        where: The place.
    """

    head: Head
    content: Content
    sent: Sent | None
    envelope: str | None
    where: str

    @property
    def is_ours(self) -> bool:
        """Whether a writer of this library made it of a post that was no mail."""
        return self.head.get(f"{OWN}origin") is not None

    @property
    def subject(self) -> str | None:
        """Its subject as written; None: it has none."""
        return self.head.get("subject")


def opened(
    raw: Raw,
    head: Head,
    at: int,
    settings: Settings,
    report: Collector,
    where: str,
) -> Mail:
    """
    Read a mail.

    Args:
        raw: The mail.
        head: Its headers.
        at: Where its body begins.
        settings: How.
        report: Hears of all that is broken in it.
        where: The place.
    """
    content = content_of(head, raw.data[at:], settings.depth, report, where)
    envelope = None
    if raw.envelope is not None:
        envelope = header_text(raw.envelope, Collector(), where)
    sent = _sent(head, settings, report, where)
    return Mail(head, content, sent, envelope, where)


def _sent(head: Head, settings: Settings, report: Collector, where: str) -> Sent | None:
    text = head.get("date")
    if text is None:
        return None
    sent = sent_at(text, settings.zone)
    if sent is None:
        report.damage(
            "instant",
            "a date that is none: the time is not known, and the words are in extra",
            f"{where}: {shown(text)}",
            kind="skipped",
        )
    elif (
        not sent.zone_stated
        and settings.zone is None
        and head.get(f"{OWN}date") is None  # it was settled before
    ):
        report.damage(
            "zone-not-stated",
            "a date without a zone (strict reading refuses it, lenient reading takes "
            "UTC): give assume_tz=",
            f"{where}: {shown(text)}",
            kind="noted",
            error="instant",
        )
    return sent


def piece_of(
    mail: Mail,
    post_id: PostId,
    parent_id: PostId | None,
    root_id: PostId,
    title: str | None,
    report: Collector,
) -> Piece:
    """
    Return the post that a mail is.

    Args:
        mail: The mail.
        post_id: Its id.
        parent_id: What it stands under; None: it opens the thread.
        root_id: What opens the thread.
        title: The title of the thread, which replies repeat.
        report: Hears of what does not fit.
    """
    own = Own(mail.head, report, mail.where)
    author, author_name = _author(mail, own, post_id, report)
    body = _body(mail, own)
    created_at = None if mail.sent is None else mail.sent.at
    created_at = own.instant("date") or created_at
    marks = own.words("status")
    deleted = Mark() if "deleted" in marks else None
    removed = Mark() if "removed" in marks else None
    status = own.post_status()
    kind = own.text("type")
    provenance = (
        own.origin() if mail.is_ours else _provenance(mail, own, parent_id, title)
    )
    edited_at, revision = own.instant("edited"), own.count("revision") or 1
    role = PostKind.QUESTION if parent_id is None else PostKind.COMMENT
    if kind == "answer" and parent_id == root_id:
        role = PostKind.ANSWER
    elif kind in ("answer", "question") and parent_id is not None:
        report.loss(
            "wrong-parent",
            "a mail that says it is an answer, and answers no question, or a "
            "question, and answers something: it is read as a comment",
            f"{mail.where}: {post_id}",
            kind="noted",
        )
    root = role is PostKind.QUESTION
    post = made_post(
        role,
        id=post_id,
        parent_id=parent_id,
        author=author,
        name=author_name,
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        revision=revision,
        deleted=deleted,
        removed=removed,
        status=status,
        provenance=provenance,
        title=_title(mail, own, report) if root else None,
        tags=_tags(mail, own, report) if root else (),
        views=own.count("views") if root else None,
    )
    return Piece(post=post, author=author, where=mail.where, tally=own.tally(post_id))


# -- parts of a post -----------------------------------------------------------------


def _body(mail: Mail, own: Own) -> Body:
    body = mail.content.body
    media_type = own.text("media-type")
    if media_type:
        body = evolve(body, media_type=media_type)
    language = own.text("language")
    return body if language is None else evolve(body, language=language)


def _author(
    mail: Mail, own: Own, post_id: PostId, report: Collector
) -> tuple[User, str | None]:
    stated = own.members("author")
    if stated is not None:
        shown_as = stated.pop("shown", None)
        user = restored(stated, User)
        if user is not None:
            return user, shown_as if isinstance(shown_as, str) else None
        own.refuse("author")
    text = mail.head.get("from")
    name, address = (None, None)
    if text is not None:
        name, address = sender_of(text, report, mail.where)
    if address is not None:
        return User(id=address, name=name), name
    kind = UserKind.ANONYMOUS if name is None else UserKind.REGISTERED
    report.tell("sender", "a mail without an address of its sender", mail.where)
    return nobody(post_id, kind, name), name


def _title(mail: Mail, own: Own, report: Collector) -> str | None:
    subject = mail.subject
    return None if subject is None else decode_words(subject, report, mail.where)


def _tags(mail: Mail, own: Own, report: Collector) -> tuple[str, ...]:
    stated = own.items("tags")
    if stated is not None and all(isinstance(each, str) for each in stated):
        return tuple(map(str, stated))
    return keywords_in(",".join(mail.head.all("keywords")), report, mail.where)


def _provenance(
    mail: Mail, own: Own, parent_id: PostId | None, title: str | None
) -> Provenance:
    """Return where a mail came from, with all that its post does not say."""
    extra: dict[str, object] = {}
    headers = _kept(mail, parent_id is None, title)
    if headers:
        extra["headers"] = headers
    if mail.envelope not in (None, NO_ENVELOPE):
        extra["envelope"] = mail.envelope
    stated = own.members("extra")
    if stated is not None:
        extra.update(stated)
    else:
        stated_type = mail.head.get("content-type")
        if stated_type not in (None, content_type(mail.content.body.media_type)):
            extra["content-type"] = stated_type
        if mail.content.charset not in ("ascii", "utf-8"):
            extra["charset"] = mail.content.charset
        if mail.content.others:
            extra["texts"] = list(mail.content.others)
        if mail.content.attachments:
            extra["attachments"] = list(mail.content.attachments)
    sent = mail.sent
    return Provenance(
        platform=PLATFORM,
        time_precision=None if sent is None else sent.precision,
        zone_stated=None if sent is None else sent.zone_stated,
        extra=extra_text(extra) if extra else None,
    )


def _kept(mail: Mail, is_root: bool, title: str | None) -> list[list[str]]:
    """Return the headers that a writer would not write by itself."""
    kept, seen = list[list[str]](), set[str]()
    for name, value in mail.head.fields:
        key = name.lower()
        is_first = key not in seen
        seen.add(key)
        if key in _TRANSPORT or key.startswith(OWN):
            continue
        if key == "message-id" and not value:
            continue  # said already: the id is made
        if is_first and value == _usual(mail, key, is_root, title):
            continue
        kept.append([name, value])
    return kept


def _usual(mail: Mail, key: str, is_root: bool, title: str | None) -> str | None:
    """Return what a writer of this library gives a header."""
    match key:
        case "mime-version":
            return "1.0"
        case "date" if mail.sent is not None:
            return date_text(mail.sent.at)
        case "from":
            name, address = sender_of(mail.head.get("from") or "", Collector(), "")
            return None if address is None else author_text(name, address)
        case "message-id":
            return f"<{message_ids(mail.head)[0]}>"
        case "subject" if is_root:
            return words(decode_words(mail.subject or "", Collector(), ""))
        case "subject" if title is not None:
            return words(f"Re: {title}")
        case "keywords" if is_root:
            stated = ",".join(mail.head.all("keywords"))
            return keywords_text(keywords_in(stated, Collector(), ""))
        case "content-language":
            return mail.content.body.language
        case _:
            return None
