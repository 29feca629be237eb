"""Records of XML: what another parser sees, what is mended, what is refused."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any, cast
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qathread.errors import FormatError
from qathread.formats import Collector, Input
from qathread.formats._sources import open_source
from qathread.formats._xml_events import (
    Record,
    children,
    is_xml,
    records,
    text_of,
)
from qathread.formats._xml_text import FORBIDDEN
from qathread.limits import Limits


class Pieces:
    """An input that comes in pieces of a given size."""

    def __init__(self, data: bytes, size: int, report: Collector) -> None:
        self._data, self._size = data, size
        self.report, self.limits = report, Limits()

    def head(self) -> bytes:
        return self._data[: 64 * 1024]

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, len(self._data), self._size):
            yield self._data[at : at + self._size]


def found(
    data: bytes,
    *,
    size: int | None = None,
    level: int = 2,
    inner: tuple[str, ...] = (),
    namespaces: dict[str, str] | None = None,
    strict: bool = False,
    limits: Limits | None = Limits(),
) -> tuple[list[Record], dict[str, int]]:
    report = Collector(strict=strict, format="disqus")
    input = open_source(data, limits, report)
    if size is not None:
        input = cast("Input", Pieces(data, size, report))
    several = list(
        records(
            input,
            level=level,
            inner=inner,
            namespaces=namespaces or {},
            wanted="records",
        )
    )
    return several, {loss.code: loss.count for loss in report.report}


def refusal(data: bytes, **options: Any) -> FormatError:
    with pytest.raises(FormatError) as caught:
        found(data, **options)
    assert caught.value.format == "disqus"
    return caught.value


def values(data: bytes, **options: Any) -> list[object]:
    return [record.value for record in found(data, **options)[0][1:]]


# -- what another parser sees ----------------------------------------------------

_names = st.sampled_from(["a", "b", "long-name"])
_held = st.text(
    st.characters(codec="utf-8", exclude_characters="\0").filter(
        lambda each: not FORBIDDEN.match(each)
    ),
    max_size=8,
)
_marked = st.text("<>&\"']! \n\r\t;#x", max_size=12)
_texts = _held | _marked
_leaves: st.SearchStrategy[Any] = st.builds(lambda text: ({}, text, []), _texts)
_trees: st.SearchStrategy[Any] = st.recursive(
    _leaves,
    lambda inner: st.tuples(
        st.dictionaries(_names, _texts, max_size=2),
        _texts,
        st.lists(st.tuples(_names, inner), min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def rendered(name: str, tree: Any) -> str:
    attributes, text, below = tree
    shown = "".join(
        f" {key}={quoteattr(value, {chr(13): '&#13;'})}"
        for key, value in attributes.items()
    )
    inner = "".join(rendered(*each) for each in below)
    if len(text) % 2:
        text = "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        text = text.replace("\r", "]]>&#13;<![CDATA[")
    else:
        text = escape(text, {"\r": "&#13;"})
    return f"<{name}{shown}>{text}{inner}</{name}>"


def seen(element: ElementTree.Element) -> object:
    """Return an element as records are, from what the other parser made."""
    members: dict[str, Any] = {f"@{key}": text for key, text in element.items()}
    for child in element:
        value = seen(child)
        if child.tag not in members:
            members[child.tag] = value
        elif isinstance(members[child.tag], list):
            members[child.tag].append(value)
        else:
            members[child.tag] = [members[child.tag], value]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if not members:
        return text
    if text and not text.isspace():
        members["#text"] = text
    return members


@given(st.lists(_trees, max_size=3), st.sampled_from([1, 2, 3, 7, 64, 5000]))
@example([({}, "]]>", []), ({}, "&#1;]]&#2;", [])], 1)
def test_records_are_what_another_parser_sees(trees: list[Any], size: int) -> None:
    """However the bytes are cut, and however a text is written."""
    text = "".join(rendered("r", tree) for tree in trees)
    data = f"<?xml version='1.0'?><top x='1'>{text}</top>".encode()
    wanted = [seen(each) for each in ElementTree.fromstring(data)]
    several, losses = found(data, size=size, strict=True)
    assert [record.value for record in several[1:]] == wanted
    assert several[0] == Record("top", {"@x": "1"}, 1)
    assert not losses
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        other = mark + data.decode().encode(name)
        assert values(other, size=size, strict=True) == wanted
    assert values(b"\xef\xbb\xbf" + data, size=size, strict=True) == wanted


# -- what is mended --------------------------------------------------------------

_any = st.text(st.characters(codec="utf-8"), max_size=20)


@given(_any, _any, st.sampled_from([1, 2, 5, 5000]))
@example("\ufffe&#1;\0", "\x1f", 1)
def test_what_xml_cannot_hold_is_replaced_and_counted(
    plain: str, section: str, size: int
) -> None:
    section = section.replace("]]>", "").replace("\r", "")
    plain = plain.replace("\r", "")
    number = "".join(
        f"&#x{ord(each):x};" if FORBIDDEN.match(each) else escape(each)
        for each in plain
    )
    data = f"<t><a>{number}</a><b><![CDATA[{section}]]></b></t>".encode()
    wanted = [FORBIDDEN.sub("\ufffd", each) for each in (plain, section)]
    count = len(FORBIDDEN.findall(plain + section))
    several, losses = found(data, size=size)
    assert [record.value for record in several[1:]] == wanted
    assert losses == ({"forbidden-character": count} if count else {})
    if count:
        assert refusal(data, size=size, strict=True).code == "forbidden-character"


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#31;", "&#x0000b;", "&#xD800;", "&#57343;", "&#xfffe;"]
)
def test_references_to_nothing_are_left_alone_in_sections(reference: str) -> None:
    data = f"<t><a><![CDATA[{reference}]]>{reference}</a></t>".encode()
    assert values(data) == [f"{reference}\ufffd"]
    assert found(data)[1] == {"forbidden-character": 1}


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("nbsp", "\xa0"),
        ("hellip", "\u2026"),
        ("LT", "<"),
        ("AMP", "&"),
        ("NotEqualTilde", "\u2242\u0338"),
        ("CounterClockwiseContourIntegral", "\u2233"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_names_of_html_are_taken_for_their_characters(
    name: str, characters: str, size: int
) -> None:
    """Where they mean something: elsewhere they are text, and no damage."""
    data = f"<t><a b='&{name};'>1&{name};2</a><c/></t>".encode()
    assert values(data, size=size) == [
        {"@b": characters, "#text": f"1{characters}2"},
        "",
    ]
    assert found(data, size=size)[1] == {"undefined-entity": 2}
    assert refusal(data, size=size, strict=True).code == "syntax"
    told = (
        f"<t><!-- <![CDATA[ &{name}; &#1; --><?p &{name}; &#1;?>"
        f"<a><![CDATA[<!-- <? &{name}; &#1;]]>&lt;</a></t>"
    )
    wanted = f"<!-- <? &{name}; &#1;<"
    assert values(told.encode(), size=size, strict=True) == [wanted]


def test_other_names_are_damage() -> None:
    for name in ("thing", "Amp", "x" * 60, "nbsp "):
        several, losses = found(f"<t><a>1</a><a>&{name};</a></t>".encode())
        assert [record.value for record in several[1:]] == ["1"]
        assert losses == {"syntax": 1}


@given(st.binary(max_size=30), st.sampled_from([1, 3, 5000]))
@example(b"\xe2\x82", 1)
@example(b"\xef\xbf\xbd\xff", 5000)
def test_broken_utf_8_is_replaced(noise: bytes, size: int) -> None:
    noise = bytes(each for each in noise if each >= 0x80)
    data = b"<t><a>" + noise + b"</a></t>" + b" " * 200  # else it looks like a picture
    text = noise.decode("utf-8", "replace")
    wanted = FORBIDDEN.sub("\ufffd", text)
    several, losses = found(data, size=size)
    assert [record.value for record in several[1:]] == [wanted]
    broken = text != noise.decode("utf-8", "ignore")
    assert ("encoding" in losses) == broken
    if broken:
        assert refusal(data, size=size, strict=True).code == "encoding"


def test_a_cut_or_damaged_file_keeps_the_records_before() -> None:
    data = b"<t><a>1</a><b>2</b><c><d>3</d></c></t>"
    whole = values(data)
    for end in range(4, len(data)):
        several, losses = found(data[:end])
        kept = [record.value for record in several[1:]]
        assert kept == whole[: len(kept)]
        assert losses == {"syntax": 1}
        assert refusal(data[:end], strict=True).code == "syntax"
        if end >= data.index(b"<b>"):
            assert kept[:1] == ["1"]
    for bad in (b"</x>", b"<x a='1' a='2'/>", b"&thing;", b"<x", b"<1/>"):
        several, losses = found(data[:19] + bad + data[19:])
        assert [record.value for record in several[1:]] == ["1", "2"]
        assert losses == {"syntax": 1}
    assert found(data + b"<more/>")[1] == {"syntax": 1}


def test_a_record_with_records_in_it_is_given_as_far_as_it_came() -> None:
    data = b"<t><i><h>1</h><c>2</c><c>3</c><z>4</z></i><i><h>5</h><c>6"
    several, losses = found(data, inner=("c",))
    assert [(each.name, each.value, each.whole) for each in several[1:]] == [
        ("c", "2", True),
        ("c", "3", True),
        ("i", {"h": "1", "z": "4"}, True),
    ]
    assert losses == {"syntax": 1}
    several, _ = found(data + b"</c><z>7</z><y>", inner=("c",))
    assert several[-1] == Record("i", {"h": "5", "z": "7"}, 1, whole=False)
    (_, inner, _), _ = found(b"<t><i><x><c>1</c></x><c/></i></t>", inner=("c",))
    assert inner.value == ""


def test_namespaces_get_their_usual_prefix() -> None:
    known = {"http://w.example/": "wp"}
    data = b'<t xmlns:q="http://w.example/1.2/"><q:a q:k="1"><b/></q:a></t>'
    (_, record), _ = found(data, namespaces=known)
    assert (record.name, record.value) == ("wp:a", {"@wp:k": "1", "b": ""})
    (_, record), _ = found(b"<t><wp:a/></t>", namespaces=known)
    assert record.name == "wp:a"
    both = b'<t><q:a/><x xmlns:q="http://w.example/1/"><q:a/></x></t>'
    several, _ = found(both, namespaces=known)
    assert [each.value for each in several[2:]] == [{"wp:a": ""}]


# -- what is refused -------------------------------------------------------------

BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9)
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB + b"]><a>&j;</a>",
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]><a/>',
        b"<!-- " + b"x" * 5000 + b" --><!DOCTYPE a><a/>",
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_any_document_type_is_refused(data: bytes, strict: bool) -> None:
    for size in (1, 5000):
        assert refusal(data, strict=strict, size=size).code == "doctype"


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        b"<?xml version='1.0' encoding='x'?><a/>",
        "<a/>".encode("utf-16-le"),
        "<a/>".encode("utf-16-be"),
    ],
)
def test_other_encodings_are_refused(data: bytes) -> None:
    assert refusal(data).code == "encoding"


def test_levels_are_counted() -> None:
    def deep(levels: int) -> bytes:
        return b"<a>" * levels + b"</a>" * levels

    assert found(deep(64), strict=True)[1] == {}
    assert refusal(deep(65)).code == "too-deep"
    assert refusal(b"<a>" * 1_000_000).code == "too-deep"
    few = Limits(xml_depth=3)
    assert refusal(deep(4), limits=few).code == "too-deep"
    assert found(deep(3000), limits=None)[1] == {}


@pytest.mark.parametrize(
    "data",
    [
        b"<t><a>" + b"x" * 3000 + b"</a></t>",
        b"<t><a>" + b"<b/>" * 3000 + b"</a></t>",
        b"<t><a b='" + b"x" * 3000 + b"'/></t>",
        b"<t><a><b>" + b"<c/><d/>" * 3000 + b"</b></a></t>",
        b"<t><a>" + b"<c>1</c><d/>" * 3000 + b"</a></t>",
    ],
)
def test_a_record_beyond_its_limit_is_refused(data: bytes) -> None:
    limits = Limits(record=2500)
    assert refusal(data, limits=limits, inner=("c",)).code == "too-large"
    assert found(data, limits=None, inner=("c",), strict=True)[1] == {}


def test_a_comment_or_tag_beyond_the_limit_is_refused_before_its_end() -> None:
    limits = Limits(record=2500)
    for begun in (b"<t><!-- ", b"<t><a b='", b"<t><?p "):
        data = begun + b"x" * 400_000
        assert refusal(data, limits=limits).code == "too-large"
        assert found(data, limits=None)[1] == {"syntax": 1}


def test_many_names_are_no_burden() -> None:
    names = [f"n{number}" for number in range(3000)]
    inner = "".join(f"<q:{name}/>" for name in names)
    (_, record), _ = found(f"<t><a>{inner}</a></t>".encode())
    assert record.value == {f"q:{name}": "" for name in names}
    undeclared = b'<t xmlns:wp="http://w.example/"><a wp:k="1"/></t>'
    assert values(undeclared) == [{"@wp:k": "1"}]
    unnamed = b'<t xmlns:q="http://w.example/"><q:a/></t>'
    assert found(unnamed, namespaces={"http://w.example/": ""})[0][1].name == "a"


def test_records_in_a_record_do_not_count_as_a_part_of_it() -> None:
    data = b"<t><a>" + b"<c x='1'>1</c>" * 3000 + b"</a></t>"
    several, _ = found(data, limits=Limits(record=200), inner=("c",), strict=True)
    assert len(several) == 3002
    assert [several[at].inner for at in (0, 1, -2, -1)] == [False, True, True, False]


def test_many_records_of_any_size_are_read() -> None:
    """Only a record is bounded: a file may be of any size."""
    record = b"<a>" + b"x" * 900 + b"</a> "
    data = b"<t>" + record * 20_000 + b"</t>"
    limits = Limits(record=1000, document=1000)
    assert len(found(data, limits=limits)[0]) == 20_001
    few = Limits(records=10)
    assert refusal(data, limits=few).code == "too-large"


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        (b"<t><a b='", b"x" * 64),
        (b"<!-- ", b"x" * 64),
        (b"<t><!-- ", b"-" * 64),
        (b"<t><?pi ", b"?" * 64),
        (b"<t><a", b" b" * 32),
        (b"<t>", b"<![CDATA[]]>" * 5),
        (b"<t><a>", b"&#1;" * 16),
        (b"<t><a>", b"]" * 64),
        (b"<t><a>", b"&#0000000" * 8),
        (b"<t><a>", b"&nbsp;" * 10),
        (b"<t><a>", b"&nbsp" * 12),
        (b"<t><a>", b"-?" * 32),
        (b"<t>", b"<!---->" * 9),
        (b"<t>", b"<?a?>" * 12),
    ],
)
def test_time_grows_with_the_size(before: bytes, piece: bytes) -> None:
    """No token is looked at again and again, and no mending starts over."""

    def spent(count: int) -> float:
        data = before + piece * count
        start = time.process_time()
        with contextlib.suppress(FormatError):
            found(data, limits=None)
        return time.process_time() - start

    small = min(spent(20_000) for _ in range(2))
    assert spent(160_000) < 24 * small + 0.5


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"\x89PNG\r\n", "PNG"),
        (b"{}", "no XML"),
        (b"<", "no XML"),
        (b"plain words", "no XML"),
    ],
)
def test_what_is_no_xml_is_named(data: bytes, says: str) -> None:
    error = refusal(data)
    assert error.code == "not-this-format"
    assert says in error.message


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_a_format_error(data: bytes) -> None:
    for given_ in (data, b"<t><a>" + data):
        try:
            found(given_)
        except FormatError as error:
            assert error.code
        try:
            found(given_, strict=True)
        except FormatError as error:
            assert len(str(error)) < 500


def test_small_helpers() -> None:
    assert children(None) == []
    assert children("a") == ["a"]
    assert children(["a"]) == ["a"]
    assert text_of({"#text": "x"}) == "x"
    assert text_of("") is None
    assert is_xml(b"\xef\xbb\xbf <?xml?><rss a='b' wp>", "rss", b"wp")
    assert is_xml(b"\xff\xfe" + "<rss wp>".encode("utf-16-le"), "rss", b"wp")
    assert not is_xml(b"<rssy wp>", "rss", b"wp")
    assert not is_xml(b"words <rss wp>", "rss", b"wp")
