"""Markdown to markup, raw HTML in it shown as text."""

import re

from ..errors import MissingExtraError
from ._urls import safe_url

try:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline import autolink as _autolink
except ModuleNotFoundError as error:
    if error.name != "markdown_it":  # installed but broken: show that instead
        raise
    message = "safe HTML needs markdown-it-py: pip install 'qathread[html]'"
    raise MissingExtraError(message) from error

__all__ = ["from_markdown"]

_NESTING = 20
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*)>")
_GROWTH = 20  # the most that markup may be longer than its source
_ENDS = re.compile(r"\r\n?|\n")
_QUOTE = re.compile(r"[ \t>*+.)0-9-]*")
_STEPS = 200_000  # lines that the parser may look at in vain


class _Parser(MarkdownIt):
    """Knows the rule for addresses; a link that breaks it has an empty target."""

    def validateLink(self, url: str) -> bool:
        return not url or safe_url(url) is not None

    def normalizeLink(self, url: str) -> str:
        return safe_url(url) or ""


def _only_known(state: StateInline, silent: bool) -> bool:
    """Leave ``<std::string>`` and its like alone: they are text, not links."""
    found = _AUTOLINK.match(state.src, state.pos)
    if found is not None and safe_url(found[1]) is None:
        return False
    return _autolink(state, silent)


def _parser() -> MarkdownIt:
    parser = _Parser("js-default", {"maxNesting": _NESTING, "linkify": False})
    parser.inline.ruler.at("autolink", _only_known)
    # Rules are compiled at the first use, which several threads must not share.
    parser.render("*x*")
    return parser


_PARSER = _parser()


def from_markdown(source: str) -> str | None:
    """
    Return the markup of *source*: not yet safe, but with nobody's tags but ours.

    Returns:
        None if it would be far longer than the source, as when one long address
        is referred to a thousand times, if blocks nest so deep that the parser
        leaves out what is in them, or if it would take time out of proportion.
    """
    if _steps(source) > _STEPS:
        return None
    tokens = _PARSER.parse(source)
    room = _GROWTH * len(source) + 10_000
    for token in tokens:
        if token.nesting == 1 and token.level >= _NESTING - 1:
            return None
        room -= 2 * len(token.tag) + 5
        for child in token.children or ():
            room -= sum(len(str(value)) for value in child.attrs.values())
    if room < 0:
        return None
    markup: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return markup


def _steps(source: str) -> int:
    """
    Return how many lines the parser may look at to find where quotations end.

    At every line that begins one it looks on to the next blank line, because lines
    without a mark may belong to it; so lines that do and do not begin one in turn
    would cost time with their square.
    """
    steps = begun = lines = before = 0
    for line in _ENDS.split(source):
        if not line.strip(" \t"):
            steps += begun * lines
            begun = lines = before = 0
            continue
        lines += 1
        found = _QUOTE.match(line)
        depth = found[0].count(">") if found else 0
        begun += max(0, depth - before)
        before = depth
    return steps + begun * lines
