"""Reading dumps of Stack Exchange: what their tables hold, and the traps in them."""

import subprocess
import sys
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from qathread import (
    Body,
    Limits,
    Stub,
    Tally,
    UserKind,
    formats,
    from_json,
    to_json,
)
from qathread.errors import (
    FormatError,
)
from qathread.formats import stackexchange
from qathread.formats.stackexchange._tables import TABLES, Table
from qathread.losses import LossReport
from tests.unit._dumps import (
    DECLARATION,
    INDEX,
    Row,
    answer,
    at,
    badge,
    comment,
    element,
    file,
    history,
    link,
    number_of,
    question,
    read,
    refusal,
    site_of,
    small,
    tag,
    told,
    user,
    vote,
    wiki,
    write,
)

# -- a sound site ----------------------------------------------------------------


def test_a_small_site(folder: Path) -> None:
    threads, report = read(folder)
    assert report == LossReport()
    assert [thread.id for thread in threads] == ["1", "4", "6"]
    thread = threads[0]
    assert [post.id for post in thread.posts] == ["1", "2", "3", "c1", "c2"]
    assert thread.question.title == "Why 1?"
    assert thread.question.tags == ("a", "b-c")
    assert thread.question.views == 7
    assert thread.question.body == Body(
        source="<p>Why 1?</p>\n", media_type="text/html"
    )
    assert thread.question.created_at == datetime(2020, 1, 2, 1, tzinfo=UTC)
    assert thread.accepted == ("2",)
    assert thread.tally("1") == Tally(post_id="1", up=2, down=1, score=1)
    assert thread.tally("2") == Tally(post_id="2", up=0, down=1, score=-1)
    assert thread.tally("c1") == Tally(post_id="c1", score=0)
    assert {user.id: user.name for user in thread.users.values()} == {
        "1": "Ada",
        "2": "Grace",
    }
    assert [link.target for link in thread.links] == ["4"]
    assert [revision.title for revision in thread.revisions] == ["Why 1?", None, None]
    assert from_json(to_json(thread)) == thread
    strict, again = read(folder, strict=True)
    assert strict == threads
    assert again == report


def test_a_folder_and_a_table_are_known_without_their_format(folder: Path) -> None:
    with formats.read(folder) as reading:
        assert reading.format == "stackexchange"
        assert len(list(reading)) == 3
    posts = folder / "Posts.xml"
    assert formats.sniff(posts) == formats.sniff(posts.read_bytes()) == "stackexchange"
    with formats.read(posts.read_bytes()) as reading:
        assert len(list(reading)) == 3
    with formats.read(BytesIO(posts.read_bytes())) as reading:
        assert len(list(reading)) == 3


# -- layouts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "style",
    [
        {"head": DECLARATION, "line": "\n"},
        {"head": "", "line": "\n"},
        {"head": "\ufeff", "line": ""},
        {"head": "\ufeff" + DECLARATION, "line": "", "end": "\r\n"},
        {"root": "xml"},
        {"root": "xml", "head": "", "line": "\n"},
        {"end": "\n\n"},
        {"end": "\r\n<!-- the end -->\r\n"},
        {"head": f"{DECLARATION}\n<!-- All content is licensed -->", "line": "\n"},
        {"head": f'{DECLARATION}<!--\n<posts>\n  <row Id="8" />\n</posts>\n-->'},
        {"head": f"{DECLARATION}<!--{'licence < ' * 9_000}-->"},
        {"head": DECLARATION.replace("utf-8", "UTF-8")},
        {"head": DECLARATION.replace("utf-8", "us-ascii")},
        {"head": "<?xml version='1.0'?>"},
    ],
    ids=lambda style: repr(style)[:60],
)
def test_all_layouts_are_read_alike(
    folder: Path, tmp_path: Path, style: Mapping[str, str]
) -> None:
    other = write(tmp_path / "other", small(), **style)
    assert read(other, strict=True) == read(folder, strict=True)
    with stackexchange.open(folder) as one, stackexchange.open(other) as two:
        for table in TABLES:
            assert [*one.site.rows(table)] == [*two.site.rows(table)]


def test_tables_may_be_empty_and_written_shortly(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", {"Posts": small()["Posts"], "Votes": []})
    (folder / "Comments.xml").write_bytes(b"<comments />")
    (folder / "Tags.xml").write_bytes(b"<?xml version='1.0'?>\n<tags/>\n")
    threads, report = read(folder, strict=True)
    assert len(threads) == 3
    # No votes at all: the scores stand.
    assert told(report) == {"noted score-differs": 2, "noted accepted-differs": 1}


def test_tags_are_written_in_either_manner(tmp_path: Path) -> None:
    """Since 2024 they stand between bars."""
    posts = [
        question(1, Tags="|a|b-c|"),
        question(2, Tags="<a><b-c>"),
        question(3, Tags=""),
        question(4, Tags="a"),
        question(5, Tags="<a><a>"),
        question(6, Tags="||"),
    ]
    folder = write(tmp_path / "site", {"Posts": posts})
    threads, report = read(folder, strict=True)
    tags = [thread.question.tags for thread in threads]
    assert tags[:2] == [("a", "b-c")] * 2
    assert tags[2:4] == [(), ("a",)]
    assert told(report) == {}
    for thread, row in zip(threads, posts, strict=True):
        kept = thread.question.provenance
        assert kept is not None
        assert from_json(to_json(thread)) == thread
        if row["Tags"] in ("a", "||"):
            assert kept.members()["Tags"] == row["Tags"]


def test_rows_may_be_very_long(tmp_path: Path) -> None:
    body = "<p>&\n" * 200_000
    folder = write(tmp_path / "site", {"Posts": [question(1, Body=body), question(2)]})
    threads, _ = read(folder, strict=True)
    assert threads[0].question.body.source == body
    assert len(threads) == 2


@pytest.mark.parametrize("table", ["Posts", "Comments", "Badges"])
def test_a_row_beyond_the_limit_is_refused(tmp_path: Path, table: Table) -> None:
    """Also where it is the last of a file that is cut."""
    tables: dict[str, list[Row]] = {
        **small(),
        "Badges": [badge(1, 1, name="x" * 5_000)],
    }
    tables["Posts"] = [question(1, Body="x" * 5_000), *tables["Posts"][1:]]
    tables["Comments"] = [comment(1, 1, Text="x" * 5_000)]
    folder = write(tmp_path / "site", tables)
    path = folder / f"{table}.xml"
    place = path.read_bytes().index(b"<row ")
    small_limits = Limits(record=4_000)
    for source in (path, path.read_bytes()[:-20]):
        with pytest.raises(FormatError, match=r"Limits\.record") as caught:
            read(source, limits=small_limits)
        assert caught.value.code == "too-large"
        assert str(caught.value.where).endswith(f"byte {place}")
        read(source, limits=None)
    # An index that was built without a limit is no way around it.
    with stackexchange.open(folder, limits=None) as threads:
        assert len(threads) == 3
    with pytest.raises(FormatError, match=r"Limits\.record"):
        stackexchange.open(folder, limits=small_limits)
    with pytest.raises(FormatError, match=r"Limits\.record"):
        read(folder, limits=small_limits)


# -- characters ------------------------------------------------------------------


def test_forbidden_characters_are_replaced_and_counted(tmp_path: Path) -> None:
    """Written as themselves or as references; a strict reading names the place."""
    body = element(question(2, Body="BODY"))
    rows: list[Row | str] = [
        question(1),
        body.replace("BODY", "a&#x0E;b&#0;c&#xFFFE;d&#xD800;e&#x110000;f"),
        body.replace('"2"', '"3"').replace("BODY", "a\x0eb\x00c\ufffed\x1f"),
        question(4, Body="\x7f\x85\u202e\U0001f600\ufffd kept"),
    ]
    folder = write(tmp_path / "site", {"Posts": rows})
    threads, report = read(folder)
    gone = "\ufffd"
    assert [thread.question.body.source for thread in threads] == [
        "<p>Why 1?</p>\n",
        f"a{gone}b{gone}c{gone}d{gone}e{gone}f",
        f"a{gone}b{gone}c{gone}d{gone}",
        "\x7f\x85\u202e\U0001f600\ufffd kept",
    ]
    assert told(report) == {"repaired forbidden-character": 9}
    place = (folder / "Posts.xml").read_bytes().index(b'<row Id="2"')
    (loss,) = [loss for loss in report if loss.damage]
    assert loss.examples[0] == f"Posts.xml, byte {place}"
    error = refusal(folder)
    assert (error.code, error.where) == (
        "forbidden-character",
        f"Posts.xml, byte {place}",
    )


def test_bytes_that_are_no_utf8_are_replaced_and_counted(tmp_path: Path) -> None:
    data = file("Posts", [question(1, Body="aXXb"), question(2, Title="YY")])
    data = data.replace(b"XX", b"\xff\xc3(").replace(b"YY", b"\xed\xa0\x80\xf0\x9f")
    threads, report = read(data)
    assert threads[0].question.body.source == "a\ufffd\ufffd(b"
    assert threads[1].question.title == "\ufffd\ufffd\ufffd\ufffd"
    assert told(report) == {"repaired encoding": 6}
    assert refusal(data).code == "encoding"


@pytest.mark.parametrize("table", TABLES)
def test_damaged_characters_are_told_once_in_every_table(
    tmp_path: Path, table: Table
) -> None:
    """Whether a row is written as usual or not."""
    tables = small()
    usual = element({**tables[table][0], "New": "X"})
    column = next(iter(tables[table][0]))
    number = tables[table][0][column]
    odd = usual.replace(f'{column}="{number}"', f"{column}='{number}'")
    for row in (usual, odd):
        folder = write(tmp_path / "site", {**tables, table: [row, *tables[table][1:]]})
        for path in (folder / f"{table}.xml",):
            path.write_bytes(path.read_bytes().replace(b"X", b"\x01", 1))
        with formats.read(folder, "stackexchange") as reading:
            threads = list(reading)
            sites = site_of(reading)
            for _ in range(2):
                assert len([*sites.users()]) == 3
                assert len([*sites.badges()]) == 2
                assert len([*sites.tags()]) == 2
            assert told(reading.report) == {"repaired forbidden-character": 1}
        assert len(threads) == 3
        assert refusal(folder).code == "forbidden-character"


def test_line_ends_and_tabs_in_values(tmp_path: Path) -> None:
    """References keep them; as themselves they are blanks, but for tabs."""
    row = element(question(1, Body="BODY"))
    body = "a&#xA;b&#xD;&#xA;c&#x0A;d&#10;e&#9;f\tg\nh\r\ni\rj"
    folder = write(tmp_path / "site", {"Posts": [row.replace("BODY", body)]})
    threads, _ = read(folder, strict=True)
    assert threads[0].question.body.source == "a\nb\r\nc\nd\ne\tf\tg h i j"


def test_references_that_are_none_stay_as_they_are(tmp_path: Path) -> None:
    row = element(question(1, Body="BODY"))
    body = "AT&T &nbsp; &amp;lt; &; &#; &#x; &lt &copy;"
    data = file("Posts", [row.replace("BODY", body)])
    threads, report = read(data)
    assert threads[0].question.body.source == "AT&T &nbsp; &lt; &; &#; &#x; &lt &copy;"
    assert told(report) == {"repaired syntax": 7}
    assert refusal(data).code == "syntax"


# -- encodings -------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("given", ["bytes", "file", "folder"])
def test_utf16_is_refused_by_its_name(
    tmp_path: Path, encoding: str, given: str
) -> None:
    text = file("Posts", small()["Posts"], head=DECLARATION).decode()
    path = tmp_path / "Posts.xml"
    path.write_bytes(text.encode(encoding))
    sources: dict[str, formats.Source] = {
        "bytes": path.read_bytes(),
        "file": path,
        "folder": tmp_path,
    }
    with pytest.raises(FormatError, match="UTF-16") as caught:
        read(sources[given])
    assert caught.value.code == "encoding"


def test_another_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    head = DECLARATION.replace("utf-8", "ISO-8859-1")
    folder = write(tmp_path / "site", {"Posts": [question(1)]}, head=head)
    with pytest.raises(FormatError, match=r"Posts\.xml says.*ISO-8859-1") as caught:
        read(folder)
    assert caught.value.code == "encoding"


@pytest.mark.parametrize("name", ["utf-16", "utf-9", "\ufffd"])
def test_an_encoding_that_cannot_be_is_taken_for_utf8(name: str) -> None:
    """Some programs write the name of UTF-16 into files that are none."""
    data = file("Posts", [question(1)], head=DECLARATION.replace("utf-8", name))
    threads, report = read(data)
    assert len(threads) == 1
    assert told(report) == {"repaired encoding": 1}
    assert refusal(data).code == "encoding"


# -- what is no dump -------------------------------------------------------------

BOMB = (
    '<!DOCTYPE posts [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE posts>",
        '<!DOCTYPE posts SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE posts [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!doctype posts [<!ENTITY % p SYSTEM "http://localhost/x"> %p;]>',
        BOMB,
    ],
)
@pytest.mark.parametrize("table", ["Posts", "Users", "Votes", "Badges"])
def test_a_doctype_is_always_refused(
    tmp_path: Path, doctype: str, table: Table
) -> None:
    folder = write(tmp_path / "site", small())
    rows = [element(row) for row in small()[table]]
    rows[0] = rows[0].replace('="', '="&a8;&x;', 1)
    for head in (
        f"{DECLARATION}\n{doctype}",
        doctype,
        f"{DECLARATION}<!-- --> {doctype}",
    ):
        (folder / f"{table}.xml").write_bytes(file(table, rows, head=head))
        for strict in (False, True):
            with pytest.raises(FormatError, match="DOCTYPE") as caught:
                read(folder, strict=strict)
            assert caught.value.code == "doctype"
            place = f"{table}.xml, byte {head.upper().index('<!DOCTYPE')}"
            assert caught.value.where == place


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty input"),
        (b"\xef\xbb\xbf \r\n", "empty input"),
        (b"<!DOCTYPE html><html><head>", "an HTML page"),
        (b"\n<html lang='en'>", "an HTML page"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS pointer"),
        (b"not found", "something else"),
        (b"{}", "something else"),
        (b"<rss><channel>", "another kind of XML"),
        (
            b"<?xml version='1.0'?>\n<rss><channel></channel></rss>",
            "another kind of XML",
        ),
        (b"7z\xbc\xaf\x27\x1c", "7z archive"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "PNG"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(
    tmp_path: Path, data: bytes, looks: str
) -> None:
    path = tmp_path / "Posts.xml"
    path.write_bytes(data)
    for source in (path, tmp_path):
        with pytest.raises(FormatError, match=looks) as caught:
            read(source)
        assert caught.value.code == "not-this-format"
        assert "Posts.xml" in str(caught.value)
    if b"rss" not in data:
        with pytest.raises(
            FormatError, match=looks.replace("another kind of XML", ".")
        ):
            read(data)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("Posts.xml is elsewhere")
    (tmp_path / "Posts.xml").mkdir()
    with pytest.raises(FormatError, match=r"hold Posts\.xml") as caught:
        read(tmp_path)
    assert caught.value.code == "not-this-format"
    with pytest.raises(FormatError, match="hold"):
        stackexchange.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        stackexchange.open(tmp_path / "none")


def test_a_table_under_the_name_of_another_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", small())
    (folder / "Posts.xml").write_bytes(file("Comments", small()["Comments"]))
    threads, report = read(folder)
    assert threads == []
    assert told(report) == {"skipped field": 4, "noted not-this-format": 1}
    refusal(folder)


# -- around the rows -------------------------------------------------------------

Q1, Q2 = element(question(1)), element(question(2))


@pytest.mark.parametrize(
    ("data", "number", "damage"),
    [
        (f"{Q1}\n{Q2}\n", 2, {"repaired syntax": 1, "lost syntax": 1}),
        (f"{Q1}\n{Q2}\n</posts>", 2, {"repaired syntax": 2, "lost syntax": 1}),
        (f"<posts>{Q1}{Q2}", 2, {"lost syntax": 1}),
        (f"<posts>{Q1}{Q2}</posts", 2, {"lost syntax": 1}),
        (f"<posts>{Q1}{Q2}</posts>\n<!-- ", 2, {}),
        (f"<posts>{Q1}</posts>{Q2}", 2, {"repaired syntax": 1, "lost syntax": 1}),
        (f"<posts>{Q1}</posts></posts>", 1, {"repaired syntax": 1}),
        (
            f"{DECLARATION}<posts>{Q1}</posts>{DECLARATION}<posts>{Q2}</posts>",
            2,
            {"skipped syntax": 1, "repaired syntax": 1},
        ),
        (f"<posts>junk{Q1}</posts>", 1, {"skipped syntax": 1}),
        (f"<posts>{Q1}</posts>junk", 1, {"skipped syntax": 1}),
        (f"<!-- -->junk<posts>{Q1}</posts>", 1, {"skipped syntax": 1}),
        (f"{DECLARATION}junk<posts>{Q1}</posts>", 1, {"skipped syntax": 1}),
        (f"<posts>{Q1}junk{Q2}</posts>", 2, {"repaired syntax": 1}),
        (f"<posts>{Q1}={Q2[1:]}</posts>", 1, {"repaired syntax": 1}),
        (f"<posts>={Q1[1:]}{Q2}</posts>", 1, {"skipped syntax": 1}),
        (f"<?xml version='1.0'><posts>{Q1}</posts>", 1, {"repaired syntax": 1}),
        (f"x<posts>{Q1}</posts>", 1, {"repaired syntax": 1}),
        (f"=posts>{Q1}</posts>", 1, {"repaired syntax": 3, "lost syntax": 1}),
        (f"<pasts>{Q1}</posts>", 1, {"repaired syntax": 2, "lost syntax": 1}),
        (f"<posts>{Q1}<item /></posts>", 1, {"skipped syntax": 1}),
        (f"<posts>{Q1}<![CDATA[x]]></posts>", 1, {"skipped syntax": 1}),
        (f"<posts>{Q1.replace(' />', '></row>')}{Q2}</posts>", 2, {}),
        (f"<posts>{Q1}<!-- {Q2} --></posts>", 1, {}),
        (f"<posts>{Q1}<!-- {Q2}</posts>", 1, {"lost syntax": 1}),
        (f"<posts><!--> {Q1} --></posts>", 0, {}),
        (f"<posts><row/>{Q1}</posts>", 1, {"skipped syntax": 1}),
        (f"<posts><row />{Q1}</posts>", 1, {"skipped field": 1}),
    ],
    ids=str,
)
def test_what_is_wrong_around_the_rows_is_told(
    tmp_path: Path, data: str, number: int, damage: dict[str, int]
) -> None:
    (tmp_path / "Posts.xml").write_text(data, newline="")
    threads, report = read(tmp_path)
    noted = {"noted not-this-format": 1} if "<pasts>" in data else {}
    assert len(threads) == number
    assert told(report) == damage | noted
    if damage:
        assert refusal(tmp_path).code in ("syntax", "field")
    else:
        assert read(tmp_path, strict=True)[0] == threads


def test_what_stands_around_the_rows_is_kept_in_bounds(tmp_path: Path) -> None:
    """A comment that never ends takes neither time nor memory."""
    head = f"{DECLARATION}<!-- " + "<row />\n" * 400_000
    (tmp_path / "Posts.xml").write_text(head)
    threads, report = read(tmp_path)
    assert threads == []
    assert told(report) == {"lost syntax": 1}
    with stackexchange.open(tmp_path):
        pass
    assert (tmp_path / INDEX).stat().st_size < 4_000_000


WITHOUT = """
    import sys
    sys.modules["lxml"] = None

    from qathread import formats, to_json
    from qathread.formats.stackexchange import _decoding

    assert _decoding.etree is None
    for thread in formats.read(sys.argv[1], "stackexchange"):
        sys.stdout.buffer.write(to_json(thread) + b"\\n")
"""


def test_without_lxml_the_same_is_read(folder: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WITHOUT), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True)
    assert done.stdout.splitlines() == [to_json(thread) for thread in read(folder)[0]]


# -- missing parts ---------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_one_table_is_enough(folder: Path, table: Table) -> None:
    """What it holds is read, and what is missing is named."""
    path = folder / f"{table}.xml"
    for source in (path, path.read_bytes()):
        with formats.read(source, "stackexchange", strict=True) as reading:
            threads = list(reading)
            site = site_of(reading)
            rows = {name: [*site.rows(name)] for name in TABLES}
            loose = {name: [*site.loose(name)] for name in TABLES}
        assert rows == {name: small()[name] if name == table else [] for name in TABLES}
        (loss,) = reading.report
        assert loss.code == "missing-table"
        assert loss.examples == tuple(f"{t}.xml" for t in TABLES if t != table)
        assert [thread.id for thread in threads] == (
            ["1", "4", "6"] if table == "Posts" else []
        )
        if table == "Posts":
            assert loose["Posts"] == [small()["Posts"][4]]
            assert threads[0].tally("1") == Tally(post_id="1", score=1)
            assert threads[0].users["1"].name is None
            assert threads[0].accepted == ("2",)
        else:
            loose["Votes"].sort(key=number_of)
            assert loose == rows


def test_everything_but_posts(folder: Path) -> None:
    (folder / "Posts.xml").unlink()
    with formats.read(folder, "stackexchange") as reading:
        assert list(reading) == []
        site = site_of(reading)
        assert sorted(site.loose("Votes"), key=number_of) == small()["Votes"]
        assert [*site.pages()] == []
        assert [tag.wiki for tag in site.tags()] == [None, None]
    assert [loss.examples for loss in reading.report] == [("Posts.xml",)]
    with stackexchange.open(folder) as threads:
        assert len(threads) == 0
        assert "1" not in threads


@pytest.mark.parametrize("table", [name for name in TABLES if name != "Posts"])
def test_everything_but_one(folder: Path, table: Table) -> None:
    (folder / f"{table}.xml").unlink()
    threads, report = read(folder, strict=True)
    assert len(threads) == 3
    assert told(report) == {}
    assert [loss.examples for loss in report] == [(f"{table}.xml",)]


# -- people ----------------------------------------------------------------------


def test_authors_without_an_account_are_one_user_a_post(tmp_path: Path) -> None:
    """By name only, unknown, nobody: never one that they share."""
    nobody = {"OwnerUserId": "", "OwnerDisplayName": "user3313"}
    posts = [
        question(1, OwnerUserId=""),
        {k: v for k, v in answer(2, **nobody).items() if k != "OwnerUserId"},
        {k: v for k, v in answer(3, **nobody).items() if k != "OwnerUserId"},
        {k: v for k, v in answer(4).items() if k != "OwnerUserId"},
        answer(5, OwnerUserId="77"),
        answer(6, OwnerUserId="-1", OwnerDisplayName="Community"),
        answer(7, OwnerUserId="abc"),
        answer(8, OwnerUserId="²"),
        answer(9, OwnerUserId="9" * 5_000),
    ]
    comments = [
        {k: v for k, v in comment(1, UserDisplayName="user1").items() if k != "UserId"},
        {k: v for k, v in comment(2).items() if k != "UserId"},
    ]
    tables: dict[str, list[Row]] = {
        "Posts": posts,
        "Comments": comments,
        "Users": [user(1, "Ada")],
    }
    threads, report = read(write(tmp_path / "site", tables), strict=True)
    (thread,) = threads
    people = {post.id: thread.author(post.id) for post in thread.posts}
    faces = {id: (user.id, user.name, user.kind) for id, user in people.items()}
    assert faces == {
        "1": ("gone:p1", None, UserKind.DELETED),
        "2": ("gone:p2", "user3313", UserKind.DELETED),
        "3": ("gone:p3", "user3313", UserKind.DELETED),
        "4": ("gone:p4", None, UserKind.DELETED),
        "5": ("77", None, UserKind.REGISTERED),
        "6": ("-1", None, UserKind.SYSTEM),
        "7": ("abc", None, UserKind.REGISTERED),
        "8": ("²", None, UserKind.REGISTERED),
        "9": ("9" * 5_000, None, UserKind.REGISTERED),
        "c1": ("gone:c1", "user1", UserKind.DELETED),
        "c2": ("gone:c2", None, UserKind.DELETED),
    }
    assert told(report) == {"noted missing-user": 4}
    assert thread["6"].author_name == "Community"
    assert from_json(to_json(thread)) == thread


# -- rows that hang nowhere ------------------------------------------------------


def test_answers_without_their_question_hang_on_a_stub(tmp_path: Path) -> None:
    posts = [question(1), answer(2, 8), answer(3, 8), answer(4, 9), answer(5, 1)]
    tables: dict[str, list[Row]] = {
        "Posts": posts,
        "Comments": [comment(1, 2), comment(2, 8)],
    }
    folder = write(tmp_path / "site", tables)
    threads, report = read(folder)
    assert [thread.id for thread in threads] == ["1", "8", "9"]
    stubbed = threads[1]
    assert stubbed.root == Stub(id="8")
    assert [post.id for post in stubbed.posts] == ["2", "3", "c1"]
    assert [post.id for post in threads[0].posts] == ["1", "5"]
    assert told(report) == {"repaired missing-parent": 3}
    assert from_json(to_json(stubbed)) == stubbed
    assert refusal(folder).code == "missing-parent"
    with stackexchange.open(folder) as opened:
        assert list(opened) == ["1", "8", "9"]
        assert opened["8"] == stubbed
        assert [*opened.site.loose("Comments")] == [comment(2, 8)]


def test_an_answer_to_an_answer_hangs_on_a_stub(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "site", {"Posts": [question(1), answer(2, 1), answer(3, 2)]}
    )
    threads, report = read(folder)
    assert [[post.id for post in thread.posts] for thread in threads] == [
        ["1", "2"],
        ["3"],
    ]
    assert told(report) == {"repaired missing-parent": 1}


def test_answers_that_name_no_question_are_pages(tmp_path: Path) -> None:
    """To themselves, to nothing, to what is no number."""
    posts = [
        question(1),
        answer(2, 2),
        {k: v for k, v in answer(3).items() if k != "ParentId"},
        answer(4, ParentId="x"),
        answer(5, ParentId="01"),
        answer(6, ParentId="9" * 30),
        answer(7, ParentId="٣"),
    ]
    folder = write(tmp_path / "site", {"Posts": posts, "Comments": [comment(1, 2)]})
    with formats.read(folder, "stackexchange") as reading:
        assert [thread.id for thread in reading] == ["1"]
    assert told(reading.report) == {"repaired cycle": 1, "repaired missing-parent": 5}
    site = site_of(reading)
    assert [page.id for page in site.pages()] == ["2", "3", "4", "5", "6", "7"]
    assert [page.kind for page in site.pages()] == ["answer"] * 6
    assert [*site.loose("Comments")] == [comment(1, 2)]
    assert refusal(folder).code == "cycle"


def test_attributes_may_come_in_any_order(tmp_path: Path) -> None:
    """The parent of an answer is found wherever it stands."""
    turned = {
        table: [dict(reversed(row.items())) for row in rows]
        for table, rows in small().items()
    }
    kept = {
        table: [
            {"Id": row["Id"], **{k: v for k, v in reversed(row.items()) if k != "Id"}}
            for row in rows
        ]
        for table, rows in small().items()
    }
    mixed = {"Id", "PostTypeId", "CreationDate"}
    later = {
        **small(),
        "Posts": [
            {k: v for k, v in row.items() if k in mixed}
            | {k: v for k, v in row.items() if k not in mixed}
            for row in small()["Posts"]
        ],
    }
    expected = read(write(tmp_path / "site", small()))
    for number, tables in enumerate((turned, kept, later)):
        assert read(write(tmp_path / f"{number}", tables), strict=True) == expected


def test_what_hangs_on_deleted_posts_is_loose(folder: Path) -> None:
    with formats.read(folder, "stackexchange") as reading:
        list(reading)
    site = site_of(reading)
    tables = small()
    assert [*site.loose("Comments")] == tables["Comments"][2:]
    assert [*site.loose("PostHistory")] == tables["PostHistory"][5:]
    assert [*site.loose("PostLinks")] == tables["PostLinks"][2:]
    assert [*site.loose("Votes")] == tables["Votes"][6:]
    assert [*site.loose("Posts")] == [tables["Posts"][4]]
    for table in ("Badges", "Tags", "Users"):
        assert [*site.loose(table)] == tables[table]


# -- ids -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table", [name for name in TABLES if name not in "Badges Tags"]
)
def test_of_rows_with_one_id_the_last_stands(tmp_path: Path, table: Table) -> None:
    """Whether they are the same or not; a strict reading refuses them."""
    tables = small()
    first = tables[table][1]
    changed = {
        "Posts": {"Score": "-1", "Body": "another", "CommentCount": "1"},
        "Comments": {"Text": "another"},
        "PostHistory": {"Comment": "another"},
        "PostLinks": {"LinkTypeId": "1"},
        "Users": {"DisplayName": "another"},
        "Votes": {"VoteTypeId": "2"},
    }[table]
    expected = read(
        write(
            tmp_path / "site",
            {
                **tables,
                table: [tables[table][0], {**first, **changed}, *tables[table][2:]],
            },
        )
    )
    assert told(expected[1]) == {}
    for other in (changed, {}):
        row = {**first, **other}
        rows = [*tables[table][:1], first, *tables[table][2:], row]
        folder = write(tmp_path / "twice", {**tables, table: rows})
        threads, report = read(folder)
        assert told(report) == {"repaired duplicate-id": 1}
        assert refusal(folder).code == "duplicate-id"
        if other:
            assert threads == expected[0]


def test_a_row_that_comes_often_is_read_once(tmp_path: Path) -> None:
    rows = [question(1, Body=str(number)) for number in range(5)]
    folder = write(tmp_path / "site", {"Posts": [*rows, question(2), rows[1]]})
    threads, report = read(folder)
    assert [thread.question.body.source for thread in threads] == [
        "1",
        "<p>Why 2?</p>\n",
    ]
    assert told(report) == {"repaired duplicate-id": 5}


@pytest.mark.parametrize("bad", ["x", "", "007", "--5", "1.0", "²", "9" * 19, " 1"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("Badges", "Id"),
        ("Badges", "UserId"),
        ("Comments", "Id"),
        ("Comments", "PostId"),
        ("PostHistory", "Id"),
        ("PostHistory", "PostId"),
        ("PostLinks", "Id"),
        ("PostLinks", "PostId"),
        ("Posts", "Id"),
        ("Posts", "PostTypeId"),
        ("Tags", "Id"),
        ("Users", "Id"),
        ("Votes", "Id"),
        ("Votes", "PostId"),
        ("Votes", "VoteTypeId"),
    ],
)
def test_rows_without_the_numbers_that_place_them_are_skipped(
    tmp_path: Path, table: Table, column: str, bad: str
) -> None:
    tables = small()
    rows = [*tables[table], {**tables[table][-1], column: bad}]
    if bad == "":
        rows[-1] = {k: v for k, v in rows[-1].items() if k != column}
    folder = write(tmp_path / "site", {**tables, table: rows})
    with formats.read(folder, "stackexchange") as reading:
        threads = list(reading)
    site = site_of(reading)
    assert told(reading.report) == {"skipped field": 1}
    assert [*site.rows(table)] == tables[table]
    assert threads == read(write(tmp_path / "sound", tables))[0]
    assert refusal(folder).code == "field"


# -- values ----------------------------------------------------------------------


def test_unknown_numbers_of_kinds_survive(tmp_path: Path) -> None:
    tables: dict[str, list[Row]] = {
        "Posts": [question(1), wiki(2, 99), wiki(3, 15)],
        "Votes": [vote(1, 99), vote(2, 16), vote(3, 38, UserId="1")],
        "PostHistory": [
            *small()["PostHistory"][:3],
            history(9, 99, Text="new", Comment="kind"),
        ],
        "PostLinks": [link(1, 1, 2, kind=7)],
    }
    with formats.read(write(tmp_path / "site", tables), "stackexchange") as reading:
        (thread,) = reading
    assert told(reading.report) == {}
    assert thread.score("1") == 0
    assert thread.links == ()
    origin = thread.provenance
    assert origin is not None
    members = origin.members()
    assert members["votes"] == {
        "1": ["1,99,2020-01-02", "2,16,2020-01-02", "3,38,2020-01-02,1,"]
    }
    assert members["history"] == tables["PostHistory"][3:]
    assert members["links"] == tables["PostLinks"]
    site = site_of(reading)
    assert [page.kind for page in site.pages()] == ["99", "collective discussion"]


def test_unknown_columns_are_kept(tmp_path: Path) -> None:
    new = {"New": "<1>", "x:y": "z"}
    tables: dict[str, list[Row]] = {
        "Posts": [question(1, **new), answer(2, **new)],
        "Comments": [comment(1, **new)],
        "PostHistory": [{**row, **new} for row in small()["PostHistory"][:3]],
        "PostLinks": [{**link(1, 1, 2), **new}],
        "Votes": [vote(1, 5, **new)],
        "Users": [user(1, "Ada", **new), user(2, "Grace")],
        "Badges": [{**badge(1, 1), **new}],
        "Tags": [tag(1, "a", **new)],
    }
    with formats.read(write(tmp_path / "site", tables), "stackexchange") as reading:
        (thread,) = reading
    assert told(reading.report) == {}
    for post in thread.posts:
        assert post.provenance is not None
        assert post.provenance.members().items() >= new.items()
    assert thread.provenance is not None
    members: dict[str, Any] = dict(thread.provenance.members())
    assert members["links"][0].items() >= new.items()
    assert members["history"][0].items() >= new.items()
    assert members["votes"]["1"][0].items() >= new.items()
    site = site_of(reading)
    profile = site.user("1")
    assert profile is not None
    assert profile.provenance.members() == new
    assert next(site.rows("Badges")).items() >= new.items()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "2020-02-30T00:00:00.000",
        "2020-01-02T25:00:00.000",
        "0001-01-01T00:00:00.000",
        "9999-12-31T23:59:59.999",
        "10000-01-01T00:00:00.000",
        "2020-01-02T03:04:05.678+02:00",
    ],
)
def test_times_that_are_none_are_left_out_and_kept(tmp_path: Path, text: str) -> None:
    posts = [question(1, CreationDate=text), answer(2, LastEditDate=text)]
    tables: dict[str, list[Row]] = {
        "Posts": posts,
        "Comments": [comment(1, CreationDate=text)],
    }
    folder = write(tmp_path / "site", tables)
    threads, report = read(folder)
    (thread,) = threads
    assert thread.question.created_at is None
    assert thread["2"].edited_at is None
    assert thread["c1"].created_at is None
    assert told(report) == {"repaired instant": 3}
    for post, column in (("1", "CreationDate"), ("2", "LastEditDate")):
        origin = thread[post].provenance
        assert origin is not None
        assert origin.members()[column] == text
    assert from_json(to_json(thread)) == thread
    assert refusal(folder).code == "instant"


def test_times_in_another_form_are_read_and_kept(tmp_path: Path) -> None:
    rows = [
        question(2, CreationDate="2020-01-02T03:04:05"),
        question(3, CreationDate="2020-01-02T03:04:05.6789"),
    ]
    threads, _ = read(write(tmp_path / "site", {"Posts": rows}), strict=True)
    assert [thread.question.created_at for thread in threads] == [
        datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2020, 1, 2, 3, 4, 5, 678900, tzinfo=UTC),
    ]
    for thread, row in zip(threads, rows, strict=True):
        origin = thread.question.provenance
        assert origin is not None
        assert origin.members()["CreationDate"] == row["CreationDate"]


@pytest.mark.parametrize("number", ["", "x", "1.0", "9" * 19, "²", "+1", "1_0", " 1"])
def test_numbers_that_are_none_are_left_out(tmp_path: Path, number: str) -> None:
    posts = [question(1, Score=number, ViewCount=number, AnswerCount=number)]
    folder = write(tmp_path / "site", {"Posts": posts})
    threads, report = read(folder)
    (thread,) = threads
    assert thread.score("1") is None
    assert thread.question.views is None
    assert told(report) == {"repaired number": 3}
    origin = thread.question.provenance
    assert origin is not None
    members = origin.members()
    assert {members["ViewCount"], members["AnswerCount"], members["Score"]} == {number}
    assert refusal(folder).code == "number"


def test_columns_that_must_be_there_and_are_not(tmp_path: Path) -> None:
    bare = {"Id": "1", "PostTypeId": "1"}
    tables: dict[str, list[Row]] = {
        "Posts": [bare],
        "Comments": [{"Id": "1", "PostId": "1"}],
    }
    folder = write(tmp_path / "site", tables)
    threads, report = read(folder)
    (thread,) = threads
    assert thread.question.title is None
    assert thread.question.body.source == ""
    assert thread.question.created_at is None
    assert thread.score("1") is None
    assert told(report) == {"repaired field": 4}
    assert from_json(to_json(thread)) == thread
    assert refusal(folder).code == "field"


# -- invented posts --------------------------------------------------------------


def invented() -> dict[str, list[Row]]:
    """The small site as the dump of 2025-06-30 would have it."""
    tables = small()
    day = at(0, "2025-06-01")
    common = {"OwnerUserId": "-1", "CreationDate": day}
    tables["Posts"] += [
        question(1_000_000_001, **common),
        answer(1_000_000_010, 1_000_000_001, **common),
    ]
    tables["Comments"].append(comment(9, 1_000_000_001))
    return tables


def test_invented_posts_are_read_unless_they_are_dropped(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", invented())
    sound = write(tmp_path / "sound", small())
    threads, report = read(folder)
    assert [thread.id for thread in threads] == ["1", "4", "6", "1000000001"]
    assert told(report) == {}
    with formats.read(folder, "stackexchange", drop="invented-2025") as reading:
        assert list(reading) == read(sound)[0]
    (loss,) = reading.report
    assert (loss.code, loss.count, loss.harmless) == ("invented-2025", 2, True)
    assert loss.examples == ("post 1000000001", "post 1000000010")
    site = site_of(reading)
    assert [*site.rows("Posts")] == small()["Posts"]
    assert [page.id for page in site.pages()] == ["5"]
    assert [*site.loose("Comments")] == [
        *small()["Comments"][2:],
        comment(9, 10**9 + 1),
    ]


def test_a_dropped_answer_leaves_its_thread(tmp_path: Path) -> None:
    posts = [
        question(1),
        answer(1_000_000_001, OwnerUserId="-1", CreationDate=at(0, "2025-06-01")),
        wiki(1_000_000_010, CreationDate=at(0, "2025-06-01")),
    ]
    folder = write(tmp_path / "site", {"Posts": posts})
    with formats.read(folder, "stackexchange", drop="invented-2025") as reading:
        (thread,) = reading
    assert [post.id for post in thread.posts] == ["1"]
    site = site_of(reading)
    assert [*site.pages()] == []
    assert told(reading.report) == {"noted invented-2025": 2}


def test_real_posts_with_the_numbers_of_invented_ones_stay(tmp_path: Path) -> None:
    posts = [
        question(1_000_000_001, OwnerUserId="-1"),
        question(1_000_000_010, CreationDate=at(0, "2025-06-01")),
        question(1_000_000_011, OwnerUserId="-1", CreationDate=at(0, "2025-06-01")),
    ]
    folder = write(tmp_path / "site", {"Posts": posts})
    assert read(folder, drop="invented-2025")[0] == read(folder)[0]
    assert told(read(folder, drop="invented-2025")[1]) == {}


def test_an_opened_dump_drops_them_too(tmp_path: Path) -> None:
    """The index is the same with and without."""
    folder = write(tmp_path / "site", invented())
    with stackexchange.open(folder) as threads:
        assert len(threads) == 4
        assert "1000000001" in threads
    with stackexchange.open(folder, drop="invented-2025") as threads:
        assert len(threads) == 3
        assert list(threads) == ["1", "4", "6"]
        assert "1000000001" not in threads
        assert told(threads.report) == {"noted invented-2025": 2}
    with stackexchange.events(folder, drop="invented-2025") as logs:
        assert [log[0].thread_id for log in logs] == ["1", "4", "6"]
    (folder / "Posts.xml").unlink()
    with stackexchange.open(folder, drop="invented-2025") as threads:
        assert len(threads) == 0
