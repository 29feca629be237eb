"""
Which addresses a link or an image of user text may lead to.

One rule, and it is a list of what may be: nothing is looked for because it is bad.
The address is judged as a browser reads it, without the characters that it drops
or does not show, and what was judged is what is written.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

__all__ = ["safe_url"]

# Most addresses: nothing to drop, to encode or to compare.
_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?"
    r"(?:[/?#][a-zA-Z0-9/?#@!$&()*+,;=:~._%-]*)?"
)
_WEB = re.compile(r"(https?)://([^/?#\\]+)(?=[/?#]|\Z)", re.IGNORECASE)
_PORT = re.compile(r":[0-9]{1,5}\Z")
_IPV6 = re.compile(r"\[[0-9a-fA-F:.]{2,45}\]")
_MAIL = re.compile(
    r"mailto:([a-zA-Z0-9.!$*+=_~-]{1,64})@([^@/?#\\%&,;:]{1,253})",
    re.IGNORECASE,
)
_SHORT = 250  # characters of an address whose host cannot be too long
_KEPT = "/?#@!$&'()*+,;=:~._%-"  # stays as it is after the host
_TOGETHER = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})


def safe_url(address: str, *, mail: bool = True) -> str | None:
    r"""
    Return *address* as it may be written into ``href`` or ``src``.

    Control and format characters and blanks do not count: without them it must
    read ``http(s)://host``, then nothing or a path, query or fragment; or
    ``mailto:`` with one plain address and nothing more. User-info, a percent sign
    or a backslash before the path, relative addresses, and host names that mix
    alphabets within one label are refused.

    Args:
        address: The value of an attribute or the target of a Markdown link, its
            entities already resolved by the parser that found it.
        mail: Whether ``mailto:`` will do; for images it does not.

    Returns:
        The address without control characters, encoded where a browser would
        encode it; None if a link must lose its target.

    >>> safe_url("https://example.org/a b?q=1#top")
    'https://example.org/a%20b?q=1#top'
    >>> safe_url("java\tscript:alert(1)") is None
    True
    """
    if len(address) <= _SHORT and _PLAIN.fullmatch(address):
        return address
    visible = list(_visible(address))
    reading = "".join(character for _, character in visible)
    web = _WEB.match(reading)
    if web is not None:
        host = _host(web[2])
        if host is None:
            return None
        rest = ""
        if web.end() < len(visible):  # with its blanks, but not those at the end
            start, end = visible[web.end()][0], visible[-1][0] + 1
            rest = _rest(address[start:end])
        return f"{web[1].lower()}://{host}{rest}"
    post = _MAIL.fullmatch(reading) if mail else None
    if post is None:
        return None
    domain = _name(post[2])
    return None if domain is None else f"mailto:{post[1]}@{domain}"


def _visible(address: str) -> Iterator[tuple[int, str]]:
    """Yield place and character of all that a reader sees."""
    for place, character in enumerate(address):
        category = unicodedata.category(character)
        if category[0] != "Z" and category not in ("Cc", "Cf"):
            yield place, character


def _host(host: str) -> str | None:
    """Return a host with its port, or None if it is not plainly one."""
    port = _PORT.search(host)
    name = host[: port.start()] if port else host
    found = name if _IPV6.fullmatch(name) else _name(name)
    return None if found is None else found + (port[0] if port else "")


def _name(name: str) -> str | None:
    """Return a host name in the form that browsers compare, or None."""
    name = unicodedata.normalize("NFKC", name)
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(map(_is_label, labels)):
        return None
    return name


def _is_label(label: str) -> bool:
    if not label or not all(
        character in "-_" or unicodedata.category(character)[0] in "LMN"
        for character in label
    ):
        return False
    if label.isascii():
        return True
    scripts = {
        unicodedata.name(character, "?").partition(" ")[0].partition("-")[0]
        for character in label
        if character.isalpha()
    }
    return len(scripts) < 2 or scripts <= _TOGETHER


def _rest(text: str) -> str:
    """Return path, query and fragment in ASCII, without control characters."""
    shown = (c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    return quote("".join(shown), safe=_KEPT)
