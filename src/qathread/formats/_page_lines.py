"""The lines of a page copied as text, and the words that are its furniture."""

import re
from itertools import pairwise

from attrs import frozen

__all__ = [
    "BLANKS",
    "Line",
    "bullet_rest",
    "heading",
    "is_furniture",
    "is_trim",
    "likes",
    "number",
    "rest_column",
    "split_glued",
    "split_lines",
    "strip_blank_ends",
    "time_parts",
    "unindent",
]

#: Characters that indent and separate: pages are full of no-break spaces.
BLANKS = (
    " \t\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
BULLETS = "•*-·‣◦▪●○"
_TAB = 8
_STRUCTURE = 200  # characters; a longer line is text of people

#: The line above the title.
SECTIONS = frozenset({"Q&A", "Q & A", "Questions & Answers", "Questions and Answers"})

# Buttons and links below the posts; also cut from the ends of bodies.
_TRIM = (
    "Forgot Password?",
    "Forgot Password",
    "Forgot password?",
    "Forgot password",
    "Add a comment",
    "Add comment",
    "Add Comment",
    "Add an answer",
    "Add answer",
    "Add Answer",
    "Sign Out",
    "Sign out",
    "Sign Up",
    "Sign up",
    "Sign In",
    "Sign in",
    "Comments",
    "Log Out",
    "Log In",
    "Log in",
    "Reply",
)
_TRIM_SET = frozenset(_TRIM)
# What only stands outside of posts.
_FURNITURE = _TRIM_SET | {
    "About",
    "Answers",
    "Back to top",
    "Cancel",
    "Contact",
    "Cookie Policy",
    "Home",
    "Load more",
    "Login",
    "Logout",
    "Post",
    "Privacy Policy",
    "Register",
    "Report",
    "Search",
    "Share",
    "Show more",
    "Submit",
    "Terms of Service",
    "We've been working hard.",
    "We\u2019ve been working hard.",
    "Welcome!",
    *(
        f"{verb} Reply"
        for verb in ("Add", "Cancel", "Edit", "Leave a", "Post", "Quote", "Write a")
    ),
}
# The end of a page, which copies may glue to the line before it.
_TRIM_STARTS = frozenset(word[0] for word in _TRIM)
_FOOT = tuple(word for word in _TRIM if word.startswith(("Sign", "Log", "Forgot")))

_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15}"
_NUMBER_ONLY = re.compile(_NUMBER)
_LIKES = re.compile(rf"Likes? ?\(({_NUMBER})\)")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[ T]"
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r" ?(Z|UTC|MSK|[A-Z]{1,4}T|(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?)?"
    rf"(?:(?: ?[·•|,])? (?i:(no|{_NUMBER}) (?:comments?|repl(?:y|ies))))?"
)
_HEADING = re.compile(
    rf"(?:({_NUMBER}|No) ([Cc]omments?|[Aa]nswers?|[Rr]epl(?:y|ies))"
    rf"|(Comments|Answers|Replies)(?: ?\(({_NUMBER})\))?)"
)


@frozen
class Line:
    """
    One line of a page.

    Attributes:
        number: From 1 up.
        text: As it stands, without the line end.
        end: The line end; empty for the last line of a file.
        indent: Columns before the first character that is no blank.
        plain: The words with single spaces between, for matching; empty for a
            blank line, and for one too long to be anything but text.
        blank: Whether there is nothing on it.
    """

    number: int
    text: str
    end: str
    indent: int
    plain: str
    blank: bool


def split_lines(text: str) -> list[Line]:
    r"""Split *text* at ``\n``, ``\r\n`` and ``\r``, and nowhere else."""
    lines = []
    ends = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text)), len(text)]
    for count, (start, stop) in enumerate(pairwise(ends), start=1):
        if start == stop:
            continue
        whole = text[start:stop]
        content = whole.rstrip("\r\n")
        lines.append(line_of(count, content, whole[len(content) :]))
    return lines


def line_of(number: int, text: str, end: str) -> Line:
    """Measure one line."""
    content = text.lstrip(BLANKS)
    margin = text[: len(text) - len(content)]
    indent = len(margin) if "\t" not in margin else _columns(margin)
    words = content.rstrip(BLANKS)
    plain = " ".join(words.split()) if len(words) <= _STRUCTURE else ""
    return Line(number, text, end, indent, plain, not words)


def _columns(margin: str) -> int:
    column = 0
    for character in margin:
        column += _TAB - column % _TAB if character == "\t" else 1
    return column


def unindent(line: Line, columns: int) -> str:
    """Return the text of *line* without its first *columns* blank columns."""
    column = 0
    for place, character in enumerate(line.text):
        if column >= columns or character not in BLANKS:
            return " " * (column - columns) + line.text[place:]
        column += _TAB - column % _TAB if character == "\t" else 1
    return " " * (column - columns)


def strip_blank_ends(lines: list[Line]) -> list[Line]:
    """Return *lines* without the blank ones at both ends."""
    start, stop = 0, len(lines)
    while start < stop and lines[start].blank:
        start += 1
    while stop > start and lines[stop - 1].blank:
        stop -= 1
    return lines[start:stop]


def number(words: str) -> int | None:
    """Return the whole number that *words* are."""
    if _NUMBER_ONLY.fullmatch(words) is None:
        return None
    return int(words.replace(",", ""))


def bullet_rest(line: Line) -> str | None:
    """Return what follows the bullet of *line*; None if it has none."""
    plain = line.plain
    if not plain or plain[0] not in BULLETS:
        return None
    if len(plain) == 1:
        return ""
    return plain[2:] if plain[1] == " " else None


def rest_column(line: Line) -> int:
    """Return the column of what follows the bullet of *line*."""
    margin = len(line.text) - len(line.text.lstrip(BLANKS))
    after = line.text[margin + 1 :]
    stop = margin + 1 + len(after) - len(after.lstrip(BLANKS))
    return _columns(line.text[:stop])


def likes(line: Line) -> int | None:
    """Return n of ``Like(n)``."""
    match = _LIKES.fullmatch(line.plain)
    return None if match is None else number(match[1])


def time_parts(line: Line) -> tuple[str, str, int | None] | None:
    """Return date and time, zone and comment count of a line that holds these."""
    match = _TIME.fullmatch(line.plain)
    if match is None:
        return None
    when, zone, count = match.groups()
    counted = None if count is None else number(count) or 0
    return when, zone or "", counted


def heading(line: Line) -> tuple[str, int | None] | None:
    """Return ``"answers"`` or ``"comments"`` and the count that stands there."""
    match = _HEADING.fullmatch(line.plain)
    if match is None:
        return None
    before, counted, bare, after = match.groups()
    shown = before or after
    what = "answers" if (counted or bare).lower().startswith("answer") else "comments"
    return what, None if shown is None else number(shown) or 0


def is_furniture(line: Line) -> bool:
    """Tell whether *line* is a button, a link or a banner of the site."""
    plain = line.plain
    if plain[:1] not in _TRIM_STARTS:
        return plain in _FURNITURE
    return plain in _FURNITURE or _without(plain, _TRIM) == ""


def is_trim(line: Line) -> bool:
    """Tell whether *line* is a button that may stick to the end of a body."""
    return line.plain in _TRIM_SET


def _without(plain: str, words: tuple[str, ...]) -> str:
    """Cut *words* off the start of *plain* as long as there are some."""
    while plain:
        word = next((word for word in words if plain.startswith(word)), None)
        if word is None:
            return plain
        plain = plain[len(word) :].lstrip(" ")
    return plain


def split_glued(line: Line) -> Line | None:
    """
    Return *line* without the footer that is glued to its end.

    Words count as glued when no blank stands before them, or when they are two
    or more: "press Sign Up" is text.

    Returns:
        The line before the footer; None if there is no footer.
    """
    rest, cut = line.text.rstrip(BLANKS), 0
    while True:
        word = next((word for word in _FOOT if rest.endswith(word)), None)
        if word is None:
            break
        rest, cut = rest[: -len(word)], cut + 1
        trimmed = rest.rstrip(BLANKS)
        if not trimmed.endswith(_FOOT):
            break
        rest = trimmed
    content = rest.rstrip(BLANKS)
    if cut == 0 or content == "" or (cut == 1 and rest != content):
        return None
    return line_of(line.number, content, line.end)
