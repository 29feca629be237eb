"""Names of our own headers, and the message ids of posts that no mail is."""

import re
from typing import Final
from urllib.parse import quote, unquote

from ...ids import PostId, ThreadId

__all__ = [
    "DOMAIN",
    "NO_ENVELOPE",
    "OWN",
    "PARENT",
    "is_message_id",
    "made_id",
    "message_id_of",
    "parts_of",
    "placeholder",
]

#: Reserved by RFC 2606: no mail is ever sent there, and none comes from there.
DOMAIN: Final = "qathread.invalid"

#: Our headers; a reader takes all of them, whoever wrote them.
OWN: Final = "x-qa-"

#: The From_ line of a mail that has none.
NO_ENVELOPE: Final = "MAILER-DAEMON Thu Jan  1 00:00:00 1970"

#: What a mail stands under, where that is not what it refers to.
PARENT: Final = "x-qa-parent"

_ID: Final = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:")
_MADE: Final = re.compile(r"([^/@]+)/([^/@]+)@qathread\.invalid")


def is_message_id(post_id: PostId) -> bool:
    """
    Tell whether the id of a post can be that of a mail as it is.

    >>> is_message_id("4CF64D10.9020206@domain.com"), is_message_id("c5")
    (True, False)
    """
    if not _ID.fullmatch(post_id) or _ADDRESS.match(post_id):
        return False
    return not post_id.endswith(f"@{DOMAIN}")


def made_id(thread_id: ThreadId, post_id: PostId) -> str:
    """
    Return a message id from which the ids of thread and post can be had again.

    >>> made_id("12", "c/5")
    '12/c%2F5@qathread.invalid'
    """
    return f"{_quoted(thread_id)}/{_quoted(post_id)}@{DOMAIN}"


def message_id_of(thread_id: ThreadId, post_id: PostId) -> str:
    """Return the message id of a post: its own id if it can be one."""
    return post_id if is_message_id(post_id) else made_id(thread_id, post_id)


def parts_of(message_id: str) -> tuple[ThreadId, PostId] | None:
    """Return the ids of thread and post of a made id; None for any other."""
    match = _MADE.fullmatch(message_id)
    if match is None:
        return None
    thread_id, post_id = (unquote(part) for part in match.groups())
    if made_id(thread_id, post_id) != message_id or "\0" in thread_id + post_id:
        return None
    return thread_id, post_id


def placeholder(user_id: str) -> str:
    """Return an address that leads nowhere, for somebody without one."""
    return f"{_quoted(user_id)}@{DOMAIN}"


def _quoted(text: str) -> str:
    return quote(text, safe="")
