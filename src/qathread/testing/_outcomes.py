"""Strategies for what folds over events give: notices, badges, differences."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..badges import Award, BadgeLevel, BadgeRule, Repeat, Trigger
from ..notices import Follow, Notice, NoticeKind, NoticeReason
from ..policies import Difference
from ..posts import PostKind
from ._values import event_ids, ids, instants, maybe, names

_ON_POST = (
    Trigger.SCORE,
    Trigger.REACTIONS,
    Trigger.ANSWERS,
    Trigger.DELETED_LIKED,
    Trigger.DELETED_DISLIKED,
)


def notices() -> SearchStrategy[Notice]:
    """Return that somebody should hear of something."""
    return st.builds(
        Notice,
        user_id=ids(),
        kind=st.sampled_from(NoticeKind),
        reason=st.sampled_from(NoticeReason),
        at=instants(),
        by_id=maybe(ids()),
        thread_id=ids(),
        post_id=maybe(ids()),
        event=event_ids(),
    )


def follows() -> SearchStrategy[Follow]:
    """Return that somebody follows a thread, a tag or an author."""
    return st.one_of(
        st.builds(Follow, user_id=ids(), thread_id=ids()),
        st.builds(Follow, user_id=ids(), tag=ids()),
        st.builds(Follow, user_id=ids(), author_id=ids()),
    )


def badge_rules() -> SearchStrategy[BadgeRule]:
    """Return rules for badges, won once or for every post."""
    common = {
        "name": names(),
        "level": st.sampled_from(BadgeLevel),
        "count": st.integers(1, 100),
        "source": maybe(names()),
    }
    on_post = st.builds(
        BadgeRule,
        trigger=st.sampled_from(_ON_POST),
        repeat=st.sampled_from(Repeat),
        **common,
    )
    others = [trigger for trigger in Trigger if trigger not in _ON_POST]
    of_acts = st.builds(BadgeRule, trigger=st.sampled_from(others), **common)
    scored = st.builds(
        BadgeRule,
        trigger=st.just(Trigger.SCORE),
        kinds=st.frozensets(st.sampled_from(PostKind), min_size=1),
        accepted=st.booleans(),
        after_days=st.integers(0, 60),
        **common,
    )
    return st.one_of(on_post, of_acts, scored)


def awards() -> SearchStrategy[Award]:
    """Return that somebody won a badge."""
    return st.builds(
        Award,
        user_id=ids(),
        badge=names(),
        level=st.sampled_from(BadgeLevel),
        at=maybe(instants()),
        thread_id=ids(),
        post_id=maybe(ids()),
        event=event_ids(),
    )


def differences() -> SearchStrategy[Difference]:
    """Return differences between policies."""
    return st.builds(Difference, path=names(), before=names(), after=names())
