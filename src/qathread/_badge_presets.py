"""The badges of some platforms, as far as events of threads decide them."""

from typing import Final

from ._badge_values import BadgeLevel, BadgeRule, First, Repeat, Trigger, Whose
from .feedback import DOWN, UP
from .posts import PostKind

__all__ = ["APACHE_ANSWER", "ASKBOT", "COMMON", "DISCOURSE", "STACK_EXCHANGE"]

_BRONZE: Final = BadgeLevel.BRONZE
_SILVER: Final = BadgeLevel.SILVER
_GOLD: Final = BadgeLevel.GOLD
_PER_POST: Final = Repeat.PER_POST
_QUESTION: Final = frozenset({PostKind.QUESTION})
_ANSWER: Final = frozenset({PostKind.ANSWER})
_COMMENT: Final = frozenset({PostKind.COMMENT})
_ALL: Final = frozenset(PostKind)


def _posts(
    source: str, kinds: frozenset[PostKind], noun: str, counts: tuple[int, int, int]
) -> tuple[BadgeRule, ...]:
    """Return Nice, Good and Great for a score of one kind of post."""
    levels = zip(
        ("Nice", "Good", "Great"), counts, (_BRONZE, _SILVER, _GOLD), strict=True
    )
    return tuple(
        BadgeRule(
            name=f"{word} {noun}",
            level=level,
            trigger=Trigger.SCORE,
            count=count,
            kinds=kinds,
            repeat=_PER_POST,
            source=source,
        )
        for word, count, level in levels
    )


def _act(
    source: str,
    name: str,
    trigger: Trigger,
    count: int = 1,
    level: BadgeLevel = _BRONZE,
) -> BadgeRule:
    return BadgeRule(
        name=name, level=level, trigger=trigger, count=count, source=source
    )


_SE: Final = "meta.stackexchange.com 67397"
_SE_GK: Final = "general knowledge; sites can differ"

#: Nice and Good at 10 and 25, Necromancer at 5 after 60 days, Enlightened for the
#: first answer at 10, Disciplined at 3, Civic Duty at 300 votes, Commentator at 10
#: comments, Deputy at 80 and Marshal at 500 helpful flags, Copy Editor at 500 posts
#: and the badges for firsts: the list of all badges, meta question 67397, and the
#: badge pages of sites. Great at 100, Guru at 40, Self-Learner and Peer Pressure at
#: 3, Revival for the first
#: answer that has 2, after 30 days, Strunk & White at 80 posts: general knowledge.
#: Left out: what takes views, visits, reviews, profiles, tags, days at the
#: reputation cap, or the other answers of a question (Populist, Reversal).
STACK_EXCHANGE: Final[tuple[BadgeRule, ...]] = (
    *_posts(_SE, _QUESTION, "Question", (10, 25, 100)),
    *_posts(_SE, _ANSWER, "Answer", (10, 25, 100)),
    BadgeRule(
        name="Student",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        kinds=_QUESTION,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Teacher",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        kinds=_ANSWER,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Self-Learner",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        count=3,
        kinds=_ANSWER,
        whose=Whose.OWN,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Enlightened",
        level=_SILVER,
        trigger=Trigger.SCORE,
        count=10,
        kinds=_ANSWER,
        accepted=True,
        first=First.POSTED,
        repeat=_PER_POST,
        source=_SE,
    ),
    BadgeRule(
        name="Guru",
        level=_SILVER,
        trigger=Trigger.SCORE,
        count=40,
        kinds=_ANSWER,
        accepted=True,
        repeat=_PER_POST,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Necromancer",
        level=_SILVER,
        trigger=Trigger.SCORE,
        count=5,
        kinds=_ANSWER,
        after_days=60,
        repeat=_PER_POST,
        source=_SE,
    ),
    BadgeRule(
        name="Revival",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        count=2,
        kinds=_ANSWER,
        whose=Whose.OTHERS,
        first=First.SCORED,
        after_days=30,
        repeat=_PER_POST,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Disciplined",
        level=_BRONZE,
        trigger=Trigger.DELETED_LIKED,
        count=3,
        source=_SE,
    ),
    BadgeRule(
        name="Peer Pressure",
        level=_BRONZE,
        trigger=Trigger.DELETED_DISLIKED,
        count=3,
        source=_SE_GK,
    ),
    BadgeRule(
        name="Supporter",
        level=_BRONZE,
        trigger=Trigger.VOTING,
        direction=UP,
        source=_SE,
    ),
    BadgeRule(
        name="Critic", level=_BRONZE, trigger=Trigger.VOTING, direction=DOWN, source=_SE
    ),
    _act(_SE, "Civic Duty", Trigger.VOTING, 300, _SILVER),
    BadgeRule(
        name="Commentator",
        level=_BRONZE,
        trigger=Trigger.POSTING,
        count=10,
        kinds=_COMMENT,
        source=_SE,
    ),
    _act(_SE, "Scholar", Trigger.ACCEPTING),
    _act(_SE, "Editor", Trigger.EDITING),
    _act(_SE_GK, "Strunk & White", Trigger.EDITING, 80, _SILVER),
    _act(_SE, "Copy Editor", Trigger.EDITING, 500, _GOLD),
    _act(_SE, "Cleanup", Trigger.ROLLING_BACK),
    BadgeRule(
        name="Citizen Patrol",
        level=_BRONZE,
        trigger=Trigger.FLAGGING,
        kinds=_ALL,
        source=_SE,
    ),
    BadgeRule(
        name="Deputy",
        level=_SILVER,
        trigger=Trigger.FLAGGING_WELL,
        count=80,
        kinds=_ALL,
        source=_SE,
    ),
    BadgeRule(
        name="Marshal",
        level=_GOLD,
        trigger=Trigger.FLAGGING_WELL,
        count=500,
        kinds=_ALL,
        source=_SE,
    ),
    *(
        BadgeRule(name=name, level=_BRONZE, trigger=trigger, whose=whose, source=_SE)
        for name, trigger, whose in (
            ("Promoter", Trigger.OFFERING_BOUNTY, Whose.OWN),
            ("Investor", Trigger.OFFERING_BOUNTY, Whose.OTHERS),
            ("Benefactor", Trigger.AWARDING_BOUNTY, Whose.OWN),
            ("Altruist", Trigger.AWARDING_BOUNTY, Whose.OTHERS),
        )
    ),
)

#: The default: the badges of Stack Exchange, which the other platforms took up.
COMMON: Final = STACK_EXCHANGE

_AA: Final = "apache/answer internal/migrations/init_data.go"

#: All badges of the first installation but Autobiographer and First Share, which
#: take profiles and links.
APACHE_ANSWER: Final[tuple[BadgeRule, ...]] = (
    _act(_AA, "Editor", Trigger.EDITING),
    BadgeRule(
        name="First Flag",
        level=_BRONZE,
        trigger=Trigger.FLAGGING,
        kinds=_ALL,
        source=_AA,
    ),
    BadgeRule(
        name="First Upvote",
        level=_BRONZE,
        trigger=Trigger.VOTING,
        direction=UP,
        source=_AA,
    ),
    _act(_AA, "First Reaction", Trigger.REACTING),
    _act(_AA, "Scholar", Trigger.ACCEPTING),
    _act(_AA, "Solved", Trigger.BEING_ACCEPTED),
    *_posts(_AA, _ANSWER, "Answer", (10, 25, 50)),
    *_posts(_AA, _QUESTION, "Question", (10, 25, 50)),
)

_AB: Final = "ASKBOT/askbot-devel askbot/conf/badges.py, askbot/models/badges.py"

#: Left out: what takes views, visits, followers, tags or profiles, and Rapid
#: Responder, which ends again.
ASKBOT: Final[tuple[BadgeRule, ...]] = (
    *_posts(_AB, _QUESTION, "Question", (2, 3, 5)),
    *_posts(_AB, _ANSWER, "Answer", (2, 3, 5)),
    BadgeRule(
        name="Student",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        kinds=_QUESTION,
        source=_AB,
    ),
    BadgeRule(
        name="Teacher", level=_BRONZE, trigger=Trigger.SCORE, kinds=_ANSWER, source=_AB
    ),
    BadgeRule(
        name="Self-Learner",
        level=_BRONZE,
        trigger=Trigger.SCORE,
        kinds=_ANSWER,
        whose=Whose.OWN,
        repeat=_PER_POST,
        source=_AB,
    ),
    BadgeRule(
        name="Enlightened",
        level=_SILVER,
        trigger=Trigger.SCORE,
        count=3,
        kinds=_ANSWER,
        accepted=True,
        source=_AB,
    ),
    BadgeRule(
        name="Guru",
        level=_GOLD,
        trigger=Trigger.SCORE,
        count=5,
        kinds=_ANSWER,
        accepted=True,
        repeat=_PER_POST,
        source=_AB,
    ),
    BadgeRule(
        name="Necromancer",
        level=_SILVER,
        trigger=Trigger.SCORE,
        kinds=_ANSWER,
        after_days=30,
        repeat=_PER_POST,
        source=_AB,
    ),
    BadgeRule(
        name="Disciplined",
        level=_BRONZE,
        trigger=Trigger.DELETED_LIKED,
        count=3,
        repeat=_PER_POST,
        source=_AB,
    ),
    BadgeRule(
        name="Peer Pressure",
        level=_BRONZE,
        trigger=Trigger.DELETED_DISLIKED,
        count=3,
        repeat=_PER_POST,
        source=_AB,
    ),
    BadgeRule(
        name="Supporter",
        level=_BRONZE,
        trigger=Trigger.VOTING,
        direction=UP,
        source=_AB,
    ),
    BadgeRule(
        name="Critic", level=_BRONZE, trigger=Trigger.VOTING, direction=DOWN, source=_AB
    ),
    BadgeRule(
        name="Civic Duty",
        level=_SILVER,
        trigger=Trigger.VOTING,
        count=100,
        kinds=_ALL,
        source=_AB,
    ),
    _act(_AB, "Scholar", Trigger.ACCEPTING),
    _act(_AB, "Editor", Trigger.EDITING),
    _act(_AB, "Associate Editor", Trigger.EDITING, 20, _SILVER),
    BadgeRule(
        name="Commentator",
        level=_BRONZE,
        trigger=Trigger.POSTING,
        count=10,
        kinds=_COMMENT,
        source=_AB,
    ),
    BadgeRule(
        name="Citizen Patrol",
        level=_BRONZE,
        trigger=Trigger.FLAGGING,
        kinds=_ALL,
        source=_AB,
    ),
)

_DC: Final = "discourse/discourse app/models/badge.rb, db/fixtures/006_badges.rb"
_LIKES: Final = frozenset({"like", "heart"})


def _likes(kinds: frozenset[PostKind], noun: str) -> tuple[BadgeRule, ...]:
    levels = (("Nice", 10, _BRONZE), ("Good", 25, _SILVER), ("Great", 50, _GOLD))
    return tuple(
        BadgeRule(
            name=f"{word} {noun}",
            level=level,
            trigger=Trigger.REACTIONS,
            count=count,
            kinds=kinds,
            reactions=_LIKES,
            repeat=_PER_POST,
            source=_DC,
        )
        for word, count, level in levels
    )


#: Likes are reactions; the first post is the topic. Left out: what takes trust
#: levels, links, quotes, visits or profiles. Discourse takes a badge away when the
#: likes are; here it stays.
DISCOURSE: Final[tuple[BadgeRule, ...]] = (
    *_likes(_QUESTION, "Topic"),
    *_likes(frozenset({PostKind.ANSWER, PostKind.COMMENT}), "Post"),
    BadgeRule(
        name="Welcome",
        level=_BRONZE,
        trigger=Trigger.REACTIONS,
        kinds=_ALL,
        reactions=_LIKES,
        source=_DC,
    ),
    BadgeRule(
        name="First Like",
        level=_BRONZE,
        trigger=Trigger.REACTING,
        kinds=_ALL,
        reactions=_LIKES,
        source=_DC,
    ),
    BadgeRule(
        name="First Flag",
        level=_BRONZE,
        trigger=Trigger.FLAGGING,
        kinds=_ALL,
        source=_DC,
    ),
    BadgeRule(
        name="Editor", level=_BRONZE, trigger=Trigger.EDITING, kinds=_ALL, source=_DC
    ),
)
