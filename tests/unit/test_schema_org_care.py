"""Pages that people write carelessly: nothing is dropped, mixed up or made up."""

import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Answer, Body, Question, Stub, Thread, User
from qathread.errors import FormatError, LossError
from qathread.formats._report import Collector
from qathread.formats.schema_org import FORMAT, json_ld
from qathread.status import (
    Bounty,
    Closed,
    Flag,
    Link,
    LinkKind,
    Locked,
    LockLevel,
    Mark,
    PostStatus,
    Status,
)
from qathread.users import UserKind
from tests.unit._pages import counts, reading
from tests.unit.test_schema_org import (
    CANONICAL,
    SITE,
    _bytes,
    answer,
    comment,
    counter,
    extra,
    one,
    page,
    posting,
    question,
    told,
)

QUESTION = 'itemscope itemtype="https://schema.org/Question"'
ANSWER = 'itemscope itemtype="https://schema.org/Answer"'
PERSON = 'itemscope itemtype="https://schema.org/Person"'


def refused(data: object, **options: Any) -> str:
    with pytest.raises(FormatError) as caught:
        one(data, **options)
    return caught.value.code


# -- encodings and damage ------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [json.dumps, lambda q: page(q).decode()], ids=["JSON", "page"]
)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused_as_such(make: Any, encoding: str) -> None:
    assert refused(f" \n{make(question())}".encode(encoding)) == "encoding"


def test_utf_16_with_a_mark_is_read_of_a_page_and_refused_of_json() -> None:
    assert one(page(question()).decode().encode("utf-16"), strict=True)
    assert refused(json.dumps(question()).encode("utf-16")) == "encoding"


def test_raw_line_ends_in_a_block_are_mended_and_lose_nothing() -> None:
    ours = json.dumps(question(text="one@two", acceptedAnswer=answer()))
    data = page(ours.replace("@two", "\n\ttwo"))
    thread = one(data)
    assert thread.question.body.source == "one\n\ttwo"
    assert len(thread.answers) == 1
    assert told(data) == {"forbidden-character": 1}
    assert refused(data, strict=True) == "forbidden-character"


def test_json_that_is_cut_gives_what_is_whole_before_the_damage() -> None:
    document = {"@context": "https://schema.org", "@graph": [question(), answer()]}
    data = _bytes(document)[:-30]
    assert one(data).question.title == "Why?"
    assert told(data) == {"syntax": 1}
    assert one(page(data.decode())).question.title == "Why?"


@pytest.mark.parametrize("wrap", [str.encode, page], ids=["JSON", "page"])
def test_json_that_is_cut_before_anything_is_whole_is_damaged(wrap: Any) -> None:
    assert refused(wrap(json.dumps(question())[:-30])) == "syntax"


# -- replies -------------------------------------------------------------------------


def test_replies_that_are_texts_are_all_read() -> None:
    words = [f"word {n}" for n in range(50)]
    thread = one(question(suggestedAnswer=words, comment={"@value": "Hm."}))
    assert sorted(post.body.source for post in thread.answers) == sorted(words)
    assert [post.body.source for post in thread.comments] == ["Hm."]


@pytest.mark.parametrize("value", [5, True, {"@value": None}], ids=repr)
def test_a_reply_that_is_no_post_is_told(value: object) -> None:
    document = question(suggestedAnswer=["a", value, " "])
    assert len(one(document).answers) == 1
    assert told(document) == {"field": 1}


def test_an_answer_that_stands_alone_is_told() -> None:
    document = {"@context": "https://schema.org", "@graph": [question(), answer()]}
    assert not one(document, strict=True).answers
    assert told(document) == {"unplaced": 1}


def test_a_parent_may_be_named_by_any_of_its_names() -> None:
    by_url = {"@type": "Comment", "url": f"{SITE}/c/a"}
    replies = [comment("a", url=f"{SITE}/c/a"), comment("b", parentItem=by_url)]
    thread = one(posting(comment=replies), strict=True)
    assert thread["b"].parent_id == "a"
    graph = [posting(comment=replies[0]), comment("c", parentItem=by_url)]
    apart = one({"@context": "https://schema.org", "@graph": graph}, strict=True)
    assert apart["c"].parent_id == "a"


def test_replies_apart_that_share_the_address_of_the_page_stay_several() -> None:
    shared = {"url": f"{SITE}/page", "identifier": None}
    graph = [
        posting(url=f"{SITE}/page"),
        *(
            comment(name, parentItem={"@id": f"{SITE}/t/1"}, **shared)
            for name in ("a", "b", "c")
        ),
    ]
    thread = one({"@context": "https://schema.org", "@graph": graph}, strict=True)
    assert sorted(post.body.source for post in thread.comments) == ["a", "b", "c"]


@given(order=st.permutations(range(5)))
def test_ids_do_not_depend_on_the_order_where_names_are_shared(
    order: list[int],
) -> None:
    """All replies of a page may bear its address, and two the same name."""
    replies: list[dict[str, Any]] = [
        answer(1, url=f"{SITE}/a/9", **{"@id": None}),
        answer(2, url=f"{SITE}/a/9", **{"@id": None}),
        answer(3, identifier="x", **{"@id": None}),
        answer(4, identifier="x", url=f"{SITE}/a/4", **{"@id": None}),
        answer(5, url=f"{SITE}/q/1", **{"@id": None}),
    ]
    first = one(question(suggestedAnswer=replies))
    again = one(question(suggestedAnswer=[replies[at] for at in order]))
    assert first == again
    assert len(first.answers) == 5
    assert f"{SITE}/a/4" in first and f"{SITE}/a/9" not in first and "x" not in first


def test_a_comment_with_the_address_of_its_answer_does_not_take_its_name() -> None:
    at = {"url": f"{SITE}/a/1", "@id": None}
    inner = comment("c", **at, identifier=None)
    for replies in ([inner], [inner, comment("d", **at, identifier=None)]):
        thread = one(question(suggestedAnswer=answer(1, comment=replies, **at)))
        assert [post.id for post in thread.answers] == [f"{SITE}/a/1"]
        assert len(thread.comments) == len(replies)


def test_replies_under_one_with_the_id_of_the_question_stay_there() -> None:
    inner = comment("early", datePublished="2001-01-01T00:00:00Z")
    twin = {**comment("x", inner), "@id": f"{SITE}/t/1"}
    thread = one(posting(comment=twin))
    renamed = thread["early"].parent_id
    assert renamed not in (None, f"{SITE}/t/1")
    assert thread[str(renamed)].body.source == "x"


def test_questions_of_one_page_do_not_share_its_id() -> None:
    several = [question(**{"@id": f"{SITE}/q/{n}"}) for n in range(3)]
    document = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "@id": f"{SITE}/faq",
        "mainEntity": several,
    }
    threads, _ = reading(FORMAT, _bytes(document), strict=True)
    assert [thread.id for thread in threads] == [f"{SITE}/q/{n}" for n in range(3)]


# -- people --------------------------------------------------------------------------


@pytest.mark.parametrize("href", ["#", "", "javascript:void(0)", f"{SITE}/q/1-why"])
@pytest.mark.parametrize("itemprop", ["", "itemprop=url"])
def test_links_that_lead_nowhere_make_no_two_people_one(
    href: str, itemprop: str
) -> None:
    person = (
        f'<p itemprop=author {PERSON}><a {itemprop} href="{href}">'
        "<b itemprop=name>{}</b></a></p>"
    )
    body = (
        f"<div {QUESTION}><b itemprop=name>Why?</b>{person.format('Ada')}"
        f"<div itemprop=suggestedAnswer {ANSWER}><p itemprop=text>x</p>"
        f"{person.format('Bob')}</div></div>"
    )
    assert set(one(page(body=body, head=CANONICAL)).users) == {"page:Ada", "page:Bob"}


def test_what_else_is_said_of_a_person_is_kept() -> None:
    rest = {"image": "ada.png", "jobTitle": "Baker"}
    thread = one(question(author={"@type": "Person", "name": "Ada", **rest}))
    assert extra(thread, thread.question.id) == {"author": rest}
    firm = {"@type": "Organization", "name": "Bakers", "url": f"{SITE}/u/2"}
    thread = one(question(author={**firm, "identifier": "2"}))
    assert thread.question.author_id == "2"
    assert extra(thread, thread.question.id) == {
        "author": {"@type": "Organization", "url": f"{SITE}/u/2"}
    }
    known = {"@type": "Person", "@id": f"{SITE}/u/1", "url": f"{SITE}/u/1", "name": "A"}
    assert extra(one(question(author=known)), f"{SITE}/q/1") == {}
    both = [{"name": "Ada", "image": "a"}, {"name": "Ada", "email": "x@example.org"}]
    assert extra(one(question(author=both)), f"{SITE}/q/1") == {
        "author": [{"image": "a"}, {"email": "x@example.org"}]
    }


def test_the_kind_of_a_person_is_what_we_wrote_and_nothing_else() -> None:
    for name, kind in (("bot", UserKind.BOT), ("king", UserKind.REGISTERED)):
        author = {"name": "Ada", "x-qathread:kind": name}
        assert one(question(author=author)).users["page:Ada"].kind is kind


def test_an_author_without_a_name_stays_in_extra() -> None:
    for author in ({"image": "x.png"}, " ", {"@id": "_:b1", "url": "#"}):
        thread = one(question(author=author))
        assert extra(thread, thread.question.id) == {"author": author}


# -- values --------------------------------------------------------------------------


def test_counters_that_cannot_be_taken_are_kept() -> None:
    statistics = [
        counter("ViewAction", 7),
        counter("ViewAction", 9),
        counter("ShareAction", 5, interactionService={"name": "Elsewhere"}),
        counter("LikeAction", 1),
        counter("LikeAction", 2),
        counter("ReactAction", 3, name="heart"),
        counter("ReactAction", 4, name="heart"),
        counter("CommentAction", 6),
    ]
    thread = one(posting(interactionStatistic=statistics, commentCount=8))
    kept = extra(thread, thread.question.id)["interactionStatistic"]
    assert kept == [statistics[at] for at in (1, 2, 4, 6)] + [{"comment": 6}]
    assert thread.question.views == 7
    assert dict(thread.reactions(thread.question.id)) == {"like": 1, "heart": 3}


def test_likes_beside_votes_and_downvotes_that_have_no_place_are_kept() -> None:
    likes = [
        counter("LikeAction", 4, name="up"),
        counter("DislikeAction", 1, name="down"),
        counter("LikeAction", 9),
        counter("DislikeAction", 8),
    ]
    thread = one(posting(interactionStatistic=likes, upvoteCount=3, downvoteCount=5))
    assert thread.score(thread.question.id) == 3
    assert extra(thread, thread.question.id) == {
        "interactionStatistic": likes[2:],
        "downvoteCount": 5,
    }


def test_shared_pages_and_tags_that_say_more_are_kept() -> None:
    shared = [
        {"@type": "WebPage", "url": "https://example.com/x", "headline": "X"},
        {"@type": "ImageObject", "contentUrl": "https://example.com/y.png"},
        "https://example.com/z",
    ]
    words = [
        "a",
        {"@type": "DefinedTerm", "name": "b", "url": "/b"},
        {"@type": "Thing"},
    ]
    thread = one(posting(sharedContent=shared, keywords=words))
    assert [link.target for link in thread.links] == [
        "https://example.com/x",
        "https://example.com/z",
    ]
    assert thread.question.tags == ("a", "b")
    assert extra(thread, thread.question.id) == {
        "sharedContent": shared[:2],
        "keywords": words[1:],
    }


def test_tags_and_shared_pages_in_elements() -> None:
    body = (
        '<div itemscope itemtype="https://schema.org/DiscussionForumPosting">'
        '<meta itemprop=keywords content="one, two"><p itemprop=text>x</p>'
        '<div itemprop=sharedContent itemscope itemtype="https://schema.org/WebPage">'
        '<a itemprop=url href="https://example.com/x">x</a></div></div>'
    )
    thread = one(page(body=body), strict=True)
    assert thread.question.tags == ("one", "two")
    assert [link.target for link in thread.links] == ["https://example.com/x"]


def test_a_position_that_orders_nothing_is_kept() -> None:
    thread = one(question(position=3, suggestedAnswer=answer()))
    assert extra(thread, thread.question.id) == {"position": 3}


def test_a_property_under_two_spellings_has_two_values() -> None:
    thread = one(question(**{"schema:upvoteCount": 3, "schema:text": "Else."}))
    assert thread.question.body.source == "Why is it so?"
    assert extra(thread, thread.question.id) == {"text": ["Else."]}


def test_what_is_said_of_a_post_that_is_not_there_is_told() -> None:
    place = {"@id": f"{SITE}/a/2", "@type": "Answer", "license": "CC0", "about": "x"}
    document = question(suggestedAnswer=place)
    assert one(document).stubs == (Stub(id=f"{SITE}/a/2", parent_id=f"{SITE}/q/1"),)
    assert told(document) == {"extra": 1}
    with pytest.raises(LossError):
        one(document, strict=True)
    root = {"@type": "Question", "@id": "x", "answerCount": 3, "keywords": "a"}
    assert told({"@context": "https://schema.org", **root})["extra"] == 1
    del place["@id"], place["license"], place["about"]
    place["url"] = f"{SITE}/a/2"
    assert one(document, strict=True).stubs[0].id == f"{SITE}/a/2"


def test_what_a_page_says_of_itself_is_kept() -> None:
    document = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "@id": f"{SITE}/p",
        "breadcrumb": "Questions",
        "mainEntity": question(),
    }
    origin = one(document).provenance
    assert origin is not None and origin.members() == {"breadcrumb": "Questions"}
    about = {"@type": "WebPage", "@id": f"{SITE}/p"}
    thread = one(posting(mainEntityOfPage=about))
    assert thread.id == f"{SITE}/p" and extra(thread, f"{SITE}/t/1") == {}
    about["name"] = "Forum"
    assert extra(one(posting(mainEntityOfPage=about)), f"{SITE}/t/1") == {
        "mainEntityOfPage": about
    }


# -- two ways of marking up ----------------------------------------------------------


def test_a_question_that_is_only_named_in_one_way_is_read_in_the_other() -> None:
    short = {
        "@context": "https://schema.org",
        "@type": "Question",
        "@id": f"{SITE}/q/1",
        "acceptedAnswer": answer(),
    }
    body = (
        f'<div {QUESTION} itemid="{SITE}/q/1"><b itemprop=name>Why?</b>'
        "<p itemprop=text>words</p></div>"
    )
    thread = one(page(short, body=body), strict=True)
    assert thread.question.body.source == "words"
    assert thread.accepted == (f"{SITE}/a/1",)


def test_votes_of_two_ways_are_not_mixed() -> None:
    both = [counter("LikeAction", 9), counter("DislikeAction", 2)]
    body = f'<div {QUESTION} itemid="{SITE}/q/1"><b itemprop=upvoteCount>{{}}</b></div>'
    for score, codes in ((3, {"sources-differ": 1}), (7, {})):
        data = page(question(interactionStatistic=both), body=body.format(score))
        assert one(data).score(f"{SITE}/q/1") == 7
        assert told(data) == codes


def test_every_difference_of_two_ways_is_told() -> None:
    ours = question(inLanguage="en", keywords=["a"], about="x", **{"license": "CC0"})
    body = (
        f'<div {QUESTION} itemid="{SITE}/q/1"><b itemprop=name>How?</b>'
        f"<p itemprop=author {PERSON}><b itemprop=name>Cid</b></p>"
        "<i itemprop=keywords>b</i><i itemprop=about>y</i><i itemprop=license>z</i>"
        "<i itemprop=inLanguage>de</i><p itemprop=text>Why is it so?</p></div>"
    )
    (_, report) = reading(FORMAT, page(ours, body=body))
    assert counts(report) == {"sources-differ": 6}
    assert one(page(ours, body=body)).question.title == "Why?"


# -- references ----------------------------------------------------------------------


def test_all_elements_that_an_item_refers_to_are_read() -> None:
    words = [f"k{n}" for n in range(2000)]
    spans = "".join(f"<p><i><b itemprop=keywords>{word}</b></i></p>" for word in words)
    name = "<b itemprop=name>Why?</b>"
    body = f"<div {QUESTION} itemref=more>{name}</div><div id=more>{spans}</div>"
    assert list(one(page(body=body)).question.tags) == words


@pytest.mark.parametrize(
    "make",
    [
        lambda: "<time itemprop=datePublished>" * 150 + "x" * 100_000,
        lambda: (
            f"<i itemref=x {QUESTION}></i>" * 3_000
            + f"<b id=x itemprop=about content={'y' * 100_000}></b>"
        ),
    ],
    ids=["times", "attributes"],
)
def test_values_that_are_given_again_and_again_do_not_fill_the_memory(
    make: Any,
) -> None:
    assert refused(page(body=f"<div {QUESTION}>{make()}</div>")) == "too-large"


def test_people_within_people_are_not_searched_again_and_again() -> None:
    def spent(size: int) -> float:
        links = "<a href=/x>y</a>" * size
        inner = f"<p>{links}</p>"
        data = page(
            body=f"<div {QUESTION}><b itemprop=name>Why?</b>"
            + f"<div itemprop=author {PERSON}><i itemprop=name>N</i>" * 80
            + inner
        )
        best = 9.0
        for _ in range(2):
            start = time.process_time()
            one(data)
            best = min(best, time.process_time() - start)
        return best

    flat, deep = spent(10), spent(4000)
    assert deep < 40 * flat + 0.5  # each of 80 people around 4000 links


@given(seed=st.integers(0, 10_000))
def test_reading_is_the_same_whatever_the_order_of_members(seed: int) -> None:
    """Objects of JSON have no order."""
    document = question(
        suggestedAnswer=[answer(1, comment=["x", "y"]), answer(2)],
        comment=comment("z", url=f"{SITE}/q/1"),
    )

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(key, shuffled(each)) for key, each in value.items()]
            random.Random(seed).shuffle(items)
            return dict(items)
        return [shuffled(each) for each in value] if isinstance(value, list) else value

    assert json_ld(one(shuffled(document))) == json_ld(one(document))


# -- members of our own --------------------------------------------------------------


def moderated(kind: str = "qa") -> Thread:
    """Return a thread with all marks, links and bounties that there are."""
    at = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    mark = Mark(by_id="mod", at=at, reason="noise")
    lock = Locked(level=LockLevel.COMMENTS, until=at)
    body = Body(source="x", media_type="text/plain")
    asked = Question(
        id="q",
        author_id="ada",
        author_name="Ada",
        body=body,
        title="Why?",
        status=PostStatus(locked=lock, wiki=Mark()),
    )
    reply = Answer(
        id="a",
        question_id="q",
        author_id="ada",
        author_name="Ada",
        body=body,
        status=PostStatus(hidden=mark),
    )
    web = Link(kind=LinkKind.LINKED, target="https://example.com/x", post_id="q")
    return Thread.from_parts(
        id="q",
        kind=kind,
        posts=[asked, reply],
        accepted=["a"],
        users=[
            User(id="ada", name="Ada", handle="ada_l"),
            User(id="mod", name="Mo", kind=UserKind.BOT, level=3),
            User(id="cid", name="Cid"),
            User(id="idle", name="Voter"),
        ],
        status=Status(
            closed=Closed(by_id="mod", at=at, reason="twin", duplicate_of=("q9", "q8")),
            pinned=mark,
            archived=Mark(),
        ),
        bounties=[Bounty(id="b", amount=50, by_id="cid", starts_at=at, answer_id="a")],
        links=[web, web, Link(kind=LinkKind.DUPLICATE, target="q9", at=at)],
    )


@pytest.mark.parametrize("kind", ["qa", "discussion"])
def test_marks_links_and_bounties_are_held_and_people_as_far_as_they_appear(
    kind: str,
) -> None:
    thread = moderated(kind)
    report = Collector()
    page = json_ld(thread, report)
    lost = {loss.code: loss.count for loss in report.report if not loss.harmless}
    assert lost == {"users": 1}
    again = one(page, strict=True)
    for name in ("status", "links", "bounties", "accepted"):
        assert getattr(again.content, name) == getattr(thread.content, name), name
    assert [post.status for post in again.posts] == [p.status for p in thread.posts]
    assert again.users == {u: v for u, v in thread.users.items() if u != "idle"}
    assert "Voter" not in json.dumps(page), "a page does not say who looked on"


def test_what_is_of_our_own_is_declared_as_json_and_only_if_it_is_there() -> None:
    context = json_ld(moderated())["@context"]
    assert isinstance(context, list)
    assert context[1] == {
        "x-qathread": "urn:x-qathread:",
        **{
            f"x-qathread:{name}": {"@type": "@json"}
            for name in ("status", "marks", "links", "bounties", "people")
        },
    }
    assert json_ld(one(posting()))["@context"] == "https://schema.org"


def test_flags_and_why_a_post_was_taken_down_are_not_for_everybody() -> None:
    thread = moderated()
    posts = [
        attrs.evolve(post, removed=Mark(by_id="mod", reason="secret"))
        for post in thread.posts
    ]
    flag = Flag(id="f", post_id="a", reason="secret", by_id="spy")
    thread = Thread.from_parts(id="q", kind="qa", posts=posts, flags=[flag])
    report = Collector()
    text = json.dumps(json_ld(thread, report))
    assert "secret" not in text and "spy" not in text
    assert counts(report.report) == {
        "deleted-text": 2,
        "flags": 1,
        "mark-details": 2,
        "users": 1,
        "user-names": 1,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "closed"),
        ("status", {"closed": {"at": "soon"}}),
        ("marks", {"locked": {"level": "nobody"}}),
        ("links", [{"kind": "linked"}]),
        ("bounties", [{"id": "b", "amount": 0}]),
        ("people", [{"id": "u"}, {"id": "v", "role": "king"}]),
        ("people", {"name": "x"}),
    ],
)
def test_members_of_our_own_that_are_damaged_are_told_and_kept(
    name: str, value: object
) -> None:
    name = f"x-qathread:{name}"
    context = ["https://schema.org", {"x-qathread": "urn:x-qathread:"}]
    document = question(**{"@context": context, name: value})
    thread = one(document)
    assert not thread.bounties and not thread.links
    values = value if isinstance(value, list) else [value]
    assert extra(thread, thread.question.id) == {name: values}
    assert told(document) == {"own-members": 1}
    assert refused(document, strict=True) == "field"


def test_a_bounty_that_is_there_twice_is_one() -> None:
    bounty = {"id": "b", "amount": 5}
    document = question(**{"x-qathread:bounties": [bounty, bounty]})
    assert len(one(document).bounties) == 1


def test_what_is_accepted_in_a_discussion_must_be_there() -> None:
    document = posting(**{"x-qathread:accepted": ["gone", 5, ""]})
    assert one(document).accepted == ()
    assert told(document) == {"accepted-missing": 1}


# -- further shapes ------------------------------------------------------------------


def test_statuses_beside_deleted_are_kept() -> None:
    thread = one(posting(creativeWorkStatus=["Draft", "deleted", "Old"]))
    assert not thread.question.stands
    assert extra(thread, f"{SITE}/t/1") == {"creativeWorkStatus": ["Draft", "Old"]}


def test_counters_of_odd_shapes_are_kept() -> None:
    odd = [
        "many",
        counter("x", 1) | {"interactionType": [5]},
        counter("LikeAction", 2),
    ]
    named = counter("ReactAction", 3, name="like")
    thread = one(posting(interactionStatistic=[*odd, named]))
    assert extra(thread, f"{SITE}/t/1") == {"interactionStatistic": odd}
    thread = one(question(upvoteCount=4, downvoteCount="none"))
    assert thread.score(thread.question.id) == 4
    assert extra(thread, thread.question.id) == {"downvoteCount": "none"}


def test_documents_and_nodes_may_stand_in_one_list() -> None:
    mixed = [question(), 5, {"@type": "Question", "name": "Loose"}]
    threads, _ = reading(FORMAT, _bytes(mixed))
    assert len(threads) == 1, "without a context its words mean nothing"
    full = {"@type": "https://schema.org/Question", "https://schema.org/name": "How?"}
    threads, _ = reading(FORMAT, _bytes([*mixed, full]))
    assert [thread.question.title for thread in threads] == ["Why?", "How?"]
    odd = {"@context": [5, {"a": 7}, "https://schema.org"]}
    assert one(question(**odd)).question.title == "Why?"


def test_lists_and_sets_of_json_ld_are_lists() -> None:
    answers = {"@set": [answer(1), {"@list": [answer(2)]}]}
    assert len(one(question(suggestedAnswer=answers)).answers) == 2


def test_ids_that_are_nodes_are_those_of_the_nodes() -> None:
    value = {"@type": "PropertyValue", "value": ["", "77"]}
    thread = one(question(identifier=value, license={"name": "x"}))
    assert thread.question.provenance is not None
    assert thread.question.provenance.id == "77"
    assert extra(thread, thread.question.id) == {"license": {"name": "x"}}
    person = {"@id": f"{SITE}/u/1", "identifier": "1", "name": "A"}
    thread = one(question(author=person))
    assert extra(thread, thread.question.id) == {"author": {"identifier": "1"}}


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ('<meta property="og:url" content="https://example.org/x/1">', f"{SITE}/x/"),
        (f'<base href="/y/"><link rel=canonical href="{SITE}/x/">', f"{SITE}/y/"),
        ('<base href="/y/">', ""),
        ('<link rel=canonical href="/x/">', ""),
    ],
)
def test_addresses_are_meant_from_what_the_page_says_of_itself(
    head: str, base: str
) -> None:
    name = "<b itemprop=name>Why?</b><a itemprop=url href=q>x</a>"
    body = f"<div {QUESTION}>{name}</div>"
    assert one(page(body=body, head=head)).id == f"{base}q"


def test_answers_apart_are_answers_and_comments_apart_comments() -> None:
    above = {"@id": f"{SITE}/q/1"}
    graph = [
        question(),
        answer(1, parentItem=above),
        comment("c", parentItem=f"{SITE}/a/1"),
        {"@type": ["Comment", "Answer"], "text": "x", "parentItem": above},
    ]
    thread = one({"@context": "https://schema.org", "@graph": graph}, strict=True)
    assert len(thread.answers) == 2
    assert thread["c"].parent_id == f"{SITE}/a/1"


def test_a_place_whose_post_is_there_after_all_is_none() -> None:
    thread = one(question(comment=[{"identifier": "c"}, comment("c")]))
    assert not thread.stubs and thread["c"].body.source == "c"


def test_the_address_of_a_post_that_is_not_there_is_told() -> None:
    place = {"@id": f"{SITE}/a/2", "@type": "Answer", "url": f"{SITE}/other"}
    assert told(question(suggestedAnswer=place)) == {"extra": 1}


def test_replies_that_name_each_other_as_parents_end() -> None:
    both = [
        comment("a", parentItem={"identifier": "b"}),
        comment("b", parentItem={"identifier": "a"}),
    ]
    document = posting(comment=both)
    thread = one(document)
    assert {post.parent_id for post in thread.comments} == {f"{SITE}/t/1", "a"}
    assert told(document) == {"cycle": 1}
    assert refused(document, strict=True) == "cycle"


def test_a_reply_that_has_the_id_of_the_question_in_another_way_gets_its_own() -> None:
    body = (
        f'<div {QUESTION} itemid="{SITE}/other"><b itemprop=name>Why?</b>'
        f'<div itemprop=comment itemscope itemid="{SITE}/q/1"><p itemprop=text>c</p>'
        f'<time itemprop=dateCreated datetime="2024-05-06T07:08Z"></time></div></div>'
    )
    data = page(question(), body=body)
    (thread,), report = reading(FORMAT, data)
    assert len(thread.posts) == 2
    assert counts(report)["duplicate-id"] == 1


def test_posts_of_two_ways_are_matched_one_by_one() -> None:
    """By author and time where words differ; what only one has is added."""
    ours = question(suggestedAnswer=answer(1, text="As shown."))
    theirs = (
        f'<div {QUESTION} itemid="{SITE}/q/1"><b itemprop=name>Why?</b>'
        f"<div itemprop=acceptedAnswer {ANSWER}><p itemprop=text>As stored.</p>"
        f"<p itemprop=author {PERSON}><b itemprop=name>Ada</b></p>"
        '<time itemprop=datePublished datetime="2024-05-06T07:08:09Z"></time>'
        "<div itemprop=comment itemscope><p itemprop=text>Only here.</p></div></div>"
        f"<div itemprop=suggestedAnswer {ANSWER}><i itemprop=upvoteCount>4</i></div>"
        "</div>"
    )
    thread = one(page(ours, body=theirs))
    assert [post.body.source for post in thread.answers] == ["As shown."]
    assert thread.comments[0].parent_id == f"{SITE}/a/1"
    assert thread.accepted == (f"{SITE}/a/1",)
    assert len(thread.stubs) == 1


def test_the_only_questions_of_two_ways_may_be_one_by_text_alone() -> None:
    def body(title: str, text: str) -> str:
        heading = f"<b itemprop=name>{title}</b>" if title else ""
        return f"<div {QUESTION}>{heading}<p itemprop=text>{text}</p></div>"

    for title, text, count in (
        ("", "Else.", 1),
        ("Other", "Why is it so?", 1),
        ("Other", "Else.", 2),
        ("Other", "", 2),
    ):
        threads, _ = reading(FORMAT, page(question(), body=body(title, text)))
        assert len(threads) == count, (title, text)


def test_rdfa_with_comments_and_names_of_no_vocabulary() -> None:
    body = (
        '<div vocab="https://schema.org/" typeof="Question x:Thing"><!-- note -->'
        '<b property="name">Why?</b><i property="x:name">no</i></div>'
    )
    assert one(page(body=body)).question.title == "Why?"
