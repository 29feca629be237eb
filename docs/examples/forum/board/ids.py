"""Ids in addresses: most as they are, odd ones (imported threads have some) encoded."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


class IdConverter:
    """
    Takes an id of any characters, and none of them apart.

    An id that would be read as something else in a path (a slash, ``..``) stands as
    ``~`` and its base64.
    """

    regex = "[A-Za-z0-9][A-Za-z0-9._-]*|~[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        """Return the id; no match raises ValueError, which Django answers with 404."""
        if not value.startswith("~"):
            return value
        packed = value[1:]
        return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()

    def to_url(self, value: object) -> str:
        """Return what stands in an address."""
        text = str(value)
        if _PLAIN.match(text):
            return text
        return "~" + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def anchor(post_id: str) -> str:
    """Return the ``id`` of a post's element, and the fragment of its address."""
    return f"p-{IdConverter().to_url(post_id)}"
