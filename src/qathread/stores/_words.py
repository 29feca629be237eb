"""The words of posts and of searches, made alike for every store."""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b
from html import unescape
from itertools import pairwise

from ..bodies import HTML
from ..errors import ValidationError
from ..posts import Post, Question

#: The most different words of one post that can be found.
MAX_POST_WORDS = 20_000
#: The most words of one search.
MAX_TERMS = 16
_LONGEST = 60

# Signs that belong to a word: without them C++, C# and C would be one.
_WORD = re.compile(r"[^\W_]+(?:[+#]+(?![^\W_]))?")
_TAGS = re.compile(r"<(?:!--.*?--|/?[a-zA-Z][^<>]*)>", re.DOTALL)
# Scripts that leave no blanks between words: Thai to Khmer, kana, Han.
_UNBROKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def words_of(post: Post) -> str:
    """
    Return the words by which a post is found, each once, between blanks.

    They are made of ASCII letters and digits alone, so that the search of any
    server takes each as one word, and none as an operator. Of a very long post the
    first 20,000 different words count.
    """
    text = post.body.source
    if post.body.media_type == HTML:
        text = unescape(_TAGS.sub(" ", text))
    if isinstance(post, Question):
        text = " ".join((post.title or "", *post.tags, text))
    found: dict[str, None] = {}
    for word in _pieces(text):
        for part in _indexed(word):
            found[_token(part)] = None
        if len(found) >= MAX_POST_WORDS:
            break
    return " ".join(sorted(found))


def terms_of(text: str) -> tuple[str, ...]:
    """
    Return the words that a search asks for, as :func:`words_of` writes them.

    Raises:
        ValidationError: If there are more than 16.
    """
    found: dict[str, None] = {}
    for word in _pieces(text):
        for part in _asked(word):
            found[_token(part)] = None
    if len(found) > MAX_TERMS:
        raise ValidationError(
            f"the search has {len(found)} words: give at most {MAX_TERMS}"
        )
    return tuple(found)


def _pieces(text: str) -> Iterator[str]:
    """Yield the words of a text, folded so that look-alikes meet."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
        text = unicodedata.normalize("NFKC", text)
    else:
        text = text.lower()
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            yield word
            continue
        end = 0
        for run in _UNBROKEN.finditer(word):
            if run.start() > end:
                yield word[end : run.start()]
            yield run[0]
            end = run.end()
        if end < len(word):
            yield word[end:]


def _indexed(word: str) -> Iterator[str]:
    """Yield a word, or each sign and each pair where no blanks part words."""
    if word.isascii() or not _UNBROKEN.match(word):
        yield word
        return
    yield from word
    yield from map("".join, pairwise(word))


def _asked(word: str) -> Iterator[str]:
    if word.isascii() or not _UNBROKEN.match(word) or len(word) == 1:
        yield word
    else:
        yield from map("".join, pairwise(word))


def _token(word: str) -> str:
    # A letter in front keeps words from being too short or too common for a server.
    if word.isascii() and word.isalnum() and len(word) <= _LONGEST:
        return "w" + word
    data = word.encode()
    if len(data) * 2 <= _LONGEST:
        return "u" + data.hex()
    return "h" + blake2b(data, digest_size=16).hexdigest()
