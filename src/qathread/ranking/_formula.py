"""What is known about each formula, and the way into it: checks, then arithmetic."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal, localcontext
from decimal import Overflow as DecimalOverflow
from functools import update_wrapper
from inspect import unwrap
from math import isfinite
from types import FunctionType
from typing import (
    TYPE_CHECKING,
    Final,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    get_args,
    overload,
)

from attrs import evolve, field, frozen

from .._display import quoted
from ..errors import NotFoundError, ValidationError
from ._formula_kinds import COUNT
from ._inputs import HUGE, LARGEST, Kind, check, shown

if TYPE_CHECKING:
    from ._arrays import Array, ArrayLike

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
C = TypeVar("C", bound=Callable[..., object])

Pace: TypeAlias = Literal["static", "decaying"]


@frozen(kw_only=True, weakref_slot=False)
class Parameter:
    """
    One parameter of a formula.

    Attributes:
        name: As in the signature.
        kind: What it takes, in a word: ``count`` (whole, 0 or up), ``whole``,
            ``number``, ``positive``, ``age`` (0 or up), ``time``, ``flag``, ``text``,
            ``list`` and a few narrower ones.
        accepts: The same in a few words.
        constant: Whether it is a setting, one value for all items.
        optional: Whether it may be ``None``, for unknown.
        required: Whether it has no default.
        default: The default, None without one.
    """

    name: str
    kind: str
    accepts: str
    constant: bool = False
    optional: bool = False
    required: bool = True
    default: float | str | None = None


@frozen(kw_only=True, weakref_slot=False)
class Formula:
    """
    What is known about a formula beside its value: for menus, tables and pages.

    Attributes:
        name: As in :mod:`qathread.ranking.formulas`.
        summary: The first line of its documentation.
        pace: ``static`` if the value changes only with votes and the item's own
            times, so that it can be stored; ``decaying`` if it moves with the clock.
        row_wise: Whether it takes NumPy arrays, and columns of data frames.
        arrays: Whether it takes NumPy arrays.
        whole: Whether the value is a whole number.
        source: Where the formula is published.
        parameters: In the order of the signature.
    """

    name: str
    summary: str
    pace: Pace
    row_wise: bool
    arrays: bool
    whole: bool
    source: str
    parameters: tuple[Parameter, ...]


@frozen(kw_only=True, weakref_slot=False)
class Definition:
    """A formula as the engines use it: its code and the kinds of its parameters."""

    name: str
    function: Callable[..., object] = field(repr=False)
    kinds: Mapping[str, Kind]
    defaults: Mapping[str, object]
    pace: Pace
    source: str
    row_wise: bool
    arrays: bool
    whole: bool = False
    any_size: bool = False


DEFINITIONS: Final[dict[str, Definition]] = {}


class RowWise(Protocol, Generic[P, R_co]):
    """A formula of one item, or of arrays with an item in each place."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, *args: "ArrayLike", **kwargs: "ArrayLike") -> "Array": ...


def describe(name: str) -> Formula:
    """
    Return what is known about the formula *name*.

    Raises:
        NotFoundError: If there is no formula of that name.

    >>> known = describe("reddit_hot")
    >>> known.pace, [parameter.name for parameter in known.parameters]
    ('static', ['ups', 'downs', 'created_at'])
    """
    if name not in DEFINITIONS:
        raise NotFoundError(
            f"there is no formula {quoted(name, 40)}: see formulas.__all__"
        )
    known = DEFINITIONS[name]
    parameters = [
        Parameter(
            name=parameter,
            kind=kind.name,
            accepts=kind.words,
            constant=kind.constant,
            optional=kind.optional,
            required=parameter not in known.defaults,
            default=cast("float | str | None", known.defaults.get(parameter)),
        )
        for parameter, kind in known.kinds.items()
    ]
    return Formula(
        name=name,
        summary=(known.function.__doc__ or "").strip().splitlines()[0],
        pace=known.pace,
        row_wise=known.row_wise,
        arrays=known.arrays,
        whole=known.whole,
        source=known.source,
        parameters=tuple(parameters),
    )


def listed(pace: Pace, source: str) -> Callable[[C], C]:
    """Register a formula of lists, or one whose result is not one number."""

    def register(function: C) -> C:
        _define(function, pace=pace, source=source, row_wise=False, arrays=False)
        return function

    return register


def row_wise(
    pace: Pace,
    source: str,
    *,
    whole: bool = False,
    any_size: bool = False,
    frames: bool = True,
) -> Callable[[Callable[P, R]], RowWise[P, R]]:
    """
    Make a public formula of a function that is written with the names of `_ops`.

    Args:
        pace: Whether it moves with the clock.
        source: Where it is published.
        whole: Whether the result is a whole number.
        any_size: Whether counts without a float are computed too, in decimals.
        frames: Whether it can be had as a column of a data frame.
    """

    def make(function: Callable[P, R]) -> RowWise[P, R]:
        known = _define(
            function,
            pace=pace,
            source=source,
            row_wise=frames,
            arrays=True,
            whole=whole,
            any_size=any_size,
        )
        call = _entry(known)
        return cast("RowWise[P, R]", update_wrapper(call, function))

    return make


def bound(function: Callable[..., object], names: Mapping[str, object]) -> FunctionType:
    """Return the same code with other operations under the names it uses."""
    plain = cast(FunctionType, unwrap(function))
    spaces: dict[str, object] = {**plain.__globals__, **names}
    for name in plain.__code__.co_names:
        value = spaces.get(name)
        # A formula made of another one: that one's arithmetic is bound as well.
        if name in DEFINITIONS and isinstance(value, FunctionType):
            spaces[name] = bound(value, names)
    return FunctionType(plain.__code__, spaces, plain.__name__, plain.__defaults__)


def arguments(
    known: Definition, args: Sequence[object], kwargs: Mapping[str, object]
) -> list[object]:
    """Return one argument per parameter, in order, as Python would bind them."""
    values, used = list(args), 0
    for name in tuple(known.kinds)[len(values) :]:
        if name in kwargs:
            used += 1
            values.append(kwargs[name])
        elif name in known.defaults:
            values.append(known.defaults[name])
        else:
            raise TypeError(f"{known.name}() lacks the argument {name!r}")
    if len(values) > len(known.kinds):
        raise TypeError(f"{known.name}() takes {len(known.kinds)} arguments at most")
    if used < len(kwargs):
        names = ", ".join(name for name in kwargs if name not in known.kinds)
        raise TypeError(f"{known.name}() got a wrong or repeated argument: {names}")
    return values


def _define(
    function: Callable[..., object],
    *,
    pace: Pace,
    source: str,
    row_wise: bool,
    arrays: bool,
    whole: bool = False,
    any_size: bool = False,
) -> Definition:
    plain = cast(FunctionType, function)
    names = plain.__code__.co_varnames[: plain.__code__.co_argcount]
    defaults = plain.__defaults__ or ()
    known = Definition(
        name=plain.__name__,
        function=function,
        kinds={name: _kind_of(plain.__annotations__[name]) for name in names},
        defaults=dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)),
        pace=pace,
        source=source,
        row_wise=row_wise,
        arrays=arrays,
        whole=whole,
        any_size=any_size,
    )
    DEFINITIONS[known.name] = known
    return known


def _kind_of(annotation: object) -> Kind:
    """Return the kind that an annotation names, alone or in a union with None."""
    found = [each for each in get_args(annotation) if isinstance(each, Kind)]
    if found:
        return found[0]
    for each in get_args(annotation):
        inner = [kind for kind in get_args(each) if isinstance(kind, Kind)]
        if inner:
            return evolve(inner[0], optional=type(None) in get_args(annotation))
    return Kind(name="list", words="a list, as the documentation says")


_PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "count": (int,),
    "whole": (int,),
    "rank": (int,),
    "flag": (bool,),
    "text": (),  # for the slow way
}


def _entry(known: Definition) -> Callable[..., object]:
    """Return the function that callers see: common arguments pass with few steps."""
    kernel = known.function
    size = len(known.kinds)
    quick = [
        (_PLAIN.get(kind.name, (int, float)), kind.low, kind.high)
        for kind in known.kinds.values()
    ]

    def call(*args: object, **kwargs: object) -> object:
        if kwargs or len(args) != size:
            args = tuple(arguments(known, args, kwargs))
        for value, (types, low, high) in zip(args, quick, strict=True):
            if type(value) not in types or not low <= value <= high:  # type: ignore[operator]
                return _slowly(known, args)
        try:
            return kernel(*args)
        except (OverflowError, ZeroDivisionError):
            return _slowly(known, args)

    # Two shapes of a few operations each are called most, item by item: with their
    # checks spelled out, those cost less than the arithmetic.
    most, (_, low, high) = int(LARGEST), quick[-1]

    usual = known.defaults.get("z")

    def shares(ups: object, downs: object, z: object = usual) -> object:
        if (
            type(ups) is int is type(downs)
            and -1 < ups < most > downs > -1
            and (z is usual or (type(z) is float and low <= z <= high))
        ):
            return kernel(ups, downs, z)
        return call(ups, downs, z)

    def dated(ups: object, downs: object, created_at: object) -> object:
        if (
            type(ups) is int is type(downs)
            and -1 < ups < most > downs > -1
            and type(created_at) in (int, float)
            and low <= created_at <= high  # type: ignore[operator]
        ):
            return kernel(ups, downs, created_at)
        return call(ups, downs, created_at)

    if list(known.kinds.values())[:2] == [COUNT, COUNT]:
        if list(known.kinds) == ["ups", "downs", "z"]:
            return shares
        if list(known.kinds) == ["ups", "downs", "created_at"]:
            return dated
    return call


def _slowly(known: Definition, args: Iterable[object]) -> object:
    """Compute what is not plain numbers of common size, or say what is wrong."""
    values = tuple(args)
    if any(getattr(value, "shape", ()) for value in values):
        from ._arrays import compute

        return compute(known, values)
    taken = [
        check(value, name, kind)
        for value, (name, kind) in zip(values, known.kinds.items(), strict=True)
    ]
    try:
        result = known.function(*taken)
    except (OverflowError, ZeroDivisionError):
        result = None
    if known.any_size and (result is None or _large(taken)):
        try:
            result = _in_decimals(known, taken)
        except DecimalOverflow:  # a count of half a million digits
            result = None
    if result is None or (isinstance(result, float) and not isfinite(result)):
        given = ", ".join(
            f"{name}={shown(value)}"
            for name, value in zip(known.kinds, values, strict=True)
        )
        raise ValidationError(
            f"{known.name} has no finite value for {given}: give numbers of common size"
        )
    return result


def _large(values: Iterable[object]) -> bool:
    return any(
        isinstance(value, int | float) and not 1 / HUGE < value <= LARGEST and value
        for value in values
    )


def _in_decimals(known: Definition, values: Iterable[object]) -> float:
    """Run the same definition on decimals, which hardly overflow."""
    far = 10**6
    with localcontext(Context(prec=50, Emax=far, Emin=-far)):
        spaces = cast(FunctionType, known.function).__globals__
        floats = {
            name: Decimal(value)
            for name, value in spaces.items()
            if isinstance(value, float)
        }
        kernel = bound(known.function, {"sqrt": Decimal.sqrt, **floats})
        return float(kernel(*[Decimal(cast(float, value)) for value in values]))
