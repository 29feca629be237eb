"""
Whole sites of Stack Exchange: what holds in their dumps, and what is made of them.

The rows are read a second time here, by the parser of the standard library, which
knows nothing of the reader under test. Every exception from what should hold is
counted; none is passed over.
"""

import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from attrs import frozen

from qathread import (
    Answer,
    Comment,
    Question,
    Stub,
    Thread,
    formats,
    from_json,
    to_json,
)
from qathread.formats.stackexchange import Site
from qathread.formats.stackexchange._tables import TABLES, Table
from qathread.losses import LossReport
from tests.unit._dumps import (
    AI,
    BEER,
    CONLANG_META,
    FRENCH_META,
    SITES,
    Row,
    number_of,
    samples,
    site_of,
)

_WORDING: Final = {
    "title": ("1", "4", "7"),
    "body": ("2", "5", "8"),
    "tags": ("3", "6", "9"),
}


@frozen
class Sample:
    """
    A site read twice.

    Attributes:
        rows: Its rows by table, as the standard library reads them.
        threads: Its threads.
        site: The rest of it.
        report: What the reading told.
    """

    rows: Mapping[Table, list[Row]]
    threads: list[Thread]
    site: Site
    report: LossReport

    def posts(self, *kinds: str) -> list[Row]:
        return [row for row in self.rows["Posts"] if row["PostTypeId"] in kinds]


def parsed(folder: Path, table: Table) -> Iterator[Row]:
    """Yield the rows of one file, packed or not; the sample is trusted XML."""
    plain, packed = folder / f"{table}.xml", folder / f"{table}.xml.xz"
    with plain.open("rb") if plain.exists() else lzma.open(packed) as opened:
        for _, element in ElementTree.iterparse(opened):
            if element.tag == "row":
                yield dict(element.attrib)
                element.clear()


@pytest.fixture(scope="module", params=SITES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def sample(
    name: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    source = folder = samples(shared) / name
    if source.suffix == ".7z":
        from py7zr import SevenZipFile

        folder = tmp_path_factory.mktemp("unpacked")
        with SevenZipFile(source) as archive:
            archive.extractall(folder)
    with formats.read(source) as reading:
        threads = list(reading)
        rows = {table: list(parsed(folder, table)) for table in TABLES}
        yield Sample(rows, threads, site_of(reading), reading.report)


# -- what holds ------------------------------------------------------------------


def last(rows: list[Row], part: str) -> str | None:
    """The last wording of one part in the history of a post."""
    kinds = _WORDING[part]
    texts = [row.get("Text", "") for row in rows if row["PostHistoryTypeId"] in kinds]
    return texts[-1] if texts else None


def exceptions(sample: Sample) -> dict[str, list[str]]:
    """Return the ids of the posts of which something does not hold."""
    rows = sample.rows
    found = defaultdict[str, list[str]](list)
    posts = {row["Id"]: row for row in rows["Posts"]}
    questions, answers = sample.posts("1"), sample.posts("2")

    score = Counter[str]()
    accepted = defaultdict[str, list[str]](list)
    for row in rows["Votes"]:
        score[row["PostId"]] += {"2": 1, "3": -1}.get(row["VoteTypeId"], 0)
        if row["VoteTypeId"] == "1":
            accepted[posts.get(row["PostId"], {}).get("ParentId", "")].append(
                row["PostId"]
            )
    replies = Counter(row.get("ParentId") for row in answers)
    remarks = Counter(row["PostId"] for row in rows["Comments"])
    events = defaultdict[str, list[Row]](list)
    for row in sorted(rows["PostHistory"], key=number_of):
        events[row["PostId"]].append(row)

    for row in [*questions, *answers]:
        if int(row["Score"]) != score[row["Id"]]:
            found["score"].append(row["Id"])
        if int(row["CommentCount"]) != remarks[row["Id"]]:
            found["comments"].append(row["Id"])
        if last(events[row["Id"]], "body") is None:
            found["body in history"].append(row["Id"])
    for row in questions:
        post_id = row["Id"]
        if int(row["AnswerCount"]) != replies[post_id]:
            found["answers"].append(post_id)
        named = row.get("AcceptedAnswerId")
        if named is not None and posts.get(named, {}).get("ParentId") != post_id:
            found["accepted answer"].append(post_id)
        if accepted[post_id] != ([] if named is None else [named]):
            found["accepting vote"].append(post_id)
        marks = [
            each["PostHistoryTypeId"]
            for each in events[post_id]
            if each["PostHistoryTypeId"] in ("10", "11")
        ]
        if ("ClosedDate" in row) != (marks[-1:] == ["10"]):
            found["closed"].append(post_id)
        if last(events[post_id], "title") != row["Title"]:
            found["title in history"].append(post_id)
        if last(events[post_id], "tags") != row["Tags"]:
            found["tags in history"].append(post_id)
    for row in answers:
        parent = posts.get(row["ParentId"])
        if parent is None or parent["PostTypeId"] != "1":
            found["parent"].append(row["Id"])
        elif row["CreationDate"] < parent["CreationDate"]:
            found["older than the parent"].append(row["Id"])
    for row in rows["Comments"]:
        parent = posts.get(row["PostId"])
        if parent is None:
            found["comment"].append(row["Id"])
        elif row["CreationDate"] < parent["CreationDate"]:
            found["older than the parent"].append(f"c{row['Id']}")
    for table in ("PostHistory", "PostLinks", "Votes"):
        for row in rows[table]:
            if row["PostId"] not in posts:
                found[f"{table} of no post"].append(row["Id"])
    for row in rows["PostLinks"]:
        if row["RelatedPostId"] not in posts:
            found["link to no post"].append(row["Id"])
    return found


EXCEPTIONS: Mapping[str, Mapping[str, int]] = {
    AI: {"Votes of no post": 394, "PostLinks of no post": 7, "link to no post": 3},
    BEER: {"Votes of no post": 1485, "PostLinks of no post": 6, "link to no post": 1},
    CONLANG_META: {"Votes of no post": 27},
    FRENCH_META: {
        "Votes of no post": 119,
        "PostLinks of no post": 6,
        "tags in history": 1,
    },
}


def test_what_holds_in_a_dump(name: str, sample: Sample) -> None:
    """Exact counts: what is not named here has no exception."""
    found = exceptions(sample)
    assert {law: len(ids) for law, ids in found.items()} == EXCEPTIONS[name]


# -- what is made of it ----------------------------------------------------------


REPORTS: Mapping[str, Mapping[str, tuple[int, tuple[str, ...]]]] = {
    AI: {},
    BEER: {},
    CONLANG_META: {"edited_at-differs": (3, ("79", "156", "168"))},
    FRENCH_META: {
        "tags-differs": (1, ("2",)),
        "deleted-differs": (1, ("569",)),
        "edited_at-differs": (7, ("718", "750", "773")),
    },
}


def test_the_report_of_a_site(name: str, sample: Sample) -> None:
    told = {loss.code: (loss.count, loss.examples) for loss in sample.report}
    assert told == REPORTS[name]
    assert not sample.report
    assert all(loss.harmless and not loss.damage for loss in sample.report)


COUNTS = {
    # threads, posts
    AI: (421, 2335),
    BEER: (1029, 6815),
    CONLANG_META: (54, 399),
    FRENCH_META: (274, 2066),
}


def test_posts_are_those_of_the_rows(name: str, sample: Sample) -> None:
    threads, rows = sample.threads, sample.rows
    assert (len(threads), sum(map(len, threads))) == COUNTS[name]
    assert [thread.id for thread in threads] == sorted(
        (row["Id"] for row in sample.posts("1")), key=int
    )
    columns = {row["Id"]: row for row in rows["Posts"]}
    columns |= {f"c{row['Id']}": row for row in rows["Comments"]}
    names = {row["Id"]: row["DisplayName"] for row in rows["Users"]}
    for thread in threads:
        assert not isinstance(thread.root, Stub)
        for post in thread.posts:
            row = columns.pop(post.id)
            blanks = post.body.source.replace("\t", " ")  # as the other reader has it
            assert blanks == row.get("Body", row.get("Text"))
            assert post.created_at == instant(row["CreationDate"])
            if isinstance(post, Answer):
                assert post.question_id == thread.id == row["ParentId"]
            elif isinstance(post, Comment):
                assert post.parent_id == row["PostId"]
            else:
                assert post.title == row["Title"]
                assert post.tags == tuple(re.findall("<(.*?)>", row["Tags"]))
                assert post.views == int(row["ViewCount"])
                named = row.get("AcceptedAnswerId")
                assert thread.accepted == (() if named is None else (named,))
            assert thread.score(post.id) == int(row["Score"])
            author = row.get("OwnerUserId", row.get("UserId"))
            face = thread.author(post.id)
            if author is None:
                assert face.id.startswith("gone:")
                assert face.name == row.get(
                    "OwnerDisplayName", row.get("UserDisplayName")
                )
            else:
                assert (face.id, face.name) == (author, names.get(author))
            edited = row.get("LastEditDate")
            assert post.edited_at == (None if edited is None else instant(edited))
            origin = post.provenance
            assert origin is not None
            assert origin.license == row.get("ContentLicense")
            kept = origin.members()
            for column in (
                "LastActivityDate",
                "LastEditorUserId",
                "LastEditorDisplayName",
            ):
                assert kept.get(column) == row.get(column)
            declared = dict(origin.declared)
            for column, count in (
                ("AnswerCount", "answers"),
                ("CommentCount", "comments"),
                ("FavoriteCount", "favorites"),
            ):
                assert declared.get(count) == (
                    int(row[column]) if column in row else None
                )
    # What is left is on no question.
    assert {row["PostTypeId"] for row in columns.values()} <= {"4", "5", "7"}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def kept_rows(threads: list[Thread]) -> dict[Table, list[str]]:
    """Return the ids of the rows that are somewhere in threads."""
    found: dict[Table, list[str]] = {table: [] for table in TABLES}
    for thread in threads:
        for post in thread.posts:
            comment = isinstance(post, Comment)
            found["Comments" if comment else "Posts"].append(post.id.removeprefix("c"))
        origin = thread.provenance
        assert origin is not None
        members: dict[str, Any] = dict(origin.members())
        found["PostLinks"] += [row["Id"] for row in members.pop("links", ())]
        found["PostHistory"] += [row["Id"] for row in members.pop("history", ())]
        for wordings in members.pop("wordings", {}).values():
            for rows in wordings:
                entries = rows.split(";") if rows else ()
                found["PostHistory"] += [entry.split(",")[0] for entry in entries]
        for votes in members.pop("votes", {}).values():
            found["Votes"] += [vote.split(",")[0] for vote in votes]
        assert members == {}
    return found


def test_every_row_is_accounted_for(sample: Sample) -> None:
    """Each is in one thread, or loose, or of a table of its own; none twice."""
    kept = kept_rows(sample.threads)
    for table in TABLES:
        loose = [row["Id"] for row in sample.site.loose(table)]
        rows = [row["Id"] for row in sample.rows[table]]
        assert Counter(kept[table]) + Counter(loose) == Counter(rows)
        assert len(kept[table]) + len(loose) == len(rows)


def test_the_rows_of_the_site_are_those_of_the_files(sample: Sample) -> None:
    """Word by word, but for tabs, of which the other reader makes blanks."""
    for table in TABLES:
        rows = [
            {name: value.replace("\t", " ") for name, value in row.items()}
            for row in sample.site.rows(table)
        ]
        assert rows == [
            {name: value.replace("\t", " ") for name, value in row.items()}
            for row in sample.rows[table]
        ]


def test_the_history_of_a_site_is_that_of_its_rows(sample: Sample) -> None:
    """Each wording of a post is a revision, in order."""
    saves = defaultdict[str, dict[str, dict[str, str | None]]](dict)
    for row in sorted(sample.rows["PostHistory"], key=number_of):
        for part, kinds in _WORDING.items():
            if row["PostHistoryTypeId"] in kinds:
                save = saves[row["PostId"]].setdefault(row["RevisionGUID"], {})
                save[part] = row.get("Text")
    for thread in sample.threads:
        revisions = defaultdict[str, list[Any]](list)
        for revision in thread.revisions:
            revisions[revision.post_id].append(revision)
        posts: list[Question | Answer] = [thread.question, *thread.answers]
        for post in posts:
            own = revisions[post.id]
            assert [each.number for each in own] == [*range(1, len(own) + 1)]
            assert [each.group for each in own] == list(saves[post.id])
            assert post.revision == max(1, len(own))
            state: dict[str, str | None] = {}
            for each, save in zip(own, saves[post.id].values(), strict=True):
                state |= save
                assert each.body.source.replace("\t", " ") == (state["body"] or "")
                assert each.title == state.get("title")
                tags = "".join(f"<{tag}>" for tag in each.tags)
                assert tags == (state.get("tags") or "")


def test_threads_survive_json(sample: Sample) -> None:
    for thread in sample.threads:
        assert from_json(to_json(thread)) == thread


def test_a_strict_reading_gives_the_same(
    name: str, sample: Sample, shared: Path
) -> None:
    """The samples are sound: nothing in them is refused."""
    with formats.read(samples(shared) / name, strict=True) as reading:
        assert list(reading) == sample.threads
    assert reading.report == sample.report


def test_the_site_itself(name: str, sample: Sample) -> None:
    site, rows = sample.site, sample.rows
    profiles = list(site.users())
    assert len(profiles) == len(rows["Users"])
    for profile, row in zip(profiles, rows["Users"], strict=True):
        assert profile.user.id == row["Id"]
        assert profile.user.reputation == int(row["Reputation"])
        assert profile.up_votes == int(row["UpVotes"])
    assert [site.user(p.user.id) for p in profiles[:50]] == profiles[:50]
    badges = list(site.badges())
    assert [badge.name for badge in badges] == [row["Name"] for row in rows["Badges"]]
    assert all(badge.at is not None and badge.level for badge in badges)
    tags = list(site.tags())
    assert [tag.name for tag in tags] == [row["TagName"] for row in rows["Tags"]]
    for tag, row in zip(tags, rows["Tags"], strict=True):
        pages = (("ExcerptPostId", tag.excerpt), ("WikiPostId", tag.wiki))
        for column, page in pages:
            assert (page.id if page else None) == row.get(column)
    assert len(list(site.pages())) == len(sample.posts("4", "5", "7"))
