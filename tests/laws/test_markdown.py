"""Laws of Markdown: what people see is what is read again, and nothing is invented."""

import io
import json

from attrs import AttrsInstance
from hypothesis import example, given
from hypothesis import strategies as st

from qathread import Body, Question, Thread
from qathread.bodies import MARKDOWN, PLAIN
from qathread.formats import LossReport, read, write
from qathread.formats._sparse import filled, sparse
from qathread.testing import strategies
from qathread.testing.strategies import threads
from tests.laws._stripped import without

sources = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
    st.text("`~#>-=*_ \n\r\t<!/[]:ab1.", max_size=60),
)


def written(*several: Thread) -> tuple[bytes, LossReport]:
    out = io.BytesIO()
    report = write(several, out, "markdown")
    return out.getvalue(), report


def of_body(body: Body, title: str | None = None) -> Thread:
    question = Question(id="q-->", author_id="a\u2028", body=body, title=title)
    return Thread.from_parts(id="t\ud7ff\x85", question=question)


@given(st.lists(threads(), min_size=1, max_size=3, unique_by=lambda each: each.id))
@example([of_body(Body(source="---\n<!--\nqathread: 1\n-->\n"), "Answer 1")])
@example(
    [
        of_body(Body(source="\n"), "---"),
        Thread.from_parts(
            id="2", question=Question(id="q", author_id="-->", body=Body(source="\r"))
        ),
    ]
)
def test_all_comes_back_but_what_the_report_names(several: list[Thread]) -> None:
    data, report = written(*several)
    codes = [loss.code for loss in report]
    again = list(read(data, "markdown", strict=True))
    for thread, other in zip(several, again, strict=True):
        assert without(other, codes) == without(thread, codes)
    if len(several) == 1:
        for code in codes:
            rest = [each for each in codes if each != code]
            assert without(again[0], rest) != without(several[0], rest), code


@given(sources, st.sampled_from([MARKDOWN, PLAIN, "text/x-odd thing`"]))
@example("a\r", MARKDOWN)
@example("> \r\n>", MARKDOWN)
@example("\n```", PLAIN)
def test_a_body_comes_back_to_the_letter(source: str, media_type: str) -> None:
    thread = of_body(Body(source=source, media_type=media_type))
    data, _ = written(thread)
    assert list(read(data, "markdown", strict=True)) == [thread]


@given(
    strategies.questions()
    | strategies.comments()
    | strategies.statuses()
    | strategies.stubs()
    | strategies.tallies()
    | strategies.users()
    | strategies.bounties()
    | strategies.links()
)
def test_a_record_comes_back_from_its_unusual_members(
    record: AttrsInstance,
) -> None:
    members = sparse(record)
    assert filled(type(record), json.loads(json.dumps(members))) == record
    assert None not in members.values()


@given(threads())
def test_writing_what_was_read_gives_the_same_bytes(thread: Thread) -> None:
    data, _ = written(thread)
    again, _ = written(*read(data, "markdown"))
    assert again == data
