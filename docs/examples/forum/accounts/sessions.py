"""Sessions in the database, found by a digest: who reads the table gets no session."""

import base64
import hashlib
from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone


def digest(session_key: str | None) -> str:
    """Return what stands in the table for a key: 240 bits, as its column is narrow."""
    hashed = hashlib.sha256((session_key or "").encode()).digest()
    return base64.urlsafe_b64encode(hashed[:30]).decode()


class SessionStore(DatabaseStore):
    """Django's store; only what reaches the table differs."""

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = self._rows().first()
        if found is None:
            self._session_key = None
        return found

    async def _aget_session_from_db(self) -> Session | None:
        found: Session | None = await self._rows().afirst()
        if found is None:
            self._session_key = None
        return found

    def _rows(self) -> Any:
        return self.model.objects.filter(
            session_key=digest(self.session_key), expire_date__gt=timezone.now()
        )

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return super().exists(digest(session_key))

    async def aexists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return await super().aexists(digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row to save."""
        row = cast(Session, super().create_model_instance(data))
        row.session_key = digest(row.session_key)
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row to save."""
        row = cast(Session, await super().acreate_model_instance(data))
        row.session_key = digest(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session, this one unless a key is given."""
        if key := session_key or self.session_key:
            super().delete(digest(key))

    async def adelete(self, session_key: str | None = None) -> None:
        """End a session, this one unless a key is given."""
        if key := session_key or self.session_key:
            await super().adelete(digest(key))
