"""Test vectors as frames of every library, for the engines that are installed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from qathread.ranking import columns
from qathread.ranking.formulas import describe

Vector = dict[str, Any]

#: Cells of a column are never of two types.
_TYPES: dict[str, Any] = {"flag": pl.Boolean, "text": pl.String}
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def vectors(shared: Path) -> dict[str, Any]:
    """The formulas of the file, each with its vectors and tolerances."""
    text = (shared / "data" / "ranking_vectors.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["formulas"]
    return found


def matches(got: object, expected: Any, entry: Mapping[str, Any]) -> bool:
    """Whether a value or each of a list is as near as the file asks."""
    if isinstance(expected, list):
        return (
            isinstance(got, Sequence)
            and len(got) == len(expected)
            and all(
                matches(one, other, entry)
                for one, other in zip(got, expected, strict=True)
            )
        )
    if isinstance(expected, str) or not isinstance(got, int | float):
        return bool(got == expected)
    bound = entry["abs_tol"] + entry["rel_tol"] * abs(expected)
    return bool(abs(got - expected) <= bound)


def frames(
    name: str, vectors: Sequence[Vector], *, dates: bool = False
) -> Iterator[tuple[pl.DataFrame, dict[str, Any], list[Vector]]]:
    """
    Yield vectors that share their settings as a frame, its arguments, and themselves.

    With *dates*, times are datetimes in UTC.
    """
    parameters = describe(name).parameters
    settings = [each.name for each in parameters if each.constant]
    groups: dict[str, list[Vector]] = {}
    for vector in vectors:
        key = json.dumps([vector["inputs"][each] for each in settings])
        groups.setdefault(key, []).append(vector)
    for key, group in groups.items():
        given = dict(zip(settings, json.loads(key), strict=True))
        cells = {}
        for each in parameters:
            if each.constant:
                continue
            given[each.name] = each.name
            values = [vector["inputs"][each.name] for vector in group]
            whole = all(isinstance(value, int | None) for value in values)
            plain = pl.Int64 if whole else pl.Float64
            dtype = _TYPES.get(each.kind, plain)
            if dates and each.kind == "time":
                values = [
                    None if value is None else _ZERO + timedelta(seconds=value)
                    for value in values
                ]
                dtype = pl.Datetime("us", "UTC")
            cells[each.name] = pl.Series(each.name, values, dtype=dtype)
        yield pl.DataFrame(cells), given, group


def listed(frame: Any, column: str) -> list[Any]:
    """A column of any frame as a list, None where it is null."""
    table = nw.from_native(frame)
    if isinstance(table, nw.LazyFrame):
        table = table.collect()
    values = table[column].to_list()
    # pandas: NaN and NA are the values that are not equal to themselves.
    return [
        None if value is None or (value == value) is not True else value
        for value in values
    ]


def keys(
    name: str,
    entry: Mapping[str, Any],
    make: Callable[[pl.DataFrame], Any],
    *,
    dates: bool = False,
) -> dict[str, float]:
    """Assert that every vector of a formula passes; return the keys by their ids."""
    found: dict[str, float] = {}
    for frame, given, group in frames(name, entry["vectors"], dates=dates):
        added = getattr(columns, name)(make(frame), **given, name="the key")
        for got, vector in zip(listed(added, "the key"), group, strict=True):
            assert matches(got, vector["expected"], entry), (name, vector, got)
            found[vector["id"]] = got
    return found


class Spread:
    """How far engines are from each other, formula by formula."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, dict[str, float]]] = {}

    def add(self, name: str, engine: str, found: dict[str, float]) -> None:
        """Keep the keys of one engine."""
        self.keys.setdefault(name, {})[engine] = found

    def of(self, name: str) -> float:
        """Return the largest relative difference between two engines."""
        found = list(self.keys[name].values())
        largest = 0.0
        for vector in found[0]:
            each = [keys[vector] for keys in found]
            size = max(map(abs, each))
            largest = max(largest, (max(each) - min(each)) / size if size else 0.0)
        return largest

    def report(self, config: pytest.Config) -> None:
        """Print a line for each formula, past the capture of output."""
        writer = config.pluginmanager.get_plugin("terminalreporter")
        if writer is None or not self.keys:
            return
        engines = sorted({one for each in self.keys.values() for one in each})
        capture = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            writer.write_line("")
            told = ", ".join(engines)
            writer.write_line(f"largest relative difference between {told}")
            for name in self.keys:
                writer.write_line(f"  {name:28} {self.of(name):.1e}")
