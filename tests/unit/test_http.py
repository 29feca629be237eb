"""What HTTP says of threads and errors: tags, conditions, problems, links."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, errors, http
from qathread.losses import LossReport
from qathread.testing import strategies as ours

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAGS = st.lists(
    st.tuples(
        st.booleans(),
        st.text(
            st.one_of(
                st.just("!"),
                st.characters(min_codepoint=0x23, max_codepoint=0x7E),
                st.characters(min_codepoint=0x80, max_codepoint=0xFF),
            )
        ).map(lambda text: f'"{text}"'),
    )
)


@given(ours.threads())
def test_a_tag_is_one_that_http_allows(thread: Thread) -> None:
    """Any id gives a tag of plain ASCII, which a header's parser gives back."""
    tag = http.etag(thread)
    assert tag.isascii() and tag.isprintable()
    assert http.entity_tags(tag).tags == ((False, tag),)


@given(ours.threads(), ours.threads())
def test_two_versions_never_share_a_tag(one: Thread, other: Thread) -> None:
    """A shared tag would hide a change."""
    same = (one.id, one.version) == (other.id, other.version)
    assert (http.etag(one) == http.etag(other)) is same


@given(TAGS, st.sampled_from([",", ", ", " ,\t", ",,", ", , "]))
def test_a_list_of_tags_is_read_as_written(
    tags: list[tuple[bool, str]], between: str
) -> None:
    """Commas and blanks stand anywhere between tags, and commas inside them."""
    header = between.join(f"W/{tag}" if weak else tag for weak, tag in tags)
    assert http.entity_tags(header).tags == tuple(tags)


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    """What clients send must not be an error of the server's."""
    found = http.entity_tags(header)
    assert found.any == (header.strip(" \t") == "*")


@pytest.mark.parametrize("header", ['"a', 'a"', '"a" "b"', 'w/"a"', '"a"\n', "*, *"])
def test_what_is_not_well_formed_names_nothing(header: str) -> None:
    """Half a list might leave out the tag that counts."""
    assert http.entity_tags(header) == http.EntityTags()


@given(ours.threads(), st.booleans())
def test_conditions_hold_for_the_threads_own_tag(thread: Thread, weak: bool) -> None:
    """A weak tag will do for reading, and not for changing."""
    own = http.etag(thread)
    header = f'"other", W/{own}' if weak else f'"other", {own}'
    assert http.is_unchanged(header, thread)
    assert not http.is_unchanged('"other"', thread)
    assert http.is_unchanged("*", thread)
    assert not http.is_unchanged(None, thread)
    http.check_match(None, thread.id, thread)
    http.check_match("*", thread.id, thread)
    if not weak:
        http.check_match(header, thread.id, thread)
        return
    with pytest.raises(errors.VersionConflictError) as caught:
        http.check_match(header, thread.id, thread)
    assert (caught.value.expected, caught.value.actual) == (None, thread.version)


@given(ours.threads())
def test_a_missed_condition_names_both_versions(thread: Thread) -> None:
    """The client learns how far behind it is."""
    old = http.etag(thread).replace(f'.{thread.version}"', f'.{thread.version + 7}"')
    with pytest.raises(errors.VersionConflictError) as caught:
        http.check_match(old, thread.id, thread)
    assert caught.value.thread_id == thread.id
    assert caught.value.expected == thread.version + 7
    assert http.problem(caught.value).status == 412
    with pytest.raises(errors.VersionConflictError) as caught:
        http.check_match("*", thread.id, None)
    assert caught.value.actual is None


REFUSED = errors.PolicyViolation(
    "quota", "come back later", retry_at=AT + timedelta(seconds=9, microseconds=1)
)
CASES = [
    (errors.BadCursorError("forged"), 400),
    (errors.ValidationError("no"), 422),
    (errors.NotFoundError("no thread 'x'"), 404),
    (REFUSED, 403),
    (errors.DuplicateIdError("twice"), 409),
    (errors.SequenceError("out of turn"), 409),
    (errors.CycleError("round"), 422),
    (errors.MissingParentError("none"), 422),
    (errors.IntegrityError("no"), 422),
    (errors.VersionConflictError("x", 1, 2), 412),
    (errors.FormatError("field", "no", where="/id"), 422),
    (errors.FormatError("syntax", "no"), 400),
    (errors.FormatError("too-large", "no"), 413),
    (errors.MissingExtraError("no"), 501),
    (errors.StoreBusyError("no"), 503),
    (errors.StoreUnavailableError("no"), 503),
    (errors.OutcomeUnknownError("no"), 503),
    (errors.StoreClosedError("no"), 503),
    (errors.StoreCorruptError("/secret/threads.db"), 500),
    (errors.StoreTooNewError("no"), 500),
    (errors.OperationReusedError("op", "x"), 422),
    (errors.LossError(LossReport()), 422),
    (errors.StoreError("no"), 500),
    (errors.QathreadError("no"), 500),
]


@pytest.mark.parametrize(
    ("error", "status"), CASES, ids=[type(e).__name__ + str(s) for e, s in CASES]
)
def test_every_error_has_an_answer(error: errors.QathreadError, status: int) -> None:
    """The body is JSON with the members of RFC 9457, and says the status again."""
    told = http.problem(error)
    assert (told.status, told.media_type) == (status, "application/problem+json")
    body = json.loads(told.content())
    assert body["status"] == status
    assert body["type"] == f"urn:qathread:{error.kind}"
    assert body["title"]
    # What the server did wrong may name its files: that is for the log.
    assert ("detail" in body) is (status < 500)
    assert ("Retry-After" in told.headers) is (status == 503 or error is REFUSED)


def test_every_class_of_error_is_among_the_cases() -> None:
    """A new error needs an answer too."""
    tried = {type(error).__name__ for error, _ in CASES}
    assert set(errors.__all__) <= tried


def test_the_time_to_come_back_is_rounded_up() -> None:
    """Nobody is sent back a moment too early, with a clock or without."""
    assert http.problem(REFUSED, at=AT).headers["Retry-After"] == "10"
    late = AT + timedelta(days=1)
    assert http.problem(REFUSED, at=late).headers["Retry-After"] == "0"
    date = http.problem(REFUSED).headers["Retry-After"]
    assert date == "Sun, 01 Mar 2026 12:00:10 GMT"
    assert parsedate_to_datetime(date) == AT + timedelta(seconds=10)


def test_a_conflict_without_a_condition_is_409() -> None:
    """412 is for requests with If-Match (RFC 9110)."""
    conflict = errors.VersionConflictError("x", 1, 2)
    assert http.problem(conflict, conditional=False).status == 409


def test_the_place_of_a_bad_member_is_told() -> None:
    """A form can show the message beside its field."""
    error = errors.FormatError("field", "no", where="/posts/0/id")
    assert http.problem(error).body["pointer"] == "/posts/0/id"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_link_brings_the_cursor_back(cursor: str) -> None:
    """Whatever the cursor holds, the next request has it whole."""
    link = http.next_link("/threads", cursor, limit=5)["Link"]
    address, _, relation = link.partition(">")
    assert relation == '; rel="next"'
    asked = parse_qs(urlsplit(address[1:]).query, strict_parsing=True)
    assert asked == {"limit": ["5"], "cursor": [cursor]}
    assert http.next_link("/threads", None) == {}
