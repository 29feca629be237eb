"""
Whole Stack Exchange sites from their data dumps, against what the sites show.

The reader here is thrown away after the test: it knows the columns that votes,
badges and reputation need, and makes events of them. What it finds is written down
exactly; where a number cannot follow from a dump, the test says why.
"""

import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Bounty,
    Comment,
    PostKind,
    Question,
    Revision,
    Suggestion,
    Thread,
    User,
    UserKind,
    badges,
    policies,
    reputation,
)
from qathread.content import ThreadKind
from qathread.events import (
    AnswerAccepted,
    AnswerPosted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    CommentPosted,
    EditApproved,
    EditSuggested,
    Event,
    PostRef,
    QuestionAsked,
    ReputationAdjusted,
    VoteCast,
    VotesCounted,
    replay,
)

Row = dict[str, str]

AI = "ai.stackexchange.com_2016-12"
CONLANG_META = "conlang.meta.stackexchange.com_2020-09"
FRENCH_META = "french.meta.stackexchange.com_2021-09"
SITES = (AI, CONLANG_META, FRENCH_META)
TEXT = Body(source="")  # wordings play no part here


@pytest.fixture(scope="session")
def dumps(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "stackexchange_dump"
    if not folder.is_dir():
        pytest.skip("no Stack Exchange sample in the folder of reference samples")
    return folder


# -- the reader ------------------------------------------------------------------


def rows(folder: Path, table: str) -> Iterator[Row]:
    """Yield the rows of one file, packed or not; the sample is trusted XML."""
    plain = folder / f"{table}.xml"
    packed = folder / f"{table}.xml.xz"
    with plain.open("rb") if plain.exists() else lzma.open(packed) as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == "row":
                yield dict(element.attrib)
                element.clear()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Site:
    """
    The events of a dump, thread by thread; tag wikis are threads of their own.

    Votes are counted by day, or each is a ballot of a voter whom nobody knows.
    """

    def __init__(self, folder: Path, *, ballots: bool = False) -> None:
        self.ballots = ballots
        self.posts = {row["Id"]: row for row in rows(folder, "Posts")}
        self.names = {row["Id"]: row["DisplayName"] for row in rows(folder, "Users")}
        self.drafts: dict[str, list[tuple[datetime, int, Any]]] = defaultdict(list)
        self.ownerless = Counter[str]()
        for row in self.posts.values():
            self.add_post(row)
        for row in rows(folder, "Comments"):
            self.add_comment(row)
        self.add_votes(rows(folder, "Votes"))
        for row in rows(folder, "PostHistory"):
            if row["PostHistoryTypeId"] == "24":
                self.add_edit(row)

    @property
    def logs(self) -> dict[str, list[Event]]:
        """The events of each thread, with versions in order of time."""
        return {
            thread_id: [
                make(version)
                for version, (_, _, make) in enumerate(
                    sorted(drafts, key=lambda draft: draft[:2]), start=1
                )
            ]
            for thread_id, drafts in self.drafts.items()
        }

    def thread_of(self, post_id: str) -> str:
        return self.posts[post_id].get("ParentId", post_id)

    def author(self, row: Row) -> User:
        """Whoever wrote a post; accounts that are gone are one person per post."""
        user_id = row.get("OwnerUserId", row.get("UserId"))
        if user_id is None:
            name = row.get("OwnerDisplayName", row.get("UserDisplayName"))
            table = "comment" if "PostId" in row else "post"
            return User(
                id=f"gone:{table}:{row['Id']}", name=name, kind=UserKind.DELETED
            )
        return User(id=user_id, name=self.names.get(user_id))

    def ref(self, post_id: str) -> dict[str, Any]:
        row = self.posts[post_id]
        kind = PostKind.ANSWER if "ParentId" in row else PostKind.QUESTION
        return {
            "post_id": post_id,
            "post_kind": kind,
            "author_id": self.author(row).id,
        }

    def draft(
        self,
        on: str,
        at: datetime,
        cls: type[Any],
        order: int = 1,
        /,
        **facts: Any,
    ) -> None:
        """Note an event; a day stands at its midnight, but never before the post."""
        thread_id = self.thread_of(on)
        place = max(at, instant(self.posts[on]["CreationDate"]))
        stamp = {"thread_id": thread_id, "at": at, "recorded_at": at}

        def make(version: int) -> Event:
            made: Event = cls(version=version, **stamp, **facts)
            return made

        self.drafts[thread_id].append((place, order, make))

    def add_post(self, row: Row) -> None:
        at, author = instant(row["CreationDate"]), self.author(row)
        common: dict[str, Any] = {
            "id": row["Id"],
            "author_id": author.id,
            "body": TEXT,
            "created_at": at,
        }
        if "ParentId" in row:
            answer = Answer(question_id=row["ParentId"], **common)
            asker_id = self.author(self.posts[row["ParentId"]]).id
            facts = {"answer": answer, "asker_id": asker_id, "by": author}
            self.draft(row["Id"], at, AnswerPosted, 0, **facts)
        else:
            is_question = row["PostTypeId"] == "1"
            kind = ThreadKind.QA if is_question else ThreadKind.DISCUSSION
            question = Question(title=row.get("Title"), **common)
            facts = {"kind": kind, "question": question, "by": author}
            self.draft(row["Id"], at, QuestionAsked, -1, **facts)

    def add_comment(self, row: Row) -> None:
        post_id, author = row["PostId"], self.author(row)
        if post_id not in self.posts:
            return
        at = instant(row["CreationDate"])
        comment = Comment(
            id=f"c{row['Id']}",
            parent_id=post_id,
            author_id=author.id,
            body=TEXT,
            created_at=at,
        )
        ref = self.ref(post_id)
        parent = PostRef(
            post_id=post_id, kind=ref["post_kind"], author_id=ref["author_id"]
        )
        self.draft(
            post_id, at, CommentPosted, comment=comment, parent=parent, by=author
        )

    def add_votes(self, votes: Iterator[Row]) -> None:
        """Count votes by post and day: who cast them, and when, is not told."""
        days: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        bounties: dict[str, Bounty] = {}
        for row in votes:
            kind, post_id, day = row["VoteTypeId"], row["PostId"], row["CreationDate"]
            if post_id not in self.posts:
                self.ownerless[kind] += 1  # the post was deleted since
                continue
            at = instant(day)
            if kind in "23" and self.ballots:
                voter = User(id=f"voter:{row['Id']}", kind=UserKind.ANONYMOUS)
                way = UP if kind == "2" else DOWN
                ref = self.ref(post_id)
                self.draft(post_id, at, VoteCast, direction=way, by=voter, **ref)
            elif kind in "23":
                days[post_id, day][kind] += 1
            elif kind == "1":
                asker = self.author(self.posts[self.thread_of(post_id)])
                facts = {**self.ref(post_id), "asker_id": asker.id, "by": asker}
                self.draft(post_id, at, AnswerAccepted, 2, **facts)
            elif kind == "8":
                bounty = Bounty(
                    id=row["Id"],
                    amount=int(row["BountyAmount"]),
                    by_id=row["UserId"],
                    starts_at=at,
                )
                bounties[post_id] = bounty
                self.draft(
                    post_id,
                    at,
                    BountyOffered,
                    bounty=bounty,
                    asker_id=self.ref(post_id)["author_id"],
                    by=User(id=row["UserId"], name=self.names[row["UserId"]]),
                )
            elif kind == "9":
                bounty = bounties.pop(self.thread_of(post_id))
                if "BountyAmount" in row:
                    paid = int(row["BountyAmount"])
                    facts = {**self.ref(post_id), "bounty": bounty, "paid": paid}
                    self.draft(post_id, at, BountyAwarded, 3, **facts)
                else:
                    self.draft(post_id, at, BountyExpired, 3, bounty=bounty)
        for (post_id, day), counts in days.items():
            counted = {"up": counts["2"], "down": counts["3"]}
            self.draft(
                post_id, instant(day), VotesCounted, **self.ref(post_id), **counted
            )

    def add_edit(self, row: Row) -> None:
        """Note a proposed edit that was approved; its comment says whose."""
        who = re.match(r"Proposed by (\d+) approved by (\d+)", row.get("Comment", ""))
        if who is None or row["PostId"] not in self.posts:
            return
        at, post_id = instant(row["CreationDate"]), row["PostId"]
        thread = self.drafts[self.thread_of(post_id)]
        number = 2 + sum(getattr(make, "edits", "") == post_id for _, _, make in thread)
        suggestion = Suggestion(
            id=row["Id"],
            post_id=post_id,
            base_revision=number - 1,
            body=TEXT,
            editor_id=who[1],
            at=at,
        )
        old = Revision(post_id=post_id, number=number - 1, body=TEXT)
        new = Revision(
            post_id=post_id, number=number, body=TEXT, editor_id=who[1], at=at
        )
        proposer, approver = User(id=who[1]), User(id=who[2])
        ref = self.ref(post_id)
        self.draft(
            post_id, at, EditSuggested, 4, suggestion=suggestion, by=proposer, **ref
        )
        facts = {"suggestion": suggestion, "revision": new, "replaced": old}
        self.draft(post_id, at, EditApproved, 5, **facts, by=approver, **ref)
        thread[-1][2].edits = post_id


@cache
def site(folder: Path, *, ballots: bool = False) -> Site:
    return Site(folder, ballots=ballots)


# -- scores ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "posts"), [(AI, 1279), (CONLANG_META, 177), (FRENCH_META, 781)]
)
def test_the_votes_of_a_dump_add_up_to_the_score_of_every_post(
    dumps: Path, name: str, posts: int
) -> None:
    """No exception: questions, answers, tag wikis, and what deleted accounts wrote."""
    read = site(dumps / name)
    counted = votes = 0
    wrong: list[str] = []
    for log in read.logs.values():
        thread: Thread = replay(log)
        for post in thread.posts:
            if post.kind is PostKind.COMMENT:
                continue  # a dump has the score of a comment, but not its votes
            counted += 1
            tally = thread.tally(post.id)
            assert tally.up is not None and tally.down is not None
            votes += tally.up + tally.down
            if tally.score != int(read.posts[post.id]["Score"]):
                wrong.append(post.id)
    assert wrong == []
    assert counted == posts
    assert votes == sum(
        row["VoteTypeId"] in ("2", "3") and row["PostId"] in read.posts
        for row in rows(dumps / name, "Votes")
    )


def test_an_accepted_answer_of_a_dump_is_the_one_that_its_question_names(
    dumps: Path,
) -> None:
    """One vote of type 1 a question, and it agrees with the column."""
    for name in SITES:
        read = site(dumps / name)
        for thread_id, log in read.logs.items():
            named = read.posts[thread_id].get("AcceptedAnswerId")
            assert replay(log).accepted == (() if named is None else (named,))


# -- badges ----------------------------------------------------------------------

CLASSES = {"1": "gold", "2": "silver", "3": "bronze"}
#: What the site gave, and what of it follows from the posts in the dump. What is
#: missing was won by posts that are deleted, with votes that are gone since, or by
#: answers to posts that are gone.
BADGES = {
    AI: {
        "Nice Question": (26, 26),
        "Good Question": (3, 3),
        "Great Question": (1, 1),
        "Nice Answer": (22, 22),
        "Good Answer": (2, 2),
        "Great Answer": (1, 1),
        "Student": (153, 145),
        "Teacher": (154, 149),
        "Self-Learner": (1, 1),
        "Enlightened": (12, 12),
        "Guru": (1, 1),
        "Necromancer": (1, 1),
        "Revival": (3, 3),
        "Commentator": (28, 26),
        "Scholar": (80, 79),
        "Strunk & White": (1, 1),
        "Promoter": (2, 2),
        "Benefactor": (1, 1),
    },
    CONLANG_META: {
        "Nice Question": (14, 14),
        "Nice Answer": (19, 18),
        "Student": (30, 30),
        "Teacher": (25, 25),
        "Self-Learner": (3, 3),
        "Enlightened": (2, 2),
        "Necromancer": (1, 1),
        "Revival": (2, 2),
        "Commentator": (8, 6),
        "Scholar": (12, 11),
    },
    FRENCH_META: {
        "Nice Question": (37, 34),
        "Good Question": (3, 3),
        "Nice Answer": (41, 39),
        "Good Answer": (3, 3),
        "Student": (104, 100),
        "Teacher": (91, 90),
        "Self-Learner": (11, 11),
        "Enlightened": (8, 8),
        "Necromancer": (6, 5),
        "Revival": (18, 13),
        "Commentator": (31, 29),
        "Scholar": (50, 49),
    },
}


@pytest.mark.parametrize("name", SITES)
def test_badges_of_a_dump_are_won_by_those_whom_the_site_gave_them(
    dumps: Path, name: str
) -> None:
    """Nobody wins what the site did not give; nearly all that it gave is found."""
    read = site(dumps / name)
    given: dict[str, Counter[str]] = defaultdict(Counter)
    classes: dict[str, str] = {}
    for row in rows(dumps / name, "Badges"):
        if row["TagBased"] == "False":
            given[row["Name"]][row["UserId"]] += 1
            classes[row["Name"]] = CLASSES[row["Class"]]
    won: dict[str, Counter[str]] = defaultdict(Counter)
    for one in badges.award(event for log in read.logs.values() for event in log):
        # The software itself (-1) takes over posts, and gets no badges for them.
        if one.user_id != "-1" and not one.user_id.startswith("gone:"):
            won[one.badge][one.user_id] += 1
            assert one.level == classes[one.badge]
    found = {
        badge: (given[badge].total(), (won[badge] & given[badge]).total())
        for badge in BADGES[name]
    }
    assert found == BADGES[name]
    # Editor is left out: the site did not always give it for an approved proposal.
    too_many = {badge: won[badge] - given[badge] for badge in won if badge != "Editor"}
    assert {badge: users for badge, users in too_many.items() if users} == {}


# -- reputation ------------------------------------------------------------------


def points_of(
    dumps: Path, name: str, bonus: frozenset[str] = frozenset()
) -> dict[str, tuple[int, int, int]]:
    """What the site shows, what the ledger finds, and downvotes cast, by user."""
    read = site(dumps / name, ballots=True)
    people = {row["Id"]: row for row in rows(dumps / name, "Users")}

    def joined(user_id: str) -> tuple[str, int]:
        return people[user_id]["CreationDate"], int(user_id)

    bonuses = [
        ReputationAdjusted(
            version=place,
            user_id=user_id,
            at=instant(people[user_id]["CreationDate"]),
            amount=100,
            reason="association",
        )
        for place, user_id in enumerate(sorted(bonus, key=joined), start=1)
    ]
    threads = [event for log in read.logs.values() for event in log]
    points = reputation.ledger([*bonuses, *threads], policies.STACK_EXCHANGE_2010)
    return {
        user_id: (
            int(row["Reputation"]),
            points.standing(user_id),
            int(row["DownVotes"]),
        )
        for user_id, row in people.items()
    }


def test_reputation_of_a_main_site_follows_from_its_dump_but_for_a_few(
    dumps: Path,
) -> None:
    """
    Of 3,157 people 3,115 have exactly the points that the ledger finds.

    The bonus of 100 for a known account elsewhere is in no file: whoever is nearer
    to it is taken to have it. The rest has reasons: downvotes that they cast on
    answers cost a point each, and a dump hides who voted; of votes of one day it
    hides the order, which counts at the floor; and posts that are gone since have
    left their points, or took them along.
    """
    plain = points_of(dumps, AI)
    bonus = frozenset(
        user_id
        for user_id, (shown, found, _) in plain.items()
        if abs(shown - found - 100) < abs(shown - found)
    )
    people = points_of(dumps, AI, bonus)
    kinds: Counter[str] = Counter()
    for shown, found, downvotes in people.values():
        if shown == found:
            kinds["equal"] += 1
        elif 0 < found - shown <= downvotes:
            kinds["as many downvotes cast"] += 1
        else:
            kinds["below" if shown < found else "above"] += 1
    assert len(bonus) == 1170
    assert kinds == {
        "equal": 3115,
        "as many downvotes cast": 19,
        "below": 7,
        "above": 16,
    }
    near = [abs(shown - found) <= shown / 20 for shown, found, _ in people.values()]
    assert near.count(True) == 3151
    writers = {row.get("OwnerUserId") for row in site(dumps / AI).posts.values()}
    wrote = [people[user_id] for user_id in people if user_id in writers]
    assert sum(shown == found for shown, found, _ in wrote) == 294
    assert len(wrote) == 331


@pytest.mark.parametrize(("name", "writers"), [(CONLANG_META, 53), (FRENCH_META, 149)])
def test_reputation_on_a_meta_site_is_that_of_its_main_site(
    dumps: Path, name: str, writers: int
) -> None:
    """So none of it follows from the votes on the meta site."""
    wrote = {row.get("OwnerUserId") for row in site(dumps / name).posts.values()}
    people = points_of(dumps, name)
    found = [people[user_id][:2] for user_id in people if user_id in wrote]
    assert len(found) == writers
    assert not any(shown in (points, points + 100) for shown, points in found)
