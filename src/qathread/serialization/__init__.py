"""Values as canonical JSON and back, strictly."""

from .._gc import bulk_load
from ._codec import (
    digest,
    from_dict,
    from_json,
    to_dict,
    to_json,
    trusted,
    trusted_event,
)
from ._documents import FORMAT_VERSION
from .lines import from_lines, to_lines

__all__ = [
    "FORMAT_VERSION",
    "bulk_load",
    "digest",
    "from_dict",
    "from_json",
    "from_lines",
    "to_dict",
    "to_json",
    "to_lines",
    "trusted",
    "trusted_event",
]
