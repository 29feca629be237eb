"""
Tables of a Stack Exchange data dump as data frames of Spark (extra ``spark``).

Spark reads the files where they lie, splits them at lines, and runs on each line what
:func:`qathread.frames.stackexchange` runs on one machine. What comes after is Spark's:
queries, ``write.parquet``, and the formulas of :mod:`qathread.ranking.columns`.
"""

from collections.abc import Iterable
from os import PathLike, fspath
from typing import TYPE_CHECKING, Final

from ..errors import MissingExtraError, ValidationError
from ..limits import Limits
from ._dump import DumpTableName
from ._schema import ColumnType

try:
    import pyspark  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "pyspark":  # installed but broken: show that instead
        raise
    message = "frames.spark needs PySpark: pip install 'qathread[spark,arrow]'"
    raise MissingExtraError(message) from error

from ._dump_columns import file_of, schema_of
from ._dump_texts import OddError  # noqa: F401  (says so if PyArrow is missing)

from ._dump_lines import ERROR, Damaged, Lines  # isort: skip

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["dump"]

_TYPES: Final = {
    ColumnType.INT64: "bigint",
    ColumnType.TEXT: "string",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.BOOL: "boolean",
    ColumnType.TEXTS: "array<string>",
}
_ZONES: Final = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "GMT", "Z", "+00:00"})
_CANNOT: Final = (".7z", ".xz", ".zip")


def dump(
    session: "SparkSession",
    path: str | PathLike[str],
    table: DumpTableName = "posts",
    columns: Iterable[str] | None = None,
    *,
    damaged: Damaged = "skip",
    limits: Limits | None = Limits(),
) -> "DataFrame":
    """
    Return a table of a dump as a data frame of Spark, read when Spark needs it.

    The session has to have been made with these settings::

        SparkSession.builder
        .config("spark.sql.session.timeZone", "UTC")    # checked here
        .config("spark.driver.host", "127.0.0.1")       # on one machine without a name

    and ``PYSPARK_PYTHON`` has to name the interpreter that the executors run, with
    qathread, PyArrow and, for speed, lxml installed there. Where they are not, ship an
    environment: pack it with ``venv-pack`` or ``conda-pack`` and give
    ``spark.archives`` its file; :doc:`/how-to/dump-on-a-cluster` shows how.

    Args:
        session: The session.
        path: A folder of unpacked XML files, or one of them, wherever Spark can read:
            a path that all executors see, ``hdfs://``, ``s3a://``. Files in ``.gz``
            are read by one executor each; ``.7z`` and ``.xz`` not at all.
        table: Which table.
        columns: The wanted columns; None: all. See
            :func:`qathread.frames.stackexchange` for their names.
        damaged: What becomes of lines that cannot be read: ``"skip"`` leaves them out
            and mends what can be mended; ``"column"`` keeps them as rows of nulls and
            adds a column ``_error``, null where nothing is wrong, so that
            ``frame.where("_error IS NOT NULL").count()`` counts them; ``"raise"`` fails
            the job.
        limits: The longest line; None: any.

    Returns:
        A data frame; int64 is ``bigint``, lists are ``array<string>``. Rows come in
        no order: sort by ``id``.

    Raises:
        NotFoundError: If there is no such table or column.
        ValidationError: If the session's time zone is not UTC, or Spark cannot read
            such a file.
    """
    zone = session.conf.get("spark.sql.session.timeZone")
    if zone not in _ZONES:
        raise ValidationError(
            f"the session's time zone is {zone}, in which Spark would show and cut "
            'times: session.conf.set("spark.sql.session.timeZone", "UTC")'
        )
    if damaged not in ("skip", "column", "raise"):
        raise ValidationError(
            f"damaged= is {damaged!r}: give 'skip', 'column' or 'raise'"
        )
    schema = schema_of(table, columns)
    source = fspath(path)
    if source.lower().endswith(_CANNOT):
        raise ValidationError(f"Spark cannot read {source}: unpack it first")
    if ".xml" not in source.rpartition("/")[2].lower():
        source = f"{source.rstrip('/')}/{file_of(table)}.xml"
    stated = [f"`{each.name}` {_TYPES[each.type]}" for each in schema]
    if damaged == "column":
        stated.append(f"`{ERROR}` string")
    lines = session.read.text(source)
    rows = Lines(table, schema, source, damaged, limits)
    return lines.mapInArrow(rows, ", ".join(stated))
