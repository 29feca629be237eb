"""What a conversion skipped, repaired or lost."""

from collections.abc import Iterator
from html import escape

from attrs import frozen

from ._checks import at_least, settle

__all__ = ["Loss", "LossReport"]

_COLUMNS = ("what", "count", "code", "strict", "meaning and first places")


@frozen(kw_only=True, weakref_slot=False)
class Loss:
    """
    One kind of loss, counted.

    Attributes:
        kind: What happened: ``skipped``, ``repaired``, ``lost``, ``noted``.
        code: Which case, such as ``zone-not-stated`` or ``body-html``.
        message: One sentence for a person.
        count: How often, at least 1.
        examples: The first few places (line, pointer, id).
        damage: Whether the input itself was broken; strict reading then raises
            a FormatError, and a LossError otherwise.
        harmless: Whether it is only told, never refused.
    """

    kind: str
    code: str
    message: str
    count: int = 1
    examples: tuple[str, ...] = ()
    damage: bool = False
    harmless: bool = False

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.count, "Loss.count")

    @property
    def refused_as(self) -> str | None:
        """The error that a strict run raises for it; None: it takes it."""
        if self.harmless:
            return None
        return "FormatError" if self.damage else "LossError"

    @property
    def path(self) -> str | None:
        """The first place where it occurs: a line, a pointer or an id."""
        return self.examples[0] if self.examples else None

    def _cells(self) -> tuple[str, ...]:
        places = f" [{', '.join(self.examples)}]" if self.examples else ""
        strict = self.refused_as or "-"
        meaning = f"{self.message}{places}"
        return self.kind, f"{self.count:,}", self.code, strict, meaning


@frozen(kw_only=True, weakref_slot=False)
class LossReport:
    """
    All losses of one conversion, in the order of their first appearance.

    A report is true when a strict run would have refused something. As text it is a
    table of one line each, in a notebook too, and :func:`qathread.to_json` gives it
    as JSON.

    >>> print(LossReport(losses=(Loss(kind="lost", code="tags", message="no tags"),)))
    what  count  code  strict     meaning and first places
    lost      1  tags  LossError  no tags
    """

    losses: tuple[Loss, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(self)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.losses)

    def __len__(self) -> int:
        return len(self.losses)

    def __bool__(self) -> bool:
        return any(not loss.harmless for loss in self.losses)

    def __str__(self) -> str:
        if not self.losses:
            return "nothing lost"
        rows = [_COLUMNS, *(loss._cells() for loss in self.losses)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(_row(cells, widths) for cells in rows)

    def _repr_html_(self) -> str:
        if not self.losses:
            return "<p>nothing lost</p>"
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in loss._cells())}</tr>"
            for loss in self.losses
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    what, count, code, strict, meaning = cells
    first = f"{what:<{widths[0]}}  {count:>{widths[1]}}  {code:<{widths[2]}}"
    return f"{first}  {strict:<{widths[3]}}  {meaning}"
