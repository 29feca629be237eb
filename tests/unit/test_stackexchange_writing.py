"""Writing dumps of Stack Exchange: bytes, numbers, what gets lost, whole folders."""

import io
import lzma
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import evolve
from py7zr import SevenZipFile

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Bounty,
    Comment,
    Link,
    LinkKind,
    Mark,
    Question,
    Reaction,
    Status,
    Stub,
    Tally,
    Thread,
    User,
    UserKind,
    Vote,
    formats,
    moderation,
    posting,
    voting,
)
from qathread.bodies import HTML, MARKDOWN
from qathread.errors import LossError, ValidationError
from qathread.formats.stackexchange import _encoding, _styles, _vote_rows, _writing
from qathread.losses import LossReport
from qathread.provenance import extra_text
from qathread.revisions import RevisionKind
from qathread.status import Closed, Locked
from tests.unit import _dumps
from tests.unit._dumps import (
    BEER,
    SITES,
    answer,
    at,
    comment,
    element,
    file,
    history,
    question,
    samples,
    small,
    user,
)

ADA, GREG = User(id="ada", name="Ada"), User(id="greg", name="Greg")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

#: Files written in other ways than the usual one.
STYLES = {
    "line feeds, no mark": {"head": _dumps.DECLARATION, "line": "\n"},
    "no declaration": {"head": "", "line": "\n"},
    "a comment before the root": {
        "head": "\ufeff" + _dumps.DECLARATION + "\r\n<!-- from\r\n  2024 <a> -->"
    },
    "a last line end": {"end": "\r\n"},
    "another root": {"root": "xml", "line": "\n", "head": ""},
}


def write(threads: Any, target: Path, **options: Any) -> LossReport:
    return formats.write(threads, target, "stackexchange", **options)


def read(source: Path, **options: Any) -> list[Thread]:
    with formats.read(source, "stackexchange", **options) as reading:
        return list(reading)


def again(source: Path, target: Path, **options: Any) -> LossReport:
    """Write what is read of a dump."""
    with formats.read(source, "stackexchange", **options) as reading:
        return write(reading, target)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    root = ElementTree.parse(folder / f"{table}.xml").getroot()
    return [dict(row.attrib) for row in root]


def lost(report: LossReport) -> dict[str, int]:
    return {loss.code: loss.count for loss in report if not loss.harmless}


def noted(report: LossReport) -> dict[str, int]:
    return {loss.code: loss.count for loss in report if loss.harmless}


def a_thread(**parts: Any) -> Thread:
    """Return a thread with ids that are no numbers, without anything that gets lost."""
    asked = Question(
        id="q",
        author_id="ada",
        body=Body(source="<p>Why?</p>", media_type=HTML),
        created_at=START,
        title="Why?",
        tags=("a", "b-c"),
        views=5,
    )
    answered = Answer(
        id="a",
        question_id="q",
        author_id="greg",
        body=Body(source="<p>Because.</p>", media_type=HTML),
        created_at=START + HOUR,
    )
    given = {
        "id": "q",
        "question": asked,
        "posts": (answered,),
        "users": (ADA, GREG),
        **parts,
    }
    return Thread.from_parts(**given)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The small site."""
    return _dumps.write(tmp_path / "site", small())


# -- whole dumps -----------------------------------------------------------------


@pytest.fixture(scope="module", params=SITES)
def sample(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: Any
) -> tuple[Path, Path]:
    """A dump as it is kept, and a folder of its files unpacked."""
    source = samples(shared) / request.param
    plain = tmp_path_factory.mktemp("plain")
    if source.name == BEER:
        with SevenZipFile(source) as archive:
            archive.extractall(plain)
        return source, plain
    for path in source.iterdir():
        if path.suffix == ".xz":
            (plain / path.stem).write_bytes(lzma.decompress(path.read_bytes()))
        else:
            shutil.copyfile(path, plain / path.name)
    return source, plain


def test_a_dump_is_written_as_it_was(sample: tuple[Path, Path], tmp_path: Path) -> None:
    source, plain = sample
    report = again(source, tmp_path / "again")
    assert len(report) == 0
    assert len(contents(plain)) == 8
    assert contents(tmp_path / "again") == contents(plain)


def test_threads_of_a_dump_come_back_without_their_site(
    sample: tuple[Path, Path], tmp_path: Path
) -> None:
    source, plain = sample
    threads = read(source)
    report = write(threads, tmp_path / "again")
    assert lost(report) == {}
    assert noted(report) == {}
    assert read(tmp_path / "again") == threads
    for table in ("Comments", "PostHistory", "PostLinks", "Posts", "Votes"):
        there = set((plain / f"{table}.xml").read_bytes().splitlines())
        made = set((tmp_path / "again" / f"{table}.xml").read_bytes().splitlines())
        ends = {line.strip() for line in made} - {line.strip() for line in there}
        assert not ends, "only rows of the source are there"


@pytest.mark.parametrize("style", STYLES)
def test_the_style_of_files_is_kept(tmp_path: Path, style: str) -> None:
    source = _dumps.write(tmp_path / "site", small(), **STYLES[style])
    assert len(again(source, tmp_path / "again")) == 0
    assert contents(tmp_path / "again") == contents(source)


@pytest.mark.parametrize(
    ("line_feed", "carriage_return", "tab"),
    [
        ("&#x0A;", "&#x0D;", "&#x09;"),
        ("&#10;", "&#13;", "&#9;"),
        ("&#xA;", "&#xD;", "\t"),
    ],
)
def test_characters_are_written_as_in_the_source(
    tmp_path: Path, line_feed: str, carriage_return: str, tab: str
) -> None:
    text = f"a{line_feed}b{carriage_return}{line_feed}{tab}&lt;&amp;&quot;'é\U0001f600"
    tables: dict[str, list[str]] = {
        table: [element(row).replace("&#xA;", line_feed) for row in held]
        for table, held in small().items()
    }
    asked = element(question(7, Body="TEXT", Tags="TAGS"))
    tables["Posts"].append(asked.replace("TEXT", text).replace("TAGS", "|a|b-c|"))
    for old, new in (("&lt;a&gt;&lt;b-c&gt;", "|a|b-c|"), ("&lt;c&gt;", "|c|")):
        tables["Posts"] = [row.replace(old, new) for row in tables["Posts"]]
    tables["Comments"].append(element(comment(9, 7, Text="TEXT")).replace("TEXT", text))
    for table, held in tables.items():
        tables[table] = [row.replace(" />", "/>") for row in held]
    source = _dumps.write(tmp_path / "site", tables)
    assert len(again(source, tmp_path / "again")) == 0
    assert contents(tmp_path / "again") == contents(source)
    (thread,) = read(tmp_path / "again", questions=[7])
    assert thread.question.body.source == "a\nb\r\n\t<&\"'é\U0001f600"
    assert thread.question.tags == ("a", "b-c")


def test_new_rows_are_in_the_style_of_their_source(tmp_path: Path, site: Path) -> None:
    posts = (site / "Posts.xml").read_bytes().replace(b"&#xA;", b"&#x0A;")
    posts = posts.replace(b"&lt;a&gt;&lt;b-c&gt;", b"|a|b-c|")
    posts = posts.replace(b"&lt;c&gt;", b"|c|")
    (site / "Posts.xml").write_bytes(posts)
    (site / "Comments.xml").unlink()

    def remark(thread: Thread) -> Thread:
        return posting.comment(thread, thread.id, body="1\n2", by=ADA, at=START)

    with formats.read(site, "stackexchange") as reading:
        changed = Beside(reading.site, map(remark, reading))
        write(changed, tmp_path / "again")
    assert b"1&#x0A;2" in (tmp_path / "again" / "Comments.xml").read_bytes()
    assert b'Tags="|a|b-c|"' in (tmp_path / "again" / "Posts.xml").read_bytes()


class Beside:
    """Threads beside a site."""

    def __init__(self, site: object, threads: Iterable[Thread]) -> None:
        self.site, self._threads = site, threads

    def __iter__(self) -> Iterator[Thread]:
        return iter(self._threads)


def test_a_changed_site_keeps_its_accounts_and_gets_new_ones(
    tmp_path: Path, site: Path
) -> None:
    def remark(thread: Thread) -> Thread:
        return posting.comment(thread, thread.id, body="Hm.", by=ADA, at=START)

    with formats.read(site, "stackexchange") as reading:
        report = write(Beside(reading.site, map(remark, reading)), tmp_path / "again")
    assert noted(report)["numbers"] == 4  # of the comments, and of Ada
    old, new = rows(site, "Users"), rows(tmp_path / "again", "Users")
    assert new == [*old, {"Id": "3", "DisplayName": "Ada"}]
    assert contents(tmp_path / "again")["Badges.xml"] == contents(site)["Badges.xml"]
    (first, *_) = read(tmp_path / "again")
    assert [each.author_id for each in first.comments] == ["2", "2", "3"]


def test_a_part_of_a_site_is_written_with_all_that_is_no_thread(
    tmp_path: Path, site: Path
) -> None:
    again(site, tmp_path / "again", questions=[4])
    assert [row["Id"] for row in rows(tmp_path / "again", "Posts")] == ["4", "5"]
    assert [row["Id"] for row in rows(tmp_path / "again", "Votes")] == ["7"]
    for table in ("Badges", "Tags", "Users"):
        assert rows(tmp_path / "again", table) == rows(site, table)
    assert read(tmp_path / "again") == read(site, questions=[4])


def test_nothing_but_the_frame_is_left_of_a_table_without_rows(
    tmp_path: Path, site: Path
) -> None:
    (site / "PostLinks.xml").write_bytes(file("PostLinks", []))
    again(site, tmp_path / "again", questions=[])
    written = contents(tmp_path / "again")
    assert written["PostLinks.xml"] == (site / "PostLinks.xml").read_bytes()
    assert b"<votes>\r\n  <row" in written["Votes.xml"]
    assert read(tmp_path / "again") == []
    for table in small():
        (site / f"{table}.xml").write_bytes(file(table, [], line="\n"))
    again(site, tmp_path / "empty")
    assert contents(tmp_path / "empty") == contents(site)
    with formats.read(site, "stackexchange") as reading:
        write(Beside(reading.site, [a_thread()]), tmp_path / "filled")
    assert len(read(tmp_path / "filled")) == 1


def test_tables_that_were_not_read_are_not_written(tmp_path: Path, site: Path) -> None:
    again(site, tmp_path / "again", with_history=False, with_votes=False)
    assert "PostHistory.xml" not in contents(tmp_path / "again")
    assert "Votes.xml" not in contents(tmp_path / "again")
    wanted = read(site, with_history=False, with_votes=False)
    assert read(tmp_path / "again") == wanted


def test_posts_alone_stay_alone(tmp_path: Path) -> None:
    source = _dumps.write(tmp_path / "site", {"Posts": small()["Posts"]})
    assert lost(again(source, tmp_path / "again")) == {}
    assert contents(tmp_path / "again") == contents(source)
    report = write(read(source), tmp_path / "once more")
    assert lost(report) == {}
    assert list(contents(tmp_path / "once more")) == ["Posts.xml", "Tags.xml"]
    assert read(tmp_path / "once more") == read(source)


def test_a_file_that_was_cut_is_written_whole(tmp_path: Path, site: Path) -> None:
    cut = (site / "Comments.xml").read_bytes()
    (site / "Comments.xml").write_bytes(cut[: cut.index(b'<row Id="4"') + 30])
    again(site, tmp_path / "again")
    written = (tmp_path / "again" / "Comments.xml").read_bytes()
    assert [row["Id"] for row in rows(tmp_path / "again", "Comments")] == list("123")
    assert cut.startswith(written.removesuffix(b"\r\n</comments>"))
    with formats.read(tmp_path / "again", "stackexchange", strict=True) as reading:
        assert len(list(reading)) == 3


def test_damaged_frames_are_written_as_dumps_are(tmp_path: Path, site: Path) -> None:
    votes = (site / "Votes.xml").read_bytes().replace(b"<votes>", b"<votes><x/>")
    (site / "Votes.xml").write_bytes(votes)
    again(site, tmp_path / "again")
    assert contents(tmp_path / "again")["Votes.xml"] == file("Votes", small()["Votes"])


# -- threads made elsewhere --------------------------------------------------------


def test_a_thread_made_elsewhere_becomes_rows(tmp_path: Path) -> None:
    thread = a_thread(
        tallies=(Tally(post_id="q", up=2, down=1), Tally(post_id="a", score=3)),
        accepted=("a",),
    )
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {}
    assert noted(report) == {"numbers": 4, "origin": 3}
    assert rows(tmp_path / "dump", "Posts") == [
        {
            "Id": "1",
            "PostTypeId": "1",
            "AcceptedAnswerId": "2",
            "CreationDate": "2026-01-01T12:00:00.000",
            "Score": "1",
            "ViewCount": "5",
            "Body": "<p>Why?</p>",
            "OwnerUserId": "1",
            "LastActivityDate": "2026-01-01T13:00:00.000",
            "Title": "Why?",
            "Tags": "<a><b-c>",
            "AnswerCount": "1",
            "CommentCount": "0",
        },
        {
            "Id": "2",
            "PostTypeId": "2",
            "ParentId": "1",
            "CreationDate": "2026-01-01T13:00:00.000",
            "Score": "3",
            "Body": "<p>Because.</p>",
            "OwnerUserId": "2",
            "LastActivityDate": "2026-01-01T13:00:00.000",
            "CommentCount": "0",
        },
    ]
    assert rows(tmp_path / "dump", "Users") == [
        {"Id": "1", "DisplayName": "Ada"},
        {"Id": "2", "DisplayName": "Greg"},
    ]
    assert rows(tmp_path / "dump", "Tags") == [
        {"Id": "1", "TagName": "a", "Count": "1"},
        {"Id": "2", "TagName": "b-c", "Count": "1"},
    ]
    kinds = [row["VoteTypeId"] for row in rows(tmp_path / "dump", "Votes")]
    assert kinds == ["2", "2", "3"]
    assert sorted(contents(tmp_path / "dump")) == [
        "Posts.xml",
        "Tags.xml",
        "Users.xml",
        "Votes.xml",
    ]
    (read_again,) = read(tmp_path / "dump", strict=True)
    assert read_again.score("1") == 1
    assert read_again.accepted == ("2",)


def test_markdown_is_kept_in_the_history(tmp_path: Path) -> None:
    thread = posting.ask("t", title="Why?", body="*Why?*", tags=["a"], by=ADA, at=START)
    thread = posting.edit(
        thread,
        thread.root.id,
        body="**Why?**",
        summary="louder",
        by=GREG,
        at=START + HOUR,
    )
    thread = posting.answer(thread, body="`So.`", by=GREG, at=START + 2 * HOUR)
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {"body-media-type": 2, "thread-ids": 1}
    found = rows(tmp_path / "dump", "PostHistory")
    shown = [(row["PostHistoryTypeId"], row["Text"], row["UserId"]) for row in found]
    assert shown == [
        ("2", "*Why?*", "1"),
        ("1", "Why?", "1"),
        ("3", "<a>", "1"),
        ("5", "**Why?**", "2"),
        ("2", "`So.`", "2"),
    ]
    assert len({row["RevisionGUID"] for row in found}) == 3
    (post, _) = rows(tmp_path / "dump", "Posts")
    assert (post["Body"], post["LastEditorUserId"]) == ("**Why?**", "2")
    (thread_again,) = read(tmp_path / "dump")
    wordings = [(each.body.source, each.kind) for each in thread_again.revisions]
    assert wordings == [
        ("*Why?*", RevisionKind.INITIAL),
        ("**Why?**", RevisionKind.EDIT),
        ("`So.`", RevisionKind.INITIAL),
    ]
    assert all(each.body.media_type == MARKDOWN for each in thread_again.revisions)
    assert thread_again.revisions[1].summary == "louder"


def test_a_post_without_a_time_is_told(tmp_path: Path) -> None:
    report = write(
        a_thread(question=evolve(a_thread().question, created_at=None)),
        tmp_path / "dump",
    )
    assert lost(report) == {}
    assert noted(report)["untimed"] == 1
    assert "CreationDate" not in rows(tmp_path / "dump", "Posts")[0]
    (again_,) = read(tmp_path / "dump")
    assert again_.question.created_at is None


def test_the_same_threads_are_the_same_bytes(tmp_path: Path) -> None:
    thread = posting.ask("t", title="Why?", body="*Why?*", by=ADA, at=START)
    write(thread, tmp_path / "one")
    write(thread, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_numbers_stay_and_others_are_above_them(tmp_path: Path) -> None:
    asked = evolve(a_thread().question, id="70", author_id="-1")
    answered = Answer(
        id="x", question_id="70", author_id="42", body=Body(source="", media_type=HTML)
    )
    remark = Comment(
        id="c8", parent_id="x", author_id="new", body=Body(source="m"), created_at=START
    )
    thread = Thread.from_parts(id="70", question=asked, posts=(answered, remark))
    write([thread, a_thread()], tmp_path / "dump")
    first, second = read(tmp_path / "dump")
    assert [each.id for each in first.posts] == ["70", "c8", "71"]
    assert [each.author_id for each in first.posts] == ["-1", "43", "42"]
    assert [each.id for each in second.posts] == ["72", "73"]
    assert [each.author_id for each in second.posts] == ["44", "45"]


def test_the_id_of_a_thread_is_that_of_its_question(tmp_path: Path) -> None:
    report = write([a_thread(id="7"), a_thread(id="t")], tmp_path / "dump")
    assert [thread.id for thread in read(tmp_path / "dump")] == ["7", "9"]
    assert lost(report) == {"thread-ids": 1}


def test_threads_of_two_sites_do_not_mix(tmp_path: Path, site: Path) -> None:
    other = {table: list(held) for table, held in small().items()}
    other["Posts"] = [
        {**row, "Body": f"<p>Other {row['Id']}</p>"} for row in other["Posts"]
    ]
    second = _dumps.write(tmp_path / "second", other)
    threads = [*read(site), *read(second)]
    report = write(threads, tmp_path / "both")
    assert lost(report) == {}
    both = read(tmp_path / "both")
    assert both[:3] == threads[:3]
    assert [thread.id for thread in both] == ["1", "4", "6", "100", "103", "104"]
    for old, new in zip(threads, both, strict=True):
        assert [p.body for p in new.posts] == [p.body for p in old.posts]
        assert [new.tally(p.id).up for p in new.posts] == [
            old.tally(p.id).up for p in old.posts
        ]
        assert [r.body for r in new.revisions] == [r.body for r in old.revisions]
        assert len(new.links) == len(old.links)
    assert noted(report)["numbers"] == 7
    assert both[3].accepted == ("101",)


def test_a_thread_given_twice_is_written_once(tmp_path: Path, site: Path) -> None:
    threads = read(site)
    write([*threads, *threads], tmp_path / "once")
    assert read(tmp_path / "once") == threads


def test_a_taken_number_is_noticed_whenever_it_comes(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_writing, "_BATCH", 1)  # each thread goes to disk at once
    test_threads_of_two_sites_do_not_mix(tmp_path, site)


def test_people_without_an_account_are_known_by_name(tmp_path: Path) -> None:
    tables = {
        "Posts": [
            question(1, OwnerDisplayName="user3313", OwnerUserId=""),
            answer(2, OwnerDisplayName="Bob"),
        ],
        "Users": [user(2, "Grace")],
    }
    owner = dict(tables["Posts"][0])
    del owner["OwnerUserId"]
    tables["Posts"][0] = owner
    source = _dumps.write(tmp_path / "site", tables)
    threads = read(source)
    assert len(write(threads, tmp_path / "again")) == 0
    assert read(tmp_path / "again") == threads
    (thread,) = threads
    nobody = User(id="someone", kind=UserKind.DELETED, name="Zoe")
    changed = Thread.from_parts(
        id="1",
        question=evolve(thread.question, author_id="someone", author_name=None),
        posts=[evolve(each, author_id="someone") for each in thread.answers],
        users=[nobody],
    )
    report = write(changed, tmp_path / "changed")
    assert lost(report) == {"people": 2}
    first, second = rows(tmp_path / "changed", "Posts")
    assert (first["OwnerDisplayName"], second["OwnerDisplayName"]) == ("Zoe", "Bob")


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    deep = [
        Comment(
            id=f"m{depth}",
            parent_id=f"m{depth - 1}" if depth else "a",
            author_id="ada",
            body=Body(source=str(depth)),
            created_at=START + 2 * HOUR + depth * HOUR,
        )
        for depth in range(3)
    ]
    thread = a_thread()
    thread = a_thread(
        kind="discussion",
        posts=(*thread.answers, *deep),
        stubs=(Stub(id="more", parent_id="a", count=3),),
        reactions=(Reaction(post_id="q", user_id="ada", kind="like", at=START),),
        votes=(
            Vote(post_id="a", voter_id="ada", direction=UP, cast_at=START, weight=2),
        ),
        tallies=(Tally(post_id="a", up=3, down=0),),
        status=Status(pinned=Mark(), archived=Mark(), wiki=Mark(reason="w", at=START)),
        links=(Link(kind=LinkKind.CROSSPOST, target="https://example.org/q"),),
        users=(evolve(ADA, level=3, handle="a"), evolve(GREG, kind=UserKind.BOT)),
    )
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {
        "kind": 1,
        "links": 1,
        "mark-details": 1,
        "marks": 2,
        "reactions": 1,
        "stubs": 1,
        "threaded-comments": 2,
        "user-kinds": 1,
        "user-names": 1,
        "voters": 1,
    }
    assert [row["PostId"] for row in rows(tmp_path / "dump", "Comments")] == ["2"] * 3
    days = [row.get("CreationDate") for row in rows(tmp_path / "dump", "Votes")]
    assert days == ["2026-01-01T00:00:00.000"] * 2 + [None]
    with pytest.raises(LossError):
        write(thread, tmp_path / "strict", strict=True)
    assert not (tmp_path / "strict").exists()


def test_deleted_posts_are_left_out_with_what_is_under_them(tmp_path: Path) -> None:
    thread = posting.ask("1", title="Why?", body="Why?", by=ADA, at=START, id="1")
    thread = posting.answer(thread, body="So.", by=GREG, at=START, id="2")
    thread = posting.comment(thread, "2", body="Hm.", by=ADA, at=START, id="c1")
    thread = posting.comment(thread, "1", body="Oh.", by=ADA, at=START, id="c2")
    thread = posting.delete(thread, "2", by=GREG, at=START + HOUR)
    report = write(thread, tmp_path / "dump")
    assert lost(report)["deleted"] == 2
    (again_,) = read(tmp_path / "dump")
    assert [each.id for each in again_.posts] == ["1", "c2"]
    gone = posting.delete(thread, "1", by=ADA, at=START + 2 * HOUR)
    report = write([gone, a_thread()], tmp_path / "gone")
    assert lost(report) == {"deleted": 4, "threads": 1}
    assert len(read(tmp_path / "gone")) == 1


def test_a_question_that_is_not_at_hand_keeps_its_answers(tmp_path: Path) -> None:
    source = _dumps.write(tmp_path / "site", {"Posts": [answer(2, 1), answer(3, 1)]})
    threads = read(source)
    assert len(write(threads, tmp_path / "again")) == 0
    assert read(tmp_path / "again") == threads
    report = write([*threads, *map(renamed, threads)], tmp_path / "both")
    assert lost(report) == {}
    assert [thread.id for thread in read(tmp_path / "both")] == ["1", "4"]


def renamed(thread: Thread) -> Thread:
    """Return a thread with other texts, as if it came from another site."""
    posts = [
        evolve(post, body=Body(source="x", media_type=HTML)) for post in thread.posts
    ]
    return Thread.from_parts(
        id=thread.id, posts=posts, stubs=thread.stubs, provenance=thread.provenance
    )


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path: Path) -> None:
    foul = "a\x01b\x1fc\ufffe\uffff\x7f\u2028\n"
    body = Body(source=foul, media_type=HTML)
    thread = a_thread(question=evolve(a_thread().question, body=body, title="a\x0bb"))
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {"forbidden-character": 5}
    (again_,) = read(tmp_path / "dump")
    assert again_.question.body.source == "a\ufffdb\ufffdc\ufffd\ufffd\x7f\u2028\n"
    assert again_.question.title == "a\ufffdb"


def test_tags_read_back_as_they_were(tmp_path: Path) -> None:
    tags = ("c++", "c|d", "a><b", "é")
    report = write(
        a_thread(question=evolve(a_thread().question, tags=tags)), tmp_path / "dump"
    )
    assert lost(report) == {"tag-characters": 1}
    (again_,) = read(tmp_path / "dump")
    assert again_.question.tags == ("c++", "c\ufffdd", "a\ufffd\ufffdb", "é")


# -- votes, bounties, links, marks ---------------------------------------------------


def test_counts_follow_votes_that_were_cast(tmp_path: Path, site: Path) -> None:
    (thread, *_) = read(site, questions=[1])
    thread = voting.cast(thread, "1", UP, by=ADA, at=START)
    thread = voting.cast(thread, "3", DOWN, by=ADA, at=START)
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {"users": 1, "voters": 2}
    (again_,) = read(tmp_path / "dump")
    assert again_.tallies == thread.tallies
    votes = rows(tmp_path / "dump", "Votes")
    assert [row["Id"] for row in votes] == list("12345678")
    assert {row["CreationDate"] for row in votes[-2:]} == {"2026-01-01T00:00:00.000"}


def test_counts_may_also_have_fallen(tmp_path: Path, site: Path) -> None:
    (thread,) = read(site, questions=[1])
    fewer = [
        evolve(tally, up=1, down=0, score=None) if tally.post_id == "1" else tally
        for tally in thread.tallies
    ]
    write(rebuilt(thread, tallies=fewer), tmp_path / "dump")
    (again_,) = read(tmp_path / "dump")
    assert again_.tally("1") == Tally(post_id="1", up=1, down=0)
    assert [row["Id"] for row in rows(tmp_path / "dump", "Votes")] == list("1456")


def test_more_votes_than_rows_are_worth_are_a_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_vote_rows, "_MOST", 10)
    tallies = (Tally(post_id="q", up=11, down=3), Tally(post_id="a", up=10, down=3))
    report = write(a_thread(tallies=tallies), tmp_path / "dump")
    assert lost(report) == {"up-and-down": 1}
    (again_,) = read(tmp_path / "dump")
    assert again_.tally("1") == Tally(post_id="1", score=8)
    assert again_.tally("2") == Tally(post_id="2", up=10, down=3)


def test_unknown_counts_stay_unknown_where_nothing_was_counted(tmp_path: Path) -> None:
    thread = a_thread(tallies=(Tally(post_id="q", score=0),))
    write(thread, tmp_path / "unknown")
    assert "Votes.xml" not in contents(tmp_path / "unknown")
    (again_,) = read(tmp_path / "unknown")
    assert again_.tally("1") == Tally(post_id="1", score=0)
    counted = a_thread(tallies=(Tally(post_id="q", up=0, down=0),))
    report = write(counted, tmp_path / "counted")
    assert lost(report) == {}
    (again_,) = read(tmp_path / "counted")
    assert again_.tally("1") == Tally(post_id="1", up=0, down=0)


def rebuilt(thread: Thread, **parts: Any) -> Thread:
    """Return a thread with some parts put in the place of others."""
    content = thread.content
    given = {
        "id": thread.id,
        "posts": list(thread.posts),
        "tallies": content.tallies,
        "users": content.users,
        "accepted": content.accepted,
        "revisions": content.revisions,
        "links": content.links,
        "provenance": content.provenance,
    }
    return Thread.from_parts(**{**given, **parts})


def bounty(number: str, **fields: Any) -> Bounty:
    midnight = datetime(2026, 1, 2, tzinfo=UTC)
    return Bounty(
        **{"id": number, "amount": 50, "by_id": "ada", "starts_at": midnight, **fields}
    )


@pytest.mark.parametrize(
    "ids", [("b1", "b2", "b3"), ("b3", "b2", "b1"), ("x", "y", "z")]
)
def test_bounties_are_paired_as_they_were(tmp_path: Path, ids: tuple[str, ...]) -> None:
    end = datetime(2026, 1, 9, tzinfo=UTC)
    paid = bounty(ids[0], ends_at=end, paid=50, answer_id="a")
    ran_out = bounty(ids[1], amount=100, ends_at=end + 24 * HOUR, paid=0)
    still = bounty(ids[2], amount=500)
    report = write(a_thread(bounties=(paid, ran_out, still)), tmp_path / "dump")
    assert lost(report) == {}
    (again_,) = read(tmp_path / "dump")
    found = sorted(again_.bounties, key=lambda each: each.amount)
    assert [
        (each.amount, each.ends_at, each.paid, each.answer_id) for each in found
    ] == [
        (50, end, 50, "2"),
        (100, end + 24 * HOUR, 0, None),
        (500, None, None, None),
    ]
    if ids == ("b1", "b2", "b3"):
        assert [each.id for each in found] == list(ids)


def test_details_of_bounties_get_lost(tmp_path: Path) -> None:
    several = (
        bounty("b1", starts_at=START),
        bounty("b2", ends_at=START + 9 * 24 * HOUR),
        bounty("b3", by_id=None),
    )
    report = write(a_thread(bounties=several), tmp_path / "dump")
    assert lost(report) == {"bounties": 2, "people": 1}


def test_links_find_threads_that_are_written(tmp_path: Path) -> None:
    links = (
        Link(kind=LinkKind.LINKED, target="other", post_id="a", at=START),
        Link(kind=LinkKind.DUPLICATE, target="55", post_id="q"),
        Link(kind=LinkKind.LINKED, target="nowhere", post_id="q"),
    )
    closed = Closed(at=START, by_id="ada", duplicate_of=("55", "other", "nowhere"))
    thread = a_thread(links=links, status=Status(closed=closed))
    report = write([thread, a_thread(id="other")], tmp_path / "dump")
    assert lost(report) == {"duplicates": 1, "links": 1, "thread-ids": 1}
    first, second = read(tmp_path / "dump")
    assert [(each.kind, each.target, each.post_id) for each in first.links] == [
        (LinkKind.DUPLICATE, "55", first.id),
        (LinkKind.LINKED, second.id, first.answers[0].id),
    ]
    assert first.status.closed == Closed(
        at=START, by_id="1", duplicate_of=("55", second.id)
    )
    assert int(first.id) > 55, "no new post has the number that a link names"


def test_marks_become_history_and_columns(tmp_path: Path) -> None:
    midnight = START.replace(hour=0)
    closing = Closed(at=midnight, by_id="ada", reason="opinion-based")
    lock = Locked(at=START, by_id="greg", reason="noise")
    wiki = Mark(at=START + HOUR, by_id="ada")
    status = Status(closed=closing, locked=lock, protected=Mark(at=START), wiki=wiki)
    locked = Locked(by_id="ada")
    (answered,) = a_thread().answers
    answered = evolve(answered, status=evolve(answered.status, locked=locked))
    thread = a_thread(status=status, posts=(answered,))
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {}
    (again_,) = read(tmp_path / "dump")
    assert again_.status == evolve(
        status,
        closed=evolve(closing, by_id="1"),
        locked=evolve(lock, by_id="2"),
        wiki=evolve(wiki, by_id="1"),
    )
    assert again_.answers[0].status.locked == Locked(by_id="1")
    kinds = {
        row["PostHistoryTypeId"]: row for row in rows(tmp_path / "dump", "PostHistory")
    }
    assert set(kinds) == {"10", "14", "16", "19"}
    assert kinds["10"]["Comment"] == "105"
    old = evolve(
        status, closed=Closed(at=midnight.replace(year=2012), reason="off-topic")
    )
    write(a_thread(status=old), tmp_path / "old")
    assert "2" in [
        each.get("Comment") for each in rows(tmp_path / "old", "PostHistory")
    ]


def test_marks_that_were_taken_off_stay_off(tmp_path: Path) -> None:
    tables = small()
    tables["Posts"][0] = {**tables["Posts"][0], "ClosedDate": at(7)}
    tables["PostHistory"] += [
        history(20, 10, CreationDate=at(7), Comment="102"),
        history(21, 14, CreationDate=at(7)),
        history(22, 19, CreationDate=at(7)),
    ]
    source = _dumps.write(tmp_path / "site", tables)
    (thread,) = read(source, questions=[1])
    assert thread.status.closed and thread.status.locked and thread.status.protected
    for undo in (moderation.unlock, moderation.unprotect, moderation.reopen):
        thread = undo(thread, by=ADA, at=START)
    report = write(thread, tmp_path / "dump")
    assert lost(report) == {"users": 1}
    (again_,) = read(tmp_path / "dump")
    assert again_.status == Status()
    kinds = [row["PostHistoryTypeId"] for row in rows(tmp_path / "dump", "PostHistory")]
    assert {"10", "11", "14", "15", "19", "20"} <= set(kinds)


def test_a_mark_without_a_time_is_still_a_mark(tmp_path: Path) -> None:
    status = Status(closed=Closed(reason="why"), wiki=Mark(by_id="ada"))
    report = write(a_thread(status=status), tmp_path / "dump")
    assert lost(report) == {"mark-times": 1}
    (again_,) = read(tmp_path / "dump")
    assert again_.status == Status(
        closed=Closed(reason="why"), wiki=Mark(by_id="1", at=START + HOUR)
    )


# -- folders -------------------------------------------------------------------------


def test_a_folder_is_made_filled_or_replaced(tmp_path: Path, site: Path) -> None:
    target = tmp_path / "dump"
    write(a_thread(), target)
    first = contents(target)
    shutil.rmtree(target)
    target.mkdir(mode=0o750)
    write(a_thread(), target)
    assert contents(target) == first
    again(site, target)
    assert contents(target) == contents(site)
    formats.stackexchange.open(target).close()  # leaves its index there
    assert "qathread-index.sqlite3" in contents(target)
    write(a_thread(), target)
    assert contents(target) == first
    if os.name == "posix":
        assert target.stat().st_mode & 0o777 == 0o750
    link = tmp_path / "link"
    link.symlink_to(target, target_is_directory=True)
    again(site, link)
    assert link.is_symlink()
    assert contents(target) == contents(site)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "link", "site"]


def test_a_dump_can_be_written_into_its_own_folder(site: Path) -> None:
    before = contents(site)
    assert len(again(site, site)) == 0
    assert contents(site) == before


def test_an_archive_becomes_a_folder(tmp_path: Path, site: Path) -> None:
    packed = tmp_path / "site.7z"
    with SevenZipFile(packed, "w") as archive:
        for path in site.iterdir():
            archive.write(path, path.name)
    formats.convert(packed, tmp_path / "plain", target_format="stackexchange")
    assert contents(tmp_path / "plain") == contents(site)


def test_folders_that_hold_other_things_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")
    with pytest.raises(ValidationError, match=r"notes\.txt"):
        write(a_thread(), tmp_path)
    assert contents(tmp_path) == {"notes.txt": b"mine"}
    (tmp_path / "folder" / "Posts.xml").mkdir(parents=True)
    with pytest.raises(ValidationError, match=r"Posts\.xml"):
        write(a_thread(), tmp_path / "folder")


@pytest.mark.parametrize("name", ["site.7z", "Posts.xml", "posts.xml.gz", "notes.txt"])
def test_a_file_is_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")
    with pytest.raises(ValidationError, match="folder of files"):
        write(a_thread(), tmp_path / name)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_stream_is_no_folder() -> None:
    for target in (io.BytesIO(), "-"):
        with pytest.raises(ValidationError, match="give the path of a folder"):
            formats.write(a_thread(), target, "stackexchange")
    with pytest.raises(ValidationError, match="give format="):
        formats.write(a_thread(), "somewhere")


def test_a_failing_write_leaves_the_old_folder(tmp_path: Path, site: Path) -> None:
    def broken() -> Iterable[Thread]:
        yield a_thread()
        raise OSError("no more")

    before = contents(site)
    for target in (site, tmp_path / "new"):
        with pytest.raises(OSError, match="no more"):
            write(broken(), target)
        with pytest.raises(ValidationError, match="no thread"):
            write([], target)
    assert contents(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_kill_in_the_middle_leaves_the_old_folder(tmp_path: Path, site: Path) -> None:
    before = contents(site)
    program = """
        import os, sys
        from qathread import formats

        def threads():
            with formats.read(sys.argv[1], "stackexchange") as reading:
                yield from reading
            os.kill(os.getpid(), 9)

        formats.write(threads(), sys.argv[1], "stackexchange")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(site)])
    assert done.returncode != 0
    assert contents(site) == before
    assert len(again(site, site)) == 0


def test_nothing_foreign_gets_into_the_folder_meanwhile(tmp_path: Path) -> None:
    target = tmp_path / "dump"

    def threads() -> Iterator[Thread]:
        yield a_thread()
        target.mkdir()
        (target / "notes.txt").write_bytes(b"mine")

    with pytest.raises(ValidationError, match=r"notes\.txt"):
        write(threads(), target)
    assert contents(target) == {"notes.txt": b"mine"}


# -- rows ----------------------------------------------------------------------------


def test_what_a_thread_keeps_of_rows_may_be_anything(
    tmp_path: Path, site: Path
) -> None:
    (thread,) = read(site, questions=[1])
    assert thread.provenance is not None
    members = {
        "wordings": {"1": ["x", 5], "2": 7},
        "votes": {"1": ["1,2", {"Id": "x"}, 5, '9",2,2020-01-01'], "2": 3},
        "history": [5, {"Id": "1"}, {"Id": "5", "PostId": "1", "Text": 3}],
        "links": ["x", {"Id": "a"}],
        "AcceptedAnswerId": 3,
        "more": 1,
    }
    origin = evolve(thread.provenance, extra=extra_text(members))
    report = write(rebuilt(thread, provenance=origin), tmp_path / "dump")
    assert lost(report)["provenance"] > 5
    (again_,) = read(tmp_path / "dump")
    assert [post.body for post in again_.posts] == [post.body for post in thread.posts]


def test_columns_that_nobody_knows_are_kept(tmp_path: Path) -> None:
    tables = {
        "Posts": [question(1, NewColumn="a", Another="<b>"), answer(2, NewColumn="")],
        "Comments": [comment(1, Extra="\n")],
    }
    source = _dumps.write(tmp_path / "site", tables)
    threads = read(source)
    assert len(write(threads, tmp_path / "again")) == 0
    assert read(tmp_path / "again") == threads


def test_values_are_escaped_one_way() -> None:
    style = _styles.default_style("Comments")
    (row,) = _encoding.RowEncoder(style).rows(
        [{"Id": "1", "Text": "<&>\"'\t\r\n%b\x7f"}]
    )
    wanted = '<row Id="1" Text="&lt;&amp;&gt;&quot;\'\t&#xD;&#xA;%b\x7f" />'
    assert row == wanted.encode()
    encoder = _encoding.RowEncoder(style)
    foul: list[_encoding.Cells] = [
        {"Id": b"7", "Text": "a\0b\x01"},
        {"Id": "8", "Text": None},
    ]
    assert encoder.rows(foul) == [
        b'<row Id="7" Text="a\xef\xbf\xbdb\xef\xbf\xbd" />',
        b'<row Id="8" />',
    ]
    assert encoder.replaced == 2
