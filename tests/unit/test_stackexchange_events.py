"""The logs of whole sites: replayed they are the threads, and any day of them."""

import lzma
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from py7zr import SevenZipFile

from qathread import Question, Thread, formats, history
from qathread.bodies import HTML, MARKDOWN
from qathread.errors import NotFoundError, ValidationError
from qathread.events import (
    AnswerAccepted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    Event,
    Imported,
    ThreadClosed,
    ThreadReopened,
    VotesCounted,
    replay,
)
from qathread.formats import stackexchange

AI = "ai.stackexchange.com_2016-12"
BEER = "beer.stackexchange.com_2020-06"
CONLANG_META = "conlang.meta.stackexchange.com_2020-09"
FRENCH_META = "french.meta.stackexchange.com_2021-09"
SITES = (AI, BEER, CONLANG_META, FRENCH_META)
#: Where a history ends in other words than the columns have: none is hidden.
DIFFERING = {
    AI: {},
    BEER: {},
    CONLANG_META: {"edited_at": {"79", "156", "168"}},
    FRENCH_META: {
        # The software took a tag off some minutes after midnight.
        "edited_at": {"718", "750", "773", "785", "787", "819", "823"},
        "tags": {"2"},
    },
}


@pytest.fixture(scope="session")
def sites(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = shared / "data" / "formats" / "stackexchange_dump"
    if not folder.is_dir():
        pytest.skip("no Stack Exchange sample in the folder of reference samples")
    beer = tmp_path_factory.mktemp("beer")
    with SevenZipFile(folder / f"{BEER}.7z") as archive:
        archive.extractall(beer)
    return {name: beer if name == BEER else folder / name for name in SITES}


@cache
def logs_of(path: Path) -> tuple[list[list[Event]], formats.LossReport]:
    with stackexchange.events(path) as logs:
        return list(logs), logs.report


@cache
def threads_of(path: Path) -> list[Thread]:
    return list(formats.read(path, "stackexchange"))


def rows(path: Path, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one file, packed or not; the sample is trusted XML."""
    plain = path / f"{table}.xml"
    packed = path / f"{table}.xml.xz"
    with plain.open("rb") if plain.exists() else lzma.open(packed) as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == "row":
                yield dict(element.attrib)
                element.clear()


@pytest.mark.parametrize("name", SITES)
def test_a_log_replayed_is_the_thread(sites: dict[str, Path], name: str) -> None:
    """Current state and history agree, but for the posts that are named above."""
    logs, _ = logs_of(sites[name])
    differing: dict[str, set[str]] = defaultdict(set)
    for log, thread in zip(logs, threads_of(sites[name]), strict=True):
        assert [event.version for event in log] == list(range(1, len(log) + 1))
        then = replay(log)
        assert then.id == thread.id
        assert [post.id for post in then.posts] == [post.id for post in thread.posts]
        assert then.accepted == thread.accepted
        assert then.status == thread.status
        assert {user.id for user in then.users.values()} >= set(thread.users)
        assert [
            (each.id, each.amount, each.by_id, each.answer_id, each.paid)
            for each in then.bounties
        ] == [
            (each.id, each.amount, each.by_id, each.answer_id, each.paid)
            for each in thread.bounties
        ]
        for post in thread.posts:
            now = then[post.id]
            assert (now.author_id, now.created_at) == (post.author_id, post.created_at)
            assert (now.revision, now.status) == (post.revision, post.status)
            assert now.stands and post.stands
            assert then.score(post.id) == thread.score(post.id)
            if now.edited_at != post.edited_at:
                differing["edited_at"].add(post.id)
            if isinstance(now, Question) and isinstance(post, Question):
                if now.title != post.title:
                    differing["title"].add(post.id)
                if now.tags != post.tags:
                    differing["tags"].add(post.id)
            wordings = history.revisions(thread, post.id)
            assert history.revisions(then, post.id)[-1].body == wordings[-1].body
            if post.kind != "comment":
                assert (post.body.media_type, now.body.media_type) == (HTML, MARKDOWN)
    assert dict(differing) == DIFFERING[name]


@pytest.mark.parametrize("name", SITES)
def test_what_differs_is_reported(sites: dict[str, Path], name: str) -> None:
    """The report names what the comparison above finds, and nothing else of it."""
    _, report = logs_of(sites[name])
    told = {
        loss.code.removesuffix("-differs"): loss.count
        for loss in report
        if loss.code.endswith("-differs") and loss.code != "deleted-differs"
    }
    assert told == {key: len(ids) for key, ids in DIFFERING[name].items()}
    assert not report, "nothing that a strict reading refuses"


@pytest.mark.parametrize("name", SITES)
def test_votes_stand_at_their_days(sites: dict[str, Path], name: str) -> None:
    """A recount of the file gives the same ups and downs of each post and day."""
    logs, _ = logs_of(sites[name])
    found: Counter[tuple[str, str, str]] = Counter()
    posts: set[str] = set()
    for log in logs:
        thread = replay(log)
        posts.update(post.id for post in thread.posts if post.kind != "comment")
        for event in log:
            if isinstance(event, VotesCounted) and event.post_kind != "comment":
                assert event.at.time() == datetime.min.time()
                day = event.at.date().isoformat()
                found[event.post_id, day, "2"] += event.up
                found[event.post_id, day, "3"] += event.down
    counted = Counter(
        (row["PostId"], row["CreationDate"][:10], row["VoteTypeId"])
        for row in rows(sites[name], "Votes")
        if row["VoteTypeId"] in ("2", "3") and row["PostId"] in posts
    )
    assert +found == counted


@pytest.mark.parametrize("name", SITES)
def test_closings_and_bounties_are_those_of_the_files(
    sites: dict[str, Path], name: str
) -> None:
    logs, _ = logs_of(sites[name])
    kinds = Counter(type(event) for log in logs for event in log)
    questions = {log[0].thread_id for log in logs}
    closing = Counter(
        row["PostHistoryTypeId"]
        for row in rows(sites[name], "PostHistory")
        if row["PostHistoryTypeId"] in ("10", "11") and row["PostId"] in questions
    )
    assert (kinds[ThreadClosed], kinds[ThreadReopened]) == (
        closing["10"],
        closing["11"],
    )
    bounties = Counter(
        (row["VoteTypeId"], "BountyAmount" in row)
        for row in rows(sites[name], "Votes")
        if row["VoteTypeId"] in ("8", "9")
    )
    assert kinds[BountyOffered] == bounties["8", True]
    assert kinds[BountyAwarded] == bounties["9", True]
    assert kinds[BountyExpired] == bounties["9", False]
    accepted = sum(
        "AcceptedAnswerId" in row
        for row in rows(sites[name], "Posts")
        if row["PostTypeId"] == "1"
    )
    assert kinds[AnswerAccepted] == accepted


@pytest.mark.parametrize("name", [AI, CONLANG_META])
def test_any_day_of_a_site_can_be_seen(sites: dict[str, Path], name: str) -> None:
    """What stands at a time is what the file has from before it, recounted."""
    logs, _ = logs_of(sites[name])
    created = sorted(
        datetime.fromisoformat(row["CreationDate"] + "Z")
        for table in ("Posts", "Comments")
        for row in rows(sites[name], table)
        if row.get("PostTypeId", "1") in ("1", "2")
    )
    first, last = created[0], created[-1]
    for share in (0, 0.1, 0.5, 0.9, 1):
        at = first + share * (last - first)
        seen = []
        for log in logs:
            try:
                seen.append(history.as_of(log, at))
            except NotFoundError:
                continue
        total = sum(len(thread) for thread in seen)
        assert total == sum(each <= at for each in created)
    with pytest.raises(NotFoundError):
        history.as_of(logs[0], first - timedelta(days=1))


def test_options_are_those_of_reading(sites: dict[str, Path]) -> None:
    path = sites[CONLANG_META]
    (log,) = stackexchange.events(path, questions=["3"], with_votes=False)
    thread = replay(log)
    assert thread.id == "3"
    days = {e.at for e in log if isinstance(e, VotesCounted)}
    assert days == {log[-1].at}, "a score without votes stands at the end"
    (read,) = formats.read(path, "stackexchange", questions=[3], with_votes=False)
    assert thread.score("3") == read.score("3")
    with pytest.raises(ValidationError, match="no option 'question'"):
        stackexchange.events(path, question=2)


ORPHAN = b"""<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="7" PostTypeId="2" ParentId="3" CreationDate="2020-01-01T00:00:00.000" \
Score="1" Body="Because." LastActivityDate="2020-01-01T00:00:00.000" />
</posts>"""


def test_without_its_question_a_thread_is_imported(tmp_path: Path) -> None:
    """There is nothing that began it."""
    path = tmp_path / "Posts.xml"
    path.write_bytes(ORPHAN)
    ((event,),) = stackexchange.events(path)
    assert isinstance(event, Imported)
    thread = replay([event])
    assert thread.root.id == thread.id == "3"
    assert thread["7"].author_id == "gone:p7"
    assert event.at == datetime(2020, 1, 1, tzinfo=UTC)
