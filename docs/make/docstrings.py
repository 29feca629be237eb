"""Docstrings taken apart, and their markup as that of the pages."""

import re
from collections.abc import Callable, Mapping
from inspect import getdoc
from textwrap import dedent, wrap
from typing import Final

from attrs import frozen

__all__ = ["Parts", "folded", "parts_of"]

_WIDTH: Final = 92
_HEAD: Final = re.compile(r"(Args|Returns|Raises|Source):")
_ROLE: Final = re.compile(r":func:`~?(?:[\w.]+\.)?(\w+)`")
_LITERAL: Final = re.compile(r"``(.+?)``", re.S)
_NAME: Final = re.compile(r"(?<![\w`*])\*(\w+)\*(?![\w*])")
_CODE: Final = re.compile(r"`[^`]*`")
#: What would begin a list, a heading or a quotation at the start of a line.
_ITEM: Final = re.compile(r"(?:[-+*#>]|\d+[.)])(?= |$)")


@frozen(kw_only=True)
class Parts:
    """
    The documentation of a formula, in Markdown.

    Attributes:
        summary: What it returns, in a sentence.
        text: The paragraphs after that.
        arguments: What each parameter is.
        returns: The range and the unit of the result.
        raises: What each error is for.
        source: Where the formula is published.
        example: Lines for a Python prompt, and what it prints.
    """

    summary: str
    text: tuple[str, ...]
    arguments: Mapping[str, str]
    returns: str
    raises: Mapping[str, str]
    source: str
    example: str


def parts_of(formula: Callable[..., object]) -> Parts:
    """Return the documentation of *formula*."""
    doc, prompt, examples = (getdoc(formula) or "").partition(">>> ")
    sections: dict[str, list[str]] = {"": []}
    here = sections[""]
    for line in doc.splitlines():
        if found := _HEAD.fullmatch(line):
            here = sections.setdefault(found[1], [])
        else:
            here.append(line)
    texts = {name: dedent("\n".join(lines)).strip() for name, lines in sections.items()}
    summary, *paragraphs = texts[""].split("\n\n")
    return Parts(
        summary=_sentence(summary.removeprefix("Return ")),
        text=tuple(_markdown(paragraph) for paragraph in paragraphs),
        arguments=_terms(texts["Args"]),
        returns=_markdown(texts["Returns"]),
        raises=_terms(texts["Raises"]),
        source=_markdown(texts["Source"]),
        example=(prompt + examples).strip(),
    )


def _sentence(text: str) -> str:
    text = _markdown(text)
    return text[:1].upper() + text[1:]


def _terms(text: str) -> dict[str, str]:
    """Return what is said of each name; what goes on is indented."""
    entries = re.split(r"\n(?=\S)", text)
    pairs = (entry.partition(":") for entry in entries)
    return {name: _sentence(words.strip()) for name, _, words in pairs}


def _markdown(text: str) -> str:
    text = " ".join(text.split())
    text = _ROLE.sub(r"[`\1`](#\1)", text)
    text = _LITERAL.sub(r"`\1`", text)
    return _NAME.sub(r"`\1`", text)


def folded(text: str) -> str:
    """Return *text* in lines of common length, code never broken."""
    kept = _CODE.sub(lambda code: code[0].replace(" ", "\0"), text)
    lines: list[str] = []
    for line in wrap(kept, _WIDTH, break_long_words=False, break_on_hyphens=False):
        while lines and _ITEM.match(line):  # not what begins an item
            last, _, word = lines.pop().rpartition(" ")
            lines.append(last)
            line = f"{word} {line}"
        lines.append(line)
    return "\n".join(lines).replace("\0", " ")
