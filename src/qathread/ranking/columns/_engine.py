"""Formulas written as expressions of Narwhals, and checks of the columns they read."""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import reduce
from operator import and_
from typing import Any, TypeAlias, cast

import narwhals as nw

from ..._display import quoted
from ...errors import ValidationError
from .._formula import Definition
from .._inputs import LARGEST, Kind, check
from .._ops_trace import Node, Trace, parts, trace
from ._expressions import EXPRESSIONS, OF_POLARS

__all__ = ["Table", "added"]

Table: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]


def added(
    known: Definition,
    given: Mapping[str, object],
    table: Table,
    name: str,
    invalid: str,
    assume_tz: str | None,
) -> Table:
    """Return *table* with one more column; the package says what is given."""
    work = _Work(known, given, table, assume_tz)
    add_to = _add_lazily if isinstance(table, nw.LazyFrame) else _add
    if not work.backend.is_pandas_like():
        return add_to(work, table, name, invalid == "raise")
    import numpy as np  # pandas brings it

    # It computes under its nulls too, and would warn of a logarithm of 0 there.
    with np.errstate(all="ignore"):
        return add_to(work, table, name, invalid == "raise")


class _Input:
    """A column that a formula reads: how it becomes numbers, and which are good."""

    def __init__(self, parameter: str, column: str, kind: Kind, work: "_Work") -> None:
        self.parameter, self.column, self.kind = parameter, column, kind
        dtype = work.schema[column]
        self.integer = dtype.is_integer()
        self.bounded = True
        self.low, self.high = work.limits(kind, self.integer)
        self.raw = nw.col(column)
        self.value = self.raw
        if kind.name == "flag":
            self.bounded, right = False, dtype == nw.Boolean
        elif kind.options:
            right = dtype in (nw.String, nw.Categorical, nw.Enum)
            self.value = self.raw.cast(nw.String)
        elif kind.name == "time" and isinstance(dtype, nw.Datetime):
            self.bounded, right = False, True
            self.value = work.seconds(self.raw, column, dtype)
        elif kind.name in ("span", "age") and isinstance(dtype, nw.Duration):
            right = True
            unit = 3600e6 if parameter.endswith("_hours") else 1e6
            self.value = self.raw.dt.total_microseconds() / unit
        else:
            self.bounded = self.low is not None or self.high is not None
            # A column of nothing but nulls may have no type of its own.
            right = dtype.is_numeric() or (dtype == nw.Unknown and work.empty(column))
            self.value = self.raw.cast(nw.Float64)
        if not right:
            raise ValidationError(
                f"column {quoted(column, 40)} is of type {dtype}: {parameter} takes "
                f"{kind.words}"
            )

    def good(self) -> nw.Expr:
        """Tell for each row whether the number is in range; null where it is null."""
        if self.kind.options:
            return self.value.is_in(list(self.kind.options))
        # Whole numbers are compared before they become floats: Arrow refuses to cast
        # the largest.
        value = self.raw if self.integer else self.value
        tests = [value >= self.low] if self.low is not None else []
        tests += [value <= self.high] if self.high is not None else []
        if self.kind.whole and not self.integer:
            tests.append(value == value.floor())
        return reduce(and_, tests)

    def masked(self) -> nw.Expr:
        """Return the value, null where it is bad."""
        if self.integer:
            return nw.when(self.good()).then(self.raw).cast(nw.Float64)
        return nw.when(self.good()).then(self.value)


class _Work:
    """One call: the graph of the formula, and the columns that it reads."""

    def __init__(
        self,
        known: Definition,
        given: Mapping[str, object],
        table: Table,
        assume_tz: str | None,
    ) -> None:
        self.known, self.assume_tz = known, assume_tz
        self.backend = table.implementation
        self.table, self.schema = table, dict(table.collect_schema())
        if self.backend.is_duckdb():
            for column, native in _types_of_duckdb(table).items():
                if native.startswith("TIMESTAMP"):  # Narwhals knows but some of them
                    zone = "UTC" if "TZ" in native or "ZONE" in native else None
                    self.schema[column] = nw.Datetime("us", zone)
        named = {p: value for p, value in given.items() if isinstance(value, str)}
        constants = {
            parameter: _constant(value, parameter, known.kinds[parameter])
            for parameter, value in given.items()
            if parameter not in named
        }
        self.trace: Trace = trace(known, constants)
        self.prefix = "_qathread"
        while any(column.lower().startswith(self.prefix) for column in self.schema):
            self.prefix += "_"
        # Polars computes anything of anything, so that what is bad can be taken out
        # at the end; elsewhere a logarithm of -1 or a division by 0 is an error.
        self.unmasked = self.backend.is_polars() and isinstance(table, nw.LazyFrame)
        # Times of DuckDB, by the helper column that holds their microseconds.
        self.micros: dict[str, str] = {}
        self.inputs: list[_Input] = []
        roots = [self.trace.result, *(node for node, _ in self.trace.conditions)]
        self.nodes = list(
            {id(node): node for root in roots for node in parts(root)}.values()
        )
        for parameter in [
            str(node.args[0]) for node in self.nodes if node.op == "column"
        ]:
            column = named[parameter]
            if column not in self.schema:
                raise ValidationError(
                    f"the frame has no column {quoted(column, 40)}: name the one for "
                    f"{parameter}, {parameter}=..."
                )
            kind = known.kinds[parameter]
            self.inputs.append(_Input(parameter, column, kind, self))

    def limits(self, kind: Kind, integer: bool) -> tuple[float | None, float | None]:
        """Return what a column is compared with, no more than there is need for."""
        if not integer:
            return kind.low, kind.high
        low, high = max(kind.low, -LARGEST), min(kind.high, LARGEST)
        if self.backend.is_pyarrow() or self.gaps:  # it may be Arrow
            return int(low), int(high)
        # A float is near enough to any whole number that a column can hold.
        return (
            int(low) if low > -LARGEST else None,
            int(high) if high < LARGEST else None,
        )

    def seconds(self, value: nw.Expr, column: str, dtype: nw.Datetime) -> nw.Expr:
        """Return a datetime column as Unix seconds."""
        if dtype.time_zone is None and self.assume_tz is None:
            raise ValidationError(
                f"column {quoted(column, 40)} has times without a zone: give "
                f"assume_tz='UTC' if they are in UTC, or add their zone"
            )
        if self.backend.is_spark_like():
            if dtype.time_zone is None:
                raise ValidationError(
                    f"column {quoted(column, 40)} has times without a zone: cast it to "
                    f"Spark's timestamp first"
                )
            return value.cast(nw.Float64)
        if self.backend.is_duckdb():
            self.micros[column] = f"{self.prefix}_us_{column}"
            return nw.col(self.micros[column]).cast(nw.Float64) / 1e6
        micros = value.dt.timestamp("us")
        if self.backend.is_polars():
            return micros.cast(nw.Float64) / 1e6
        # Arrow casts no integer above 2^53: whole seconds and the rest, each alone.
        whole = micros // 1_000_000
        rest = micros - whole * 1_000_000
        return whole.cast(nw.Float64) + rest.cast(nw.Float64) / 1e6

    def empty(self, column: str) -> bool:
        """Tell whether a column of no known type is so because all is missing."""
        if isinstance(self.table, nw.DataFrame):
            return bool(self.table[column].null_count() == len(self.table))
        native: Any = self.table.to_native()
        name = ""
        if self.backend.is_duckdb():
            name = _types_of_duckdb(self.table)[column]
        elif self.backend.is_polars():
            name = str(native.collect_schema()[column])
        elif self.backend.is_spark_like():
            name = native.schema[column].dataType.typeName()
        return name.strip('"').lower() in ("null", "void")

    def read(self, masked: Collection[str]) -> dict[str, nw.Expr]:
        """Return the inputs under their own names, null where a masked one is bad."""
        columns: dict[str, nw.Expr] = {}
        for each in self.inputs:
            name = f"{self.prefix}_{each.parameter}"
            if each.parameter not in masked:
                columns[name] = each.value
                continue
            columns[name] = each.masked()
            if each.kind.optional:
                columns[f"{name}_ok"] = each.raw.is_null() | each.good()
        return columns

    def write(
        self, table: Table, guarded: bool, masked: Collection[str]
    ) -> tuple[Table, nw.Expr, list[nw.Expr]]:
        """
        Add what is used twice, level by level, as columns of their own.

        One nested expression would compute such parts again and again, and make
        engines that generate code exceed what they can compile.

        Returns:
            The wider table, the result as an expression, and for each condition where
            it holds.
        """
        expressions = OF_POLARS if self.backend.is_polars() else EXPRESSIONS
        uses = Counter(id(arg) for node in self.nodes for arg in node.args)
        ready: dict[int, tuple[nw.Expr, int]] = {}
        stages: list[dict[str, nw.Expr]] = []
        for node in self.nodes:
            if node.op == "column":
                ready[id(node)] = nw.col(f"{self.prefix}_{node.args[0]}"), 0
                continue
            made = [ready[id(arg)] for arg in node.args if isinstance(arg, Node)]
            level = max((level for _, level in made), default=0)
            expression = expressions[node.op](
                *(
                    ready[id(arg)][0] if isinstance(arg, Node) else arg
                    for arg in node.args
                )
            )
            if uses[id(node)] > 1:
                stages += [{} for _ in range(level + 1 - len(stages))]
                name = f"{self.prefix}_{level}_{len(stages[level])}"
                stages[level][name] = expression
                expression, level = nw.col(name), level + 1
            ready[id(node)] = expression, level
        for stage in stages:
            table = table.with_columns(**stage)
        result = ready[id(self.trace.result)][0]
        holds = [ready[id(node)][0] for node, _ in self.trace.conditions]
        if guarded:
            result = self._guarded(result, holds, masked)
        if self.known.whole and not (guarded and self.gaps):
            result = result.cast(nw.Int64)
        return table, result, holds

    @property
    def gaps(self) -> bool:
        """Whether NaN stands for null, so that whole numbers with nulls stay floats."""
        return self.backend.is_pandas_like() or self.backend.is_dask()

    def _guarded(
        self, result: nw.Expr, holds: list[nw.Expr], masked: Collection[str]
    ) -> nw.Expr:
        """Return null where an input is missing or bad, or there is no result."""
        good = list(holds)
        for each in self.inputs:
            name = f"{self.prefix}_{each.parameter}"
            if self.unmasked and (each.bounded or each.kind.options):
                missing = each.raw.is_null()
                right = each.good()
                good.append(right | missing if each.kind.optional else right)
            elif not each.kind.optional:
                good.append(~nw.col(name).is_null())
            elif each.parameter in masked:
                good.append(nw.col(f"{name}_ok"))
        return nw.when(reduce(and_, good)).then(result) if good else result


def _add(work: _Work, table: Table, name: str, strict: bool) -> Table:
    """Add the column to a frame that is in memory."""
    frame = cast("nw.DataFrame[Any]", table)
    bad, gaps = _survey(work, frame)
    for each in work.inputs:
        if strict and bad.get(each.parameter):
            raise ValidationError(
                f"column {quoted(each.column, 40)} has {bad[each.parameter]} bad "
                f"values for {each.parameter}: give {each.kind.words}"
            )
    guarded = gaps or bool(bad) or bool(work.trace.conditions)
    # Polars computes a whole plan faster than one step after the other.
    narrow: Table = frame.lazy() if work.backend.is_polars() else frame
    narrow = narrow.select(**work.read(bad))
    wide, result, holds = work.write(narrow, guarded, bad)
    wanted = {name: result}
    if strict:
        wanted |= {f"{name} {place}": ~each for place, each in enumerate(holds)}
    plan = wide.select(**wanted)
    found = plan.collect() if isinstance(plan, nw.LazyFrame) else plan
    for place, (_, words) in enumerate(work.trace.conditions if strict else ()):
        missed = int(found[f"{name} {place}"].sum())
        if missed:
            raise ValidationError(f"in {missed} rows, {words}")
    return frame.with_columns(found[name])


def _survey(work: _Work, frame: "nw.DataFrame[Any]") -> tuple[dict[str, int], bool]:
    """Return how many values are bad, where there are any, and whether some miss."""
    asked: dict[str, nw.Expr] = {}
    for each in work.inputs:
        column = nw.col(each.column)
        asked[f"{each.parameter} gaps"] = column.null_count()
        if each.bounded and each.integer:  # cheaper than comparing each
            if each.low is not None:
                asked[f"{each.parameter} least"] = column.min()
            if each.high is not None:
                asked[f"{each.parameter} most"] = column.max()
        elif each.bounded or each.kind.options:
            wrong = ~each.good() & ~column.is_null()
            asked[f"{each.parameter} bad"] = wrong.sum()
    found = frame.select(**asked).rows(named=True)[0]
    bad: dict[str, int] = {}
    for each in work.inputs:
        number = found.get(f"{each.parameter} bad") or 0
        least = found.get(f"{each.parameter} least")
        most = found.get(f"{each.parameter} most")
        if (least is not None and each.low is not None and least < each.low) or (
            most is not None and each.high is not None and most > each.high
        ):
            wrong = ~each.good() & ~each.raw.is_null()
            number = frame.select(bad=wrong.sum())["bad"][0]
        if number:
            bad[each.parameter] = int(number)
    return bad, any(found[f"{each.parameter} gaps"] for each in work.inputs)


def _add_lazily(work: _Work, table: Table, name: str, strict: bool) -> Table:
    """Add the column to a plan: nothing is known of the rows, so all is guarded."""
    if strict:
        raise ValidationError(
            "invalid='raise' needs a frame in memory: collect it, or take 'null'"
        )
    masked = [
        each.parameter
        for each in work.inputs
        if (each.bounded or each.kind.options) and not work.unmasked
    ]
    if work.micros:
        table = _with_micros(work, table)
    wide, result, _ = work.write(table.with_columns(**work.read(masked)), True, masked)
    wide = wide.with_columns(**{name: result})
    kept = {*work.schema, name}
    return wide.drop([each for each in wide.collect_schema() if each not in kept])


def _types_of_duckdb(table: Table) -> dict[str, str]:
    native: Any = table.to_native()
    return dict(zip(native.columns, map(str, native.types), strict=True))


def _with_micros(work: _Work, table: Table) -> Table:
    """Add times in microseconds, which Narwhals cannot ask DuckDB for."""

    def name(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    # A difference of times would be one of clocks in the zone of the session.
    asked = ["*"]
    for old, new in work.micros.items():
        zone = cast(nw.Datetime, work.schema[old]).time_zone
        kind = "TIMESTAMPTZ" if zone else "TIMESTAMP"
        asked.append(f"epoch_us(CAST({name(old)} AS {kind})) AS {name(new)}")
    relation = cast(Any, table.to_native()).project(", ".join(asked))
    return cast(Table, nw.from_native(relation))


def _constant(value: object, parameter: str, kind: Kind) -> object:
    """Return a value for a whole column, within what columns can compute with."""
    taken = check(value, parameter, kind)
    if isinstance(taken, int | float) and not kind.low <= taken <= kind.high:
        raise ValidationError(
            f"{parameter} is {value}: for a column give {kind.words}, from {kind.low} "
            f"to {kind.high}"
        )
    return taken
