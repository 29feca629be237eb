"""What a conversion skipped, repaired or lost."""

from collections.abc import Iterator

from attrs import frozen

from ._checks import at_least, settle

__all__ = ["Loss", "LossReport"]


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


@frozen(kw_only=True, weakref_slot=False)
class LossReport:
    """
    All losses of one conversion, in the order of their first appearance.

    A report is true when a strict run would have refused something.
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
        return "\n".join(
            f"{loss.kind} {loss.count}x {loss.code}: {loss.message}"
            + (f" [{', '.join(loss.examples)}]" if loss.examples else "")
            for loss in self.losses
        )
