"""A complete page: what a browser is told, what nobody is kept from, what is lost."""

import base64
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qathread import Answer, Body, Comment, Mark, Question, Thread, User
from qathread.errors import LossError, ValidationError
from qathread.feedback import UP, Tally, Vote
from qathread.formats import LossReport, read
from qathread.formats import html as format_html
from qathread.formats._report import Collector
from qathread.html import page
from qathread.html._style import DARK, LIGHT, STYLE
from qathread.status import Closed, Status
from tests.unit._html_pages import barriers, classed, text_of, tree, unbalanced

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_thread(id: str = "t", source: str = "x") -> Thread:
    question = Question(
        id="q",
        author_id="ada",
        title="Why <b>?\n",
        body=Body(source=source),
        created_at=AT,
    )
    return Thread.from_parts(
        id=id,
        question=question,
        posts=(
            Answer(
                id="a",
                question_id="q",
                author_id="bob",
                body=Body(source="# Because\n![p](https://a.example/x.png)"),
                created_at=AT,
            ),
            Comment(
                id="c",
                parent_id="a",
                author_id="ada",
                body=Body(source="secret </script> 1"),
                removed=Mark(),
            ),
        ),
        users=(User(id="ada", name="Ada"), User(id="bob", name="Bob </script>")),
        accepted=("a",),
    )


def written(*threads: Thread, strict: bool = False) -> tuple[str, LossReport]:
    out = io.BytesIO()
    report = Collector(strict=strict)
    assert format_html.FORMAT.writer is not None
    format_html.FORMAT.writer(iter(threads), out, "x.html", report)
    return out.getvalue().decode(), report.report


def policy(text: str) -> dict[str, list[str]]:
    root = tree(text)
    (meta,) = [m for m in root.iter("meta") if "http-equiv" in m.attrib]
    assert meta.get("http-equiv") == "Content-Security-Policy"
    parts = (part.split() for part in meta.get("content", "").split(";"))
    return {name: values for name, *values in parts}


def test_a_page_has_what_browsers_and_readers_need() -> None:
    text, _ = written(a_thread())
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset')
    root = tree(text)
    assert root.get("lang") == "en"
    assert [text_of(title) for title in root.iter("title")] == ["Why <b>?"]
    assert len([*root.iter("main")]) == len([*root.iter("h1")]) == 1
    assert any(meta.get("name") == "viewport" for meta in root.iter("meta"))
    assert [*barriers(root)] == []
    assert len(classed(root, "qt-post")) == 3
    body = text[text.index("<body>") : text.index("</html>")]
    assert unbalanced(body) is None


def test_nothing_runs_and_nothing_is_fetched() -> None:
    text, _ = written(a_thread())
    root = tree(text)
    rules = policy(text)
    assert rules["default-src"] == rules["script-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == rules["img-src"] == ["'none'"]
    (style,) = root.iter("style")
    digest = hashlib.sha256((style.text or "").encode()).digest()
    assert rules["style-src"] == [f"'sha256-{base64.b64encode(digest).decode()}'"]
    assert [script.get("type") for script in root.iter("script")] == [
        "application/ld+json"
    ]
    assert not re.search(r"url\(|@import|expression", STYLE)
    for element in root.iter():
        assert not {"src", "srcset", "style", "id", "target"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)
    assert not [*root.iter("link"), *root.iter("img"), *root.iter("iframe")]


def test_images_are_let_in_by_the_policy_only() -> None:
    text = "".join(page(a_thread(), images="inline"))
    assert policy(text)["img-src"] == ["https:", "http:"]
    (image,) = tree(text).iter("img")
    assert image.get("src") == "https://a.example/x.png"
    assert image.get("referrerpolicy") == "no-referrer"


def test_one_thread_has_data_for_search_engines() -> None:
    text, _ = written(a_thread())
    (script,) = tree(text).iter("script")
    data = json.loads(script.text or "")
    assert data["@type"] == "QAPage"
    assert "Because" in json.dumps(data)
    assert "secret" not in text
    assert text.count("</script>") == 1


def test_a_page_is_read_back_by_its_data() -> None:
    """What search engines see is the thread."""
    text, _ = written(a_thread())
    (found,) = read(text.encode(), "schema-org")
    assert found.question.title == "Why <b>?\n"
    assert [found.author(a.id).name for a in found.answers] == ["Bob </script>"]
    assert found.accepted == (found.answers[0].id,)


def test_several_threads_have_none() -> None:
    text, report = written(a_thread("1"), a_thread("2"), a_thread("3"))
    root = tree(text)
    assert not [*root.iter("script")]
    assert len(classed(root, "qt-thread")) == 3
    assert [text_of(h1) for h1 in root.iter("h1")] == ["Threads"]
    assert [*barriers(root)] == []
    assert report.losses[0].examples == ("1", "2", "3")


def test_no_thread_is_refused() -> None:
    with pytest.raises(ValidationError, match="no thread"):
        written()
    with pytest.raises(ValidationError, match="no thread"):
        page([])


def test_threads_are_taken_one_by_one() -> None:
    """A dump of any size can become a page."""
    taken = []

    def many() -> object:
        for number in range(5):
            taken.append(number)
            yield a_thread(str(number))

    pieces = page(many())  # type: ignore[arg-type]
    assert taken == [0]
    next(pieces)
    assert taken == [0, 1]
    assert "".join(pieces).count('class="qt-thread"') == 5


def test_the_report_counts_what_has_no_place() -> None:
    question = Question(
        id="q",
        author_id="ada",
        author_name="Ada then",
        body=Body(source="x", language="en"),
        views=9,
        created_at=AT.replace(microsecond=5),
    )
    thread = Thread.from_parts(
        id="t",
        question=question,
        votes=(Vote(post_id="q", voter_id="greg", direction=UP, cast_at=AT),),
        tallies=(Tally(post_id="q", up=5, down=2, reactions=(("like", 1),)),),
        users=(User(id="ada", level=3, handle="ada", name="Ada"), User(id="greg")),
        status=Status(closed=Closed(reason="off-topic"), pinned=Mark()),
    )
    _, report = written(thread)
    assert {loss.code: loss.count for loss in report} == {
        "thread-id": 1,
        "post-ids": 1,
        "user-ids": 2,
        "media-types": 1,
        "fractions": 1,
        "handles": 1,
        "users": 1,
        "up-and-down": 1,
        "votes": 1,
        "mark-details": 1,
        "user-names": 1,
        "body": 1,
    }
    with pytest.raises(LossError):
        written(thread, strict=True)


def test_a_page_says_its_language() -> None:
    assert "".join(page(a_thread(), language="pt-BR")).startswith(
        '<!DOCTYPE html>\n<html lang="pt-BR">'
    )
    for language in ("", 'en"', "e n", "en_US"):
        with pytest.raises(ValidationError, match="language"):
            page(a_thread(), language=language)


def test_data_that_could_end_its_script_is_refused() -> None:
    with pytest.raises(ValidationError, match="u003c"):
        page(a_thread(), data='{"x":"</script>"}')


def channel(value: str) -> float:
    share = int(value, 16) / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    red, green, blue = (channel(colour[n : n + 2]) for n in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the ratio that WCAG 2 defines."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_text_stands_out_from_what_is_behind_it(colours: dict[str, str]) -> None:
    """WCAG 2: 4.5 for text, 3 for lines."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    for behind in ("back", "panel"):
        for name in ("text", "muted", "link", "visited", "good"):
            assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind)
    assert contrast(colours["line"], colours["back"]) >= 3
    for name in re.findall(r"var\(--([a-z]+)\)", STYLE):
        assert name in colours


def test_files_are_known_by_their_suffix(tmp_path: Path) -> None:
    assert format_html.FORMAT.suffixes == (".html", ".htm")
    assert format_html.FORMAT.reader is None
