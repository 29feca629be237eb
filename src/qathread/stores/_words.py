"""The words of posts and of searches, made alike for every store."""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b
from html import unescape
from itertools import chain
from typing import Final

from ..bodies import HTML
from ..errors import ValidationError
from ..posts import Post, Question

#: The most different words of one post that can be found.
MAX_POST_WORDS: Final = 20_000
#: The most words of one search.
MAX_TERMS: Final = 16
#: The most bytes that the words of one post take: an index of PostgreSQL holds a
#: mebibyte, its own notes with them.
_MOST_BYTES: Final = 900_000
_LONGEST: Final = 60

# A letter or digit, with the letters, digits and marks after it. At the end stand the
# signs that belong to a word: without them C++, C# and C would be one.
_WORD = re.compile(r"[^\W_][0-9A-Za-z\x80-\U0010ffff]*(?:[+#]++(?![^\W_]))?")
# A comment without an end is one up to the end of the text, as in browsers; to look
# for its end from each of many beginnings would take the square of the time.
_TAGS = re.compile(r"<(?:!--.*?(?:-->|\Z)|/?[a-zA-Z][^<>]*>)", re.DOTALL)
# Scripts that leave no blanks between words: Thai to Khmer, kana, Han.
_UNBROKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# All but ASCII that is neither letter nor digit: marks, and what parts words.
_SIGNS = re.compile(r"[^\w\x00-\x7f]+")
# Bringing a run of marks in order takes the square of the time of its length, so long
# runs are parted. The two letters are marks too, in another width.
_LONG_RUN = re.compile(r"(?:[^\w\x00-\x7f]|[\uff9e\uff9f]){30}")
#: Has no width, but parts words; others without a look of their own do not.
_PARTING: Final = "\u200b"
#: Marks that choose how a letter looks, and make no other one of it.
_UNSEEN: Final = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x180B, 0x180C, 0x180D, 0x180F),
            *chain(range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)),
        ),
    )
)


def words_of(post: Post) -> str:
    """
    Return the words by which a post is found, each once, between blanks.

    They are made of ASCII letters and digits alone, so that the search of any
    server takes each as one word, and none as an operator. Of a very long post the
    first 20,000 different words count, fewer if they are very long as well.
    """
    text = post.body.source
    if post.body.media_type == HTML:
        text = unescape(_TAGS.sub(" ", text))
    if isinstance(post, Question):
        text = " ".join((post.title or "", *post.tags, text))
    found: dict[str, None] = {}
    left = _MOST_BYTES
    for word in chain.from_iterable(map(_indexed, _pieces(text))):
        token = _token(word)
        if token in found:
            continue
        left -= len(token) + 1
        if left < 0 or len(found) == MAX_POST_WORDS:
            break
        found[token] = None
    return " ".join(sorted(found))


def terms_of(text: str) -> tuple[str, ...]:
    """
    Return the words that a search asks for, as :func:`words_of` writes them.

    What is written without blanks in between is one word, and may make many.

    Raises:
        ValidationError: If there are more than 16.
    """
    words = dict.fromkeys(_pieces(text))
    if len(words) > MAX_TERMS:
        raise ValidationError(
            f"the search has {len(words)} words: give at most {MAX_TERMS}"
        )
    return tuple(dict.fromkeys(_token(part) for word in words for part in _asked(word)))


def _pieces(text: str) -> Iterator[str]:
    """Yield the words of a text, folded so that look-alikes meet."""
    if text.isascii():
        text = text.lower()
    else:
        text = _LONG_RUN.sub(r"\g<0> ", text)
        text = unicodedata.normalize("NFKC", text).casefold()
        text = _SIGNS.sub(_marks, unicodedata.normalize("NFKC", text))
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


def _marks(signs: re.Match[str]) -> str:
    """Return a run of signs with a blank for each that parts words."""
    return "".join(map(_mark, signs[0]))


def _mark(sign: str) -> str:
    category = unicodedata.category(sign)
    if sign in _UNSEEN or (category in ("Cf", "Me") and sign != _PARTING):
        return ""
    return sign if category[0] == "M" else " "


def _indexed(word: str) -> Iterator[str]:
    """Yield a word, or each sign and each pair where no blanks part words."""
    if word.isascii() or not _UNBROKEN.match(word):
        yield word
        return
    before = ""
    for sign in word:
        yield sign
        if before:
            yield before + sign
        before = sign


def _asked(word: str) -> Iterator[str]:
    if word.isascii() or not _UNBROKEN.match(word) or len(word) == 1:
        yield word
    else:
        yield from (word[place : place + 2] for place in range(len(word) - 1))


def _token(word: str) -> str:
    # A letter in front keeps words from being too short or too common for a server.
    if word.isascii() and word.isalnum() and len(word) <= _LONGEST:
        return "w" + word
    data = word.encode()
    if len(data) * 2 <= _LONGEST:
        return "u" + data.hex()
    return "h" + blake2b(data, digest_size=16).hexdigest()
