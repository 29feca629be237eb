"""
How often something may be tried, counted in the database and so by all processes.

Every count is made before the work that it guards. Nothing here stops a new password by
mail: what others do to an account must not lock its owner out.
"""

import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Tries

FREE = 5  # wrong passwords in a row without a wait
LONGEST_WAIT = 15 * 60  # seconds
MOST = 100  # wrong passwords in a row; then only a new password helps


class TooManyTriesError(Exception):
    """Not now: ``seconds`` from now, or never by waiting if that is 0."""

    def __init__(self, seconds: int, *, reset_helps: bool = False) -> None:
        super().__init__(seconds)
        self.seconds, self.reset_helps = seconds, reset_helps


def source(request: HttpRequest) -> str:
    """
    Return where a request comes from: an address, or a network of IPv6.

    With n proxies of ours in front, the n-th entry from the end of X-Forwarded-For is
    what the outermost of them saw; all before it is hearsay.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        address = forwarded[-settings.PROXIES :][0].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        # One household has at least this many of them.
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def take(rate: str, what: str) -> None:
    """
    Count one more, or raise.

    Args:
        rate: The name of a rate in ``settings.RATES``.
        what: Of whom or what, such as a source or the id of a user.
    """
    if seconds := _take(rate, what):
        raise TooManyTriesError(seconds, reset_helps=rate.startswith("sign-in"))


def allowed(rate: str, what: str) -> bool:
    """Count one more, and tell whether that was within the rate."""
    return _take(rate, what) == 0


def _take(rate: str, what: str) -> int:
    most, seconds = settings.RATES[rate]
    window = timedelta(seconds=seconds)
    now = timezone.now()
    with transaction.atomic():
        row = _locked(_key(rate, what), now)
        if now >= row.since + window:
            row.count, row.since = 0, now
        if row.count >= most:
            return _seconds(row.since + window - now)
        row.count += 1
        row.save()
    return 0


def before_password(account: str) -> None:
    """
    Count a try as a wrong one before it is known to be, or raise.

    Args:
        account: The key of the address that was typed, whether it is known or not.
    """
    now = timezone.now()
    with transaction.atomic():
        row = _locked(_key("password", account), now)
        if row.count >= MOST:
            raise TooManyTriesError(0, reset_helps=True)
        # A clock that was set back lets nobody in earlier.
        if row.until is not None and now < row.until:
            seconds = _seconds(row.until - now)
            raise TooManyTriesError(seconds, reset_helps=True)
        row.count += 1
        if row.count >= FREE:
            wait = min(2 ** (row.count - FREE), LONGEST_WAIT)
            row.until = now + timedelta(seconds=wait)
        row.since = now
        row.save()


def password_was_right(account: str) -> None:
    """Forget the wrong ones."""
    Tries.objects.filter(key=_key("password", account)).update(count=0, until=None)


def tidy() -> None:
    """Throw away what no longer matters."""
    now = timezone.now()
    longest = max(seconds for _, seconds in settings.RATES.values())
    old = Tries.objects.filter(since__lt=now - timedelta(seconds=longest, hours=1))
    old.filter(count__lt=FREE).delete()
    old.filter(since__lt=now - timedelta(days=30)).delete()


def _locked(key: str, now: datetime) -> Tries:
    """Return a row that nobody else reads until this transaction ends."""
    while True:
        fresh = Tries(key=key, since=now)
        Tries.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Tries.objects.select_for_update().filter(key=key).first()
        if row is not None:
            return row
        # Tidied away between the two.


def _key(rate: str, what: str) -> str:
    mac = salted_hmac("accounts.throttle", f"{rate}\n{what}", algorithm="sha256")
    return mac.hexdigest()


def _seconds(wait: timedelta) -> int:
    return max(1, -int(-wait.total_seconds() // 1))
