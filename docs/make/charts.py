"""A figure as a value: its lines as numbers, and its Vega-Lite specification."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from math import ceil, floor, log10
from typing import Final, Literal, TypeVar

from attrs import frozen

__all__ = ["Axis", "Figure", "Line", "Mark", "Panel", "curve", "curves", "family"]

#: Colours that differ for colour-blind eyes too (M. Okabe, K. Ito, 2008).
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3])
_INK: Final = "#333333"

Mark = Literal["line", "step", "dot", "bar"]
Point = tuple[float, float | str] | tuple[float, float | str, float]
X = TypeVar("X", int, float)
T = TypeVar("T")


@frozen(kw_only=True)
class Axis:
    """
    One axis of a panel.

    Attributes:
        title: What it shows, with the unit.
        scale: How numbers are placed; ``nominal`` for names.
        low, high: Where it starts and ends, if not by the data.
        ticks: Where numbers stand, if not by Vega's choice.
    """

    title: str
    scale: Literal["linear", "log", "symlog", "nominal"] = "linear"
    low: float | None = None
    high: float | None = None
    ticks: tuple[float, ...] = ()

    def encoding(self, field: str, values: Iterable[float | str]) -> dict[str, object]:
        """Return what Vega-Lite wants to know."""
        axis: dict[str, object] = {"title": self.title}
        if self.scale == "nominal":
            return {"field": field, "type": "nominal", "sort": None, "axis": axis}
        numbers = [value for value in values if isinstance(value, int | float)]
        ticks = self.ticks or (_rounds(numbers) if self.scale == "log" else ())
        if ticks:
            axis["values"] = list(ticks)
        nice = field == "y" and self.scale == "linear"
        scale: dict[str, object] = {"type": self.scale, "zero": False, "nice": nice}
        if self.low is not None:
            scale["domainMin"] = self.low
        if self.high is not None:
            scale["domainMax"] = self.high
        return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def _rounds(numbers: list[float]) -> list[float]:
    """Return the round numbers to name on a logarithmic axis, about five of them."""
    low, high = min(numbers), max(numbers)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1,) if len(powers) > 4 else (1, 3) if len(powers) > 3 else (1, 2, 5)
    rounds = [float(f"{step}e{power}") for power in powers for step in steps]
    return [number for number in rounds if low <= number <= high]


@frozen
class Line:
    """
    One line of a panel, or one kind of dots.

    Attributes:
        name: As the legend has it.
        points: (x, y), or (x, y, second x) for bars.
        mark: ``step`` keeps a value up to the next point; ``bar`` is a level stroke.
    """

    name: str
    points: tuple[Point, ...]
    mark: Mark = "line"


def curve(
    name: str, xs: Iterable[X], key: Callable[[X], float], mark: Mark = "line"
) -> Line:
    """Return a key as a line, in as many digits as can be seen, and some more."""
    return Line(name, tuple((x, float(f"{key(x):.5g}")) for x in xs), mark)


def curves(
    xs: Iterable[X], keys: Mapping[str, Callable[[X], float]], mark: Mark = "line"
) -> tuple[Line, ...]:
    """Return several keys over the same numbers."""
    xs = list(xs)
    return tuple(curve(name, xs, key, mark) for name, key in keys.items())


def family(
    xs: Iterable[X],
    key: Callable[[X, T], float],
    settings: Mapping[str, T],
    mark: Mark = "line",
) -> tuple[Line, ...]:
    """Return one key for several values of something else."""
    xs = list(xs)

    def one(setting: T) -> Callable[[X], float]:
        return lambda x: key(x, setting)

    return tuple(curve(name, xs, one(value), mark) for name, value in settings.items())


_MARKS: Final[dict[str, dict[str, object]]] = {
    "bar": {"type": "rule", "strokeWidth": 3},
    "line": {"type": "line", "strokeWidth": 2},
    "step": {"type": "line", "strokeWidth": 2, "interpolate": "step-after"},
    "dot": {"type": "point", "filled": True, "opacity": 1, "size": 70},
}


@frozen(kw_only=True)
class Panel:
    """Lines over common axes."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]

    def specification(self, width: int, height: int) -> dict[str, object]:
        """Return the panel for Vega-Lite, marks of one kind in one layer."""
        layers: list[dict[str, object]] = []
        for mark, drawn in _MARKS.items():
            lines = [line for line in self.lines if line.mark == mark]
            if lines:
                layers.append({"data": {"values": _rows(lines)}, "mark": drawn})
                layers[-1]["encoding"] = self._encoding(mark)
        return {
            "title": self.title,
            "width": width,
            "height": height,
            "layer": layers,
        }

    def _encoding(self, mark: str) -> dict[str, object]:
        names = [line.name for line in self.lines]
        points = [point for line in self.lines for point in line.points]
        legend: dict[str, object] | None = {"title": None, "orient": "bottom"}
        if len(names) == 1:
            legend = None
        elif legend is not None:
            size = 70 if any(line.mark == "dot" for line in self.lines) else 300
            legend |= {"columns": 2, "labelLimit": 300, "symbolSize": size}
        parts: dict[str, object] = {
            "x": self.x.encoding("x", (point[0] for point in points)),
            "y": self.y.encoding("y", (point[1] for point in points)),
            "color": _by_line(names, _COLOURS, legend),
        }
        if mark in ("line", "step"):
            parts["strokeDash"] = _by_line(names, _DASHES, legend)
        if mark == "bar":
            parts["x2"] = {"field": "to"}
        return parts


def _by_line(names: list[str], looks: Sequence[object], legend: object) -> object:
    scale = {"domain": names, "range": list(looks[: len(names)])}
    return {"field": "line", "type": "nominal", "scale": scale, "legend": legend}


def _rows(lines: Iterable[Line]) -> list[dict[str, float | str]]:
    names = ("x", "y", "to")
    return [
        {**dict(zip(names, point, strict=False)), "line": line.name}
        for line in lines
        for point in line.points
    ]


@frozen(kw_only=True)
class Figure:
    """
    A picture of one or more formulas.

    Attributes:
        name: Of its file, without the ending.
        shows: The formulas that it plots.
        alt: What is to be seen, for those who do not see it; one sentence or more.
        panels: From left to right.
    """

    name: str
    shows: tuple[str, ...]
    alt: str
    panels: tuple[Panel, ...]

    def specification(self) -> dict[str, object]:
        """Return the figure for Vega-Lite: numbers and encodings, of no version."""
        width = {1: 420, 2: 300, 3: 195}[len(self.panels)]
        return {
            "background": "white",
            "padding": 8,
            "hconcat": [panel.specification(width, 200) for panel in self.panels],
            "resolve": {"scale": {"color": "independent", "strokeDash": "independent"}},
            "config": {
                "aria": False,
                "font": "sans-serif",
                "axis": {
                    "domainColor": _INK,
                    "gridColor": "#e4e4e4",
                    "labelColor": _INK,
                    "labelFontSize": 11,
                    "tickCount": 6,
                    "titleColor": _INK,
                    "titleFontSize": 12,
                    "titleFontWeight": "normal",
                },
                "legend": {"labelColor": _INK, "labelFontSize": 11},
                "title": {"color": _INK, "fontSize": 13},
                "view": {"stroke": "#888888"},
            },
        }

    def digest(self) -> str:
        """Return the SHA-256 of the specification, written in one way only."""
        text = json.dumps(
            self.specification(), sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        return sha256(text.encode()).hexdigest()
