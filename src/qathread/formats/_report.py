"""Collects what a conversion lost, or refuses the first of it."""

from collections.abc import Iterable

from attrs import define, field

from ..errors import FormatError, LossError, excerpt
from ..losses import Loss, LossReport

__all__ = ["Collector"]

_EXAMPLES = 3
_PLACE = 120  # characters of one example


@define
class _Count:
    kind: str
    code: str
    message: str
    damage: bool
    harmless: bool
    count: int = 0
    examples: list[str] = field(factory=list)

    def add(self, places: Iterable[str], count: int) -> None:
        self.count += count
        for place in places:
            if len(self.examples) == _EXAMPLES:
                break
            self.examples.append(excerpt(place, _PLACE))

    def frozen(self) -> Loss:
        return Loss(
            kind=self.kind,
            code=self.code,
            message=self.message,
            count=self.count,
            examples=tuple(self.examples),
            damage=self.damage,
            harmless=self.harmless,
        )


class Collector:
    """
    Counts losses by kind and code, and keeps the first three places of each.

    A strict one raises at the first entry that is not harmless: a FormatError
    where the input is damaged, a LossError where something has no place.

    Attributes:
        strict: Whether to raise.
        format: The name of the format, for errors.
        source: What is read, for errors.
    """

    def __init__(
        self, *, strict: bool = False, format: str | None = None, source: str = ""
    ) -> None:
        self.strict, self.format, self.source = strict, format, source
        self._entries: list[_Count] = []
        self._counted: dict[tuple[str, str], _Count] = {}

    @property
    def report(self) -> LossReport:
        """What was collected so far, in order of first appearance."""
        return LossReport(losses=tuple(entry.frozen() for entry in self._entries))

    def error(self, code: str, message: str, where: str | None = None) -> FormatError:
        """Return a FormatError that names the format and the source."""
        return FormatError(code, message, self.format, self.source or None, where)

    def damage(
        self,
        code: str,
        message: str,
        where: str | None = None,
        *,
        kind: str = "repaired",
        error: str | None = None,
        count: int = 1,
    ) -> None:
        """
        Count broken input, which strict reading refuses.

        Args:
            code: Which case, as in the report.
            message: What is wrong, and the remedy.
            where: The place.
            kind: What was done about it.
            error: The code of the FormatError, if it is another one.
            count: How often it occurs.

        Raises:
            FormatError: If the collector is strict.
        """
        if self.strict:
            raise self.error(error or code, message, where)
        self._count(kind, code, message, where, count, damage=True)

    def loss(
        self,
        code: str,
        message: str,
        where: str | None = None,
        *,
        kind: str = "lost",
        count: int = 1,
    ) -> None:
        """
        Count what has no place on the other side.

        Raises:
            LossError: If the collector is strict.
        """
        self._count(kind, code, message, where, count, damage=False)
        if self.strict:
            harmful = (loss for loss in self.report if not loss.harmless)
            raise LossError(LossReport(losses=tuple(harmful)))

    def tell(self, code: str, message: str, where: str | None = None) -> None:
        """Count something that nobody has to refuse."""
        self._count("noted", code, message, where, 1, damage=False, harmless=True)

    def note(self, code: str, message: str, *places: str) -> None:
        """Add one harmless entry of its own, such as where a part was found."""
        entry = _Count("noted", code, message, damage=False, harmless=True)
        entry.count, entry.examples = 1, [excerpt(place, _PLACE) for place in places]
        self._entries.append(entry)

    def include(self, loss: Loss) -> None:
        """Add an entry of another report, told before; nothing is raised for it."""
        entry = self._counted.get((loss.kind, loss.code))
        if entry is None:
            entry = _Count(
                loss.kind, loss.code, loss.message, loss.damage, loss.harmless
            )
            self._counted[loss.kind, loss.code] = entry
            self._entries.append(entry)
        entry.add(loss.examples, loss.count)

    def _count(
        self,
        kind: str,
        code: str,
        message: str,
        where: str | None,
        count: int,
        *,
        damage: bool,
        harmless: bool = False,
    ) -> None:
        entry = self._counted.get((kind, code))
        if entry is None:
            entry = _Count(kind, code, message, damage, harmless)
            self._counted[kind, code] = entry
            self._entries.append(entry)
        entry.add(() if where is None else (where,), count)
