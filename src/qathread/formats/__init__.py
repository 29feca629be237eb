"""Read and write threads in the formats of forums, each with a loss report."""

from ..losses import Loss, LossReport
from ._convert import convert, names, read, sniff, write
from ._report import Collector
from ._sources import Input, Source
from ._targets import Target
from .reading import Progress, Reading
from .registry import Format

__all__ = [
    "Collector",
    "Format",
    "Input",
    "Loss",
    "LossReport",
    "Progress",
    "Reading",
    "Source",
    "Target",
    "convert",
    "names",
    "read",
    "sniff",
    "write",
]
