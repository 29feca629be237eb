"""The share that still waits, with what is not known yet counted in."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from math import isnan
from warnings import catch_warnings, simplefilter

from attrs import frozen

from ..errors import MissingExtraError, ValidationError
from ..frames import ColumnType, Schema, Table
from ._waits import Wait

__all__ = ["Survival", "survival"]

_SCHEMA = Schema.of(
    {
        "after": ColumnType.DURATION,
        "waiting": ColumnType.FLOAT64,
        "low": ColumnType.FLOAT64,
        "high": ColumnType.FLOAT64,
        "at_risk": ColumnType.INT64,
        "observed": ColumnType.INT64,
    }
)
_MICROSECOND = timedelta(microseconds=1)


@frozen(kw_only=True)
class Survival:
    """
    The share of questions that still waits, by the time since they were asked.

    The arrays are of equal length, one item for each duration that was seen, rising;
    before the first one the share is 1.

    Attributes:
        after: Durations.
        waiting: The estimated share that waits longer, in [0, 1], never rising.
        low: The lower end of its confidence band, in [0, 1]; None where the share is
            0 or 1, for which the formula has no band.
        high: The upper end, in [0, 1], or None.
        at_risk: How many were known to wait up to that duration.
        observed: For how many it ended just then.
        confidence: The confidence of the band at each duration, in (0, 1).
    """

    after: tuple[timedelta, ...]
    waiting: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[int, ...]
    observed: tuple[int, ...]
    confidence: float

    @property
    def median(self) -> timedelta | None:
        """The first duration by which half or more are done; None: never seen."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> timedelta | None:
        """
        Return the first duration by which *share* or more are done.

        Args:
            share: Above 0 and at most 1.

        Returns:
            The duration; None if fewer are done at the end of what was seen.

        Raises:
            ValidationError: If *share* is outside its range.
        """
        if not 0 < share <= 1:
            raise ValidationError(f"share is {share!r}: give a number from 0 to 1")
        for after, waiting in zip(self.after, self.waiting, strict=True):
            if waiting <= 1 - share:
                return after
        return None

    def table(self) -> Table:
        """Return a row for each duration; the columns are named as the attributes."""
        return Table(_SCHEMA, {name: getattr(self, name) for name in _SCHEMA.names})


def survival(waits: Iterable[Wait], *, confidence: float = 0.95) -> Survival:
    """
    Estimate the share that still waits, unfinished waits counted in.

    Args:
        waits: Such as :func:`times_to_first_answer` returns, at least one.
        confidence: Of the band at each duration, above 0 and below 1.

    Returns:
        The Kaplan-Meier estimate with bands by Greenwood's formula on the scale of
        ``log(-log)``, which stay within [0, 1].

    Raises:
        ValidationError: If there are no waits, or *confidence* is outside its range.
        MissingExtraError: If SciPy is not installed (extra ``stats``).

    Source:
        E. L. Kaplan, P. Meier, JASA 53 (1958), 457-481; computed by
        ``scipy.stats.ecdf``.
    """
    if not 0 < confidence < 1:
        raise ValidationError(f"confidence is {confidence!r}: give one in (0, 1)")
    known = list(waits)
    if not known:
        raise ValidationError("there are no waits: nothing can be estimated")
    spans = [wait.duration // _MICROSECOND for wait in known]
    done = [span for span, wait in zip(spans, known, strict=True) if wait.observed]
    left = [span for span, wait in zip(spans, known, strict=True) if not wait.observed]
    after, waiting, low, high = _estimated(done, left, confidence)
    ends, stops = Counter(done), Counter(spans)
    at_risk = []
    risk = len(spans)
    for span in after:
        at_risk.append(risk)
        risk -= stops[span]
    return Survival(
        after=tuple(span * _MICROSECOND for span in after),
        waiting=tuple(waiting),
        low=tuple(low),
        high=tuple(high),
        at_risk=tuple(at_risk),
        observed=tuple(ends[span] for span in after),
        confidence=confidence,
    )


def _estimated(
    done: list[int], left: list[int], confidence: float
) -> tuple[list[int], list[float], list[float | None], list[float | None]]:
    """Return durations, shares and the ends of their bands, as SciPy finds them."""
    try:
        from scipy import stats
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "scipy":
            raise
        message = "survival() needs SciPy: pip install 'qathread[stats]'"
        raise MissingExtraError(message) from error
    curve = stats.ecdf(stats.CensoredData(uncensored=done, right=left)).sf
    with catch_warnings():
        # It says where there is no band; we do so by None.
        simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(confidence, method="log-log")
    return (
        [int(span) for span in curve.quantiles],
        [float(share) for share in curve.probabilities],
        [_known(end) for end in band.low.probabilities],
        [_known(end) for end in band.high.probabilities],
    )


def _known(end: float) -> float | None:
    return None if isnan(end) else float(end)
