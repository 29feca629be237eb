"""What people did to posts: votes, reactions, marks and reports."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from attrs import define, field, frozen

from ..._checks import EARLIEST
from ...feedback import DOWN, UP, Direction, Reaction, Vote
from ...ids import PostId, UserId
from ...provenance import extra_text
from ...status import Flag, Locked, LockLevel, Mark
from .._instants import iso
from .._report import Collector
from ._pools import Activity, Pool
from ._settings import Settings
from ._shapes import iri, text_of

__all__ = ["Done", "live", "sorted_out"]

_FEEDBACK: Final = frozenset({"Dislike", "EmojiReact", "Like"})


@frozen
class _Act:
    """An activity on one post, with the time that it states."""

    activity: Activity
    at: datetime | None


@define(eq=False)
class Done:
    """
    All that was done to one post.

    Attributes:
        likes: Likes, with the time and who.
        dislikes: Dislikes.
        emoji: Reactions: the kind, the time and who.
        flags: Reports of it.
        deletes: When, by whom and why it was deleted.
        lock: Its lock.
        pin: That it was put among the pinned ones.
        pin_members: The activity that did so, for posts that cannot be pinned.
        kept: Activities that only the extra can hold.
    """

    likes: list[tuple[datetime, UserId]] = field(factory=list)
    dislikes: list[tuple[datetime, UserId]] = field(factory=list)
    emoji: list[tuple[str, datetime, UserId]] = field(factory=list)
    flags: list[Flag] = field(factory=list)
    deletes: list[Mark] = field(factory=list)
    lock: Locked | None = None
    pin: Mark | None = None
    pin_members: dict[str, object] | None = None
    kept: list[dict[str, object]] = field(factory=list)

    @property
    def people(self) -> Iterator[UserId]:
        """Ids of everybody who did something."""
        yield from (who for _, who in (*self.likes, *self.dislikes))
        yield from (who for _, _, who in self.emoji)
        marks = (*self.deletes, self.lock, self.pin, *(f.resolved for f in self.flags))
        found = [mark.by_id for mark in marks if mark is not None]
        found += [flag.by_id for flag in self.flags]
        yield from (who for who in found if who is not None)

    def votes(self, post_id: PostId) -> Iterator[Vote]:
        """Yield likes and dislikes as votes: of each person the latest one."""
        latest: dict[UserId, tuple[datetime, Direction]] = {}
        for direction, cast in ((UP, self.likes), (DOWN, self.dislikes)):
            for at, who in cast:
                latest[who] = max(latest.get(who, (at, direction)), (at, direction))
        for who, (at, direction) in latest.items():
            yield Vote(post_id=post_id, voter_id=who, direction=direction, cast_at=at)

    def reactions(self, post_id: PostId, *, voting: bool) -> Iterator[Reaction]:
        """Yield reactions; likes and dislikes too, where they are no votes."""
        put = list(self.emoji)
        if not voting:
            put += [("like", at, who) for at, who in self.likes]
            put += [("dislike", at, who) for at, who in self.dislikes]
        for kind, at, who in put:
            yield Reaction(post_id=post_id, user_id=who, kind=kind, at=at)


def live(pool: Pool, report: Collector) -> list[Activity]:
    """
    Return the activities that nobody undid, each once.

    An activity is undone by its id; where the one that was undone is not known by
    its id, by what it did: some servers name it anew.
    """
    known: dict[str, Activity] = {}
    for activity in sorted(pool.activities, key=lambda one: _text(one.members)):
        other = known.setdefault(activity.id, activity)
        if other.members != activity.members:
            known[activity.id] = activity
            report.loss(
                "duplicate-id",
                "an activity came more than once and said different things: one of "
                "them is kept",
                f"{other.where}: {activity.id}",
            )
    ids, deeds = set[str](), set[tuple[object, ...]]()
    done = {_deed(activity) for activity in known.values()}
    for undone in pool.undone:
        if undone.id in known:
            ids.add(undone.id)
        elif _deed(undone) in done:
            deeds.add(_deed(undone))
        else:
            report.tell(
                "undo-elsewhere",
                "an activity was undone that is not here",
                str(undone.where),
            )
    found = []
    for name, activity in known.items():
        if name in ids or _deed(activity) in deeds:
            report.tell("undone", "an activity that was undone", str(activity.where))
        else:
            found.append(activity)
    return found


def _deed(activity: Activity) -> tuple[object, ...]:
    return (
        activity.kind,
        activity.actor,
        activity.objects,
        _text(activity.members.get("target")),
    )


def _text(value: object) -> str:
    return extra_text({"": value})


def sorted_out(
    activities: Iterable[Activity],
    known: Mapping[str, object],
    settings: Settings,
    report: Collector,
) -> dict[PostId, Done]:
    """
    Return what was done to each post.

    Args:
        activities: What was done, in any order.
        known: Ids of posts, and of stubs for posts.
        settings: What is assumed of times that are not said.
        report: Hears of what is about no post.
    """
    found: dict[PostId, Done] = {}
    resolved: dict[str, Mark] = {}
    for activity in activities:
        if activity.kind == "Resolve":
            at = _time(activity, settings.zone, report)
            resolved[activity.objects[0]] = Mark(by_id=activity.actor, at=at)
    acts: dict[PostId, list[_Act]] = {}
    for activity in activities:
        about = [name for name in activity.objects if name in known]
        if not about and activity.kind != "Resolve":
            report.tell(
                "activity-elsewhere",
                "an activity about nothing that is here",
                f"{activity.where}: {activity.kind}",
            )
        if about:
            at = _time(activity, settings.zone, report)
            for name in dict.fromkeys(about):
                acts.setdefault(name, []).append(_Act(activity, at))
    for name, several in acts.items():
        found[name] = _done(name, several, settings.assume_at, resolved, report)
    return found


def _done(
    post_id: PostId,
    acts: list[_Act],
    assumed: datetime | None,
    resolved: Mapping[str, Mark],
    report: Collector,
) -> Done:
    done = Done()
    acts.sort(key=_order)
    for act in acts:
        activity, at = act.activity, act.at
        actor, kind = activity.actor, activity.kind
        where = f"{activity.where}: {kind}"
        mark = Mark(by_id=actor, at=at, reason=_reason(activity))
        when = at or assumed
        if kind in _FEEDBACK and (actor is None or when is None):
            report.tell(
                "untimed",
                "a like or a reaction that does not say when, or by whom: only the "
                "extra of its post holds it; assume_at= gives it a time",
                where,
            )
            done.kept.append(activity.members)
            continue
        if kind in _FEEDBACK and actor is not None and when is not None:
            if not _feedback(done, activity, when, actor):
                done.kept.append(activity.members)
                continue
        elif kind == "Flag":
            several = len(activity.objects) > 1
            done.flags.append(
                Flag(
                    id=f"{activity.id}#{post_id}" if several else activity.id,
                    post_id=post_id,
                    reason=mark.reason or "",
                    by_id=actor,
                    at=at,
                    resolved=resolved.get(activity.id),
                )
            )
        elif kind == "Delete":
            done.deletes.append(mark)
        elif kind == "Lock":
            done.lock = Locked(
                by_id=actor, at=at, reason=mark.reason, level=LockLevel.REPLIES
            )
        elif kind in ("Add", "Remove") and _is_featured(activity):
            done.pin = mark if kind == "Add" else None
            done.pin_members = activity.members
        else:
            done.kept.append(activity.members)
            continue
        report.tell(
            "activity",
            "what was done to a post: its id and addressees are in no thread",
            where,
        )
    return done


def _order(act: _Act) -> tuple[datetime, bool, str]:
    """Order by time, those without one first, and adding before removing."""
    return (act.at or EARLIEST, act.activity.kind == "Remove", act.activity.id)


def _feedback(done: Done, activity: Activity, at: datetime, actor: UserId) -> bool:
    """Take in a like, a dislike or an emoji; False if it says nothing."""
    sign = text_of(activity.members, "content").text
    if activity.kind == "Like" and not sign:
        other = activity.members.get("_misskey_reaction")
        sign = other if isinstance(other, str) else None
    if activity.kind == "Dislike":
        done.dislikes.append((at, actor))
    elif sign:
        done.emoji.append((sign, at, actor))
    elif activity.kind == "Like":
        done.likes.append((at, actor))
    else:
        return False
    return True


def _reason(activity: Activity) -> str | None:
    for name in ("summary", "content"):
        found = text_of(activity.members, name).text
        if found:
            return found
    return None


def _is_featured(activity: Activity) -> bool:
    target = iri(activity.members.get("target"))
    return target is not None and target.rstrip("/").endswith("/featured")


def _time(
    activity: Activity, zone: tzinfo | None, report: Collector
) -> datetime | None:
    value = activity.members.get("published")
    if value is None:
        return None
    found = iso(value, zone) if isinstance(value, str) else None
    if found is None:
        report.damage(
            "instant",
            "an activity whose time is none",
            str(activity.where.down("published")),
            kind="skipped",
        )
        return None
    if not found.zone_stated and zone is None:
        report.damage(
            "zone-not-stated",
            "a time without a zone (strict reading refuses it, lenient reading takes "
            "UTC): give assume_tz=",
            f"{activity.where.down('published')}: {value}",
            kind="noted",
            error="instant",
        )
    return found.at
