"""
Marks, flags, bounties and moves. Each verb returns the next thread.

A verb that changes nothing returns the same thread. A lock of everything stops all
verbs but locking, archiving, settling flags, expiring bounties and merging users,
except for those whose role may lock. An archived thread takes nothing but
:func:`unarchive` and :func:`merge_users`.

>>> from datetime import UTC, datetime
>>> from qathread import User, moderation, posting
>>> ada, greg = User(id="ada"), User(id="greg")
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> thread = posting.ask("q", title="Why?", body="So.", by=ada, at=now)
>>> thread = posting.answer(thread, "Thanks, me too!", by=greg, at=now)
>>> thread = moderation.convert(thread, "q.2", by=ada, at=now)
>>> [post.kind.value for post in thread.posts]
['question', 'comment']
>>> thread = moderation.close(thread, "unclear", by=ada, at=now)
>>> thread.status.closed.reason
'unclear'
"""

from ._verbs_bounties import (
    award_bounty,
    expire_bounty,
    offer_bounty,
)
from ._verbs_moves import (
    convert,
    merge_threads,
    merge_users,
    move,
    split,
)
from ._verbs_posts import (
    flag,
    hide,
    invalidate_votes,
    lock,
    make_wiki,
    reinstate,
    remove,
    resolve_flag,
    show,
    unlock,
)
from ._verbs_threads import (
    archive,
    close,
    pin,
    protect,
    reopen,
    unarchive,
    unpin,
    unprotect,
)

__all__ = [
    "archive",
    "award_bounty",
    "close",
    "convert",
    "expire_bounty",
    "flag",
    "hide",
    "invalidate_votes",
    "lock",
    "make_wiki",
    "merge_threads",
    "merge_users",
    "move",
    "offer_bounty",
    "pin",
    "protect",
    "reinstate",
    "remove",
    "reopen",
    "resolve_flag",
    "show",
    "split",
    "unarchive",
    "unlock",
    "unpin",
    "unprotect",
]

# In pickles, messages and documentation the verbs go by their public names.
for _name in __all__:
    globals()[_name].__module__ = __name__
