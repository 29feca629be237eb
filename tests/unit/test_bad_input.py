"""The table of bad input, case by case, for every reader that it concerns."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from docs.make import samples
from qathread import formats
from qathread.errors import FormatError, QathreadError
from qathread.formats.registry import find
from qathread.limits import Limits
from tests.unit._fuzz import FORMATS, corpus

XML: Final = ("disqus", "wordpress")
HTML: Final = ("askbot", "schema-org")
MAIL: Final = ("mbox",)
TEXT: Final = ("page-text", "markdown")
FOLDERS: Final = ("convokit",)
JSON: Final = tuple(
    name for name in FORMATS if name not in (*XML, *MAIL, *TEXT, *FOLDERS)
)


def first(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return what puts *new* after the first match."""
    return lambda data: re.sub(
        pattern, lambda match: match[0] + new, data, count=1, flags=re.DOTALL
    )


#: What is done to a sample, and the code that it gets; None: fine as it is.
JSON_CASES: Final[dict[str, tuple[Callable[[bytes], bytes], str | None]]] = {
    "cut": (lambda data: data.rstrip()[:-1], "syntax"),
    "mark": (lambda data: b"\xef\xbb\xbf" + data, None),
    "crlf": (lambda data: data.rstrip() + b"\r\n", None),
    "no final newline": (lambda data: b" " + data.rstrip(), None),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), "encoding"),
    "not UTF-8": (first(rb"\{", b'"qz":"\xff",'), "encoding"),
    "overlong": (first(rb"\{", b'"qz":"\xc0\xaf",'), "encoding"),
    "half a pair": (first(rb"\{", rb'"qz":"\ud800",'), "encoding"),
    "NUL": (first(rb"\{", rb'"qz":"\u0000",'), "forbidden-character"),
    "not finite": (first(rb"\{", b'"qz":NaN,'), "number"),
    "too large for a float": (first(rb"\{", b'"qz":1e999,'), "number"),
    "twenty digits": (first(rb"\{", b'"qz":12345678901234567890,'), "number"),
    "4301 digits": (first(rb"\{", b'"qz":' + b"1" * 4301 + b","), "number"),
    "key twice": (first(rb"\{", b'"qz":1,"qz":2,'), "duplicate-key"),
    "deep": (first(rb"\{", b'"qz":' + b"[" * 500 + b"]" * 500 + b","), "too-deep"),
    "unknown member": (first(rb"\{", b'"qz":{"new":[1,2.5,null]},'), None),
    "long text": (first(rb"\{", b'"qz":"' + b"x" * 1_500_000 + b'",'), None),
}
XML_CASES: Final[dict[str, tuple[Callable[[bytes], bytes], str | None]]] = {
    "cut": (lambda data: data.rstrip()[:-3], "syntax"),
    "junk after": (lambda data: data.rstrip() + b"<more/>", "syntax"),
    "mark": (lambda data: b"\xef\xbb\xbf" + data, None),
    "comment before": (first(rb"\?>", b"<!-- a note -->"), None),
    "doctype": (first(rb"\?>", b"<!DOCTYPE rss>"), "doctype"),
    "bomb": (
        first(rb"\?>", b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
        "doctype",
    ),
    "outside entity": (
        first(rb"\?>", b'<!DOCTYPE r SYSTEM "file:///etc/passwd">'),
        "doctype",
    ),
    "not UTF-8": (first(rb"<(?:channel|disqus)[^>]*>", b"<qz>\xff</qz>"), "encoding"),
    "NUL": (
        first(rb"<(?:channel|disqus)[^>]*>", b"<qz>&#0;</qz>"),
        "forbidden-character",
    ),
    "control": (
        first(rb"<(?:channel|disqus)[^>]*>", b"<qz>&#14;</qz>"),
        "forbidden-character",
    ),
    "raw control": (
        first(rb"<(?:channel|disqus)[^>]*>", b"<qz>\x0e</qz>"),
        "forbidden-character",
    ),
    "deep": (
        first(rb"<(?:channel|disqus)[^>]*>", b"<a>" * 100 + b"</a>" * 100),
        "too-deep",
    ),
    "attribute twice": (
        first(rb"<(?:channel|disqus)[^>]*>", b'<qz a="1" a="2"/>'),
        "syntax",
    ),
    "unknown element": (
        first(rb"<(?:channel|disqus)[^>]*>", b'<qz a="1">new</qz>'),
        None,
    ),
}


def options_of(format: str) -> dict[str, Any]:
    """What settles a missing zone, where the format knows such times."""
    return {"assume_tz": "UTC"} if "assume_tz" in find(format).options else {}


def sample_of(format: str) -> bytes:
    """A small sample that is read without a word of damage."""
    if samples.folder() is None:
        pytest.skip("no reference samples: set QATHREAD_SHARED to their folder")
    for data in sorted(corpus(format), key=len):
        if format in JSON and not data.lstrip().startswith((b"{", b"[")):
            continue
        try:
            with formats.read(data, format, **options_of(format)) as reading:
                found = list(reading)
        except QathreadError:
            continue
        if found and not any(loss.damage for loss in reading.report):
            return data
    pytest.fail(f"no sample of {format} is whole")


def codes_of(data: bytes, format: str, limits: Limits = Limits()) -> set[str]:
    """What lenient reading repairs, or the code that it raises."""
    try:
        with formats.read(data, format, limits=limits, **options_of(format)) as reading:
            list(reading)
    except FormatError as error:
        return {f"raised {error.code}"}
    return {loss.code for loss in reading.report if loss.damage}


def check(data: bytes, format: str, code: str | None, before: bytes) -> None:
    """Lenient reading says *code*, and strict reading refuses it by that code."""
    found = codes_of(data, format)
    if code is None:
        assert found == codes_of(before, format)
        return
    plain = {each.removeprefix("raised ") for each in found}
    # What is broken from its start on is nothing that a reader can go on with.
    assert code in plain or plain == {"not-this-format"}
    with (
        pytest.raises(QathreadError) as caught,
        formats.read(data, format, strict=True) as reading,
    ):
        list(reading)
    if isinstance(caught.value, FormatError) and plain != {"not-this-format"}:
        assert caught.value.code == code


@pytest.mark.parametrize("case", JSON_CASES)
@pytest.mark.parametrize("format", JSON)
def test_json(format: str, case: str) -> None:
    before = sample_of(format)
    change, code = JSON_CASES[case]
    data = change(before)
    assert data != before
    check(data, format, code, before)


@pytest.mark.parametrize("case", XML_CASES)
@pytest.mark.parametrize("format", XML)
def test_xml(format: str, case: str) -> None:
    before = sample_of(format)
    change, code = XML_CASES[case]
    data = change(before)
    assert data != before
    check(data, format, code, before)


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_or_record_beyond_its_limit_is_refused(format: str) -> None:
    data = sample_of(format)
    small = Limits(document=50, record=50)
    found = codes_of(data, format, small)
    assert {code.removeprefix("raised ") for code in found} == {"too-large"}


@pytest.mark.parametrize("format", JSON)
def test_whatever_has_a_wrong_kind_is_told_or_kept(format: str) -> None:
    """Each member of the top in turn becomes what nobody expects; nothing escapes."""
    data = sample_of(format)
    try:
        value = json.loads(data)
    except ValueError:  # lines
        value = json.loads(data.partition(b"\n")[0])
    top = value[0] if isinstance(value, list) else value
    assert isinstance(top, dict)
    odds: tuple[Any, ...] = (None, [], {}, "", 0, -1, True, 1.5, [[]], {"a": None})
    for key in list(top):
        for odd in odds:
            kept, top[key] = top[key], odd
            try:
                codes_of(json.dumps(value).encode(), format)
            finally:
                top[key] = kept
