"""Figures as SVG files: which are up to date, and drawing the others."""

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

from .charts import Figure

__all__ = ["digest_of", "draw", "svg"]

_MARK: Final = "specification sha256:"
_SVG: Final = "http://www.w3.org/2000/svg"
_LONG: Final = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
#: What Vega writes for scripts and readers of screens; the page has a text for those.
_NEEDLESS: Final = {"class", "role", "version", "pointer-events", "stroke-miterlimit"}
_USUAL: Final = {
    ("font-family", "sans-serif"),
    ("font-size", "11px"),
    ("font-weight", "normal"),
    ("opacity", "1"),
    ("stroke-width", "1"),
    ("transform", "translate(0,0)"),
    ("x2", "0"),
    ("y2", "0"),
}


def digest_of(text: str) -> str | None:
    """Return the digest that a drawn figure carries."""
    found = re.search(rf"<!-- {_MARK}([0-9a-f]{{64}}) -->", text)
    return found[1] if found else None


def draw(figure: Figure, folder: Path) -> bool:
    """Draw a figure into its file if that does not show it yet; tell whether."""
    path = folder / f"{figure.name}.svg"
    if path.is_file() and digest_of(path.read_text("utf-8")) == figure.digest():
        return False
    folder.mkdir(exist_ok=True)
    path.write_text(svg(figure), "utf-8", newline="\n")
    return True


def svg(figure: Figure) -> str:
    """Return the figure as SVG, by Altair, with the digest of its specification."""
    import altair  # not needed to check what was drawn

    chart: Any = altair.Chart.from_dict(figure.specification())
    out = io.StringIO()
    chart.save(out, format="svg")
    root = ET.fromstring(out.getvalue())
    root.attrib |= {"font-family": "sans-serif", "font-size": "11px"}
    _slim(root)
    root.insert(0, ET.Comment(f" {_MARK}{figure.digest()} "))
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode") + "\n"


def _slim(parent: ET.Element) -> None:
    """Leave out what changes nothing to the eye."""
    for child in list(parent):
        _slim(child)
        _clean(child)
        kind = child.tag.removeprefix(f"{{{_SVG}}}")
        place = list(parent).index(child)
        if (
            kind == "path"
            and "stroke" not in child.attrib
            and "fill" not in child.attrib
        ):
            parent.remove(child)
        elif kind == "g" and (not child.attrib or not len(child)):
            parent[place : place + 1] = list(child)


def _clean(element: ET.Element) -> None:
    for name, value in list(element.attrib.items()):
        if (
            name in _NEEDLESS
            or name.startswith("aria")
            or (name, value) in _USUAL
            or value == ""
        ):
            del element.attrib[name]
        else:
            shorter = _LONG.sub(lambda number: f"{float(number[0]):.1f}", value)
            element.set(name, shorter)
