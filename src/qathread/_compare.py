"""Two wordings of a post, side by side."""

from collections.abc import Iterator
from enum import StrEnum
from html import escape
from typing import TypeAlias

from attrs import frozen

from ._checks import settle
from ._compare_texts import Op, by_words, unified
from ._display import word
from .errors import ValidationError
from .revisions import Revision, Suggestion

__all__ = ["Comparison", "Op", "WordingPart", "compare"]

Wording: TypeAlias = Revision | Suggestion


class WordingPart(StrEnum):
    """What a wording consists of; each part is compared as one text."""

    #: The title; empty where there is none.
    TITLE = "title"
    #: The tags, one a line.
    TAGS = "tags"
    #: The media type of the body, and its language where that is known.
    FORMAT = "format"
    #: The text.
    BODY = "body"


@frozen(kw_only=True, weakref_slot=False)
class Comparison:
    """
    What differs between two wordings of one post.

    Nothing is worked out before it is asked for, and nothing is kept.

    Attributes:
        old: One wording.
        new: Another one.
    """

    old: Revision | Suggestion
    new: Revision | Suggestion

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.old.post_id != self.new.post_id:
            raise ValidationError(
                f"posts {self.old.post_id!r} and {self.new.post_id!r} are compared: "
                "give two wordings of one post"
            )

    def text(self) -> str:
        """
        Return the changes as a unified diff, part by part.

        Returns:
            For each part that differs, the changed lines with three lines around
            them; empty exactly if all parts are equal. Lines end at line feeds alone.
        """
        found: list[str] = []
        for part in WordingPart:
            old, new = self._texts(part)
            if part is not WordingPart.BODY:  # bodies alone may lack a line end
                old, new = (each and each + "\n" for each in (old, new))
            names = f"{part} of {_name(self.old)}", f"{part} of {_name(self.new)}"
            found.extend(unified(old, new, *names))
        return "".join(found)

    def words(self, part: str = WordingPart.BODY) -> tuple[tuple[Op, str], ...]:
        """
        Return one part cut into what stayed, what went and what came.

        Args:
            part: ``"body"``, ``"title"``, ``"tags"`` or ``"format"``.

        Returns:
            Pairs of an operation and a text that is not empty. The texts of
            ``equal`` and ``delete`` make the old part exactly, those of ``equal``
            and ``insert`` the new one. What was deleted comes before what was
            inserted in its place.

        Raises:
            ValidationError: If there is no such part.
        """
        try:
            chosen = WordingPart(part)
        except ValueError:
            known = ", ".join(repr(each.value) for each in WordingPart)
            raise ValidationError(f"part is {part!r}: give one of {known}") from None
        return tuple(by_words(*self._texts(chosen)))

    def html(self) -> str:
        """
        Return all parts with what changed in ``<del>`` and ``<ins>``.

        Everything is escaped: no markup of the wordings is left. White space is
        kept, also by browsers.

        Returns:
            One ``<pre>`` for each part that is not empty, with the name of the
            part as its class; the format only if it changed.
        """
        return "".join(self._html())

    def _html(self) -> Iterator[str]:
        for part in WordingPart:
            old, new = self._texts(part)
            if old == new and (not old or part is WordingPart.FORMAT):
                continue
            # A line break right after the tag is dropped by browsers: this one.
            yield f'<pre class="{part}">\n'
            for op, text in by_words(old, new):
                tag = _TAGS[op]
                yield f"<{tag}>{_escaped(text)}</{tag}>" if tag else _escaped(text)
            yield "</pre>\n"

    def _texts(self, part: WordingPart) -> tuple[str, str]:
        return _text(self.old, part), _text(self.new, part)


_TAGS = {Op.EQUAL: "", Op.DELETE: "del", Op.INSERT: "ins"}


def compare(old: Wording, new: Wording) -> Comparison:
    """Return what differs between two wordings of one post."""
    return Comparison(old=old, new=new)


def _text(wording: Wording, part: WordingPart) -> str:
    match part:
        case WordingPart.TITLE:
            return wording.title or ""
        case WordingPart.TAGS:
            return "\n".join(wording.tags)
        case WordingPart.FORMAT:
            body = wording.body
            given = (body.media_type, body.language)
            return " ".join(each for each in given if each is not None)
        case WordingPart.BODY:
            return wording.body.source


def _name(wording: Wording) -> str:
    if isinstance(wording, Revision):
        return f"revision {wording.number}"
    return f"suggestion {word(wording.id, 40)}"


def _escaped(text: str) -> str:
    # Parsers of HTML turn a bare carriage return into a line break.
    return escape(text).replace("\r", "&#13;")
