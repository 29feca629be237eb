"""The columns of our tables; one name has one type in all of them."""

from types import MappingProxyType
from typing import Final

from ._schema import ColumnType, Schema

__all__ = ["EDGES", "KNOWN", "POSTS", "REVISIONS", "THREADS", "USERS", "VOTES"]

_TEXT: Final = ColumnType.TEXT
_INT: Final = ColumnType.INT64
_BOOL: Final = ColumnType.BOOL
_TIME: Final = ColumnType.TIMESTAMP
_SPAN: Final = ColumnType.DURATION
_TEXTS: Final = ColumnType.TEXTS

POSTS: Final = Schema.of(
    {
        "thread_id": _TEXT,
        "post_id": _TEXT,
        "parent_id": _TEXT,
        "kind": _TEXT,
        "depth": _INT,
        "order": _INT,
        "author_id": _TEXT,
        "author_name": _TEXT,
        "author_level": _INT,
        "score": _INT,
        "up": _INT,
        "down": _INT,
        "accepted": _BOOL,
        "created_at": _TIME,
        "edited_at": _TIME,
        "since_parent": _SPAN,
        "since_question": _SPAN,
        "body": _TEXT,
    }
)

THREADS: Final = Schema.of(
    {
        "thread_id": _TEXT,
        "kind": _TEXT,
        "title": _TEXT,
        "tags": _TEXTS,
        "author_id": _TEXT,
        "author_name": _TEXT,
        "created_at": _TIME,
        "edited_at": _TIME,
        "views": _INT,
        "score": _INT,
        "up": _INT,
        "down": _INT,
        "answers": _INT,
        "comments": _INT,
        "gone": _INT,
        "participants": _INT,
        "accepted_id": _TEXT,
        "accepted_answers": _INT,
        "first_answer_at": _TIME,
        "until_first_answer": _SPAN,
        "last_activity_at": _TIME,
        "closed": _BOOL,
        "closed_at": _TIME,
        "closed_reason": _TEXT,
        "duplicate_of": _TEXTS,
        "locked": _BOOL,
        "protected": _BOOL,
        "pinned": _BOOL,
        "archived": _BOOL,
        "hidden": _BOOL,
        "version": _INT,
        "platform": _TEXT,
        "url": _TEXT,
        "license": _TEXT,
    }
)

USERS: Final = Schema.of(
    {
        "user_id": _TEXT,
        "name": _TEXT,
        "handle": _TEXT,
        "level": _INT,
        "kind": _TEXT,
        "reputation": _INT,
        "joined_at": _TIME,
        "threads": _INT,
        "questions": _INT,
        "answers": _INT,
        "comments": _INT,
        "accepted_answers": _INT,
        "score": _INT,
        "scored": _INT,
        "first_post_at": _TIME,
        "last_post_at": _TIME,
    }
)

VOTES: Final = Schema.of(
    {
        "thread_id": _TEXT,
        "post_id": _TEXT,
        "kind": _TEXT,
        "author_id": _TEXT,
        "voter_id": _TEXT,
        "direction": _TEXT,
        "weight": _INT,
        "cast_at": _TIME,
        "since_post": _SPAN,
    }
)

REVISIONS: Final = Schema.of(
    {
        "thread_id": _TEXT,
        "post_id": _TEXT,
        "number": _INT,
        "kind": _TEXT,
        "editor_id": _TEXT,
        "at": _TIME,
        "title": _TEXT,
        "tags": _TEXTS,
        "summary": _TEXT,
        "group": _TEXT,
        "body": _TEXT,
    }
)

EDGES: Final = Schema.of(
    {
        "thread_id": _TEXT,
        "child_id": _TEXT,
        "parent_id": _TEXT,
        "child_kind": _TEXT,
        "parent_kind": _TEXT,
        "child_author_id": _TEXT,
        "parent_author_id": _TEXT,
        "created_at": _TIME,
        "since_parent": _SPAN,
    }
)

#: The type that a name has in our tables.
KNOWN: Final = MappingProxyType(
    {
        column.name: column.type
        for schema in (POSTS, THREADS, USERS, VOTES, REVISIONS, EDGES)
        for column in schema
    }
)
