"""Laws of JSON: canonical bytes out, nothing but them in, through either door."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import qathread
from qathread import (
    Body,
    Comment,
    Content,
    Limits,
    Question,
    Thread,
    Vote,
    events,
    from_dict,
    from_json,
    to_dict,
    to_json,
)
from qathread.errors import FormatError
from qathread.serialization import (
    FORMAT_VERSION,
    _codec,
    digest,
    from_lines,
    trusted,
    trusted_event,
)
from qathread.serialization._documents import CLASS_OF_EVENT, EVENT_OF, TYPE_OF
from qathread.serialization._versions import upcast
from qathread.testing import _plugin, strategies
from qathread.testing.strategies import open_threads, threads
from tests.golden import make

ROOT = Path(__file__).parents[2]
thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
few = settings(max_examples=max(5, settings().max_examples // 20))
more = settings(max_examples=max(10, settings().max_examples // 10))
needs_two_doors = pytest.mark.skipif(
    _codec.fast is None, reason="msgspec is not installed: there is one door only"
)

WRITTEN: dict[type, st.SearchStrategy[Any]] = {
    Thread: st.one_of(threads(), open_threads()),
    **{cls: getattr(strategies, _plugin.STRATEGIES[cls])() for cls in TYPE_OF},
    **{cls: strategies.events(cls) for cls in EVENT_OF},
}
each_class = pytest.mark.parametrize("cls", WRITTEN, ids=lambda cls: cls.__name__)


class Plain:
    """The same as a context, for laws that try both doors at once."""

    def __enter__(self) -> None:
        self.fast, _codec.fast = _codec.fast, None

    def __exit__(self, *error: object) -> None:
        _codec.fast = self.fast


def said(data: bytes, cls: type) -> object:
    """What a door says: the value that came in, or the code of the refusal."""
    try:
        value: object = from_json(data, cls)
    except FormatError as error:
        assert len(str(error)) < 1000
        assert error.format == "qathread"
        return error.code
    return value


# -- round trips -----------------------------------------------------------------


@each_class
@few
@given(data=st.data())
def test_what_is_written_is_read_back(cls: type, data: st.DataObject) -> None:
    """The format keeps all that a value holds."""
    value = data.draw(WRITTEN[cls])
    written = to_json(value)
    assert from_json(written, cls) == value
    assert from_json(written, cls, limits=None) == value
    assert from_json(written.decode(), cls) == value
    assert from_json(b"\xef\xbb\xbf" + written, cls) == value
    assert to_json(from_json(written, cls)) == written
    assert to_dict(value) == json.loads(written)
    assert from_dict(to_dict(value), cls) == value


@each_class
@few
@given(data=st.data())
def test_bytes_are_canonical(cls: type, data: st.DataObject) -> None:
    """Equal values give equal bytes: keys sorted, no blanks, UTF-8."""
    written = to_json(data.draw(WRITTEN[cls]))
    again = json.dumps(
        json.loads(written), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert again.encode() == written
    assert b"\n" not in written


@needs_two_doors
@each_class
@few
@given(data=st.data())
def test_both_doors_write_the_same_bytes(cls: type, data: st.DataObject) -> None:
    """Who has msgspec and who has not must agree on every digest."""
    value = data.draw(WRITTEN[cls])
    written = to_json(value)
    with Plain():
        assert to_json(value) == written
        assert from_json(written, cls) == value


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in qathread.__all__
        if isinstance(vars(qathread).get(name), type)
        and (attrs.has(vars(qathread)[name]) or name == "Thread")
    ],
)
def test_every_public_value_has_a_document(name: str) -> None:
    """`to_json` takes every public value."""
    cls = getattr(qathread, name)
    assert cls is Thread or cls in TYPE_OF
    assert cls in WRITTEN


@thread_laws
@given(thread=st.one_of(threads(), open_threads()))
def test_documents_of_threads_and_their_contents_do_not_disturb_each_other(
    thread: Thread,
) -> None:
    """The two share their fields, and a process writes both."""
    for first, second in ((thread, thread.content), (thread.content, thread)):
        for value in (first, second):
            assert from_json(to_json(value), type(value)) == value


@thread_laws
@given(thread=st.one_of(threads(), open_threads()))
def test_what_comes_from_outside_is_new_to_a_store(thread: Thread) -> None:
    """Only a cache of one's own may say that a thread is saved already."""
    written = to_json(thread)
    read = from_json(written)
    assert read.base_version is None
    assert [type(event) for event in read.pending] == [events.Imported]
    assert read.version == read.pending[0].version == thread.version
    for kept in (from_json(written, stored=True), trusted(written)):
        assert kept == thread
        assert kept.pending == ()
        assert kept.base_version == thread.version


@few
@given(log=strategies.events_of())
def test_events_are_read_by_their_union_and_by_their_class(
    log: tuple[events.Event, ...],
) -> None:
    """A log holds any event; a handler may want one class."""
    for event in log:
        written = to_json(event)
        assert from_json(written, events.Event) == event
        assert from_json(written, type(event)) == event
        for check in (False, True):  # the door of stores
            assert trusted_event(written, check=check) == event
            with pytest.raises(FormatError):
                trusted_event(written.replace(b'"qathread":1', b'"qathread":99'))
            with pytest.raises(FormatError):
                trusted_event(written[:-1], check=check)
        other = next(cls for cls in EVENT_OF if cls is not type(event))
        assert said(written, other) == "field"


class Text(str):
    """Text of a class of its own, as data frames hand out."""


class Moment(datetime):
    """A datetime of a class of its own, as data frames hand out."""


@each_class
@few
@given(data=st.data())
def test_text_and_times_of_data_frames_are_written_as_plain_ones(
    cls: type, data: st.DataObject
) -> None:
    """`numpy.str_` is a str and `pandas.Timestamp` a datetime: rows bring them."""
    if cls is Thread:
        return
    value = data.draw(WRITTEN[cls])
    changes: dict[str, object] = {}
    for field in attrs.fields(cls):
        held = getattr(value, field.name)
        if type(held) is str and field.name != "extra":
            changes[field.name] = Text(held)
        if type(held) is datetime:
            changes[field.name] = Moment.fromtimestamp(0, held.tzinfo) + (
                held - Moment.fromtimestamp(0, held.tzinfo)
            )
    again = attrs.evolve(value, **changes)
    assert again == value
    assert to_json(again) == to_json(value)


# -- what is refused -------------------------------------------------------------

BASE = Thread.from_parts(
    id="t",
    question=Question(id="q", author_id="ada", body=Body(source="Why?")),
    posts=[Comment(id="c", parent_id="q", author_id="ada", body=Body(source="So."))],
    votes=[
        Vote(
            post_id="q",
            voter_id="ada",
            direction=qathread.UP,
            cast_at=make.START,
        )
    ],
)
DOCUMENT = to_json(BASE)


def with_text(old: str, new: str) -> bytes:
    """The document with one piece of text replaced, which must be there."""
    assert DOCUMENT.count(old.encode()) == 1, old
    return DOCUMENT.replace(old.encode(), new.encode())


def with_part(**parts: object) -> bytes:
    """The document with some members replaced."""
    return json.dumps({**json.loads(DOCUMENT), **parts}).encode()


def a_comment(**fields: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(DOCUMENT)["comments"][0]
    return {**found, **fields}


def a_vote(**fields: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(DOCUMENT)["votes"][0]
    return {**found, **fields}


TIME = '"cast_at":"2026-01-01T00:00:00Z"'
AN_ANSWER: dict[str, object] = {
    **{key: value for key, value in a_comment().items() if key != "parent_id"},
    "id": "a",
    "question_id": "q",
}
CASES: dict[str, tuple[bytes, str]] = {
    "cut": (DOCUMENT[:-1], "syntax"),
    "cut in a text": (DOCUMENT[: len(DOCUMENT) // 2], "syntax"),
    "junk after it": (DOCUMENT + b"x", "syntax"),
    "two documents": (DOCUMENT + DOCUMENT, "syntax"),
    "a raw control character": (with_text("Why?", "Why\t?"), "syntax"),
    "a raw U+0000": (with_text("Why?", "Why\0?"), "syntax"),
    "UTF-16": (DOCUMENT.decode().encode("utf-16"), "encoding"),
    "Latin-1": (with_text("Why?", "Wh\u00ff?").decode().encode("latin-1"), "encoding"),
    "overlong": (DOCUMENT.replace(b"Why?", b"\xc0\xaf"), "encoding"),
    "surrogate bytes": (DOCUMENT.replace(b"Why?", b"\xed\xa0\x80"), "encoding"),
    "cut in a character": (DOCUMENT.replace(b"Why?", b"\xf0\x9f\x8e"), "encoding"),
    "a lone surrogate escape": (with_text("Why?", "\\ud83c"), "encoding"),
    "a low surrogate escape": (with_text("Why?", "\\uDF89!"), "encoding"),
    "a surrogate escape in a key": (with_text('"title"', '"title\\ud800"'), "encoding"),
    "an escaped U+0000": (with_text("Why?", "a\\u0000b"), "forbidden-character"),
    "an escaped U+0000 in an id": (
        with_text('"id":"t"', '"id":"t\\u0000"'),
        "forbidden-character",
    ),
    "too many levels": (
        with_part(status=json.loads("[" * 201 + "]" * 201)),
        "too-deep",
    ),
    "too many mixed levels": (b'{"a":[' * 101 + b"]}" * 101, "too-deep"),
    "too many open brackets": (b"[" * 100_000, "too-deep"),
    "too many open objects": (b'{"a":' * 100_000, "too-deep"),
    "NaN": (with_text('"views":null', '"views":NaN'), "number"),
    "Infinity": (with_text('"views":null', '"views":Infinity'), "number"),
    "minus Infinity": (with_text('"views":null', '"views":-Infinity'), "number"),
    "an endless exponent": (with_text('"views":null', '"views":1e999'), "number"),
    "an exponent": (with_text('"views":null', '"views":1e2'), "number"),
    "a float": (with_text('"views":null', '"views":1.0'), "number"),
    "20 digits": (with_text('"views":null', '"views":10000000000000000000'), "number"),
    "2**63": (with_text('"views":null', '"views":9223372036854775808'), "number"),
    "2**64": (with_text('"views":null', '"views":18446744073709551616'), "number"),
    "4,301 digits": (with_text('"views":null', f'"views":{"9" * 4301}'), "number"),
    "a bool for a number": (with_text('"views":null', '"views":true'), "number"),
    "text for a number": (with_text('"views":null', '"views":"7"'), "number"),
    "odd digits": (with_text('"views":null', '"views":"\u0669"'), "number"),
    "an underscore": (with_text('"views":null', '"views":"1_000"'), "number"),
    "a padded number": (with_text('"views":null', '"views":" 7 "'), "number"),
    "a float version": (with_text('"version":1', '"version":1.0'), "number"),
    "a key twice": (with_text('"id":"t"', '"id":"t","id":"t"'), "duplicate-key"),
    "a key twice, escaped": (
        with_text('"id":"t"', '"id":"t","\\u0069d":"t"'),
        "duplicate-key",
    ),
    "a key twice, deep": (
        with_text('"source":"Why?"', '"source":"Why?","source":"?"'),
        "duplicate-key",
    ),
    "a post twice": (
        with_part(comments=[a_comment(), a_comment()], arrival=["q", "c", "c"]),
        "duplicate-id",
    ),
    "a comment with the question's id": (
        with_part(comments=[a_comment(id="q")], arrival=["q", "q"]),
        "duplicate-id",
    ),
    "a vote twice": (with_part(votes=[a_vote(), a_vote()]), "duplicate-id"),
    "two votes of one voter": (
        with_part(votes=[a_vote(), a_vote(direction="down")]),
        "duplicate-id",
    ),
    "an acceptance twice": (
        with_part(answers=[AN_ANSWER], arrival=["q", "c", "a"], accepted=["a", "a"]),
        "duplicate-id",
    ),
    "a missing parent": (
        with_part(comments=[a_comment(parent_id="x")]),
        "missing-parent",
    ),
    "a missing question": (
        with_part(question=None, arrival=["c"], votes=[]),
        "missing-parent",
    ),
    "an answer to a comment": (
        with_part(answers=[{**AN_ANSWER, "question_id": "c"}], arrival=["q", "c", "a"]),
        "wrong-parent",
    ),
    "an accepted comment": (with_part(accepted=["c"]), "wrong-parent"),
    "an accepted stranger": (with_part(accepted=["x"]), "wrong-parent"),
    "its own parent": (with_part(comments=[a_comment(parent_id="c")]), "cycle"),
    "a circle": (
        with_part(
            comments=[a_comment(parent_id="d"), a_comment(id="d", parent_id="c")],
            arrival=["q", "c", "d"],
        ),
        "cycle",
    ),
    "a naive time": (with_text(TIME, '"cast_at":"2026-01-01T00:00:00"'), "instant"),
    "an impossible day": (
        with_text(TIME, '"cast_at":"2026-02-30T00:00:00Z"'),
        "instant",
    ),
    "an impossible hour": (
        with_text(TIME, '"cast_at":"2026-01-01T24:00:00Z"'),
        "instant",
    ),
    "a leap second": (with_text(TIME, '"cast_at":"2026-01-01T23:59:60Z"'), "instant"),
    "a date alone": (with_text(TIME, '"cast_at":"2026-01-01"'), "instant"),
    "a time before time": (
        with_text(TIME, '"cast_at":"0001-01-01T00:00:00Z"'),
        "instant",
    ),
    "a time after time": (
        with_text(TIME, '"cast_at":"9999-12-31T00:00:00Z"'),
        "instant",
    ),
    "the year 0": (with_text(TIME, '"cast_at":"0000-01-01T00:00:00Z"'), "instant"),
    "a number for a time": (with_text(TIME, '"cast_at":1767225600'), "instant"),
    "odd digits in a time": (
        with_text(TIME, '"cast_at":"2026-01-0\u0661T00:00:00Z"'),
        "instant",
    ),
    "a guess": (with_text(TIME, '"cast_at":"Jan 1, 2026, 10:00"'), "instant"),
    "a week's day": (with_text(TIME, '"cast_at":"2026-W01-1T00:00:00Z"'), "instant"),
    "nanoseconds": (
        with_text(TIME, '"cast_at":"2026-01-01T00:00:00.123456789Z"'),
        "instant",
    ),
    "a comma": (with_text(TIME, '"cast_at":"2026-01-01T00:00:00,123456Z"'), "instant"),
    "an hour alone": (with_text(TIME, '"cast_at":"2026-01-01T00+00:00:00"'), "instant"),
    "a missing field": (with_text('"views":null', '"views2":null'), "field"),
    "a field too many": (with_text('"views":null', '"views":null,"x":1'), "field"),
    "a member too many": (with_part(x=1), "field"),
    "an event's name": (with_part(event="vote_cast"), "field"),
    "an unknown kind": (with_text('"kind":"qa"', '"kind":"poll"'), "field"),
    "an unknown direction": (with_text('"up"', '"UP"'), "field"),
    "null for text": (with_text('"source":"Why?"', '"source":null'), "field"),
    "a number for text": (with_text('"source":"Why?"', '"source":7'), "field"),
    "an object for an array": (with_part(votes={}), "field"),
    "an array for an object": (with_part(status=[]), "field"),
    "null for an array": (with_part(votes=None), "field"),
    "an empty id": (with_text('"id":"t"', '"id":""'), "field"),
    "version 0": (with_text('"version":1', '"version":0'), "field"),
    "a newer format": (with_text('"qathread":1', '"qathread":2'), "too-new"),
    "no format version": (with_text('"qathread":1,', ""), "not-this-format"),
    "format version 0": (with_text('"qathread":1', '"qathread":0'), "not-this-format"),
    "format version true": (
        with_text('"qathread":1', '"qathread":true'),
        "not-this-format",
    ),
    "another type": (
        with_text('"type":"thread"', '"type":"policy"'),
        "not-this-format",
    ),
    "no type": (with_text(',"type":"thread"', ""), "not-this-format"),
    "nothing": (b"", "not-this-format"),
    "blanks": (b" \n\t", "not-this-format"),
    "null": (b"null", "not-this-format"),
    "an array": (b"[]", "not-this-format"),
    "a text": (b'"thread"', "not-this-format"),
    "a number": (b"1", "not-this-format"),
    "an empty object": (b"{}", "not-this-format"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_bad_input_has_its_code(case: str) -> None:
    """Hosts tell people what to mend by the code, never by the text."""
    data, code = CASES[case]
    with Plain():
        assert said(data, Thread) == code
    assert said(data, Thread) == code


@pytest.mark.parametrize(
    ("case", "where"),
    [
        ("a float", "/question/views"),
        ("a key twice, deep", "/question/body/source"),
        ("null for text", "/question/body/source"),
        ("a field too many", "/question"),
        ("a naive time", "/votes/0/cast_at"),
        ("a time before time", "/votes/0/cast_at"),
        ("an escaped U+0000", "/question/body/source"),
        ("an unknown kind", "/kind"),
        ("another type", "/type"),
        ("a newer format", "/qathread"),
        ("overlong", f"byte {DOCUMENT.index(b'Why?')}"),
        ("cut", f"line 1, column {len(DOCUMENT)}"),
    ],
)
def test_a_refusal_names_the_place(case: str, where: str) -> None:
    """In a document of a megabyte nobody finds it otherwise."""
    with pytest.raises(FormatError) as caught:
        from_json(CASES[case][0])
    assert caught.value.where == where


def test_limits_are_limits() -> None:
    """A host says how much it takes; for its own bytes it lifts them all."""
    size = len(DOCUMENT)
    assert from_json(DOCUMENT, limits=Limits(document=size)) == BASE
    for limits in (Limits(document=size - 1), Limits(records=3)):
        with Plain(), pytest.raises(FormatError) as caught:
            from_json(DOCUMENT, limits=limits)
        assert caught.value.code == "too-large"
        with pytest.raises(FormatError) as caught:
            from_json(DOCUMENT, limits=limits)
        assert caught.value.code == "too-large"
    with pytest.raises(FormatError) as caught:
        from_json(DOCUMENT, limits=Limits(json_depth=3))
    assert caught.value.code == "too-deep"
    with pytest.raises(FormatError) as caught:
        list(from_lines(to_json(BASE.pending[0]), limits=Limits(record=9)))
    assert (caught.value.code, caught.value.where) == ("too-large", "line 1")


BROKEN = [
    name
    for name, (_, code) in CASES.items()
    if code in {"duplicate-id", "missing-parent", "wrong-parent", "cycle"}
]


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("cls", [events.Imported, Content], ids=["imported", "content"])
def test_content_is_checked_in_whatever_it_comes(case: str, cls: type) -> None:
    """An event log from outside must not smuggle a broken thread in."""
    data, code = CASES[case]
    members = json.loads(data)
    for name in ("id", "version", "type", "qathread"):
        del members[name]
    document: dict[str, Any] = {
        "qathread": FORMAT_VERSION,
        "type": "content",
        **members,
    }
    if cls is events.Imported:
        document = {**to_dict(BASE.pending[0]), "content": members}
    raw = json.dumps(document).encode()
    with Plain():
        assert said(raw, cls) == code
    assert said(raw, cls) == code


@pytest.mark.parametrize("cls", [events.Imported, Content], ids=["imported", "content"])
def test_content_is_put_in_order_in_whatever_it_comes(cls: type) -> None:
    """Equal threads must be equal bytes, also those that a log brings."""
    two = [a_vote(), a_vote(voter_id="a")]
    members = json.loads(with_part(votes=two))
    thread = from_json(json.dumps(members).encode())
    for name in ("id", "version", "type", "qathread"):
        del members[name]
    if cls is events.Imported:
        document = {**to_dict(BASE.pending[0]), "content": members}
        event = from_dict(document, events.Event)
        assert event.content == thread.content
        assert to_json(events.replay([event])) == to_json(thread)
    else:
        document = {"qathread": FORMAT_VERSION, "type": "content", **members}
        assert from_dict(document, Content) == thread.content


# -- both doors ------------------------------------------------------------------

LEAVES: list[object] = [
    None, True, False, 0, 1, -1, 2**63, 1.5, "", "x", "up", "ada",
    "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01", [], {}, ["x"],
    {"x": 1}, [[]],
]  # fmt: skip


def paths_in(value: object) -> list[tuple[Any, ...]]:
    """The way to every member of a document."""
    found: list[tuple[Any, ...]] = []
    waiting: list[tuple[object, tuple[Any, ...]]] = [(value, ())]
    while waiting:
        here, path = waiting.pop()
        if isinstance(here, dict):
            for key, member in here.items():
                found.append((*path, key))
                waiting.append((member, (*path, key)))
        elif isinstance(here, list):
            for place, member in enumerate(here):
                found.append((*path, place))
                waiting.append((member, (*path, place)))
    return found


@st.composite
def mutated(draw: st.DrawFn, written: bytes) -> bytes:
    """Bytes that are nearly those of a document."""
    document = json.loads(written)
    for _ in range(draw(st.integers(1, 2))):
        paths = paths_in(document)
        *way, last = draw(st.sampled_from(paths))
        holder = document
        for key in way:
            holder = holder[key]
        match draw(st.integers(0, 5)):
            case 0:
                del holder[last]
            case 1 | 2:
                holder[last] = draw(st.sampled_from(LEAVES))
            case 3 if isinstance(holder, dict):
                holder[draw(st.sampled_from(("x", "id", "extra", "event")))] = draw(
                    st.sampled_from(LEAVES)
                )
            case 4 if isinstance(holder, list):
                holder.append(holder[last])
            case _ if isinstance(holder, list):
                holder.reverse()
            case _:
                pass
        if not paths_in(document):
            break
    style = draw(st.integers(0, 3))
    separators = (", ", ": ") if style == 1 else (",", ":")
    raw = json.dumps(
        document,
        sort_keys=style != 2,
        separators=separators,
        ensure_ascii=style == 3,
    ).encode()
    match draw(st.integers(0, 7)):
        case 5:
            return raw[: draw(st.integers(0, len(raw)))]
        case 6:
            at = draw(st.integers(0, len(raw) - 1))
            return raw[:at] + bytes([draw(st.integers(0, 255))]) + raw[at + 1 :]
        case 7:
            at = raw.index(b":") if b":" in raw else 0
            key = raw[1:at]
            return raw[:1] + key + b":null," + raw[1:]
        case _:
            return raw


@needs_two_doors
@each_class
@more
@given(data=st.data())
def test_both_doors_take_and_refuse_the_same_bytes(
    cls: type, data: st.DataObject
) -> None:
    """What one machine stores, the other must be able to read, and the reverse."""
    written = to_json(data.draw(WRITTEN[cls]))
    for raw in (written, data.draw(mutated(written))):
        quick = said(raw, cls)
        with Plain():
            strict = said(raw, cls)
        assert quick == strict
        if not isinstance(quick, str):
            with Plain():
                assert to_json(strict) == to_json(quick)


@given(data=st.one_of(st.binary(), st.text().map(str.encode)))
@example(data=b'{"a":1.5')
@example(data=b'{"a":1,"a":2')
@example(data=b'{"a":123456789012345678901')
@example(data=b'{"a":NaN,]')
def test_arbitrary_bytes_meet_only_format_errors(data: bytes) -> None:
    """A request body may be anything."""
    for cls in (Thread, Vote, events.VoteCast):
        assert isinstance(said(data, cls), str)
        with Plain():
            assert isinstance(said(data, cls), str)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=json_values, name=st.sampled_from(sorted(json.loads(DOCUMENT))))
def test_arbitrary_json_meets_only_format_errors(value: object, name: str) -> None:
    """A member of a document may be anything too."""
    data = json.dumps({**json.loads(DOCUMENT), name: value}).encode()
    found = said(data, Thread)
    with Plain():
        assert said(data, Thread) == found
    said(json.dumps(value).encode(), Thread)
    try:
        from_dict({**json.loads(DOCUMENT), name: value})
    except FormatError:
        assert isinstance(found, str)


#: Beside what JSON allows, in the manner of JSONTestSuite; each stands where a
#: value of its sort belongs.
BAD_NUMBERS = [
    "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "--1", "- 1", "1 2", "1,",
    "\u0661",
    "00", "-", "1.e1", "NaN", "-NaN", "Inf", "infinity", "1eE2", "0b1", "1L", "1n",
    "\uff11", "nul", "True", "None", "undefined", "[1", "{", "(1)", "/**/1", "1//",
    "#1\n1", ";", "$", "'1'", "`1`",
]  # fmt: skip
BAD_TEXTS = [
    "'t'", '"t', 't"', '"\\x74"', '"\\u12"', '"\\u12G4"', '"\\U00000074"', '"\\"',
    '"t\n"', '"\t"', '"\x00"', '"\x1f"', '"\\\t"', '"\\a"', '"t" "t"', '"t",,',
    '"t":1', 't', "“t”", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '""t',
    '["t"', '{"t"}', '{t:1}', "{'t':1}", '{"t":}', '{"t" 1}', '{"t":1,}', "[,]",
    '["t",]', '["t" "t"]', "[t]", '{,"t":1}', '{"t":1 "u":2}', "\ufeff\"t\"", "*",
]  # fmt: skip


@pytest.mark.parametrize("token", BAD_NUMBERS)
def test_malformed_numbers_are_refused(token: str) -> None:
    """A parser that forgives is a parser that two machines read differently."""
    data = with_text('"version":1', f'"version":{token}')
    assert isinstance(said(data, Thread), str)
    with Plain():
        assert isinstance(said(data, Thread), str)


@pytest.mark.parametrize("token", BAD_TEXTS)
def test_malformed_texts_and_structures_are_refused(token: str) -> None:
    """The same for what stands between quotes, brackets and braces."""
    data = with_text('"id":"t"', f'"id":{token}')
    assert isinstance(said(data, Thread), str)
    with Plain():
        assert isinstance(said(data, Thread), str)


GOOD_FORMS = {
    "blanks": json.dumps(json.loads(DOCUMENT), indent=2).encode(),
    "escapes": DOCUMENT.replace(b"Why?", b"\\u0057h\\u0079\\/"),
    "another order": json.dumps(dict(reversed(json.loads(DOCUMENT).items()))).encode(),
    "another zone": with_text(TIME, '"cast_at":"2026-01-01T05:30:00+05:30"'),
    "a pair of surrogates": with_text("Why?", "\\ud83c\\udf89"),
    "votes in another order": with_part(votes=[a_vote(), a_vote(voter_id="a")]),
    "people left out": with_part(users=[]),
}


@pytest.mark.parametrize("form", GOOD_FORMS)
def test_other_forms_of_one_document_are_read_alike(form: str) -> None:
    """People write JSON too; what they mean is clear, and comes out canonical."""
    thread = said(GOOD_FORMS[form], Thread)
    assert isinstance(thread, Thread)
    with Plain():
        assert said(GOOD_FORMS[form], Thread) == thread
    assert from_json(to_json(thread)) == thread


# -- versions and golden files ---------------------------------------------------

GOLDEN = make.FOLDER / f"v{FORMAT_VERSION}"
SUMS = {
    name: found
    for found, name in (
        line.split("  ")
        for line in (GOLDEN / make.SUMS).read_text(encoding="utf-8").splitlines()
    )
}
FILES = [name for name in SUMS if name.endswith(".json")]


def test_golden_files_are_those_that_were_released() -> None:
    """A format that was written once is read for good: the files never change."""
    present = {path.name for path in GOLDEN.iterdir()} - {make.SUMS}
    assert present == set(SUMS)
    for name, found in SUMS.items():
        data = (GOLDEN / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == found, name


@pytest.mark.parametrize("name", FILES)
def test_golden_files_are_read_and_written_byte_for_byte(name: str) -> None:
    """Any release reads them, and writes the newest version of them just so."""
    data = (GOLDEN / name).read_bytes()
    cls = class_of(data)
    value: Any = from_json(data, cls)
    assert to_json(value) == data
    assert make.values()[name.removesuffix(".json")] == value
    assert to_json(make.values()[name.removesuffix(".json")]) == data
    with Plain():
        assert from_json(data, cls) == value
        assert to_json(value) == data


def class_of(data: bytes) -> type:
    document = json.loads(data)
    if document["type"] == "thread":
        return Thread
    if document["type"] == "event":
        return CLASS_OF_EVENT[document["event"]]
    return next(cls for cls, name in TYPE_OF.items() if name == document["type"])


def test_golden_files_cover_every_type() -> None:
    """A type without a file could change unseen."""
    covered = {class_of((GOLDEN / name).read_bytes()) for name in FILES}
    assert covered == {Thread, *TYPE_OF, *EVENT_OF}


def test_the_golden_log_replays_to_the_golden_thread() -> None:
    """The fold of a release may not change what an old log means."""
    log = list(from_lines((GOLDEN / "events.jsonl").read_bytes()))
    thread = events.replay(log)
    data = (GOLDEN / "thread-by-verbs.json").read_bytes()
    assert to_json(thread) == data
    assert digest(thread) == SUMS["thread-by-verbs.json"]
    for cut in range(1, len(log)):
        assert digest(events.replay(log[cut:], events.replay(log[:cut]))) == digest(
            thread
        )


def test_no_field_changes_without_a_new_format_version() -> None:
    """Old readers refuse unknown fields: a change needs another number."""
    assert make.fields() == (GOLDEN / make.FIELDS).read_text(encoding="utf-8")
    digest_now = hashlib.sha256(make.fields().encode()).hexdigest()
    assert digest_now == SUMS[make.FIELDS]


def test_old_versions_are_lifted_step_by_step() -> None:
    """Every version ever released stays readable through the chain."""
    ran: list[int] = []

    def first(document: dict[str, Any]) -> dict[str, Any]:
        ran.append(1)
        return {**document, "name": document["title"], "title": None}

    def second(document: dict[str, Any]) -> dict[str, Any]:
        ran.append(2)
        return {key: value for key, value in document.items() if key != "title"}

    old = {"qathread": 1, "title": "Why?"}
    assert upcast(old, {1: first, 2: second}, 3) == {"qathread": 3, "name": "Why?"}
    assert ran == [1, 2]
    assert old == {"qathread": 1, "title": "Why?"}
    assert upcast({"qathread": 2, "title": 1}, {1: first, 2: second}, 3) == {
        "qathread": 3
    }
    assert upcast({"qathread": 3, "x": 1}, {1: first, 2: second}, 3) == {
        "qathread": 3,
        "x": 1,
    }
    with pytest.raises(FormatError) as caught:
        upcast({"qathread": 4}, {1: first, 2: second}, 3)
    assert caught.value.code == "too-new"
    assert "4" in str(caught.value) and "3" in str(caught.value)


# -- the same everywhere ---------------------------------------------------------

SCENARIO = """
import sys
from qathread import to_json
from qathread.serialization import _codec, digest, to_lines
from tests.golden import make
if "plain" in sys.argv:
    _codec.fast = None
for thread in (make.by_verbs(), make.by_import(), make.stub_only()):
    print(digest(thread), repr(thread))
    sys.stdout.flush()
    sys.stdout.buffer.write(to_json(thread) + to_lines(thread.pending))
    sys.stdout.buffer.write(thread._repr_html_().encode())
"""


def test_no_hash_seed_locale_or_clock_changes_a_result() -> None:
    """The same inputs give the same bytes on any machine."""
    outputs = set()
    for seed, zone, language, door in (
        ("0", "UTC", "C.UTF-8", "fast"),
        ("1", "Asia/Kolkata", "tr_TR.UTF-8", "fast"),
        ("4242", "America/St_Johns", "C.UTF-8", "plain"),
    ):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": language,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCENARIO, door],
            env=environment,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        outputs.add(done.stdout)
    (output,) = outputs
    assert SUMS["thread-by-verbs.json"].encode() in output
    assert (GOLDEN / "thread-imported.json").read_bytes() in output
