"""Structured data in all the ways that people write it."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Answer, Comment, Stub, Thread
from qathread.errors import FormatError, LossError, QathreadError, ValidationError
from qathread.formats.schema_org import FORMAT, json_ld, script_text
from qathread.limits import Limits
from qathread.status import Link, LinkKind
from qathread.users import UserKind
from tests.unit._pages import counts, reading

SITE = "https://example.org"
ASKED = "2024-05-06T07:08:09Z"
AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def answer(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "@type": "Answer",
        "@id": f"{SITE}/a/{number}",
        "text": f"Because {number}.",
        "datePublished": ASKED,
        "author": {"@type": "Person", "name": "Ada"},
        **members,
    }


def question(**members: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "Question",
        "@id": f"{SITE}/q/1",
        "name": "Why?",
        "text": "Why is it so?",
        "datePublished": ASKED,
        "author": {"@type": "Person", "name": "Bob", "url": f"{SITE}/u/7"},
        **members,
    }


def posting(**members: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "@id": f"{SITE}/t/1",
        "headline": "Hello",
        "text": "Hello all.",
        "datePublished": ASKED,
        "author": {"@type": "Person", "name": "Bob"},
        **members,
    }


def comment(name: str, *replies: Any, **members: Any) -> dict[str, Any]:
    found = {
        "@type": "Comment",
        "identifier": name,
        "text": name,
        "datePublished": ASKED,
        "author": {"name": "Ada"},
        **members,
    }
    return {**found, "comment": list(replies)} if replies else found


def one(value: object, **options: Any) -> Thread:
    (thread,), _ = reading(FORMAT, _bytes(value), **options)
    return thread


def told(value: object, **options: Any) -> dict[str, int]:
    return counts(reading(FORMAT, _bytes(value), **options)[1])


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def extra(thread: Thread, post_id: str) -> dict[str, object]:
    origin = thread[post_id].provenance
    assert origin is not None
    return origin.members()


def page(*scripts: object, body: str = "", head: str = "") -> bytes:
    texts = (each if isinstance(each, str) else json.dumps(each) for each in scripts)
    start, end = '<script type="application/ld+json">', "</script>"
    blocks = "".join(f"{start}{text}{end}" for text in texts)
    return f"<html><head>{head}{blocks}</head><body>{body}</body></html>".encode()


# -- one shape or another ------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Question",
        ["Question"],
        ["Thing", "Question"],
        "http://schema.org/Question",
        "https://schema.org/Question",
        "https://www.schema.org/Question",
        "schema:Question",
    ],
)
def test_types_are_short_or_full_or_several(name: object) -> None:
    assert one(question(**{"@type": name})).question.title == "Why?"


@pytest.mark.parametrize(
    "context",
    [
        "https://schema.org",
        "http://schema.org/",
        ["https://schema.org", {"@language": "en"}],
        {"@vocab": "https://schema.org/"},
    ],
)
def test_contexts_that_mean_schema_org(context: object) -> None:
    assert one(question(**{"@context": context})).question.title == "Why?"


@pytest.mark.parametrize("context", ["https://www.w3.org/ns/activitystreams", None])
def test_other_vocabularies_are_not_taken_for_this_one(context: object) -> None:
    with pytest.raises(FormatError, match="without a Question"):
        one(question(**{"@context": context}))


def test_a_context_may_rename_terms_and_give_a_prefix() -> None:
    document = {
        "@context": {"s": "http://schema.org/", "titre": {"@id": "s:name"}}
        | {"words": "http://schema.org/text"},
        "@type": "s:Question",
        "titre": "Why?",
        "words": "Why is it so?",
        "s:suggestedAnswer": {"@type": "s:Answer", "words": "Because."},
    }
    thread = one(document)
    assert thread.question.body.source == "Why is it so?"
    assert [post.body.source for post in thread.answers] == ["Because."]


@pytest.mark.parametrize("values", [answer(), [answer()], [[answer()]]])
def test_one_value_or_a_list(values: object) -> None:
    thread = one(question(acceptedAnswer=values))
    assert thread.accepted == (f"{SITE}/a/1",)


@pytest.mark.parametrize(
    ("value", "score"),
    [(5, 5), ("5", 5), (-6, -6), ("-6", -6), (3.0, 3), (" 7 ", 7), ([8], 8)],
    ids=repr,
)
def test_counts_are_numbers_or_texts(value: object, score: int) -> None:
    thread = one(question(upvoteCount=value), strict=True)
    assert thread.score(thread.question.id) == score


@pytest.mark.parametrize("value", ["many", 1.5, True, {"a": 1}, "9" * 30, "٣"])
def test_what_is_no_count_is_kept_apart(value: object) -> None:
    thread = one(question(upvoteCount=value))
    assert thread.score(thread.question.id) is None
    assert extra(thread, thread.question.id) == {"upvoteCount": value}
    with pytest.raises(FormatError) as caught:
        one(question(upvoteCount=value), strict=True)
    assert caught.value.code == "number"


def test_a_score_that_is_not_told_is_not_zero() -> None:
    thread = one(question(suggestedAnswer=answer(upvoteCount=0)))
    assert thread.score(thread.question.id) is None
    assert thread.score(f"{SITE}/a/1") == 0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2010-11-04T20:07Z", datetime(2010, 11, 4, 20, 7, tzinfo=UTC)),
        ("2010-11-04T20:07:05+02:00", datetime(2010, 11, 4, 18, 7, 5, tzinfo=UTC)),
        ("2010-11-04T20:07:05.25Z", datetime(2010, 11, 4, 20, 7, 5, 250000, UTC)),
    ],
)
def test_times_of_older_and_newer_markup(text: str, at: datetime) -> None:
    document = question(dateCreated=text, dateModified=text)
    del document["datePublished"]
    found = one(document, strict=True).question
    assert found.created_at == found.edited_at == at


@pytest.mark.parametrize("text", ["soon", "2010-13-45T00:00Z", "0000-00-00"])
def test_what_is_no_time_is_kept_apart(text: str) -> None:
    thread = one(question(datePublished=text))
    assert thread.question.created_at is None
    assert extra(thread, thread.question.id) == {"datePublished": text}


def test_a_time_without_a_zone_takes_the_one_that_is_given() -> None:
    document = question(datePublished="2024-05-06T09:08:09")
    assert (
        one(document, strict=True, assume_tz="Europe/Paris").question.created_at == AT
    )
    assert told(document) == {"zone-not-stated": 1}
    with pytest.raises(ValidationError):
        one(document, assume_tz="Nowhere")


# -- answers and comments ------------------------------------------------------------


def test_answers_that_are_fewer_than_counted_are_told() -> None:
    document = question(
        answerCount="36", suggestedAnswer=[answer(n) for n in range(30)]
    )
    (thread,), report = reading(FORMAT, _bytes(document), strict=True)
    origin = thread.question.provenance
    assert origin is not None and dict(origin.declared) == {"answers": 36}
    assert len(thread.answers) == 30
    assert counts(report) == {"count-differs": 1}


def test_an_answer_that_is_suggested_and_accepted_is_one() -> None:
    both: dict[str, Any] = {
        "suggestedAnswer": [answer(1), answer(2)],
        "acceptedAnswer": answer(1),
    }
    thread = one(question(**both))
    assert len(thread.answers) == 2
    assert thread.accepted == (f"{SITE}/a/1",)
    for each in both.values():
        for found in each if isinstance(each, list) else [each]:
            del found["@id"]  # known by its words then
    assert len(one(question(**both)).answers) == 2


def test_several_authors_that_are_one_person_and_several_that_are_not() -> None:
    known = {"@type": "Person", "name": "Ada", "url": f"{SITE}/u/1"}
    document = question(author=[{"@type": "Person", "name": "Ada"}, known])
    thread = one(document, strict=True)
    assert thread.question.author_id == f"{SITE}/u/1"
    assert told(document) == {}
    document = question(author=[known, {"name": "Cid"}])
    thread = one(document)
    assert thread.question.author_name == "Ada"
    assert {user.name for user in thread.users.values()} == {"Ada", "Cid"}
    assert told(document) == {"several-authors": 1}


@pytest.mark.parametrize("author", [None, {}, {"@type": "Person"}, []])
def test_nobody_named_is_nobody(author: object) -> None:
    thread = one(question(author=author, suggestedAnswer=answer(author=author)))
    ids = {post.author_id for post in thread.posts}
    assert len(ids) == 2, "two unknown authors are not one person"
    assert all(user.kind is UserKind.REGISTERED for user in thread.users.values())
    assert all(post.author_name is None for post in thread.posts)


def test_an_author_may_be_a_text() -> None:
    assert one(question(author="Ada")).question.author_id == "page:Ada"


def test_comments_stand_where_they_are_nested_to_any_depth() -> None:
    below: dict[str, Any] = comment("c90")
    for number in reversed(range(90)):
        below = comment(f"c{number}", below)
    thread = one(posting(comment=below), strict=True)
    assert len(thread.comments) == 91
    assert thread["c90"].parent_id == "c89"
    assert thread["c0"].parent_id == f"{SITE}/t/1"


def test_threads_deeper_than_any_parser_are_written_flat_and_read_again() -> None:
    """Ten thousand replies to replies; the JSON stays shallow."""
    root = one(posting()).question
    posts: list[Any] = [root]
    for number in range(10_000):
        posts.append(
            Comment(
                id=f"c{number}",
                parent_id=posts[-1].id,
                author_id="ada",
                body=root.body,
                created_at=AT,
            )
        )
    thread = Thread.from_parts(id=root.id, kind="discussion", posts=posts)
    text = script_text(json_ld(thread))
    again = one(text.encode(), strict=True)
    assert {post.id: post.parent_id for post in again.posts} == {
        post.id: post.parent_id for post in thread.posts
    }
    assert [post.id for post in again.posts] == [post.id for post in thread.posts]


def test_replies_may_stand_apart_and_name_what_they_reply_to() -> None:
    graph = [
        posting(),
        comment("b", parentItem={"identifier": "a"}),
        comment("a", parentItem={"@id": f"{SITE}/t/1"}),
        comment("lost", parentItem={"@id": f"{SITE}/t/9"}),
    ]
    document = {"@context": "https://schema.org", "@graph": graph}
    thread = one(document)
    parents = {post.id: post.parent_id for post in thread.comments}
    assert parents == {"a": f"{SITE}/t/1", "b": "a"}
    assert told(document) == {"missing-parent": 1}


def test_references_are_followed_and_circles_end() -> None:
    first = {"@id": f"{SITE}/a/1"}
    graph = [
        {"@type": "QAPage", "@id": f"{SITE}/p", "mainEntity": {"@id": f"{SITE}/q/1"}},
        question(acceptedAnswer=first, comment={"@id": f"{SITE}/q/1"}),
        answer(1, comment=[first, {"@id": "_:c"}]),
        {"@id": "_:c", "@type": "Comment", "text": "Hm.", "comment": first},
    ]
    thread = one({"@context": "https://schema.org", "@graph": graph})
    assert thread.id == f"{SITE}/p"
    assert thread.accepted == (f"{SITE}/a/1",)
    assert [post.body.source for post in thread.comments] == ["Hm."]


def test_what_is_only_referred_to_is_a_place_without_a_post() -> None:
    document = question(suggestedAnswer=[answer(1), {"@id": f"{SITE}/a/2"}])
    thread = one(document, strict=True)
    assert thread.stubs == (Stub(id=f"{SITE}/a/2", parent_id=f"{SITE}/q/1"),)


def test_several_questions_are_several_threads() -> None:
    graph = [question(**{"@id": f"{SITE}/q/{n}", "name": f"{n}?"}) for n in range(3)]
    for document in (
        {"@context": "https://schema.org", "@graph": graph},
        graph,
        {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": graph,
        },
    ):
        threads, _ = reading(FORMAT, _bytes(document), strict=True)
        assert [thread.question.title for thread in threads] == ["0?", "1?", "2?"]
    lines = "\n".join(map(json.dumps, graph)).encode()
    assert len(reading(FORMAT, lines, strict=True)[0]) == 3


def test_two_posts_may_share_an_address_but_not_an_id() -> None:
    same = {"url": f"{SITE}/q/1"}
    document = question(**same, suggestedAnswer=[answer(1, **same), answer(2, **same)])
    for each in (document, *document["suggestedAnswer"]):
        del each["@id"]
    thread = one(document)
    assert thread.question.id == f"{SITE}/q/1"
    assert len({post.id for post in thread.answers} - {f"{SITE}/q/1"}) == 2


def test_ids_that_are_derived_do_not_depend_on_the_order() -> None:
    answers = [answer(1), answer(2)]
    for each in answers:
        del each["@id"]
    there = one(question(suggestedAnswer=answers))
    back = one(question(suggestedAnswer=answers[::-1]))
    assert there == back


def test_a_reply_with_the_id_of_the_question_gets_its_own() -> None:
    thread = one(question(comment={**comment("x"), "@id": f"{SITE}/q/1"}))
    assert len(thread.posts) == 2
    assert thread.question.title == "Why?"


# -- the rest of a posting -----------------------------------------------------------


def counter(action: str, count: object, **members: Any) -> dict[str, Any]:
    return {
        "@type": "InteractionCounter",
        "interactionType": f"https://schema.org/{action}",
        "userInteractionCount": count,
        **members,
    }


def test_likes_and_dislikes_are_votes_and_likes_alone_are_reactions() -> None:
    both = [counter("LikeAction", "9"), counter("DislikeAction", 2)]
    tally = one(posting(interactionStatistic=both)).tallies[0]
    assert (tally.up, tally.down, tally.score) == (9, 2, 7)
    tally = one(posting(interactionStatistic=both[0])).tallies[0]
    assert tally.reactions == (("like", 9),)
    assert tally.score is None


def test_other_counters_go_where_they_belong() -> None:
    statistics = [
        counter("ViewAction", 40),
        counter("CommentAction", 3),
        counter("ShareAction", 2),
        counter("EatAction", 1),
        counter("x", 1)
        | {"interactionType": {"@type": "https://schema.org/LikeAction"}},
    ]
    thread = one(posting(interactionStatistic=statistics, comment=comment("c")))
    root = thread.question
    assert root.views == 40
    assert root.provenance is not None
    assert dict(root.provenance.declared) == {"comments": 3, "shares": 2}
    assert thread.tallies[0].reactions == (("like", 1),)
    assert extra(thread, root.id) == {"interactionStatistic": [statistics[3]]}


def test_upvotes_beside_downvotes_are_votes_and_alone_a_net_number() -> None:
    tally = one(question(upvoteCount=5, downvoteCount=2)).tallies[0]
    assert (tally.up, tally.down, tally.score) == (5, 2, 3)
    tally = one(question(upvoteCount=5)).tallies[0]
    assert (tally.up, tally.down, tally.score) == (None, None, 5)


def test_counts_that_disagree_are_told() -> None:
    both = [counter("LikeAction", 9), counter("DislikeAction", 2)]
    document = question(upvoteCount=1, interactionStatistic=both)
    tally = one(document).tallies[0]
    assert (tally.up, tally.down, tally.score) == (None, None, 1)
    assert told(document) == {"score-differs": 1}
    with pytest.raises(LossError):
        one(document, strict=True)


def test_a_deleted_post_a_shared_page_and_tags() -> None:
    document = posting(
        creativeWorkStatus="Deleted",
        keywords="one, two ,three",
        sharedContent={"@type": "WebPage", "url": "https://example.com/x"},
        comment=comment("c", creativeWorkStatus="Draft"),
    )
    thread = one(document)
    assert not thread.question.stands
    assert thread.question.tags == ("one", "two", "three")
    assert thread.links == (
        Link(
            kind=LinkKind.LINKED,
            target="https://example.com/x",
            post_id=f"{SITE}/t/1",
        ),
    )
    assert extra(thread, "c") == {"creativeWorkStatus": "Draft"}
    words = ["a,b", {"@type": "DefinedTerm", "name": "c"}]
    assert one(posting(keywords=words)).question.tags == ("a,b", "c")


def test_members_that_have_no_place_are_kept() -> None:
    rest = {"image": ["a.png"], "isPartOf": {"@type": "WebPage", "name": "Forum"}}
    assert extra(one(posting(**rest)), f"{SITE}/t/1") == rest


def test_text_is_plain_unless_it_says_otherwise() -> None:
    assert one(question()).question.body.media_type == "text/plain"
    marked = one(question(encodingFormat="text/markdown", inLanguage="de")).question
    assert (marked.body.media_type, marked.body.language) == ("text/markdown", "de")
    value = {"@value": "<b>x</b>", "@type": "rdf:HTML", "@language": "fr"}
    body = one(question(text=value)).question.body
    assert (body.source, body.media_type, body.language) == (
        "<b>x</b>",
        "text/html",
        "fr",
    )


def test_later_pages_of_a_topic_are_one_thread() -> None:
    """They carry the headline and the address of the first one."""
    pages = [posting(comment=comment("a")), posting(comment=comment("b"))]
    thread = one(pages)
    assert [post.id for post in thread.comments] == ["a", "b"]


# -- pages of HTML -------------------------------------------------------------------


def test_scripts_of_a_page_refer_to_each_other() -> None:
    graph = {"@context": "https://schema.org", "@graph": [question()]}
    thread = one(page({"@context": "https://schema.org", "@type": "WebSite"}, graph))
    assert thread.question.title == "Why?"


@pytest.mark.parametrize(
    ("start", "end"),
    [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("/*<![CDATA[*/", "/*]]>*/")],
)
def test_scripts_that_are_hidden_from_old_browsers(start: str, end: str) -> None:
    assert one(page(f"\n{start}{json.dumps(question())}{end}\n"), strict=True)


def test_a_broken_script_is_told_and_the_others_are_read() -> None:
    data = page('{"@context": "https://schema.org", "@type":', question())
    assert one(data).question.title == "Why?"
    assert told(data) == {"syntax": 1}
    with pytest.raises(FormatError) as caught:
        one(data, strict=True)
    assert caught.value.code == "syntax"


MICRODATA = """
<div itemscope itemtype="https://schema.org/Question" itemid="/q/1" itemref="more">
 <h1 itemprop="name">Why?</h1>
 <div itemprop="text"><p>Why is it <b>so</b>?</p></div>
 <span itemprop="upvoteCount" content="3">three</span>
 <div itemprop="suggestedAnswer acceptedAnswer" itemscope
   itemtype="https://schema.org/Answer" id="answer-5">
  <div itemprop="text">Because 1.</div>
  <meta itemprop="upvoteCount" content="7">
 </div>
</div>
<div id="more">
<time itemprop="datePublished" datetime="2024-05-06T07:08:09Z">then</time>
<p itemprop="author" itemscope itemtype="https://schema.org/Person">
<a href="/u/7">Bob</a> <span itemprop="name">Bob</span></p></div>
"""
CANONICAL = f'<link rel="canonical" href="{SITE}/q/1-why">'


def test_microdata_by_the_rules_of_the_standard() -> None:
    thread = one(page(body=MICRODATA, head=CANONICAL), strict=True)
    assert thread.id == f"{SITE}/q/1"
    assert thread.question.body.source == "<p>Why is it <b>so</b>?</p>"
    assert thread.question.created_at == AT, "from an element that is referred to"
    assert thread.question.author_id == f"{SITE}/u/7", "where the name leads to"
    assert thread.accepted == ("answer-5",), "the id of its element"
    assert [tally.score for tally in thread.tallies] == [7, 3]


def test_an_element_may_be_the_name_and_the_text() -> None:
    scope = 'itemscope itemtype="https://schema.org/Question"'
    element = '<p itemprop="name text">Why <b>so</b>?</p>'
    question = one(page(body=f"<div {scope}>{element}</div>")).question
    assert (question.title, question.body.source) == ("Why so?", "Why <b>so</b>?")


def test_items_that_refer_to_each_other_in_circles_end() -> None:
    body = """
    <div id=a itemscope itemtype=https://schema.org/Question itemref="a b c">
     <b itemprop=name>Why?</b><p itemprop=text>x</p></div>
    <div id=b itemprop="comment suggestedAnswer about" itemscope itemref="b c a">
     <p itemprop=text>y</p></div>
    <div id=c itemprop="about isPartOf" itemscope itemref="c b"></div>
    """
    thread = one(page(body=body))
    assert thread.question.title == "Why?"
    assert [post.body.source for post in thread.posts if post.parent_id] == ["y"]


def test_what_one_page_says_twice_is_read_once() -> None:
    """JSON-LD and microdata of one question: each fills in what the other lacks."""
    ours = question(
        upvoteCount=3, acceptedAnswer=answer(1, upvoteCount=7), keywords=["a"]
    )
    data = page(ours, body=MICRODATA, head=CANONICAL)
    thread = one(data, strict=True)
    assert len(thread.posts) == 2
    assert thread.question.body.media_type == "text/html", "the fuller form of it"
    assert thread.question.tags == ("a",)
    assert thread.accepted == (f"{SITE}/a/1",)
    assert isinstance(thread.answers[0], Answer)
    assert told(data) == {}
    ours["upvoteCount"] = 4
    data = page(ours, body=MICRODATA, head=CANONICAL)
    assert told(data) == {"sources-differ": 1}
    assert one(data).score(f"{SITE}/q/1") == 4


def test_two_questions_on_a_page_are_not_mixed() -> None:
    """One in JSON-LD, another one in microdata: perhaps a teaser beside it."""
    other = MICRODATA.replace("Why?", "How?").replace("Why is it", "How is it")
    data = page(question(), body=other.replace("/q/1", "/q/2"), head=CANONICAL)
    threads, _ = reading(FORMAT, data)
    assert [thread.question.title for thread in threads] == ["Why?", "How?"]


def test_what_is_derived_twice_is_matched_by_words() -> None:
    """Without any id: by title, by text, by author and time."""
    ours = question(suggestedAnswer=[answer(1), answer(2, text="Else.")])
    for each in (ours, *ours["suggestedAnswer"]):
        del each["@id"]
    theirs = """<div itemscope itemtype="https://schema.org/Question">
    <h1 itemprop="name">Why?</h1><div itemprop="text">Why is <b>it</b> so?</div>
    <div itemprop="acceptedAnswer" itemscope itemtype="https://schema.org/Answer">
    <p itemprop="text">Because 1.</p><b itemprop="upvoteCount">4</b></div></div>"""
    thread = one(page(ours, body=theirs))
    assert {post.body.source for post in thread.posts} == {
        "Why is <b>it</b> so?",
        "Because 1.",
        "Else.",
    }
    assert len(thread.posts) == 3
    (accepted,) = thread.accepted
    assert thread.score(accepted) == 4
    assert thread[accepted].author_name == "Ada"


def test_rdfa_lite_with_a_vocabulary_or_a_prefix() -> None:
    body = """
    <div prefix="s: http://schema.org/ og: http://ogp.me/ns#" typeof="s:Question"
      resource="https://example.org/q/1">
     <h1 property="s:name og:title">Why?</h1><p property="og:text">no</p>
     <div property="s:suggestedAnswer" typeof="s:Answer"><b property="s:text">So.</b>
     <time property="s:dateCreated" datetime="2024-05-06T07:08:09Z">then</time></div>
    </div>"""
    thread = one(page(body=body), strict=True)
    assert (thread.id, thread.question.title) == (f"{SITE}/q/1", "Why?")
    assert thread.answers[0].body.source == "So."
    assert thread.answers[0].created_at == AT


def test_a_page_that_is_nested_too_deep_is_refused() -> None:
    deep = page(question(), body="<div>" * 201)
    with pytest.raises(FormatError) as caught:
        reading(FORMAT, deep)
    assert caught.value.code == "too-deep"
    below: Any = comment("x")
    for _ in range(150):
        below = comment("x", below)
    with pytest.raises(FormatError) as caught:
        one(posting(comment=below))
    assert caught.value.code == "too-deep"


# -- what it is known by, and what is refused ----------------------------------------


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (_bytes(question()), True),
        (_bytes([posting()]), True),
        (page(question()), True),
        (page(body=MICRODATA), True),
        (_bytes({"@context": "https://schema.org", "@type": "Recipe"}), False),
        (_bytes({"@context": "x", "@type": "Question"}), False),
        (b"<html><p>schema.org/Question</p></html>", False),
        (b"Question schema.org", False),
        (b"", False),
    ],
)
def test_heads_are_known_by_their_types(data: bytes, known: bool) -> None:
    assert FORMAT.sniff is not None
    assert FORMAT.sniff(data) is known


def test_what_is_written_is_known_and_not_taken_for_our_own_format() -> None:
    from qathread.formats.native import FORMAT as NATIVE

    thread = one(posting(interactionStatistic=counter("LikeAction", 3)))
    removed = json_ld(thread) | {"x-qathread:score": 3}
    data = script_text(removed).encode()
    assert FORMAT.sniff is not None and NATIVE.sniff is not None
    assert FORMAT.sniff(data) and not NATIVE.sniff(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"7", b"<p>Hello</p>", b"\x89PNG\r\n", b"plain text"],
)
def test_what_holds_no_thread_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        reading(FORMAT, data)


_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=5)
)
_names = st.sampled_from(
    [
        *("@type", "@id", "@value", "@list", "@context", "name", "text", "headline"),
        *("author", "comment", "acceptedAnswer", "suggestedAnswer", "upvoteCount"),
        *("interactionStatistic", "interactionType", "userInteractionCount", "url"),
        *("keywords", "datePublished", "identifier", "parentItem", "position"),
        *("sharedContent", "version", "license", "mainEntityOfPage", "answerCount"),
        *("x-qathread:count", "x-qathread:childIds", "creativeWorkStatus"),
    ]
)
_values: st.SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=4)
    ),
    max_leaves=10,
)


@given(
    members=st.dictionaries(_names, _values, max_size=6),
    inner=st.dictionaries(_names, _values, max_size=6),
    strict=st.booleans(),
)
def test_values_of_any_type_at_any_property_give_threads_or_errors_of_ours(
    members: dict[str, Any], inner: dict[str, Any], strict: bool
) -> None:
    """Nobody checks what they put on their pages."""
    document = question(suggestedAnswer=[answer(1, **inner)])
    document |= {
        name: value
        for name, value in members.items()
        if name == "@id" or not name.startswith("@")
    }
    try:
        threads, _ = reading(FORMAT, _bytes(document), strict=strict)
    except QathreadError:
        assert strict
        return
    for thread in threads:
        assert json.loads(script_text(json_ld(thread)))


@given(data=st.binary(max_size=200), strict=st.booleans())
def test_any_bytes_give_threads_or_errors_of_ours(data: bytes, strict: bool) -> None:
    for start in (b"", b'{"@context":"https://schema.org",', b"<div itemscope "):
        try:
            reading(FORMAT, start + data, strict=strict, limits=Limits())
        except QathreadError:
            continue


def _graph(nodes: list[dict[str, Any]]) -> bytes:
    return _bytes({"@context": "https://schema.org", "@graph": nodes})


def _apart(size: int) -> bytes:
    chain = [
        comment(f"c{n}", parentItem={"identifier": f"c{n - 1}" if n else "c"})
        for n in range(size)
    ]
    return _graph([*reversed(chain), posting(comment=comment("c"))])


def _referring(size: int) -> bytes:
    chain = [
        {
            "@type": "Comment",
            "@id": f"c{n}",
            "text": "x",
            "comment": [{"@id": f"c{to}"} for to in (n + 1, n + 2, 0)],
        }
        for n in range(size)
    ]
    return _graph([posting(comment={"@id": "c0"}), *chain])


def _parts(size: int) -> bytes:
    chain = [{"@id": f"p{n}", "hasPart": {"@id": f"p{n + 1}"}} for n in range(size)]
    return _graph([*chain, {**posting(), "@id": f"p{size}"}])


def _itemrefs(size: int) -> bytes:
    one = '<div itemscope itemtype="https://schema.org/Question" itemref="x"></div>'
    shared = f'<div id="x">{"<i itemprop=text>a</i>" * size}</div>'
    return page(body=one * size + shared)


def _names_many(size: int) -> bytes:
    names = " ".join(f"name{n}" for n in range(size))
    scope = 'itemscope itemtype="https://schema.org/Question"'
    return page(body=f'<div {scope}><b itemprop="text {names}">x</b></div>')


@pytest.mark.parametrize(
    "make",
    [_apart, _referring, _parts, _itemrefs, _names_many],
    ids=lambda f: f.__name__,
)
def test_time_grows_with_the_input_not_with_its_square(
    make: Callable[[int], bytes],
) -> None:
    """Chains, circles and crowds of references, which pages may hold."""

    def spent(size: int) -> float:
        data, best = make(size), 9.0
        for _ in range(2):
            start = time.process_time()
            assert reading(FORMAT, data, limits=None)[0]
            best = min(best, time.process_time() - start)
        return best

    small, large = spent(500), spent(4000)
    assert large < 30 * small + 0.1  # eight times as long; its square is 64


@pytest.mark.parametrize("name", ["name", "text"])
def test_properties_around_a_large_page_do_not_fill_the_memory(name: str) -> None:
    """Each gives all the text within; nested deep, that is the page many times."""
    scope = 'itemscope itemtype="https://schema.org/Question"'
    nested = f"<div itemprop={name}>" * 150 + "x" * 200_000
    with pytest.raises(FormatError) as caught:
        reading(FORMAT, page(body=f"<div {scope}>{nested}</div>"))
    assert caught.value.code == "too-large"


def test_properties_of_several_names_do_not_double_at_each_level() -> None:
    """Two names at a hundred levels are a hundred items, not two to the hundredth."""
    start = '<div itemscope itemprop="about isPartOf mentions">'
    scope = 'itemscope itemtype="https://schema.org/Question"'
    data = page(body=f"<div {scope}><b itemprop=name>Why?</b>{start * 150}</div>")
    thread = one(data)
    assert len(json.dumps(extra(thread, thread.question.id))) < 10_000


def test_a_file_of_the_name_is_found_by_it(tmp_path: Path) -> None:
    path = tmp_path / "page.jsonld"
    path.write_bytes(_bytes(question()))
    assert reading(FORMAT, path)[0][0].question.title == "Why?"


def test_writing_nothing_is_refused_and_so_is_what_is_no_json() -> None:
    import io

    from qathread.formats._report import Collector

    assert FORMAT.writer is not None
    with pytest.raises(ValidationError):
        FORMAT.writer([], io.BytesIO(), "x.jsonld", Collector())
    for value in (object(), float("nan"), {"a": {1}}):
        with pytest.raises(ValidationError):
            script_text(value)
