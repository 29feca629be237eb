"""Pages that are written have what search engines ask for, wherever it is known."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from qathread import Answer, Body, Comment, Question, Thread, User
from qathread.errors import FormatError
from qathread.formats._report import Collector
from qathread.formats.registry import find
from qathread.formats.schema_org import FORMAT, json_ld
from qathread.testing._threads import threads
from tests.unit._pages import reading

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
_ACTIONS = {
    f"https://schema.org/{name}Action"
    for name in ("Like", "Dislike", "Comment", "View", "Share", "React")
}


# -- a validator, from what search engines publish -----------------------------------


def problems(page: dict[str, Any]) -> list[str]:
    """Return what keeps a page from being shown as a rich result."""
    contexts = page.get("@context")
    if "https://schema.org" not in _list(contexts):
        return ["no context"]
    if page.get("@type") == "QAPage":
        return list(_qa(page))
    if page.get("@type") == "DiscussionForumPosting":
        return list(_posting(page, is_root=True))
    return [f"no such page: {page.get('@type')!r}"]


def _qa(page: dict[str, Any]) -> Iterator[str]:
    question = page.get("mainEntity")
    if not isinstance(question, dict) or question.get("@type") != "Question":
        yield "mainEntity is not one Question"
        return
    if _is_blank(question.get("name")):
        yield "Question without name"
    answers = _list(question.get("acceptedAnswer"))
    answers += _list(question.get("suggestedAnswer"))
    if not answers:
        yield "Question without answer"
    if question.get("text") is not None:
        total = question.get("answerCount")
        if type(total) is not int or total < len(answers):
            yield "answerCount is not the number of answers"
    yield from _shape(question)
    yield from _comments(question, posting=False)
    for answer in answers:
        if answer.get("@type") != "Answer":
            yield "an answer that is no Answer"
        if _is_blank(answer.get("text")) and not _is_deleted(answer):
            yield "Answer without text"
        yield from _shape(answer)
        yield from _comments(answer, posting=False)


def _posting(post: dict[str, Any], *, is_root: bool) -> Iterator[str]:
    authors = _list(post.get("author"))
    if not authors or _is_blank(authors[0].get("name")):
        yield "no author with a name"
    if post.get("datePublished") is None:
        yield "no datePublished"
    known = [post.get(name) for name in ("text", "image", "video")]
    if all(map(_is_blank, known)) and not _is_deleted(post):
        yield "no text, image or video"
    if is_root:
        yield from _comments(post, posting=True)
        if "acceptedAnswer" in post or "suggestedAnswer" in post:
            yield "answers of a discussion"
    yield from _shape(post)


def _comments(top: dict[str, Any], *, posting: bool) -> Iterator[str]:
    waiting = _list(top.get("comment"))
    while waiting:
        comment = waiting.pop()
        if "Comment" not in _list(comment.get("@type")):
            yield "a comment that is no Comment"
        if posting:
            yield from _posting(comment, is_root=False)
        else:
            if _is_blank(comment.get("text")) and not _is_deleted(comment):
                yield "Comment without text"
            yield from _shape(comment)
        waiting += _list(comment.get("comment"))


def _shape(post: dict[str, Any]) -> Iterator[str]:
    """Judge what is there of the recommended properties."""
    for name in ("datePublished", "dateModified"):
        if name in post and not _TIME.fullmatch(post[name]):
            yield f"{name} is no time with a zone"
    for name in ("upvoteCount", "answerCount"):
        if name in post and type(post[name]) is not int:
            yield f"{name} is no whole number"
    if "upvoteCount" in post and post.get("@type") == "DiscussionForumPosting":
        yield "upvoteCount of a posting"
    if post.get("creativeWorkStatus", "Deleted") != "Deleted":
        yield "creativeWorkStatus is not Deleted"
    for counter in _list(post.get("interactionStatistic")):
        count = counter.get("userInteractionCount")
        if counter.get("@type") != "InteractionCounter":
            yield "a statistic that is no InteractionCounter"
        if counter.get("interactionType") not in _ACTIONS:
            yield "a counter of an unknown action"
        if type(count) is not int or count < 0:
            yield "a counter that is no count"
    for author in _list(post.get("author")):
        if author.get("@type") not in ("Person", "Organization"):
            yield "an author who is nobody"
        if "url" in author and not author["url"].startswith("http"):
            yield "an author whose url is none"


def _is_deleted(post: dict[str, Any]) -> bool:
    return post.get("creativeWorkStatus") == "Deleted"


def _is_blank(value: object) -> bool:
    return not isinstance(value, str) or not value.strip()


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


# -- what is written is judged -------------------------------------------------------


def judged(thread: Thread) -> tuple[list[str], bool]:
    """Return the problems of a page, and whether writing it said that it has some."""
    report = Collector()
    page = json_ld(thread, report)
    told = any(loss.code == "incomplete" for loss in report.report)
    return problems(json.loads(json.dumps(page))), told


_SETTLED = {"no text, image or video", "no datePublished", "no author with a name"}
_SETTLED |= {"Question without name", "Question without answer"}
_SETTLED |= {"Answer without text", "Comment without text"}


@given(thread=threads())
def test_a_page_lacks_only_what_the_thread_does_not_say(thread: Thread) -> None:
    """Whoever publishes a page must hear that it will not be shown, and only then."""
    found, told = judged(thread)
    assert {*found} <= _SETTLED
    assert bool(found) is told


def complete(kind: str) -> Thread:
    at = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    shared: dict[str, Any] = {"author_id": "ada", "created_at": at}
    body = Body(source="Because.")
    question = Question(id="q", title="Why?", body=body, **shared)
    return Thread.from_parts(
        id="t",
        kind=kind,
        posts=[
            question,
            Answer(id="a", question_id="q", body=body, **shared),
            Comment(id="c", parent_id="a", body=body, **shared),
            Comment(id="d", parent_id="q", body=body, **shared),
        ],
        users=[User(id="ada", name="Ada")],
        accepted=["a"],
    )


@pytest.mark.parametrize("kind", ["qa", "discussion"])
def test_a_complete_thread_gives_a_page_without_problems(kind: str) -> None:
    assert judged(complete(kind)) == ([], False)


@pytest.mark.parametrize(
    ("kind", "path", "value", "problem"),
    [
        ("qa", ["@type"], "WebPage", "no such page: 'WebPage'"),
        ("qa", ["@context"], "https://example.org", "no context"),
        ("qa", ["mainEntity"], [{}, {}], "mainEntity is not one Question"),
        ("qa", ["mainEntity", "name"], " ", "Question without name"),
        ("qa", ["mainEntity", "acceptedAnswer"], [], "Question without answer"),
        (
            "qa",
            ["mainEntity", "answerCount"],
            0,
            "answerCount is not the number of answers",
        ),
        (
            "qa",
            ["mainEntity", "acceptedAnswer", 0, "text"],
            "",
            "Answer without text",
        ),
        (
            "qa",
            ["mainEntity", "acceptedAnswer", 0, "datePublished"],
            "2024-05-06T07:08:09",
            "datePublished is no time with a zone",
        ),
        (
            "qa",
            ["mainEntity", "acceptedAnswer", 0, "upvoteCount"],
            "3",
            "upvoteCount is no whole number",
        ),
        ("qa", ["mainEntity", "comment", 0, "text"], "", "Comment without text"),
        ("discussion", ["author"], {"@type": "Person"}, "no author with a name"),
        ("discussion", ["datePublished"], None, "no datePublished"),
        ("discussion", ["upvoteCount"], 3, "upvoteCount of a posting"),
        (
            "discussion",
            ["comment", 0, "comment", 0, "text"],
            "",
            "no text, image or video",
        ),
        (
            "discussion",
            ["comment", 1, "@type"],
            "Answer",
            "a comment that is no Comment",
        ),
        (
            "discussion",
            ["interactionStatistic", 0, "userInteractionCount"],
            -1,
            "a counter that is no count",
        ),
    ],
)
def test_the_validator_can_fail(
    kind: str, path: list[Any], value: object, problem: str
) -> None:
    page: Any = json.loads(json.dumps(json_ld(complete(kind))))
    place = page
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    if value is None:
        del place[path[-1]]
    assert problem in problems(page)


@settings(max_examples=25)
@given(thread=threads())
def test_pages_of_a_file_are_the_pages_of_its_threads(thread: Thread) -> None:
    assert FORMAT.writer is not None
    out = io.BytesIO()
    FORMAT.writer([thread, thread], out, "<file>", Collector())
    assert json.loads(out.getvalue()) == [json_ld(thread)] * 2


def _samples(shared: Path) -> Iterator[tuple[str, Path]]:
    formats = shared / "data/formats"
    yield from (
        ("schema-org", path)
        for path in sorted((formats / "schema_org").glob("question*"))
    )
    yield from (
        ("schema-org", path)
        for path in sorted((formats / "html_microdata_qapage").glob("*.xz"))
    )
    yield from (
        ("stackexchange-api", path)
        for path in sorted((formats / "stackexchange_api").glob("*.json"))
    )


def test_pages_of_all_samples_are_valid_or_told(shared: Path) -> None:
    """Threads of real sites, read by two readers, written as pages."""
    count = 0
    for name, path in _samples(shared):
        format = FORMAT if name == "schema-org" else find(name)
        try:
            found, _ = reading(format, path)
        except FormatError:  # not every file of the folder holds posts
            continue
        for thread in found:
            wrong, told = judged(thread)
            assert {*wrong} <= _SETTLED, path.name
            assert bool(wrong) is told, path.name
            if name == "schema-org":
                assert not wrong, path.name
            count += 1
    if not count:
        pytest.skip("no samples")
    assert count > 20
