"""What a page of the API says beside its items."""

from collections.abc import Mapping
from typing import Final

from ...errors import excerpt
from .._json import Place, shown
from .._report import Collector
from ._fields import number_of

__all__ = ["LISTS", "failure", "is_wrapper", "tell_wrapper"]

#: Where a wrapper holds its items, in version 2 and in version 1.
LISTS: Final = ("items", "questions", "answers", "comments")
#: What a wrapper says of itself; told in the report.
_TOLD: Final = ("page", "page_size", "pagesize", "total", "type")
#: What tells a wrapper from any other object.
_SIGNS: Final = frozenset(
    {*LISTS, "backoff", "has_more", "quota_max", "quota_remaining"}
)
_WRAPPER: Final = frozenset(
    {*_SIGNS, *_TOLD, "error_id", "error_message", "error_name"}
)
#: Words for the errors of the API, by ``error_id``.
_ERRORS: Final[Mapping[int, str]] = {
    400: "a parameter was wrong",
    401: "an access token was needed",
    402: "the access token was not valid",
    403: "access was denied",
    404: "there is no such method or site",
    405: "an application key was needed",
    406: "the access token is no longer safe",
    500: "the server failed",
    502: "the caller was throttled: wait, and ask again",
    503: "the API was down for a while: ask again later",
}


def is_wrapper(members: Mapping[str, object]) -> bool:
    """Tell a page, or an error answer, from any other object."""
    return not _SIGNS.isdisjoint(members) or failure(members) is not None


def failure(wrapper: Mapping[str, object]) -> str | None:
    """Return what an error answer says, if it is one."""
    stated, name, message = (
        wrapper.get(member) for member in ("error_id", "error_name", "error_message")
    )
    inner = wrapper.get("error")  # version 1
    if isinstance(inner, dict) and "code" in inner:
        stated, message = inner["code"], inner.get("message")
    if stated is None and name is None and message is None:
        return None
    number = number_of(stated)
    said = [
        "an error" if number is None else f"error {number}",
        excerpt(name, 60) if isinstance(name, str) else "",
        "" if number is None else _ERRORS.get(number, ""),
        f"it says {excerpt(message, 100)!r}" if isinstance(message, str) else "",
    ]
    return f"this is an error answer of the API ({', '.join(filter(None, said))})"


def tell_wrapper(
    wrapper: Mapping[str, object], where: Place, report: Collector
) -> None:
    """
    Say in the report what a wrapper holds beside its items.

    Raises:
        LossError: If strict, for a member that is not known.
    """
    told = [f"{name} {shown(wrapper[name])}" for name in _TOLD if name in wrapper]
    if told:
        message = "what a page says of itself, in no thread"
        report.tell("wrapper", message, f"{where}: {', '.join(told)}")
    if "quota_remaining" in wrapper or "quota_max" in wrapper:
        left, most = wrapper.get("quota_remaining"), wrapper.get("quota_max")
        message = "requests that the API still allowed, of how many"
        report.tell("quota", message, f"{where}: {shown(left)} of {shown(most)}")
    if "backoff" in wrapper:
        message = "the API wanted a pause of some seconds before the next request"
        report.tell("backoff", message, f"{where}: {shown(wrapper['backoff'])}")
    for name in wrapper:
        if name not in _WRAPPER:
            message = "a member of a page that belongs to no post"
            report.loss("unknown-member", message, str(where.down(name)))
