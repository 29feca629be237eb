"""Strategies for policies, their parts, and usages."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Act,
    Deleting,
    KindPosting,
    KindVoting,
    Lengths,
    Moderation,
    Needs,
    OwnVotes,
    Policy,
    Posting,
    Quorum,
    Quota,
    QuotaUse,
    Usage,
    Voting,
    Window,
)
from ..posts import PostKind
from ._moderations import moderation_parts, reputations
from ._values import counts, instants, maybe, names, tuples_of

#: Roles that policies name; people from :func:`users` have some of them.
_roles = st.frozensets(st.sampled_from(("moderator", "staff")), max_size=2)
#: Quotas go by few names, so that policies and usages meet.
_QUOTAS = ("votes on questions", "votes", "flags")
_seconds = st.one_of(st.sampled_from((0, 300, 86_400)), st.integers(0, 10**7))
_acts = st.frozensets(st.sampled_from(Act), max_size=3)


def needs() -> SearchStrategy[Needs]:
    """Return what somebody must have, most often nothing."""
    points = maybe(st.integers(0, 3_000))
    return st.builds(Needs, reputation=points, roles=_roles)


@st.composite
def lengths(draw: st.DrawFn, least: int = 30) -> Lengths:
    """
    Return how long something may be.

    Args:
        draw: Given by Hypothesis.
        least: The largest lower bound.
    """
    low = draw(st.one_of(st.just(0), st.integers(0, least)))
    return Lengths(least=low, most=draw(maybe(st.integers(low, low + 300))))


def windows() -> SearchStrategy[Window]:
    """Return how long something may be changed."""
    return st.builds(
        Window,
        seconds=maybe(_seconds),
        edits_reopen=st.booleans(),
        while_last=st.booleans(),
    )


def quorums() -> SearchStrategy[Quorum]:
    """Return how many people a decision takes."""
    return st.builds(
        Quorum,
        who=needs(),
        votes=st.integers(1, 3),
        alone=_roles,
        own=st.booleans(),
        lasts=maybe(st.integers(1, 10**6)),
    )


def kind_votings() -> SearchStrategy[KindVoting]:
    """Return what votes on one kind of post may be."""
    return st.builds(
        KindVoting,
        directions=st.frozensets(st.sampled_from(Direction), max_size=2),
        up=needs(),
        down=needs(),
        own=st.sampled_from(OwnVotes),
        change=windows(),
        open_for=maybe(_seconds),
    )


def votings() -> SearchStrategy[Voting]:
    """Return the part of a policy for votes."""
    return st.builds(
        Voting,
        question=kind_votings(),
        answer=kind_votings(),
        comment=kind_votings(),
        heaviest=maybe(st.integers(1, 5)),
    )


def deletings() -> SearchStrategy[Deleting]:
    """Return who takes posts down."""
    return st.builds(
        Deleting,
        own=st.booleans(),
        own_accepted=st.booleans(),
        own_upvoted=st.booleans(),
        own_answers=maybe(st.integers(0, 2)),
        others=needs(),
    )


def kind_postings() -> SearchStrategy[KindPosting]:
    """Return what writing one kind of post may be."""
    return st.builds(
        KindPosting,
        body=lengths(),
        write=needs(),
        edit=needs(),
        edit_own=windows(),
        edit_wiki=needs(),
        grace=st.one_of(st.just(0), st.sampled_from((300, 10**6))),
        delete=deletings(),
    )


def acceptings() -> SearchStrategy[Accepting]:
    """Return who accepts, and how many answers."""
    return st.builds(
        Accepting,
        who=st.sampled_from(AcceptWho),
        roles=_roles,
        others=maybe(needs()),
        others_after=_seconds,
        own=st.booleans(),
        own_needs=needs(),
        most=st.integers(1, 3),
    )


def postings() -> SearchStrategy[Posting]:
    """Return the part of a policy for writing."""
    return st.builds(
        Posting,
        question=kind_postings(),
        answer=kind_postings(),
        comment=kind_postings(),
        title=lengths(),
        tag=lengths(least=3),
        tags=lengths(least=2),
        name=lengths(least=3),
        accept=acceptings(),
        depth=maybe(st.integers(0, 3)),
    )


@st.composite
def quotas(draw: st.DrawFn, name: str | None = None, then: str | None = None) -> Quota:
    """
    Return quotas over any acts on any kinds of post.

    Args:
        draw: Given by Hypothesis.
        name: The name; None: any of those that usages know.
        then: The quota that may come next.
    """
    return Quota(
        name=draw(st.sampled_from(_QUOTAS)) if name is None else name,
        limit=draw(counts()),
        acts=draw(_acts),
        kinds=draw(st.frozensets(st.sampled_from(PostKind), max_size=3)),
        period=draw(st.sampled_from((86_400, 3_600))),
        then=draw(st.sampled_from((None, then))),
        spare=draw(st.sampled_from((0, 0, 5))),
    )


@st.composite
def quota_lists(draw: st.DrawFn) -> tuple[Quota, ...]:
    """Return the quotas of a policy, each followed by those it goes on with."""
    first, second, third = _QUOTAS
    chain = (
        draw(quotas(name=first, then=second)),
        draw(quotas(name=second)),
        draw(quotas(name=third)),
    )
    return chain[draw(st.integers(0, 3)) :]


def moderations() -> SearchStrategy[Moderation]:
    """Return the part of a policy for marks, flags, bounties and moves."""
    return moderation_parts(needs(), quorums(), _acts)


def policies() -> SearchStrategy[Policy]:
    """Return whole policies, from what allows all to what allows nothing."""
    return st.builds(
        Policy,
        name=names(),
        voting=votings(),
        posting=postings(),
        moderation=moderations(),
        reputation=reputations(),
        quotas=quota_lists(),
    )


def quota_uses() -> SearchStrategy[QuotaUse]:
    """Return how much of a quota somebody has used."""
    return st.builds(
        QuotaUse,
        name=st.sampled_from(_QUOTAS),
        used=counts(),
        resets_at=maybe(instants()),
    )


def usages() -> SearchStrategy[Usage]:
    """Return what somebody has used of the quotas that policies have."""
    uses = tuples_of(quota_uses(), 3, key=lambda use: use.name)
    return st.builds(Usage, quotas=uses)
