"""Template tags: what people wrote stays text, whatever it is."""

import re

import pytest

pytest.importorskip("django")
pytest.importorskip("nh3")

from django.template import Context, Engine, engines
from lxml import html

from qathread import Body, Question, Thread, User, posting, voting
from qathread.testing._samples import ADA, START, a_thread, a_vote

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[x](javascript:alert(1))",
    "<a href=javascript:alert(1)>x</a>",
    "{{ 7|add:7 }}{% load qathread %}",
    "' autofocus onfocus=alert(1) x='",
    "</section></article><style>*{display:none}</style>",
)

#: Attributes that hold no address.
_TEXTS = ("aria-label", "value")


def rendered(template: str, **values: object) -> str:
    made = engines["django"].from_string("{% load qathread %}" + template)
    return str(made.render(values))


def hostile(payload: str) -> Thread:
    """Return a thread with a payload wherever a text may stand."""
    by = User(id=payload, name=payload, handle=payload)
    thread = posting.ask(
        payload, title=payload, body=payload, tags=("t",), by=by, at=START
    )
    thread = posting.comment(thread, thread.root.id, payload, by=by, at=START)
    return voting.react(thread, thread.root.id, payload[:20], by=by, at=START)


def assert_inert(found: str) -> None:
    """Check that a browser would find nothing in it that runs or leads astray."""
    tree = html.fragment_fromstring(found, create_parent="div")
    for element in tree.iter():
        assert element.tag not in ("script", "style", "svg", "iframe", "object")
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (name, value)
            if name not in _TEXTS:
                assert "javascript:" not in value, (name, value)
            assert name != "autofocus"


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "template",
    [
        "{% qathread_thread thread %}",
        "{% qathread_tally thread thread.root.id %}",
        "{% qathread_reply_target thread thread.root.id %}",
        "{{ thread.root.body|qathread_body }}",
        "{{ body|qathread_body }}",
    ],
)
def test_payloads_are_inert(payload: str, template: str) -> None:
    markup = Body(source=payload, media_type="text/html")
    found = rendered(template, thread=hostile(payload), body=markup)
    assert_inert(found)
    assert "14" not in found  # no template in a text was rendered


def test_a_thread_is_shown_whole() -> None:
    thread = posting.answer(a_thread(), "*80* degrees", by=ADA, at=START)
    found = rendered("{% qathread_thread thread heading=3 %}", thread=thread)
    assert '<section class="qathread" aria-label="Why?">' in found
    assert re.search(r"<h3[^>]*><bdi>Why\?</bdi></h3>", found)
    assert "<em>80</em> degrees" in found
    assert "&lt;" not in found


def test_a_thread_without_a_title_has_a_label() -> None:
    question = Question(id="1", author_id="ada", body=Body(source="Hm."))
    thread = Thread.from_parts(id="bare", question=question, users=(ADA,))
    found = rendered("{% qathread_thread thread %}", thread=thread)
    assert 'aria-label="Thread"' in found


def test_a_body_is_rendered_once() -> None:
    found = rendered("{{ body|qathread_body:4 }}", body=Body(source="# a < b & *c*"))
    assert found.strip() == "<h4>a &lt; b &amp; <em>c</em></h4>"


def test_a_tally_tells_score_and_reactions() -> None:
    thread = a_vote(a_thread(), "li")
    thread = voting.react(thread, "q.1", "like", by=ADA, at=START)
    found = rendered("{% qathread_tally thread 'q.1' %}", thread=thread)
    text = " ".join(html.fromstring(found).text_content().split())
    assert text == "score 1 like 1"


def test_a_reply_form_says_what_it_is_about() -> None:
    thread = a_vote(a_thread(), "li")
    found = rendered(
        "<form>{% qathread_reply_target thread 'q.1' %}</form>", thread=thread
    )
    fields = html.fromstring(found).fields
    assert dict(fields) == {"thread_id": "q", "post_id": "q.1", "base_version": "2"}


def test_a_project_can_replace_each_template() -> None:
    own = "{{ thread.id }}|{{ post.id }}|{{ tally.score }}"
    loaders = [
        ("django.template.loaders.locmem.Loader", {"qathread/tally.html": own}),
        "django.template.loaders.app_directories.Loader",
    ]
    engine = Engine(
        loaders=loaders,
        libraries={"qathread": "qathread.contrib.django.templatetags.qathread"},
    )
    made = engine.from_string("{% load qathread %}{% qathread_tally thread 'q.1' %}")
    assert made.render(Context({"thread": a_thread()})) == "q|q.1|0"
