"""Documents of values: written canonically, read strictly."""

import hashlib
from collections.abc import Callable
from operator import attrgetter
from types import ModuleType, UnionType
from typing import Any, TypeVar, cast, overload

import attrs
from attrs import evolve

from .._bulk import maker
from .._gc import bulk_load
from .._parts import reassemble
from .._sound import is_sound
from ..content import Content
from ..errors import (
    CycleError,
    DuplicateIdError,
    FormatError,
    IntegrityError,
    MissingParentError,
    ValidationError,
    excerpt,
)
from ..facts import Event, Imported, PostsMovedIn, ThreadSplitOff
from ..limits import MAX_INTEGER, Limits
from ..thread import Thread, content_in, imported
from ..thread import stored as as_stored
from . import _converter as strict
from ._documents import (
    CLASS_OF_EVENT,
    EVENT,
    EVENT_OF,
    FORMAT_VERSION,
    THREAD,
    TYPE_OF,
)
from ._scan import as_bytes, check_depth, is_doubtful
from ._versions import upcast

fast: ModuleType | None
try:
    from . import _fast as fast
except ModuleNotFoundError as error:
    if error.name != "msgspec":  # installed but broken: show that instead
        raise
    fast = None

T = TypeVar("T")

_DEFAULT = Limits()
_DEPTH = 200  # our own documents are a tenth as deep

_THREAD_HEAD = (("id", str), ("version", int), ("qathread", int), ("type", str))
_EVENT_HEAD = (("event", str), ("qathread", int), ("type", str))
_VALUE_HEAD = (("qathread", int), ("type", str))


# -- writing ---------------------------------------------------------------------


def to_dict(value: object) -> dict[str, object]:
    """
    Return a value as a document of plain JSON values.

    Args:
        value: A thread, an event, a policy or any other public value.

    Returns:
        A new dict with ``qathread`` and ``type`` beside the fields; instants
        are text.

    Raises:
        ValidationError: If the value is not of a class with a document form.
    """
    cls = type(value)
    if isinstance(value, Thread):
        document = strict.plain(content_in(value))
        document.update(id=value.id, version=value.version, type=THREAD)
    elif cls in EVENT_OF:
        document = strict.plain(cast("attrs.AttrsInstance", value))
        document.update(event=EVENT_OF[cls], type=EVENT)
    elif cls in TYPE_OF:
        document = strict.plain(cast("attrs.AttrsInstance", value))
        document["type"] = TYPE_OF[cls]
    else:
        raise _no_document(cls)
    document["qathread"] = FORMAT_VERSION
    return document


def to_json(value: object) -> bytes:
    """
    Return the canonical bytes of a value: equal values give equal bytes.

    Args:
        value: A thread, an event, a policy or any other public value.

    Returns:
        UTF-8 without blanks, keys sorted, instants like
        ``2026-01-01T00:00:00Z``.

    Raises:
        ValidationError: If the value is not of a class with a document form.

    >>> from qathread import Body
    >>> to_json(Body(source="Why?"))[:44]
    b'{"language":null,"media_type":"text/markdown'
    """
    if fast is not None:
        try:
            return _written_fast(value)
        except TypeError:
            pass  # subclasses of text and time, such as those of data frames
    return strict.canonical(to_dict(value))


def _written_fast(value: object) -> bytes:
    assert fast is not None
    cls = type(value)
    if isinstance(value, Thread):
        parts = _fields_of(Content)(content_in(value))
        document = fast.document_class(Content, _THREAD_HEAD)
        head: tuple[object, ...] = (value.id, value.version, FORMAT_VERSION, THREAD)
        return _bytes(document(*parts, *head))
    parts = _fields_of(cls)(value) if cls in EVENT_OF or cls in TYPE_OF else ()
    if cls in EVENT_OF:
        document = fast.document_class(cls, _EVENT_HEAD)
        return _bytes(document(*parts, EVENT_OF[cls], FORMAT_VERSION, EVENT))
    if cls in TYPE_OF:
        document = fast.document_class(cls, _VALUE_HEAD)
        return _bytes(document(*parts, FORMAT_VERSION, TYPE_OF[cls]))
    raise _no_document(cls)


def digest(thread: Thread) -> str:
    """
    Return the SHA-256 of a thread's canonical bytes, the same on any machine.

    Args:
        thread: The thread.

    Returns:
        64 hexadecimal digits.
    """
    return hashlib.sha256(to_json(thread)).hexdigest()


# -- reading ---------------------------------------------------------------------


@overload
def from_json(
    data: bytes | str, *, limits: Limits | None = ..., stored: bool = ...
) -> Thread: ...
@overload
def from_json(
    data: bytes | str,
    cls: type[T],
    *,
    limits: Limits | None = ...,
    stored: bool = ...,
) -> T: ...
@overload
def from_json(
    data: bytes | str,
    cls: UnionType,
    *,
    limits: Limits | None = ...,
    stored: bool = ...,
) -> Event: ...
def from_json(
    data: bytes | str,
    cls: Any = Thread,
    *,
    limits: Limits | None = _DEFAULT,
    stored: bool = False,
) -> Any:
    """
    Return the value in a document, taking nothing but what the format says.

    Args:
        data: One document in UTF-8.
        cls: What it must hold: Thread, Event, AccountEvent, the class of one
            event, or the class of another value.
        limits: The largest input; None for bytes one trusts, of any size.
        stored: For a cache of one's own: a thread comes back with nothing
            pending, as a store gives it. By default what comes from outside is
            new to a store, with one pending ``Imported`` at its version.

    Returns:
        The value.

    Raises:
        FormatError: With the place as a JSON pointer, and a code.
    """
    raw = as_bytes(data, limits)
    depth = _DEPTH if limits is None else limits.json_depth
    with bulk_load():
        if fast is not None and depth >= _DEPTH and not is_doubtful(raw):
            value = _read_fast(raw, cls, limits, stored)
            if value is not None:
                return value
        check_depth(raw, depth)
        document = strict.decoded(raw)
        if is_doubtful(raw):
            _checked_texts(document)
        return from_dict(document, cls, limits=limits, stored=stored)


def from_dict(
    document: dict[str, Any],
    cls: Any = Thread,
    *,
    limits: Limits | None = _DEFAULT,
    stored: bool = False,
) -> Any:
    """
    Return the value in a document of plain JSON values.

    Args:
        document: What :func:`to_dict` gives, of this or an older version.
        cls: As for :func:`from_json`.
        limits: As for :func:`from_json`; only the number of records counts.
        stored: As for :func:`from_json`.

    Returns:
        The value.

    Raises:
        FormatError: With the place as a JSON pointer, and a code.
    """
    if type(document) is not dict:
        raise FormatError(
            "not-this-format",
            f"the document is of type {type(document).__name__}: give a dict",
            "qathread",
        )
    members = dict(upcast(document))
    del members["qathread"]
    found = members.pop("type", None)
    try:
        if cls is Thread:
            _expect(found, THREAD)
            return _thread_from(members, limits, stored)
        if isinstance(cls, UnionType) or cls in EVENT_OF:
            _expect(found, EVENT)
            name = members.pop("event", None)
            event_class = CLASS_OF_EVENT.get(name) if isinstance(name, str) else None
            if event_class is None or not _wanted(event_class, cls):
                raise _wrong_event(name)
            event = strict.structured(members, event_class)
            if isinstance(event, Imported | ThreadSplitOff | PostsMovedIn):
                return evolve(event, content=_fitting(event.content))
            return event
        if cls not in TYPE_OF:
            raise _no_document(cls)
        _expect(found, TYPE_OF[cls])
        value = strict.structured(members, cls)
        return _fitting(value) if cls is Content else value
    except strict.Mismatch as error:
        raise error.as_format_error() from None


def trusted(data: bytes) -> Thread:
    """
    Return a stored thread from bytes that this library wrote and nobody touched.

    The faster door of stores: the version is looked at, the types are, and
    nothing else is.

    Args:
        data: What :func:`to_json` gave for a thread.

    Returns:
        The thread with nothing pending.

    Raises:
        FormatError: If the bytes are no thread of a version known here.
    """
    with bulk_load():
        if fast is not None:
            document = fast.document_class(Content, _THREAD_HEAD)
            try:
                held = fast.decode(data, document)
            except fast.ERRORS:
                held = None
            if held is not None and held.qathread == FORMAT_VERSION:
                content = maker(Content)(*_fields_of(Content)(held))
                return as_stored(imported(held.id, held.version, content))
        return from_json(data, limits=None, stored=True)


def trusted_event(data: bytes, *, check: bool = False) -> Event:
    """
    Return a stored event from bytes that this library wrote and nobody touched.

    Args:
        data: What :func:`to_json` gave for an event.
        check: Whether to look at the values as their constructors do, and at how
            imported content fits together; types are looked at in any case.

    Returns:
        The event.

    Raises:
        FormatError: If the bytes are no event of a version known here.
        ValidationError: If a value is not one that a constructor takes.
    """
    with bulk_load():
        if fast is not None:
            try:
                head = fast.head(data)
                cls = CLASS_OF_EVENT.get(head.event or "")
                if head.qathread == FORMAT_VERSION and head.type == EVENT and cls:
                    held = fast.decode(data, fast.document_class(cls, _EVENT_HEAD))
                    value: Any = maker(cls)(*_fields_of(cls)(held))
                    if not check or _checked(value):
                        return cast(Event, value)
            except fast.ERRORS:
                pass
        return from_json(data, Event, limits=None)


def _read_fast(raw: bytes, cls: Any, limits: Limits | None, stored: bool) -> Any:
    """
    Return the value if the bytes are canonical, else None.

    Bytes that are written again just as they came have no unknown, repeated or
    missing key and no odd number or time; whatever else is wrong with them, the
    strict way says so.
    """
    assert fast is not None
    try:
        if cls is Thread:
            document = fast.document_class(Content, _THREAD_HEAD)
            held = fast.decode(raw, document)
            if held.type != THREAD or held.qathread != FORMAT_VERSION:
                return None
            if not 1 <= held.version <= MAX_INTEGER:
                return None
            if fast.encode(held) != raw or not held.id:
                return None
            content = maker(Content)(*_fields_of(Content)(held))
            _check_number(content, limits)
            if not is_sound(content):
                return None
            thread = imported(held.id, held.version, content)
            return as_stored(thread) if stored else thread
        head = fast.head(raw)
        if head.qathread != FORMAT_VERSION:
            return None
        if isinstance(cls, UnionType) or cls in EVENT_OF:
            event_class = CLASS_OF_EVENT.get(head.event or "")
            if head.type != EVENT or event_class is None:
                return None
            if not _wanted(event_class, cls):
                return None
            document = fast.document_class(event_class, _EVENT_HEAD)
            return _whole(raw, event_class, document)
        if cls not in TYPE_OF or head.type != TYPE_OF[cls]:
            return None
        return _whole(raw, cls, fast.document_class(cls, _VALUE_HEAD))
    except fast.ERRORS:
        return None


def _whole(raw: bytes, cls: type, document: Any) -> Any:
    assert fast is not None
    held = fast.decode(raw, document)
    if fast.encode(held) != raw:
        return None
    value: Any = maker(cls)(*_fields_of(cls)(held))
    return value if _checked(value) else None


def _checked(value: Any) -> bool:
    """Check a value as its constructor does; False: its content does not fit."""
    check = getattr(value, "__attrs_post_init__", None)
    if check is not None:
        check()
    content = value if type(value) is Content else getattr(value, "content", None)
    return content is None or is_sound(content)


def _thread_from(
    members: dict[str, Any], limits: Limits | None, stored: bool
) -> Thread:
    try:
        thread_id = strict.structured(members.pop("id"), str)
        version = strict.structured(members.pop("version"), int)
    except KeyError as error:
        raise strict.Mismatch("field", f"Thread lacks {error}") from None
    if not thread_id or version < 1:
        raise strict.Mismatch("field", "a thread has an id and a version from 1 up")
    content = strict.structured(members, Content)
    _check_number(content, limits)
    content = _fitting(content)
    thread = imported(thread_id, version, content)
    return as_stored(thread) if stored else thread


def _fitting(content: Content) -> Content:
    """Return canonical content, or say what does not fit together."""
    try:
        return content if is_sound(content) else reassemble(content)
    except IntegrityError as error:
        raise FormatError(_code_of(error), str(error), "qathread") from error
    except ValidationError as error:
        raise FormatError("field", str(error), "qathread") from error


def _check_number(content: Content, limits: Limits | None) -> None:
    number = (
        len(content.arrival)
        + len(content.votes)
        + len(content.reactions)
        + len(content.users)
        + len(content.revisions)
    )
    if limits is not None and number > limits.records:
        raise FormatError(
            "too-large",
            f"the document holds {number} records, the limit is {limits.records}: "
            "raise Limits.records",
            "qathread",
        )


def _checked_texts(document: dict[str, Any]) -> None:
    try:
        strict.check_texts(document)
    except strict.Mismatch as error:
        raise error.as_format_error() from None


def _code_of(error: IntegrityError) -> str:
    match error:
        case CycleError():
            return "cycle"
        case MissingParentError():
            return "missing-parent"
        case DuplicateIdError():
            return "duplicate-id"
        case _:
            return "wrong-parent"


def _expect(found: object, wanted: str) -> None:
    if found != wanted:
        shown = "no type" if found is None else excerpt(repr(found), 60)
        raise FormatError(
            "not-this-format",
            f"the document has type {shown}, not {wanted!r}: read it as what it is",
            "qathread",
            None,
            "/type",
        )


def _wanted(event_class: type, cls: Any) -> bool:
    return isinstance(cls, UnionType) or event_class is cls


def _wrong_event(name: object) -> FormatError:
    return FormatError(
        "field",
        f"{excerpt(repr(name), 60)} is not the event that belongs here",
        "qathread",
        None,
        "/event",
    )


def _bytes(document: object) -> bytes:
    assert fast is not None
    return cast("bytes", fast.encode(document))


def _no_document(cls: type) -> ValidationError:
    return ValidationError(
        f"{getattr(cls, '__name__', cls)} has no document form: give a thread, an "
        "event or another public value"
    )


_getters: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


def _fields_of(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives all fields of a *cls*, in order, as a tuple."""
    getter = _getters.get(cls)
    if getter is None:
        names = [attribute.name for attribute in attrs.fields(cls)]
        one = attrgetter(*names)
        getter = _getters[cls] = one if len(names) > 1 else lambda value: (one(value),)
    return getter
