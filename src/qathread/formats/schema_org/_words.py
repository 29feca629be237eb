"""Names that reading and writing share."""

import re
from typing import Final

__all__ = [
    "CONTEXT",
    "DELETED",
    "EXTENSION",
    "MAIN",
    "PLATFORM",
    "SCHEMA",
    "is_iri",
    "short",
]

PLATFORM: Final = "schema.org"
SCHEMA: Final = "https://schema.org"
#: What the prefix of our own members stands for. The prefix is not the bare name, by
#: which documents of our own format are known.
CONTEXT: Final = "urn:x-qathread:"
EXTENSION: Final = "x-qathread:"
#: The value of creativeWorkStatus that search engines know.
DELETED: Final = "Deleted"
#: Types that open a thread.
MAIN: Final = ("Question", "DiscussionForumPosting", "SocialMediaPosting")

_IRI: Final = re.compile(r"(?:https?://|urn:)[^\x00-\x20\"<>\\^`{|}\x7f]+")
_VOCABULARY: Final = re.compile(r"(?:https?://(?:www\.)?schema\.org[/#]|schema:)")


def is_iri(text: str) -> bool:
    """
    Tell whether an id can stand as ``@id``.

    >>> is_iri("https://example.org/a/1"), is_iri("page:Ada")
    (True, False)
    """
    return _IRI.fullmatch(text) is not None


def short(name: str) -> str:
    """
    Return a type or property without the address of its vocabulary.

    >>> short("http://schema.org/Answer"), short("schema:text"), short("text")
    ('Answer', 'text', 'text')
    """
    found = _VOCABULARY.match(name)
    return name if found is None else name[found.end() :]
