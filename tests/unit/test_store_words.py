"""The words by which stores find posts, and those of searches."""

import time
import unicodedata
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Body, Comment, Post, Question
from qathread.bodies import HTML, MARKDOWN, PLAIN
from qathread.errors import ValidationError
from qathread.stores._words import MAX_POST_WORDS, MAX_TERMS, terms_of, words_of
from qathread.testing.strategies import bodies, texts

Form: TypeAlias = Literal["NFC", "NFD", "NFKC", "NFKD"]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def comment(text: str, media_type: str = PLAIN) -> Post:
    body = Body(source=text, media_type=media_type)
    return Comment(id="c", parent_id="q", author_id="ada", body=body, created_at=AT)


def words(text: str, media_type: str = PLAIN) -> set[str]:
    return set(words_of(comment(text, media_type)).split())


def found(search: str, text: str, media_type: str = PLAIN) -> bool:
    terms = terms_of(search)
    return bool(terms) and words(text, media_type).issuperset(terms)


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("tea", "Tea!"),
        ("TEA", "tea"),
        ("tea", "ＴＥＡ"),  # noqa: RUF001
        ("c++", "I like C++, and C#."),
        ("c#", "C++/C#"),
        ("c", "c++11 has c"),
        ("11", "c++11"),
        ("a b", "a+b"),
        ("caf\u00e9", "cafe\u0301"),
        ("STRASSE", "stra\u00dfe"),
        ("\u03c3\u03bf\u03c6\u03cc\u03c3", "\u03a3\u03bf\u03c6\u03cc\u03c2"),
        ("co\u00adoperate", "cooperate"),
        ("葛城", "葛\U000e0100城"),
        ("1", "1\ufe0f\u20e3"),
        ("\u200bzero\u200bwidth", "zero\u200bwidth"),
        ("人々", "人々と"),
        ("本語", "日本語"),
        ("ガス", "ｶﾞｽ"),
        ("हिन्दी", "में हिन्दी।"),
        ("שָׁלוֹם", "שָׁלוֹם!"),
        ("\u202etea\u202c", "tea"),
        ("\ufefftea", "tea"),
    ],
)
def test_look_alikes_meet(search: str, text: str) -> None:
    assert found(search, text)


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("te", "tea"),
        ("tea", "teapot"),
        ("c", "c++"),
        ("c++", "c"),
        ("c#", "c++"),
        ("c+", "c++11"),
        ("c++", "c++11"),
        ("cafe", "caf\u00e9"),
        ("日語", "日本語"),
        ("語日", "日本語"),
        ("हिन", "हिन्दी"),
        ("zerowidth", "zero\u200bwidth"),
        ("", "tea"),
        ("!", "tea!"),
        ("_", "a_b"),
    ],
)
def test_what_differs_does_not_meet(search: str, text: str) -> None:
    assert not found(search, text)


def test_a_question_is_found_by_its_title_and_tags() -> None:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="body"),
        created_at=AT,
        title="A title",
        tags=("c++", "日本"),
    )
    known = set(words_of(question).split())
    for search in ("title", "c++", "日", "日本", "body", "a body title"):
        assert known.issuperset(terms_of(search)), search


def test_html_is_found_by_what_is_shown() -> None:
    page = (
        "<p class='shy'>Caf&eacute;<br>au&nbsp;lait &lt;b&gt; 1 < 2 > 1"
        "<!-- not <b>this</b> --> yes <a href='no'>link</a><!-- nor this"
    )
    assert words(page, HTML) == words("caf\u00e9 au lait b 1 2 yes link")
    assert words("a <b> c", MARKDOWN) == words("a b c")


def test_words_are_safe_in_any_query() -> None:
    """They hold ASCII letters and digits alone, and no index cuts them."""

    @given(body=bodies(), text=texts())
    def check(body: Body, text: str) -> None:
        try:
            terms = terms_of(text)
        except ValidationError:
            terms = ()
        for word in (*words_of(comment(body.source, body.media_type)).split(), *terms):
            assert word.isascii() and word.isalnum() and word == word.lower()
            assert 2 <= len(word) <= 61

    check()


@given(text=texts())
def test_every_text_is_found_by_itself(text: str) -> None:
    """What can be searched for at all is found where it was copied from."""
    try:
        terms = terms_of(text)
    except ValidationError:
        return
    assert words(text).issuperset(terms)


@given(text=texts(), form=st.sampled_from(get_args(Form)))
def test_normal_forms_have_the_same_words(text: str, form: Form) -> None:
    assert words(unicodedata.normalize(form, text)) == words(text)


@given(parts=st.lists(st.sampled_from(("tea", "C++", "日本語", "\u00e9t\u00e9", "12"))))
def test_order_and_number_do_not_matter(parts: list[str]) -> None:
    once = " ".join(dict.fromkeys(reversed(parts)))
    assert words(" ".join(parts)) == words(once)


def test_a_search_has_at_most_16_words() -> None:
    many = [f"w{number}" for number in range(MAX_TERMS + 1)]
    assert len(terms_of(" ".join(many[:-1]))) == MAX_TERMS
    assert len(terms_of(" ".join(many[:-1] * 3))) == MAX_TERMS
    with pytest.raises(ValidationError, match="17 words"):
        terms_of(" ".join(many))


def test_signs_without_blanks_are_one_word_of_a_search() -> None:
    """A sentence of a language that parts no words is a search like any other."""
    sentence = "".join(map(chr, range(0x4E00, 0x4F00)))
    assert len(terms_of(sentence)) == 255
    assert found(sentence, f"a{sentence}b")


def test_long_words_are_told_apart() -> None:
    for length in (59, 60, 61, 62, 500):
        assert len(words("w" * length) | words("w" * length + "x")) == 2
        assert found("w" * length, "w" * length)


def test_a_long_post_is_found_by_its_first_words() -> None:
    """As many words as an index takes, also where no blanks part them."""
    first = "".join(chr(0x4E00 + number % 20_000) for number in range(60_000))
    assert len(words(first)) == MAX_POST_WORDS
    assert found(first[:200], first)
    many = [f"{number}" for number in range(30_000)]
    assert words(" ".join(many)) == words(" ".join(many[:MAX_POST_WORDS]))
    long = [f"{number:060d}" for number in range(30_000)]
    assert found(long[0], " ".join(long)) and not found(long[-1], " ".join(long))
    assert len(words_of(comment(" ".join(long)))) <= 900_000


@pytest.mark.parametrize(
    ("part", "media_type"),
    [
        ("<!--", HTML),
        ("<!-- -", HTML),
        ("<a ", HTML),
        ("</", HTML),
        ("&#", HTML),
        ("&amp", HTML),
        ("<a b='>", HTML),
        ("+", PLAIN),
        ("a+#", PLAIN),
        ("\u0301\u0316", PLAIN),
        ("a\u0316\u0301", PLAIN),
        ("\uff9e\u0316", PLAIN),
        ("\u0344", PLAIN),
        ("\ufe0f", PLAIN),
        ("\u200d", PLAIN),
        ("\U0001f600", PLAIN),
        ("\ufdfa", PLAIN),
        ("漢", PLAIN),
        ("हि", PLAIN),
        ("_", PLAIN),
        (" \u0301", PLAIN),
    ],
)
def test_hostile_texts_take_no_long_time(part: str, media_type: str) -> None:
    """Nothing that grows with the square: a save waits for it."""
    text = part * (100_000 // len(part))
    before = time.process_time()
    words(text, media_type)
    assert time.process_time() - before < 2
