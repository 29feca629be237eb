"""Wordings compared by example, and how much it may cost."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

import attrs
import pytest

from qathread import (
    Answer,
    Body,
    Question,
    Revision,
    Suggestion,
    Thread,
    User,
    _compare_texts,
    errors,
    history,
    posting,
)
from qathread.history import Op, compare

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GREG = User(id="ada", name="Ada"), User(id="greg", name="Greg")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def kettle() -> Thread:
    """A question, an answer and a comment, a minute apart."""
    thread = posting.ask("q", title="How hot?", body="It is bitter.", by=ADA, at=at(0))
    thread = posting.answer(thread, "80 °C.", by=GREG, at=at(1))
    return posting.comment(thread, "q.2", "Thank you!", by=ADA, at=at(2))


def test_revisions_include_the_wording_of_a_post_never_changed() -> None:
    """So there is always something to compare with."""
    thread = kettle()
    (only,) = history.revisions(thread, "q.2")
    assert (only.number, only.body.source, only.editor_id) == (1, "80 °C.", "greg")
    thread = posting.edit(thread, "q.1", title="How warm?", by=GREG, at=at(5))
    first, second = history.revisions(thread, "q.1")
    assert (first.title, second.title) == ("How hot?", "How warm?")
    assert (first.editor_id, second.editor_id) == ("ada", "greg")
    with pytest.raises(errors.NotFoundError, match=r"no post 'q\.9'"):
        history.revisions(thread, "q.9")


def test_revisions_of_an_import_begin_where_its_source_did() -> None:
    """What a site does not keep is not invented."""
    answer = Answer(
        id="a",
        question_id="q",
        author_id="greg",
        body=Body(source="third"),
        edited_at=at(5),
        revision=3,
    )
    known = Revision(post_id="a", number=2, body=Body(source="second"))
    question = Question(id="q", author_id="ada", body=Body(source="?"))
    thread = Thread.from_parts(
        id="t", question=question, posts=[answer], revisions=[known]
    )
    second, third = history.revisions(thread, "a")
    assert second == known
    assert (third.number, third.body.source, third.at) == (3, "third", at(5))
    assert third.editor_id is None


def wording(
    text: str, title: str | None = None, *tags: str, number: int = 1
) -> Revision:
    body = Body(source=text)
    return Revision(post_id="q.1", number=number, body=body, title=title, tags=tags)


def test_a_comparison_shows_title_tags_and_text() -> None:
    """As a diff, as words, and marked for a page."""
    old = wording("Boil it.\nPour it.\nWait.\n", "How hot?", "tea", "water")
    new = wording("Boil it.\nPour <it>!\nWait.", "How warm?", "tea", number=2)
    found = compare(old, new)
    assert found.text() == (
        "--- title of revision 1\n"
        "+++ title of revision 2\n"
        "@@ -1 +1 @@\n"
        "-How hot?\n"
        "+How warm?\n"
        "--- tags of revision 1\n"
        "+++ tags of revision 2\n"
        "@@ -1,2 +1 @@\n"
        " tea\n"
        "-water\n"
        "--- body of revision 1\n"
        "+++ body of revision 2\n"
        "@@ -1,3 +1,3 @@\n"
        " Boil it.\n"
        "-Pour it.\n"
        "-Wait.\n"
        "+Pour <it>!\n"
        "+Wait.\n"
        "\\ No newline at end of file\n"
    )
    assert found.words("title") == (
        (Op.EQUAL, "How "),
        (Op.DELETE, "hot"),
        (Op.INSERT, "warm"),
        (Op.EQUAL, "?"),
    )
    assert found.html() == (
        '<pre class="title">\nHow <del>hot</del><ins>warm</ins>?</pre>\n'
        '<pre class="tags">\ntea<del>\nwater</del></pre>\n'
        '<pre class="body">\nBoil it.\nPour <ins>&lt;</ins>it<del>.</del>'
        "<ins>&gt;!</ins>\nWait.<del>\n</del></pre>\n"
    )


def test_line_ends_are_compared_and_kept() -> None:
    """A browser would take them for the same."""
    found = compare(wording("a\r\nb"), wording("a\nb", number=2))
    assert found.words() == (
        (Op.EQUAL, "a"),
        (Op.DELETE, "\r\n"),
        (Op.INSERT, "\n"),
        (Op.EQUAL, "b"),
    )
    assert "<del>&#13;\n</del><ins>\n</ins>" in found.html()


def test_words_without_blanks_are_compared_sign_by_sign() -> None:
    """And a mark stays with the sign that it belongs to."""
    found = compare(wording("水が熱い。"), wording("茶が熱い。", number=2))
    assert found.words()[:2] == ((Op.DELETE, "水"), (Op.INSERT, "茶"))
    found = compare(wording("か\u3099"), wording("か", number=2))
    assert found.words() == ((Op.DELETE, "か\u3099"), (Op.INSERT, "か"))


def test_a_blank_between_two_changes_counts_as_changed() -> None:
    """Two words replaced by two words read as one change."""
    found = compare(wording("very hot tea"), wording("quite warm tea", number=2))
    assert found.words() == (
        (Op.DELETE, "very hot"),
        (Op.INSERT, "quite warm"),
        (Op.EQUAL, " tea"),
    )


def test_another_media_type_is_a_difference() -> None:
    """The same source means something else in HTML."""
    old = wording("<b>")
    new = attrs.evolve(old, number=2, body=Body(source="<b>", media_type="text/html"))
    assert "-text/markdown\n+text/html\n" in compare(old, new).text()
    assert '<pre class="format">' in compare(old, new).html()
    assert '<pre class="format">' not in compare(old, old).html()


def test_a_suggestion_is_compared_with_what_it_would_change() -> None:
    """That is what a reviewer looks at."""
    thread = posting.suggest_edit(kettle(), "q.2", body="85 °C.", by=ADA, at=at(5))
    (suggestion,) = thread.suggestions
    (current,) = history.revisions(thread, "q.2")
    assert isinstance(suggestion, Suggestion)
    found = compare(current, suggestion)
    assert found.words()[:2] == ((Op.DELETE, "80"), (Op.INSERT, "85"))
    assert "+++ body of suggestion q.4\n" in found.text()


def test_wordings_of_two_posts_are_not_compared() -> None:
    """A mix-up of ids must not pass for an edit."""
    other = attrs.evolve(wording("x"), post_id="q.2")
    with pytest.raises(errors.ValidationError, match=r"'q\.1' and 'q\.2'"):
        compare(wording("x"), other)
    odd: Any = "x"
    with pytest.raises(errors.ValidationError):
        compare(wording("x"), odd)
    with pytest.raises(errors.ValidationError, match="'colour'"):
        compare(wording("x"), wording("y")).words("colour")


@pytest.mark.parametrize("line", ("\n", " "))
def test_the_steps_of_a_comparison_are_bounded(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the texts are made: no pair may keep a server busy."""
    spent: Counter[str] = Counter()

    def counted(
        junk: None, a: list[str], b: list[str], autojunk: bool
    ) -> SequenceMatcher[str]:
        spent["steps"] += len(a) * len(b) * min(len(a), len(b))
        return SequenceMatcher(junk, a, b, autojunk)

    monkeypatch.setattr(_compare_texts, "SequenceMatcher", counted)
    monkeypatch.setattr(_compare_texts, "_STEPS", 300_000)
    blocks = [f"u{n}{line}" + f"P{line}Q{line}" * 8 for n in range(200)]
    others = [f"u{n}{line}" + f"P{line}R{line}" * 8 for n in range(200)]
    old, new = "".join(blocks), "".join(others)
    pieces = compare(wording(old), wording(new)).words()
    assert "".join(text for op, text in pieces if op is not Op.INSERT) == old
    assert 100_000 < spent["steps"] <= 300_000


def test_texts_are_parted_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left then is for the purse, and without one it is replaced whole."""
    old, new = wording("a kettle of b"), wording("c kettle of d")
    monkeypatch.setattr(_compare_texts, "_SMALL", 0)
    monkeypatch.setattr(_compare_texts, "_STEPS", 0)
    assert (Op.EQUAL, " kettle of ") in compare(old, new).words()
    monkeypatch.setattr(_compare_texts, "_DEPTH", 0)
    assert [op for op, _ in compare(old, new).words()] == [Op.DELETE, Op.INSERT]
