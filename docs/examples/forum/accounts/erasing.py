"""The end of an account, here and in every thread."""

from django.db import transaction
from django.utils.crypto import salted_hmac

from qathread.contrib.django.stores import DjangoStore

from .models import User


def erase(user: User, *, empty: bool) -> None:
    """
    Take a person out of all threads and delete the account, or change nothing.

    Votes and texts stay under an id that leads nowhere. Its key comes from the site's
    secret, so a call that is repeated makes the same id.

    Args:
        user: Who leaves.
        empty: Whether the texts go as well.
    """
    mac = salted_hmac("accounts.erasing", str(user.pk), algorithm="sha256")
    store = DjangoStore()
    with transaction.atomic():
        if empty:
            store.erase(str(user.pk), "redact")
        store.erase(str(user.pk), "pseudonymise", key=mac.digest())
        user.delete()
