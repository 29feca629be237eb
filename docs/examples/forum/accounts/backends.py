"""Who signs in: an address and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from . import names
from .models import User


class AddressBackend(ModelBackend):
    """Django's backend, by the address instead of the public name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the active user with this address and password."""
        if username is None or password is None:
            return None
        user = User.objects.filter(email_key=names.key(username)).first()
        if user is None:
            # The same work as for a known address, so that time does not tell.
            User().set_password(password)
            return None
        right = user.check_password(password)
        return user if right and self.user_can_authenticate(user) else None

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Do the same in a thread."""
        from asgiref.sync import sync_to_async

        return await sync_to_async(self.authenticate)(request, username, password)
