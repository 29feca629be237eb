"""
The definition of reputation, said as plainly as possible and as slowly as it is.

Nothing here is incremental: all events are gone through from the beginning, the
open grants are listed, and everybody's points are counted one unit at a time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, evolve, field

from qathread import events as ev
from qathread.feedback import DOWN, UP
from qathread.policy import CapMode, CapPer, FloorMode, PaidFor, Policy
from qathread.posts import PostKind
from qathread.status import FlagState

Log = Sequence[ev.Event | ev.AccountEvent]
Pairs = Sequence[tuple[datetime, Policy]]
BEFORE = datetime(1, 1, 1, tzinfo=UTC)
VOTES = {
    (UP, PostKind.QUESTION): PaidFor.QUESTION_UPVOTED,
    (UP, PostKind.ANSWER): PaidFor.ANSWER_UPVOTED,
    (UP, PostKind.COMMENT): PaidFor.COMMENT_UPVOTED,
    (DOWN, PostKind.QUESTION): PaidFor.QUESTION_DOWNVOTED,
    (DOWN, PostKind.ANSWER): PaidFor.ANSWER_DOWNVOTED,
    (DOWN, PostKind.COMMENT): PaidFor.COMMENT_DOWNVOTED,
}
POSTS = {
    PostKind.QUESTION: PaidFor.QUESTION_ASKED,
    PostKind.ANSWER: PaidFor.ANSWER_POSTED,
    PostKind.COMMENT: PaidFor.COMMENT_POSTED,
}


@define
class Record:
    """Something that pays somebody, as long as it stands."""

    what: str
    thread: str
    post: str
    detail: str  # what tells it from others of its sort: a voter, a flag
    rule: PaidFor
    order: tuple[Any, ...]
    when: datetime
    roles: dict[str, str]  # author, actor: who
    times: int = 1  # what the policy's points are multiplied by
    units: int = 1
    points: int | None = None  # in place of the policy's
    wiki: bool = False  # the post belonged to everybody then
    fixed: bool = False  # stays when the post is taken down
    home: tuple[str, str] = ("", "")
    single: bool = field(default=False)  # one open record of its sort at a time


def ordered(log: Iterable[Any]) -> list[tuple[datetime, Any]]:
    """Every event once, with its effective time, in the order of the definition."""
    once: list[Any] = []
    for event in log:
        if event not in once:
            once.append(event)
    keyed = []
    for event in once:
        times = [
            other.at or BEFORE
            for other in once
            if other.thread_id == event.thread_id and other.version <= event.version
        ]
        keyed.append(((max(times), event.thread_id or "", event.version), event))
    keyed.sort(key=lambda each: each[0])
    return [(key[0], event) for key, event in keyed]


def in_force(pairs: Pairs, when: datetime) -> Policy:
    """The policy that pays for what happens at a moment."""
    found = pairs[0][1]
    for start, policy in pairs:
        if start <= when:
            found = policy
    return found


class World:
    """What stands after some events."""

    def __init__(self) -> None:
        self.open: list[Record] = []
        self.marks: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.fallen: set[tuple[str, str]] = set()
        self.wiki_posts: set[tuple[str, str]] = set()
        self.wiki_threads: set[str] = set()
        self.homes: dict[tuple[str, str], tuple[str, str]] = {}
        self.merges: list[tuple[str | None, str, str]] = []

    def who(self, thread: str, name: str) -> str:
        for scope, gone, stays in self.merges:
            if name == gone and scope in (None, thread):
                name = stays
        return name

    def add(self, record: Record) -> None:
        if record.single and any(same(record, other) for other in self.open):
            return
        place = (record.thread, record.post)
        record.home = self.homes.get(place, place)
        self.open.append(record)

    def close(self, what: str, thread: str, post: str, detail: str = "") -> None:
        gone = (what, thread, post, detail)
        self.open = [
            each
            for each in self.open
            if (each.what, each.thread, each.post, each.detail) != gone
        ]

    def put_down(self, thread: str, post: str, kind: PostKind, mark: str) -> None:
        self.marks[thread, post].add(mark)
        if kind is PostKind.QUESTION:
            self.fallen.add((thread, post))

    def put_up(self, thread: str, post: str, mark: str) -> None:
        self.marks[thread, post].discard(mark)
        if not self.marks[thread, post]:
            self.fallen.discard((thread, post))

    def is_wiki(self, thread: str, post: str, kind: PostKind) -> bool:
        whole = thread in self.wiki_threads and kind is PostKind.QUESTION
        return whole or (thread, post) in self.wiki_posts

    def merge(self, scope: str | None, gone: str, stays: str) -> None:
        if gone != stays:
            for record in self.open:
                if scope is None or record.thread == scope:
                    record.roles = {
                        role: stays if name == gone else name
                        for role, name in record.roles.items()
                    }
                    if record.what == "vote" and record.detail == gone:
                        record.detail = stays
            self.drop_doubles()
        self.merges.append((scope, gone, stays))

    def drop_doubles(self) -> None:
        """Of two open records in one place the earlier one stays."""
        kept: list[Record] = []
        for record in sorted(self.open, key=lambda each: each.order):
            if not (record.single and any(same(record, other) for other in kept)):
                kept.append(record)
        self.open = kept

    def move(self, thread: str, to: str, refs: Iterable[Any]) -> None:
        kinds = {ref.post_id: ref.kind for ref in refs}
        for post, kind in kinds.items():
            old, new = (thread, post), (to, post)
            wiki = self.is_wiki(thread, post, kind)
            home = self.homes.pop(old, old)
            marks = self.marks.pop(old, set())
            self.fallen.discard(old)
            self.wiki_posts.discard(old)
            self.homes.setdefault(new, home)
            self.marks[new] |= marks
            if wiki:
                self.wiki_posts.add(new)
        for record in self.open:
            if record.thread == thread and record.post in kinds:
                record.thread = to
        self.drop_doubles()


def same(one: Record, other: Record) -> bool:
    """Whether two records stand in one place, where there is room for one."""
    return (one.what, one.thread, one.post, one.detail) == (
        other.what,
        other.thread,
        other.post,
        other.detail,
    )


def happen(world: World, effective: datetime, event: Any) -> None:
    """Let one event happen."""
    thread = event.thread_id or ""
    order = (effective, thread, event.version, 0)

    def who(name: str) -> str:
        return world.who(thread, name)

    def record(what: str, rule: PaidFor, post: str, **others: Any) -> Record:
        given = {"detail": "", "roles": {}, **others}
        return Record(
            what=what,
            thread=thread,
            post=post,
            rule=rule,
            order=order,
            when=event.at,
            **given,
        )

    def vote() -> None:
        world.add(
            record(
                "vote",
                VOTES[event.direction, event.post_kind],
                event.post_id,
                detail=who(event.by.id),
                roles={"author": who(event.author_id), "actor": who(event.by.id)},
                times=event.weight,
                wiki=world.is_wiki(thread, event.post_id, event.post_kind),
                single=True,
            )
        )

    def penalty(what: str, rule: PaidFor, post: str, author: str, flag: str) -> None:
        roles = {"author": who(author)}
        world.add(
            record(what, rule, post, detail=flag, roles=roles, fixed=True, single=True)
        )

    match event:
        case ev.VoteCast():
            vote()
        case ev.VoteChanged():
            world.close("vote", thread, event.post_id, who(event.by.id))
            vote()
        case ev.VoteRetracted():
            world.close("vote", thread, event.post_id, who(event.by.id))
        case ev.VotesInvalidated():
            for each in event.replaced:
                world.close("vote", thread, event.post_id, who(each.voter_id))
        case ev.VotesCounted():
            wiki = world.is_wiki(thread, event.post_id, event.post_kind)
            for sub, (way, units) in enumerate(((UP, event.up), (DOWN, event.down))):
                world.add(
                    evolve(
                        record(
                            "counted",
                            VOTES[way, event.post_kind],
                            event.post_id,
                            roles={"author": who(event.author_id)},
                            units=units,
                            wiki=wiki,
                        ),
                        order=(*order[:3], sub),
                    )
                )
        case ev.QuestionAsked():
            wrote(world, event.question, record, who)
        case ev.AnswerPosted():
            wrote(world, event.answer, record, who)
        case ev.CommentPosted():
            wrote(world, event.comment, record, who)
        case ev.EditApproved():
            editor = who(event.suggestion.editor_id)
            roles = {"author": editor}
            if event.by is not None:
                roles["actor"] = who(event.by.id)
            if editor != who(event.author_id):
                fixed_roles(
                    world,
                    record("edit", PaidFor.EDIT_APPROVED, event.post_id, roles=roles),
                )
        case ev.AnswerAccepted():
            for ref in event.replaced:
                world.close("accept", thread, ref.post_id)
            asker = event.asker_id
            if asker is None and event.by is not None:
                asker = event.by.id
            roles = {"author": who(event.author_id)}
            if asker is not None:
                roles["actor"] = who(asker)
            accept(
                world,
                record(
                    "accept",
                    PaidFor.ANSWER_ACCEPTED,
                    event.post_id,
                    roles=roles,
                    wiki=world.is_wiki(thread, event.post_id, event.post_kind),
                ),
            )
        case ev.AnswerUnaccepted():
            world.close("accept", thread, event.post_id)
        case ev.PostDeleted():
            world.put_down(thread, event.post_id, event.post_kind, "deleted")
        case ev.PostRestored():
            world.put_up(thread, event.post_id, "deleted")
        case ev.PostRemoved():
            world.put_down(thread, event.post_id, event.post_kind, "removed")
            if event.cause is not None:
                rule, author = PaidFor.REMOVED_BY_FLAGS, event.author_id
                penalty("removal", rule, event.post_id, author, "")
        case ev.PostReinstated():
            world.put_up(thread, event.post_id, "removed")
            world.close("removal", thread, event.post_id)
        case ev.HidingImposed():
            if event.cause is not None and event.post is not None:
                rule, author = PaidFor.HIDDEN_BY_FLAGS, event.post.author_id
                penalty("hiding", rule, event.post.post_id, author, "")
        case ev.HidingLifted():
            if event.post is not None:
                world.close("hiding", thread, event.post.post_id)
        case ev.PostFlagged():
            rule, author = PaidFor.POST_FLAGGED, event.author_id
            penalty("flag", rule, event.post_id, author, event.flag.id)
        case ev.FlagResolved():
            if event.outcome in (FlagState.DECLINED, FlagState.WITHDRAWN):
                world.close("flag", thread, event.post_id, event.flag.id)
        case ev.WikiMade():
            if event.post is None:
                world.wiki_threads.add(thread)
            else:
                world.wiki_posts.add((thread, event.post.post_id))
        case ev.BountyOffered():
            world.add(
                record(
                    "offer",
                    PaidFor.BOUNTY_OFFERED,
                    "",
                    roles={"actor": who(event.by.id)},
                    times=event.bounty.amount,
                    fixed=True,
                )
            )
        case ev.BountyAwarded():
            roles = {"author": who(event.author_id)}
            made = record("award", PaidFor.BOUNTY_AWARDED, event.post_id, roles=roles)
            made.times = event.paid
            world.add(made)
        case ev.ReputationAdjusted():
            roles = {"author": who(event.user_id)}
            made = record("adjusted", PaidFor.ADJUSTED, "", roles=roles, fixed=True)
            made.points = event.amount
            world.add(made)
        case ev.PostsMovedOut():
            world.move(thread, event.to_id, event.posts)
        case ev.UsersMerged():
            for each in event.dropped:
                world.close("vote", thread, each.post_id, who(each.voter_id))
            world.merge(thread, event.from_id, event.into.id)
        case ev.AccountsMerged():
            world.merge(None, event.user_id, event.into_id)
        case ev.Imported():
            imported(world, event)
        case _:
            pass


def wrote(
    world: World, post: Any, record: Callable[..., Record], who: Callable[[str], str]
) -> None:
    """A post was written."""
    made = record("post", POSTS[post.kind], post.id, roles={})
    for mark in ("deleted", "removed"):
        if getattr(post, mark) is not None:
            world.put_down(made.thread, post.id, post.kind, mark)
    if post.status.wiki is not None:
        world.wiki_posts.add((made.thread, post.id))
    made.roles = {"author": who(post.author_id)}
    made.wiki = world.is_wiki(made.thread, post.id, post.kind)
    world.add(made)


def fixed_roles(world: World, made: Record) -> None:
    """Pay author and actor apart, or one person what both in one get."""
    roles = made.roles
    if "actor" in roles and roles["author"] == roles["actor"]:
        world.add(evolve(made, roles={"own": roles["author"]}))
        return
    for sub, (role, name) in enumerate(sorted(roles.items(), reverse=True)):
        sub = 0 if role == "author" else 1
        order = (*made.order[:3], made.order[3] + sub)
        world.add(evolve(made, roles={role: name}, order=order))


def accept(world: World, made: Record) -> None:
    """An acceptance, unless one stands."""
    if not any(same(made, other) for other in world.open):
        fixed_roles(world, made)


def imported(world: World, event: Any) -> None:
    """A thread came from outside, with all its past."""
    thread, content = event.thread_id, event.content
    posts = {post.id: post for post in (*content.answers, *content.comments)}
    if content.question is not None:
        posts[content.question.id] = content.question
    for post in posts.values():
        for mark in ("deleted", "removed"):
            if getattr(post, mark) is not None:
                world.put_down(thread, post.id, post.kind, mark)

    def wiki(post: Any, when: datetime) -> bool:
        marks = [post.status.wiki]
        if post.kind is PostKind.QUESTION:
            marks.append(content.status.wiki)
        return any(
            mark is not None and (mark.at is None or mark.at <= when) for mark in marks
        )

    told: list[tuple[Any, ...]] = []
    for post in posts.values():
        if post.created_at is not None:
            told.append((post.created_at, 0, post.id, "", None))
    for vote in content.votes:
        if vote.post_id in posts:
            told.append((vote.cast_at, 1, vote.post_id, vote.voter_id, vote))
    told.sort(key=lambda each: each[:4])
    for place, (when, _, post_id, voter, vote) in enumerate(told):
        post = posts[post_id]
        roles = {"author": world.who(thread, post.author_id)}
        made = Record(
            what="post" if vote is None else "vote",
            thread=thread,
            post=post_id,
            detail="",
            rule=POSTS[post.kind],
            order=(when, thread, event.version, 3 * place),
            when=when,
            roles=roles,
            wiki=wiki(post, when),
        )
        if vote is not None:
            made.detail = roles["actor"] = world.who(thread, voter)
            made.rule = VOTES[vote.direction, post.kind]
            made.times, made.single = vote.weight, True
        world.add(made)
    for post in posts.values():
        if post.status.wiki is not None:
            world.wiki_posts.add((thread, post.id))
    if content.status.wiki is not None:
        world.wiki_threads.add(thread)
    if event.at is None:
        return
    times = [at for at in (event.at,) if at is not None]
    for number, post_id in enumerate(content.accepted):
        if post_id in posts:
            post = posts[post_id]
            roles = {"author": world.who(thread, post.author_id)}
            if content.question is not None:
                roles["actor"] = world.who(thread, content.question.author_id)
            sub = 3 * (len(posts) + len(content.votes) + number)
            accept(
                world,
                Record(
                    what="accept",
                    thread=thread,
                    post=post_id,
                    detail="",
                    rule=PaidFor.ANSWER_ACCEPTED,
                    order=(times[0], thread, event.version, sub),
                    when=event.at,
                    roles=roles,
                    wiki=world.is_wiki(thread, post_id, post.kind),
                ),
            )


def pays(policy: Policy, made: Record, role: str) -> int:
    """The nominal points of one unit."""
    if made.points is not None:
        return made.points
    points = {"author": 0, "actor": 0, "own": 0}
    for pay in policy.reputation.pays:
        if pay.rule is made.rule:
            points = {"author": pay.author, "actor": pay.actor, "own": pay.own}
    return points[role] * made.times


def grants(
    world: World, pairs: Pairs
) -> list[tuple[tuple[Any, ...], str, Record, int, Policy]]:
    """All grants that are open, in order: order, user, record, nominal, policy."""
    found = []
    for made in world.open:
        policy = in_force(pairs, made.when)
        rules = policy.reputation
        if made.wiki and not rules.wiki_counts:
            continue
        down = bool(world.marks[made.thread, made.post])
        if rules.question_takes_all:
            down = down or any(thread == made.thread for thread, _ in world.fallen)
        if down and not made.fixed and not rules.deleted_counts:
            continue
        roles = made.roles
        if made.what == "vote" and roles["author"] == roles["actor"]:
            roles = {"own": roles["author"]}
        for role, user in roles.items():
            nominal = pays(policy, made, role)
            if nominal and made.units:
                sub = made.order[3] + (role == "actor" and made.what == "vote")
                order = (*made.order[:3], sub)
                found.append((order, user, made, nominal, policy))
    return sorted(found, key=lambda each: each[0])


def let_through(
    policy: Policy,
    made: Record,
    points: int,
    sums: dict[Any, list[int]],
) -> int:
    """Send one unit through the caps of a policy."""
    rules = policy.reputation
    for place, cap in enumerate(rules.caps):
        if made.rule not in cap.rules:
            continue
        scope: object = None
        if cap.per is CapPer.DAY:
            scope = (made.when + timedelta(minutes=rules.day_offset)).date()
        elif cap.per is CapPer.POST:
            scope = made.home
        before = rules.caps[:place].count(cap)
        counted = sums[cap, before, scope]
        if cap.mode is CapMode.NET:
            reached = sum(counted) + points
            if cap.high is not None:
                reached = min(reached, cap.high)
            if cap.low is not None:
                reached = max(reached, cap.low)
            points = reached - sum(counted)
        else:
            gains = sum(each for each in counted if each > 0)
            losses = sum(each for each in counted if each < 0)
            if points > 0 and cap.high is not None:
                whole = cap.mode is CapMode.OVERSHOOT
                room = cap.high - gains
                points = (points if room > 0 else 0) if whole else min(points, room)
            elif points < 0 and cap.low is not None:
                whole = cap.mode is CapMode.OVERSHOOT
                room = cap.low - losses
                points = (points if room < 0 else 0) if whole else max(points, room)
        counted.append(points)
    return points


def standings(log: Log, pairs: Pairs) -> tuple[dict[str, int], dict[str, int]]:
    """Everybody's points after all events: as shown, and before that."""
    world = World()
    for effective, event in ordered(log):
        happen(world, effective, event)
    return points_of(world, pairs)


def points_of(world: World, pairs: Pairs) -> tuple[dict[str, int], dict[str, int]]:
    """Count everybody's open grants."""
    sums: dict[str, dict[Any, list[int]]] = defaultdict(lambda: defaultdict(list))
    start = pairs[0][1].reputation.start
    points: dict[str, int] = {}
    last: dict[str, Policy] = {}
    for _, user, made, nominal, policy in grants(world, pairs):
        last[user] = policy
        rules = policy.reputation
        for _ in range(made.units):
            paid = let_through(policy, made, nominal, sums[user])
            reached = points.get(user, start) + paid
            if rules.floor is not None and rules.floor_mode is FloorMode.CLIP:
                reached = max(rules.floor, reached)
            points[user] = reached
    shown = dict(points)
    for user, policy in last.items():
        rules = policy.reputation
        if rules.floor is not None and rules.floor_mode is FloorMode.SHOWN:
            shown[user] = max(rules.floor, shown[user])
    return shown, points


def after_each(log: Log, pairs: Pairs) -> list[dict[str, int]]:
    """Everybody's points after every event of a log, from the beginning each time."""
    events = [event for _, event in ordered(log)]
    return [standings(events[: n + 1], pairs)[0] for n in range(len(events))]


def left(log: Log, as_of: datetime | None, known_at: datetime | None) -> list[Any]:
    """The events of an earlier moment."""
    kept = []
    for event in log:
        known = event.at if event.recorded_at is None else event.recorded_at
        late = as_of is not None and event.at is not None and event.at > as_of
        unknown = known_at is not None and known is not None and known > known_at
        if not late and not unknown:
            kept.append(event)
    return kept
