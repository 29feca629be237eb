"""The tabs of the platforms, as data."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from .._display import quoted
from ..errors import ValidationError
from ._rules import Number
from ._tabs import First, Only, Tab, TabOf

__all__ = ["Platform", "tabs"]

#: Platforms whose tabs are known.
Platform: TypeAlias = Literal[
    "apache-answer",
    "askbot",
    "codidact",
    "discourse",
    "github",
    "hackernews",
    "lemmy",
    "lobsters",
    "mbin",
    "piefed",
    "postmill",
    "question2answer",
    "reddit",
    "stackexchange",
    "tildes",
]

_GK: Final = "general knowledge"
_DAY: Final = timedelta(days=1)
_PERIODS: Final = {
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 30 * _DAY,
    "year": 365 * _DAY,
}
_THREADS, _ANSWERS, _COMMENTS = TabOf.THREADS, TabOf.ANSWERS, TabOf.COMMENTS
_PINNED: Final = (First.PINNED,)


class _Page:
    """Collects the tabs of one list of one platform."""

    def __init__(
        self,
        platform: str,
        of: TabOf,
        *,
        first: tuple[First, ...] = (),
        tie: tuple[str, ...] = (),
    ) -> None:
        self.platform, self.of, self.first, self.tie = platform, of, first, tie
        self.tabs: dict[str, Tab] = {}

    def add(
        self,
        name: str,
        by: str,
        source: str = _GK,
        *,
        given: tuple[tuple[str, Number], ...] = (),
        only: tuple[Only, ...] = (),
        within: timedelta | None = None,
        first: tuple[First, ...] | None = None,
    ) -> "_Page":
        self.tabs[name] = Tab(
            platform=self.platform,
            name=name,
            of=self.of,
            by=by,
            given=given,
            tie=tuple(tie for tie in self.tie if tie != by),
            only=only,
            within=within,
            first=self.first if first is None else first,
            source=source,
        )
        return self

    def top(self, source: str = _GK) -> "_Page":
        """Add the best by score, at all times and of a day, week, month and year."""
        for period, within in _PERIODS.items():
            self.add(f"top {period}", "score", source, within=within)
        return self.add("top", "score", source)


_REDDIT: Final = "reddit-archive/reddit r2/lib/db/_sorts.pyx at 753b17407e9a"
_LEMMY: Final = "LemmyNet/lemmy crates/diesel_utils utils.sql at 439734dd638a"
_Q2A: Final = "q2a/question2answer qa-include at 2c945eab1a43"
_APACHE: Final = "apache/answer at 3b9f1370612e"
_ASKBOT: Final = "Askbot: nine sorts of questions, three of answers"
_SE_HOT: Final = "Meta Stack Exchange 11602; natural logarithm assumed"


@cache
def _pages() -> Mapping[tuple[str, str], Mapping[str, Tab]]:
    """Return the tabs by platform and what they list, made when first wanted."""
    return {
        (page.platform, str(page.of)): MappingProxyType(page.tabs)
        for page in _all_pages()
    }


def _all_pages() -> tuple[_Page, ...]:
    return (
        _Page("stackexchange", _THREADS, tie=("newest",))
        .add("newest", "newest")
        .add("active", "active")
        .add("bounties", "newest", only=(Only.BOUNTY,))
        .add("hot", "se_hot_site", _SE_HOT)
        .add("week", "se_hot_site", f"{_GK}; key: {_SE_HOT}", within=7 * _DAY)
        .add("month", "se_hot_site", f"{_GK}; key: {_SE_HOT}", within=30 * _DAY)
        .add("unanswered", "score", only=(Only.UNANSWERED, Only.OPEN))
        .add("votes", "score"),
        _Page("stackexchange", _ANSWERS, tie=("oldest",))
        .add("score", "score", "Meta Stack Overflow 411192: since 2021-09-08")
        .add(
            "pinned",
            "score",
            "Meta Stack Overflow 411192: before 2021-09-08",
            first=(First.ACCEPTED_UNLESS_OWN,),
        )
        .add("trending", "se_trending", "Meta Stack Overflow 424054: since 2022")
        .add("active", "active")
        .add("newest", "newest")
        .add("oldest", "oldest"),
        _Page("reddit", _THREADS, first=(), tie=("newest",))
        .add("hot", "reddit_hot", f"{_REDDIT}; pinned first: {_GK}", first=_PINNED)
        .add("new", "newest")
        .add("controversial", "reddit_controversy", _REDDIT)
        .top(),
        _Page("reddit", _COMMENTS, tie=("newest",))
        .add("best", "reddit_confidence", _REDDIT)
        .add("top", "score")
        .add("hot", "reddit_hot", _REDDIT)
        .add("new", "newest")
        .add("old", "oldest")
        .add("controversial", "reddit_controversy", _REDDIT)
        .add("qa", "reddit_qa", _REDDIT),
        _Page("hackernews", _THREADS, tie=("newest",))
        .add(
            "news",
            "hn_rank",
            "arclanguage/anarki apps/news/news.arc; every story taken for one with an "
            "address, none for lightweight",
            given=(("sock_votes", 0), ("has_url", True), ("lightweight", False)),
        )
        .add("newest", "newest")
        .add("best", "score", within=7 * _DAY),
        _Page("hackernews", _COMMENTS, tie=("newest",))
        .add(
            "rank",
            "hn_rank",
            "arclanguage/anarki apps/news/news.arc",
            given=(("sock_votes", 0), ("has_url", False), ("lightweight", False)),
        )
        .add("newest", "newest"),
        _Page("lemmy", _THREADS, first=_PINNED, tie=("newest",))
        .add("active", "lemmy_active", _LEMMY)
        .add("hot", "lemmy_hot_rank", _LEMMY)
        .add("controversial", "lemmy_controversy_rank", _LEMMY)
        .add("new", "newest")
        .add("old", "oldest")
        .add("most comments", "comments")
        .add("new comments", "active")
        .top(),
        _Page("lemmy", _COMMENTS, tie=("score",))
        .add("hot", "lemmy_hot_rank", _LEMMY)
        .add("controversial", "lemmy_controversy_rank", _LEMMY)
        .add("top", "score")
        .add("new", "newest")
        .add("old", "oldest"),
        _Page("discourse", _THREADS, first=_PINNED, tie=("active",))
        .add("latest", "active")
        .add("new", "newest")
        .add(
            "hot",
            "discourse_hot",
            "discourse/discourse app/models/topic_hot_score.rb at 70756bf37738",
            first=(),
        )
        .add(
            "top",
            "discourse_top_score",
            "discourse/discourse app/models/top_topic.rb at 7c85135b6399; of all time",
            given=(("in_period", True),),
            first=(),
        ),
        _Page("discourse", _COMMENTS).add("posts", "oldest"),
        _Page("github", _THREADS, first=_PINNED, tie=("newest",))
        .add("latest", "active")
        .add("new", "newest")
        .add("top", "score")
        .add("unanswered", "newest", only=(Only.NOT_ACCEPTED,)),
        _Page("github", _ANSWERS)
        .add("oldest", "oldest")
        .add("newest", "newest")
        .add("top", "score"),
        _Page("github", _COMMENTS)
        .add("oldest", "oldest")
        .add("newest", "newest")
        .add("top", "score"),
        _Page("lobsters", _THREADS, tie=("newest",))
        .add(
            "hottest",
            "lobsters_hotness",
            "lobsters/lobsters app/models/story.rb at 57268d762e1c; modifiers of tags "
            "taken as 0, nothing merged, nobody submits what is their own",
            given=(("tag_mods_sum", 0), ("by_author", False), ("merged_scores", ())),
        )
        .add("newest", "newest")
        .add("active", "active")
        .top(),
        _Page("lobsters", _COMMENTS).add(
            "confidence",
            "lobsters_confidence",
            "lobsters/lobsters app/models/comment.rb at 57268d762e1c",
        ),
        _Page("question2answer", _THREADS, tie=("newest",))
        .add("recent", "newest", _Q2A)
        .add("hot", "q2a_hotness", _Q2A)
        .add("votes", "score", _Q2A)
        .add("answers", "answers", _Q2A)
        .add("views", "views", _Q2A)
        .add("unanswered", "newest", only=(Only.NO_ANSWERS, Only.OPEN)),
        _Page("question2answer", _ANSWERS)
        .add("votes", "order_q2a_votes", _Q2A)
        .add("created", "oldest"),
        _Page("apache-answer", _THREADS, first=_PINNED, tie=("newest",))
        .add("newest", "newest", _APACHE)
        .add("active", "active", _APACHE)
        .add(
            "hot",
            "apache_answer_hot",
            f"{_APACHE}: question_hottest_service.go",
            within=90 * _DAY,
        )
        .add("score", "score", _APACHE)
        .add("unanswered", "newest", _APACHE, only=(Only.NO_ANSWERS,)),
        _Page("apache-answer", _ANSWERS)
        .add("default", "order_apache_answer", f"{_APACHE}: answer_repo.go")
        .add("updated", "active")
        .add("newest", "newest")
        .add("oldest", "oldest"),
        _Page("askbot", _THREADS, tie=("newest",))
        .add("age-desc", "newest", _ASKBOT)
        .add("age-asc", "oldest", _ASKBOT)
        .add("activity-desc", "active", _ASKBOT)
        .add("activity-asc", "inactive", _ASKBOT)
        .add("answers-desc", "answers", _ASKBOT)
        .add("answers-asc", "fewest_answers", _ASKBOT)
        .add("votes-desc", "score", _ASKBOT)
        .add("votes-asc", "lowest", _ASKBOT),
        _Page("askbot", _ANSWERS, tie=("oldest",))
        .add("latest", "newest", _ASKBOT)
        .add("oldest", "oldest", _ASKBOT)
        .add("votes", "score", _ASKBOT),
        _Page("tildes", _THREADS, tie=("newest",))
        .add("activity", "active")
        .add("votes", "score")
        .add("comments", "comments")
        .add("new", "newest"),
        _Page("tildes", _COMMENTS, tie=("oldest",))
        .add(
            "relevance",
            "score",
            "spectria/tildes comment_tree.py at 05b881976731, for comments without "
            "labels, which no thread holds",
        )
        .add("votes", "score")
        .add("newest", "newest")
        .add("order posted", "oldest"),
        _Page("codidact", _THREADS, tie=("newest",))
        .add("activity", "active")
        .add("age", "newest")
        .add(
            "score",
            "codidact_score",
            "codidact/qpixel app/models/post.rb at 604edb32dd27",
            given=(("n", 2),),
        ),
        _Page("codidact", _ANSWERS)
        .add(
            "score",
            "codidact_score",
            "codidact/qpixel app/models/post.rb at 604edb32dd27; ties are random there",
            given=(("n", 2),),
        )
        .add("activity", "active")
        .add("age", "oldest"),
        _Page("piefed", _THREADS, tie=("newest",))
        .add("hot", "piefed_post_ranking", "blentz/pyfedi app/utils.py at fa124b83a116")
        .add("new", "newest")
        .add("active", "active")
        .top(),
        _Page("mbin", _THREADS, first=_PINNED, tie=("newest",))
        .add("hot", "mbin_ranking", "MbinOrg/mbin src/Entity/Traits/RankingTrait.php")
        .add("newest", "newest")
        .add("top", "score")
        .add("active", "active")
        .add("commented", "comments"),
        _Page("postmill", _THREADS, first=_PINNED, tie=("newest",))
        .add("hot", "postmill_ranking", "Postmill: the formula, ties newest id first")
        .add("new", "newest")
        .add("active", "active")
        .add("most commented", "comments")
        .add("controversial", "reddit_controversy")
        .top(),
    )


def tabs(
    platform: Platform, of: Literal["threads", "answers", "comments"] = "threads"
) -> Mapping[str, Tab]:
    """
    Return the tabs of a platform by name, in the order in which it shows them.

    They are data: every tab says where it is from, and ``attrs.evolve`` makes one
    of your own. Tabs that need what no thread holds, such as recent impressions or
    who is looking, are left out.

    Args:
        platform: Which one, such as ``"stackexchange"``.
        of: What the tabs list: threads, or the answers or comments of one.

    Returns:
        A read-only mapping from the tab's name, such as ``"hot"``, to the tab.

    Raises:
        ValidationError: If the platform, or a list of such items on it, is not known.

    >>> tabs("stackexchange")["week"].within
    datetime.timedelta(days=7)
    >>> list(tabs("reddit", "comments"))
    ['best', 'top', 'hot', 'new', 'old', 'controversial', 'qa']
    """
    found = _pages().get((str(platform), str(of)))
    if found is None:
        known = sorted({f"{name!r} of {kind}" for name, kind in _pages()})
        asked = f"{quoted(str(platform), 40)} of {quoted(str(of), 20)}"
        raise ValidationError(f"no tabs of {asked}: give one of {', '.join(known)}")
    return found
