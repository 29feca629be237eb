"""Strategies for policies, their parts, and usages."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    KindPosting,
    KindVoting,
    Lengths,
    Needs,
    Policy,
    Posting,
    Quota,
    QuotaUse,
    Usage,
    Voting,
)
from ..posts import PostKind
from ._values import counts, instants, maybe, names, tuples_of

#: Roles that policies name; people from :func:`users` have some of them.
_roles = st.frozensets(st.sampled_from(("moderator", "staff")), max_size=2)
#: Quotas go by few names, so that policies and usages meet.
_quota_names = st.sampled_from(("votes", "votes on answers"))


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


def kind_votings() -> SearchStrategy[KindVoting]:
    """Return what votes on one kind of post may be."""
    return st.builds(
        KindVoting,
        directions=st.frozensets(st.sampled_from(Direction), max_size=2),
        up=needs(),
        down=needs(),
        own=st.booleans(),
    )


def quotas() -> SearchStrategy[Quota]:
    """Return quotas over any kinds of post."""
    return st.builds(
        Quota,
        name=_quota_names,
        limit=counts(),
        kinds=st.frozensets(st.sampled_from(PostKind), max_size=3),
    )


def votings() -> SearchStrategy[Voting]:
    """Return the part of a policy for votes."""
    return st.builds(
        Voting,
        question=kind_votings(),
        answer=kind_votings(),
        comment=kind_votings(),
        quotas=tuples_of(quotas(), 2, key=lambda quota: quota.name),
        heaviest=maybe(st.integers(1, 5)),
    )


def kind_postings() -> SearchStrategy[KindPosting]:
    """Return what writing one kind of post may be."""
    return st.builds(KindPosting, body=lengths(), write=needs(), edit=needs())


def acceptings() -> SearchStrategy[Accepting]:
    """Return who accepts, and how many answers."""
    return st.builds(
        Accepting,
        who=st.sampled_from(AcceptWho),
        roles=_roles,
        own=st.booleans(),
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
    )


def policies() -> SearchStrategy[Policy]:
    """Return whole policies, from what allows all to what allows nothing."""
    return st.builds(Policy, name=names(), voting=votings(), posting=postings())


def quota_uses() -> SearchStrategy[QuotaUse]:
    """Return how much of a quota somebody has used."""
    return st.builds(
        QuotaUse, name=_quota_names, used=counts(), resets_at=maybe(instants())
    )


def usages() -> SearchStrategy[Usage]:
    """Return what somebody has used of the quotas that policies have."""
    uses = tuples_of(quota_uses(), 2, key=lambda use: use.name)
    return st.builds(Usage, quotas=uses)
