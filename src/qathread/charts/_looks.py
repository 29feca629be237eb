"""What all charts share: colours, titles, and files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ..errors import MissingExtraError, ValidationError

try:
    import altair as alt
except ModuleNotFoundError as error:
    if error.name != "altair":  # installed but broken: show that instead
        raise
    message = "qathread.charts needs Altair: pip install 'qathread[charts]'"
    raise MissingExtraError(message) from error

__all__ = [
    "COLOURS",
    "LIMIT",
    "Row",
    "Scheme",
    "alt",
    "data",
    "finished",
    "iso",
    "layered",
    "png",
    "svg",
    "time_axis",
]

Scheme: TypeAlias = Literal["light", "dark"]
Row: TypeAlias = Mapping[str, str | int | float | bool | None]
AnyChart: TypeAlias = "alt.Chart | alt.LayerChart"

#: Told apart by colour-blind eyes too (M. Okabe, K. Ito, 2008), on light and on dark.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
#: As many points as a page can hold.
LIMIT: Final = 20_000
_INK: Final = {"light": "#333333", "dark": "#dddddd"}
_GRID: Final = {"light": "#e5e5e5", "dark": "#444444"}
_PAPER: Final = {"light": "#ffffff", "dark": "#181818"}


def data(rows: Sequence[Row]) -> "alt.InlineData":
    """Return rows as the data of a chart."""
    if len(rows) > LIMIT:
        raise ValidationError(
            f"{len(rows)} points are more than a chart can show: give fewer, at most "
            f"{LIMIT}"
        )
    return alt.InlineData(values=[dict(row) for row in rows])


def iso(at: datetime) -> str:
    """Return an instant as charts read it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_axis(title: str = "time (UTC)") -> Any:
    """Return the x channel of instants."""
    return alt.X(
        "at:T", title=title, scale=alt.Scale(type="utc"), axis=alt.Axis(labelAngle=0)
    )


def layered(
    *charts: "alt.Chart",
    title: str,
    caption: str,
    scheme: Scheme,
    width: int,
    height: int,
) -> "alt.LayerChart":
    """Return charts on top of each other, finished as one."""
    whole = alt.layer(*charts)
    done = _looking(whole, title, caption, scheme, width, height)
    return cast("alt.LayerChart", done)


def finished(
    chart: "alt.Chart",
    *,
    title: str,
    caption: str,
    scheme: Scheme,
    width: int,
    height: int,
) -> "alt.Chart":
    """Return a chart with its title, caption, size and colours."""
    done = _looking(chart, title, caption, scheme, width, height)
    return cast("alt.Chart", done)


def _looking(
    chart: Any, title: str, caption: str, scheme: Scheme, width: int, height: int
) -> Any:
    if scheme not in get_args(Scheme):
        raise ValidationError(f"scheme is {scheme!r}: give 'light' or 'dark'")
    ink, grid = _INK[scheme], _GRID[scheme]
    sized = chart.properties(
        width=width,
        height=height,
        background=_PAPER[scheme],
        title=alt.TitleParams(
            text=title,
            subtitle=caption,
            anchor="start",
            color=ink,
            subtitleColor=ink,
            fontSize=14,
            subtitleFontSize=11,
            limit=width,
        ),
    )
    return (
        sized.configure_axis(
            labelColor=ink,
            titleColor=ink,
            gridColor=grid,
            domainColor=grid,
            tickColor=grid,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor=ink, titleColor=ink, titleFontWeight="normal")
        .configure_view(stroke=None)
    )


def svg(chart: AnyChart) -> str:
    """
    Return a chart as an SVG image, which needs no network and no script.

    Args:
        chart: Any chart of Altair.

    Raises:
        MissingExtraError: If vl-convert is not installed (extra ``charts``).
    """
    return cast(str, _converter().vegalite_to_svg(chart.to_dict()))


def png(chart: AnyChart, *, scale: float = 2) -> bytes:
    """
    Return a chart as a PNG image.

    Args:
        chart: Any chart of Altair.
        scale: Pixels per point, above 0 and at most 10.

    Raises:
        ValidationError: If *scale* is outside its range.
        MissingExtraError: If vl-convert is not installed (extra ``charts``).
    """
    if not 0 < scale <= 10:
        raise ValidationError(f"scale is {scale!r}: give a number above 0, at most 10")
    return cast(bytes, _converter().vegalite_to_png(chart.to_dict(), scale=scale))


def _converter() -> Any:
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        if error.name != "vl_convert":
            raise
        message = "images need vl-convert: pip install 'qathread[charts]'"
        raise MissingExtraError(message) from error
    return vl_convert
