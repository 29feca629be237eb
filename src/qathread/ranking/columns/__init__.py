"""
Formulas as columns: on any data frame that Narwhals takes.

Each function is the formula of its name in :mod:`qathread.ranking.formulas`, for every
row of a frame: pandas, Polars (eager and lazy), PyArrow, DuckDB, PySpark, Dask. It
returns a frame of the same kind with one more column. Needs the extra ``frames``.

Parameters have the names that the formula has. An item's own numbers and times are
names of columns, with defaults as in the tables of posts (``up``, ``down``, ``score``,
``created_at``, else the parameter's own name); settings such as ``z`` and ``now`` are
values. Either can stand for the other: ``downs=0`` where a site has no downvotes.
Beside them every function takes, by name only,

- ``name``: the new column, by default the formula's name; one of that name is replaced;
- ``invalid``: ``"null"`` gives null for a bad row (a negative count, a formula without
  a result), ``"raise"`` a ``ValidationError`` that tells how many there are. Lazy
  frames are not computed here and so take ``"null"`` only;
- ``assume_tz``: ``"UTC"`` takes times without a zone as UTC; else they are an error.

A missing value gives null, but in a parameter whose formula says what it stands for. In
pandas NaN is a missing value. Times are datetime columns of any zone and precision, or
Unix seconds between the years 1 and 9999; an age may also be a duration column.

>>> import polars as pl
>>> frame = pl.DataFrame({"up": [10, 0], "down": [0, -1], "created_at": [1.7e9, 0.0]})
>>> reddit_hot(frame, name="hot")["hot"].to_list()
[12578.1554889, None]
"""

from datetime import datetime
from inspect import Parameter as InSignature
from inspect import Signature
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar, cast

from attrs import evolve

from ...errors import MissingExtraError, ValidationError

# A formula is known here once its module has been imported.
from .. import formulas as _formulas  # noqa: F401
from .._formula import DEFINITIONS, Definition, arguments

try:
    import narwhals as nw
except ModuleNotFoundError as error:
    if error.name != "narwhals":  # installed but broken: show that instead
        raise
    message = "qathread.ranking.columns needs Narwhals: pip install 'qathread[frames]'"
    raise MissingExtraError(message) from error

from ._engine import Table, added

__all__ = [
    "ColumnFormula",
    "agresti_coull_lower",
    "apache_answer_hot",
    "bayesian_average",
    "beta_mean",
    "codidact_score",
    "discourse_hot",
    "discourse_post_score",
    "discourse_top_score",
    "forem_hotness",
    "hive_score",
    "hn_observed",
    "hn_rank",
    "hn_simple",
    "lemmy_controversy_rank",
    "lemmy_hot_rank",
    "lemmy_hot_rank_2019",
    "lemmy_hot_rank_2023_08",
    "lemmy_scaled_rank",
    "lobsters_confidence",
    "mastodon_trend",
    "mbin_ranking",
    "piefed_post_ranking",
    "pm_score",
    "postmill_ranking",
    "q2a_hotness",
    "reddit_confidence",
    "reddit_controversy",
    "reddit_controversy_pre2014",
    "reddit_hot",
    "reddit_hot_pre2014",
    "se_hot_network",
    "se_hot_site",
    "steamdb_rating",
    "wilson_cc_lower",
    "wilson_center",
    "wilson_lower",
    "wilson_upper",
]

F = TypeVar("F")
Parameter: TypeAlias = str | float | datetime | None

_COLUMNS: Final = MappingProxyType(
    {
        "ups": "up",
        "downs": "down",
        "positive": "up",
        "negative": "down",
        "points": "score",
        "votes": "score",
        "upvotes": "score",
        "net_votes": "score",
        "published_at": "created_at",
        "question_created_at": "created_at",
    }
)


class ColumnFormula(Protocol):
    """A formula as a column of a frame; the module says what it takes."""

    def __call__(
        self,
        frame: F,
        /,
        *args: Parameter,
        name: str | None = None,
        invalid: Literal["null", "raise"] = "null",
        assume_tz: Literal["UTC"] | None = None,
        **kwargs: Parameter,
    ) -> F:
        """Return *frame* with one more column."""
        ...


def _column(formula: str) -> ColumnFormula:
    known = DEFINITIONS[formula]
    defaults = {
        parameter: known.defaults.get(parameter, _COLUMNS.get(parameter, parameter))
        for parameter, kind in known.kinds.items()
        if parameter in known.defaults or not kind.constant
    }
    known = evolve(known, defaults=defaults)

    def call(
        frame: F,
        /,
        *args: Parameter,
        name: str | None = None,
        invalid: Literal["null", "raise"] = "null",
        assume_tz: Literal["UTC"] | None = None,
        **kwargs: Parameter,
    ) -> F:
        if invalid not in ("null", "raise"):
            raise ValidationError(f"invalid is {invalid!r}: give 'null' or 'raise'")
        if assume_tz not in (None, "UTC"):
            raise ValidationError(f"assume_tz is {assume_tz!r}: give 'UTC' or None")
        try:
            table: Table = nw.from_native(cast(Any, frame))
        except TypeError:
            raise ValidationError(
                f"the frame is of type {type(frame).__name__}: give one that Narwhals "
                f"takes, such as a pandas or Polars frame"
            ) from None
        given = dict(zip(known.kinds, arguments(known, args, kwargs), strict=True))
        try:
            wide = added(known, given, table, name or formula, invalid, assume_tz)
        except NotImplementedError as error:
            raise ValidationError(
                f"{table.implementation} cannot compute {formula} ({error}): give its "
                f"times as Unix seconds, or use another library"
            ) from error
        return cast(F, wide if table is cast(object, frame) else wide.to_native())

    call.__name__ = call.__qualname__ = formula
    call.__doc__ = (
        f"Return a frame with the column of "
        f":func:`qathread.ranking.formulas.{formula}`."
    )
    cast(Any, call).__signature__ = _signature(known)
    return call


def _signature(known: Definition) -> Signature:
    """Return what help() shows: the formula's parameters with the columns' defaults."""
    positional, named = InSignature.POSITIONAL_OR_KEYWORD, InSignature.KEYWORD_ONLY
    middle = [
        InSignature(p, named, default=known.defaults.get(p, InSignature.empty))
        for p in known.kinds
    ]
    if list(known.defaults) == list(known.kinds)[-len(known.defaults) :]:
        middle = [each.replace(kind=positional) for each in middle]
    options = {"name": known.name, "invalid": "null", "assume_tz": None}
    last = [InSignature(p, named, default=value) for p, value in options.items()]
    return Signature(
        [InSignature("frame", InSignature.POSITIONAL_ONLY), *middle, *last]
    )


agresti_coull_lower = _column("agresti_coull_lower")
apache_answer_hot = _column("apache_answer_hot")
bayesian_average = _column("bayesian_average")
beta_mean = _column("beta_mean")
codidact_score = _column("codidact_score")
discourse_hot = _column("discourse_hot")
discourse_post_score = _column("discourse_post_score")
discourse_top_score = _column("discourse_top_score")
forem_hotness = _column("forem_hotness")
hive_score = _column("hive_score")
hn_observed = _column("hn_observed")
hn_rank = _column("hn_rank")
hn_simple = _column("hn_simple")
lemmy_controversy_rank = _column("lemmy_controversy_rank")
lemmy_hot_rank = _column("lemmy_hot_rank")
lemmy_hot_rank_2019 = _column("lemmy_hot_rank_2019")
lemmy_hot_rank_2023_08 = _column("lemmy_hot_rank_2023_08")
lemmy_scaled_rank = _column("lemmy_scaled_rank")
lobsters_confidence = _column("lobsters_confidence")
mastodon_trend = _column("mastodon_trend")
mbin_ranking = _column("mbin_ranking")
piefed_post_ranking = _column("piefed_post_ranking")
pm_score = _column("pm_score")
postmill_ranking = _column("postmill_ranking")
q2a_hotness = _column("q2a_hotness")
reddit_confidence = _column("reddit_confidence")
reddit_controversy = _column("reddit_controversy")
reddit_controversy_pre2014 = _column("reddit_controversy_pre2014")
reddit_hot = _column("reddit_hot")
reddit_hot_pre2014 = _column("reddit_hot_pre2014")
se_hot_network = _column("se_hot_network")
se_hot_site = _column("se_hot_site")
steamdb_rating = _column("steamdb_rating")
wilson_cc_lower = _column("wilson_cc_lower")
wilson_center = _column("wilson_center")
wilson_lower = _column("wilson_lower")
wilson_upper = _column("wilson_upper")
