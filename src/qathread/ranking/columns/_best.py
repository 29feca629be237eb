"""The best few rows of a data frame, eager or lazy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..._display import quoted
from ...errors import MissingExtraError, ValidationError

try:
    import narwhals as nw
except ModuleNotFoundError as error:
    if error.name != "narwhals":
        raise
    message = "top() of a frame needs narwhals: pip install 'qathread[frames]'"
    raise MissingExtraError(message) from error

from .. import columns as engine
from .._rules import RISING

__all__ = ["top_rows"]

#: Orders that are a column already: (what the caller names, greatest first).
_PLAIN: Final = {
    "score": ("score", True),
    "votes": ("score", True),
    "lowest": ("score", False),
    "newest": ("created_at", True),
    "oldest": ("created_at", False),
}


def top_rows(
    frame: Any,
    k: int,
    *,
    by: str,
    id: str,
    now: float | datetime | None,
    name: str | None,
    columns: Mapping[str, str | float | datetime],
) -> Any:
    """Return the best *k* rows of *frame*, with their key in column *name*."""
    given = dict(columns)
    if now is not None and by not in _PLAIN:
        given["now"] = now
    key = name or by
    if by in _PLAIN:
        wanted, falling = _PLAIN[by]
        source = given.pop(wanted, None)
        if not isinstance(source, str) or given:
            raise ValidationError(f"by={by!r} needs one column: give {wanted}=")
        keyed = nw.from_native(frame).with_columns(nw.col(source).alias(key))
    else:
        formula = getattr(engine, by, None) if by in engine.__all__ else None
        if formula is None:
            known = ", ".join(map(repr, _PLAIN))
            raise ValidationError(
                f"by is {quoted(by, 40)}: give {known}, or a formula of "
                "qathread.ranking.columns"
            )
        keyed = nw.from_native(formula(frame, **given, name=key))
        falling = by not in RISING
    return _first(keyed, k, key, id, falling)


def _first(keyed: Any, k: int, key: str, id: str, falling: bool) -> Any:
    """Sort no more than the best rows; those without a key come last."""
    if id not in keyed.collect_schema().names():
        raise ValidationError(f"the frame has no column {id!r}: name that of the ids")
    order = {"descending": [falling, False], "nulls_last": True}
    if keyed.implementation.is_duckdb():
        # It finds the top by itself; Narwhals' own way asks the default connection,
        # which does not know a relation of another one.
        return nw.to_native(keyed.sort(key, id, **order).head(k))
    best = keyed.top_k(k, by=[key, id], reverse=[not falling, True])
    return nw.to_native(best.sort(key, id, **order))
