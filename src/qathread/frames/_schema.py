"""What a table's columns are called and what they hold: stated, never inferred."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from attrs import field, frozen

from .._checks import identifier, settle
from ..errors import NotFoundError, ValidationError

__all__ = ["Column", "ColumnType", "Schema", "distinct", "no_column"]


class ColumnType(StrEnum):
    """What the cells of one column are; every type also has null (``None``)."""

    #: A ``str``: any Unicode but U+0000 and lone surrogates.
    TEXT = "text"
    #: An ``int`` that fits 64 bits.
    INT64 = "int64"
    #: A ``float`` other than NaN: what is not known is null.
    FLOAT64 = "float64"
    #: A ``bool``.
    BOOL = "bool"
    #: An aware ``datetime``, in UTC, to the microsecond.
    TIMESTAMP = "timestamp"
    #: A ``timedelta``, to the microsecond; it may be negative.
    DURATION = "duration"
    #: A ``tuple`` of ``str``.
    TEXTS = "texts"


@frozen(kw_only=True, weakref_slot=False)
class Column:
    """
    One column, without its cells.

    Attributes:
        name: Unique within a schema.
        type: What its cells are.

    Raises:
        ValidationError: If the name is empty, or there is no such type.
    """

    name: str = field(metadata={"check": identifier})
    type: ColumnType

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Schema:
    """
    Columns in a fixed order.

    Attributes:
        columns: Each with a name of its own.

    Raises:
        ValidationError: If two columns have one name.

    >>> schema = Schema.of({"post_id": "text", "score": "int64"})
    >>> schema.names, schema["score"]
    (('post_id', 'score'), <ColumnType.INT64: 'int64'>)
    """

    columns: tuple[Column, ...]

    def __attrs_post_init__(self) -> None:
        settle(self)
        names = self.names
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValidationError(f"two columns are called {twice!r}: rename one")

    @classmethod
    def of(cls, types: Mapping[str, ColumnType | str]) -> "Schema":
        """
        Return the schema of columns in the order of a mapping.

        Args:
            types: Name to type; the value of a type, such as ``"int64"``, will do.

        Returns:
            A schema.

        Raises:
            ValidationError: If there is no such type.
        """
        # A text is turned into its type by the constructor's checks.
        pairs: Iterable[tuple[str, ColumnType]] = types.items()  # type: ignore[assignment]
        return cls(columns=tuple(Column(name=name, type=kind) for name, kind in pairs))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple([column.name for column in self.columns])

    def select(self, names: Iterable[str]) -> "Schema":
        """
        Return the schema of some of the columns.

        Args:
            names: Which, in the wanted order.

        Returns:
            A schema.

        Raises:
            NotFoundError: If there is no such column.
            ValidationError: If one is named twice.
        """
        return Schema.of({name: self[name] for name in distinct(names)})

    def __getitem__(self, name: str) -> ColumnType:
        for column in self.columns:
            if column.name == name:
                return column.type
        raise no_column(name, self.names)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def no_column(name: object, names: Iterable[str]) -> NotFoundError:
    """Return the error about a column that is not there."""
    return NotFoundError(f"there is no column {name!r}: there are {', '.join(names)}")


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names*, which must be different ones."""
    if isinstance(names, str):
        raise ValidationError(f"{names!r} is one name: give a list, [{names!r}]")
    wanted = tuple(names)
    if len(set(wanted)) != len(wanted):
        twice = next(name for name in wanted if wanted.count(name) > 1)
        raise ValidationError(f"column {twice!r} is asked for twice: name it once")
    return wanted
