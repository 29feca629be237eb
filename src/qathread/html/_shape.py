"""
Markup from a parser, read tag by tag, and given the form that pages want.

Headings go below those of the page and skip no level, images follow the policy,
links without a target become text, and links without text show their address.
The sanitizer comes after this, so that a mistake here could not make it unsafe.
"""

import re
from html import escape, unescape
from typing import Literal, TypeAlias

from ._sanitise import DEEPEST
from ._urls import safe_url

__all__ = ["Images", "shaped"]

Images: TypeAlias = Literal["none", "link", "inline"]

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"]*")?)*) ?/?>')
_PAIR = re.compile(r' ([a-z-]+)="([^"]*)"')
_VOID = frozenset({"br", "hr", "img", "wbr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TITLES = _HEADINGS | {"summary"}
_LOWEST = 6


class _Shaping:
    """What was written so far, and what stands open."""

    def __init__(self, images: Images, heading: int) -> None:
        self.images, self.heading = images, heading
        self.out: list[str] = []
        self.seen = 0  # pieces of text that show
        self.links: list[tuple[str | None, int]] = []  # target, seen before it
        # Name, place, what was seen and the levels above before it.
        self.titles: list[tuple[str, int, int, list[int]]] = []
        self.levels: list[int] = []  # of the source's headings above this place

    def text(self, text: str) -> None:
        if text:
            self.out.append(text)
            self.seen += not text.isspace()

    def image(self, attributes: dict[str, str]) -> None:
        alternative = escape(unescape(attributes.get("alt", "")).strip())
        address = safe_url(unescape(attributes.get("src", "")), mail=False)
        linked = any(target is not None for target, _ in self.links)
        if address is None or self.images == "none":
            self.text(alternative)
        elif self.images == "inline":
            title = attributes.get("title")
            more = "" if title is None else f' title="{title}"'
            self.out.append(
                f'<img src="{escape(address)}" alt="{alternative}"{more}'
                ' loading="lazy" referrerpolicy="no-referrer">'
            )
            self.seen += bool(alternative)
        elif linked:
            self.text(alternative or "image")
        else:
            words = alternative or "image"
            self.text(f'<a href="{escape(address)}">{words}</a>')

    def link(self, attributes: dict[str, str], tag: str) -> None:
        target = attributes.get("href") or None
        self.links.append((target, self.seen))
        if target is not None:
            self.out.append(tag)

    def link_end(self) -> None:
        target, seen = self.links.pop() if self.links else (None, 0)
        if target is not None:
            if seen == self.seen:
                self.text(escape(unescape(target)))
            self.out.append("</a>")

    def title(self, name: str) -> None:
        before = self.levels
        if name in _HEADINGS:
            level = int(name[1])
            self.levels = [each for each in before if each < level] + [level]
            name = f"h{min(self.heading + len(self.levels) - 1, _LOWEST)}"
        self.titles.append((name, len(self.out), self.seen, before))
        self.out.append(f"<{name}>")

    def title_end(self) -> None:
        if not self.titles:
            return
        name, place, seen, before = self.titles.pop()
        if seen == self.seen:  # an empty one is one too many to hear
            del self.out[place:]
            self.levels = before
        else:
            self.out.append(f"</{name}>")


def shaped(markup: str, images: Images, heading: int) -> str | None:
    """
    Return well-formed *markup* in the form that pages want.

    Args:
        markup: What a Markdown renderer or the sanitizer wrote.
        images: What becomes of images.
        heading: The level of the first heading, 1 to 6.

    Returns:
        Markup that is still to be sanitised; None if it nests too deep.
    """
    shaping = _Shaping(images, heading)
    place = depth = 0
    for tag in _TAG.finditer(markup):
        shaping.text(markup[place : tag.start()])
        place = tag.end()
        end, name = bool(tag[1]), tag[2]
        if name not in _VOID:
            depth += -1 if end else 1
            if depth > DEEPEST:
                return None
        if name == "img":
            shaping.image(dict(_PAIR.findall(tag[3])))
        elif name == "a":
            if end:
                shaping.link_end()
            else:
                shaping.link(dict(_PAIR.findall(tag[3])), tag[0])
        elif name in _TITLES:
            if end:
                shaping.title_end()
            else:
                shaping.title(name)
        else:
            shaping.out.append(tag[0])
    shaping.text(markup[place:])
    return "".join(shaping.out)
