"""Load, change, save: every change of a page goes through here."""

import hashlib
import json
import secrets
from base64 import b32encode
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from qathread import Thread, posting, stores
from qathread.contrib.django import standings
from qathread.errors import OperationReusedError, StoreError, VersionConflictError

from .people import How, how
from .rules import POLICY
from .storage import STORE

#: A verb of the library that waits for a thread and for who does it.
Verb = Callable[[Thread, How], Thread]

_NOT_PART: Final = frozenset({"csrfmiddlewaretoken"})


def now() -> datetime:
    """Return the time."""
    return timezone.now()


def token() -> str:
    """Return what makes the forms of one page another wish than those of the next."""
    return secrets.token_urlsafe(12)


def load(thread_id: str) -> Thread:
    """Return a thread."""
    return STORE.load(thread_id)


def change(request: HttpRequest, thread_id: str, verb: Verb) -> Thread:
    """
    Change a stored thread by a form; the same form sent twice counts once.

    Raises:
        PolicyViolation: If a rule refuses it.
        NotFoundError: If what the form names is not there.
        StoreError: If the store cannot do it now.
    """
    manner = how(request, now())
    changed = stores.update(
        STORE,
        thread_id,
        lambda thread: verb(thread, manner),
        op_id=_op_id(request, manner),
    )
    count_points()
    return changed


def ask(request: HttpRequest, title: str, body: str, tags: tuple[str, ...]) -> Thread:
    """Open a thread by a form; the same form sent twice opens one."""
    manner = how(request, now())
    op_id = _op_id(request, manner)
    kept = STORE.operation(op_id)
    if kept is not None:
        return kept
    digest = hashlib.sha256(op_id.encode()).digest()
    thread = posting.ask(
        b32encode(digest)[:10].decode().lower(),
        title=title,
        body=body,
        tags=tags,
        **manner,
    )
    try:
        kept = STORE.save(thread, op_id=op_id)
    except (VersionConflictError, OperationReusedError):
        # The same form, sent twice at once: the other one was faster.
        kept = STORE.operation(op_id)
        if kept is None:
            raise
    count_points()
    return kept


def _op_id(request: HttpRequest, manner: How) -> str:
    """
    Return the name of a change: who, where, and every field of the form.

    The page's token is one of the fields. Whoever goes back and sends the same form
    with another text wants another change; nothing of it may be lost.
    """
    fields = [
        (name, values)
        for name, values in sorted(request.POST.lists())
        if name not in _NOT_PART
    ]
    wish = json.dumps([manner["by"].id, request.path, fields])
    return f"form:{hashlib.sha256(wish.encode()).hexdigest()}"


def count_points() -> None:
    """Bring the table of points up to date, which the header of pages shows."""
    # What is saved is saved: the next change counts, if this cannot be done now.
    with suppress(StoreError):
        standings.catch_up(POLICY)
