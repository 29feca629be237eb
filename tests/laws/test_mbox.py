"""Laws of mail: threads do not depend on order, and what is written comes back."""

import email
import email.policy
import io
import mailbox
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread
from qathread.formats import read, write
from qathread.formats._report import Collector
from qathread.formats.mbox._bodies import content_of
from qathread.formats.mbox._charsets import decode_words
from qathread.formats.mbox._dates import date_text, sent_at
from qathread.formats.mbox._headers import head_of, sender_of
from qathread.formats.mbox._lines import author_text, body_lines, header, words
from qathread.formats.mbox._names import made_id, parts_of
from qathread.formats.mbox._splitting import Raw, messages
from qathread.formats.mbox._threading import Links, threaded
from qathread.losses import LossReport
from qathread.testing.strategies import (
    instants,
    moderated_threads,
    open_threads,
    texts,
    threads,
)
from tests.unit._matrix import differing, without

any_threads = st.one_of(threads(), open_threads(), moderated_threads())
some = settings(max_examples=max(30, settings().max_examples))
few = settings(max_examples=max(15, settings().max_examples // 4))
START = datetime(2001, 11, 1, tzinfo=UTC)


def codes(report: LossReport) -> set[str]:
    return {loss.code for loss in report if not loss.harmless}


# -- what is written comes back ------------------------------------------------------


def written(several: Sequence[Thread]) -> tuple[bytes, set[str]]:
    out = io.BytesIO()
    report = write(several, out, "mbox")
    return out.getvalue(), codes(report)


@some
@given(thread=any_threads)
def test_a_thread_comes_back_but_for_what_the_report_lists(thread: Thread) -> None:
    """Nobody may lose a part of a thread without being told."""
    data, lost = written([thread])
    if not thread.posts:
        assert lost >= {"threads"} and not data
        return
    reading = read(data, "mbox")
    (again,) = reading
    assert not codes(reading.report)
    found = list(differing(without(thread, lost), without(again, lost)))
    assert not found


@few
@given(thread=any_threads)
def test_each_loss_that_is_reported_is_one(thread: Thread) -> None:
    """A report that cries wolf is not read."""
    assume(thread.posts)
    data, lost = written([thread])
    (again,) = read(data, "mbox")
    if "deleted-text" in lost:
        lost.discard("revisions")  # those of deleted posts go with it
    for code in lost - {"version", "deleted-text", "users"}:
        others = lost - {code}
        assert without(thread, others) != without(again, others), code


@few
@given(several=st.lists(any_threads, min_size=1, max_size=3))
def test_threads_in_one_mailbox_come_back_as_if_alone(several: list[Thread]) -> None:
    """Ids that two threads share must not mix them up."""
    several = [thread for thread in several if thread.posts]
    several = list({thread.id: thread for thread in several}.values())
    data, _ = written(several)
    alone = [next(read(written([thread])[0], "mbox")) for thread in several]
    key = repr
    found = list(read(data, "mbox")) if several else []
    assert sorted(found, key=key) == sorted(alone, key=key)


@few
@given(thread=any_threads)
def test_what_was_written_is_written_again_byte_for_byte(thread: Thread) -> None:
    """Reading and writing a mailbox must not wear it down."""
    assume(thread.posts)
    first, _ = written([thread])
    again, _ = written(list(read(first, "mbox")))
    assert again == first


@some
@given(thread=any_threads)
def test_other_programs_see_one_mail_a_post_and_no_header_within_a_header(
    thread: Thread,
) -> None:
    """No name, title or text of a post can add a header or a mail."""
    data, _ = written([thread])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "box")
        path.write_bytes(data)
        box = mailbox.mbox(path)
        found = list(box)
        box.close()
    assert len(found) == len(thread.posts)
    known = {
        "message-id", "in-reply-to", "references", "from", "date", "subject",
        "keywords", "mime-version", "content-type", "content-transfer-encoding",
        "content-language",
    }  # fmt: skip
    for post, mail in zip(thread.posts, found, strict=True):
        names = [name.lower() for name in mail]
        assert len(set(names)) == len(names)
        assert {n for n in names if not n.startswith("x-qa-")} <= known
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert body.decode() == (post.body.source if post.stands else "")
        if post.created_at is not None and post.created_at.year >= 1900:
            date = parsedate_to_datetime(mail["date"])
            assert date == post.created_at.replace(microsecond=0)


@some
@given(text=texts())
def test_any_text_is_a_header_and_a_body(text: str) -> None:
    """Every character comes back, whatever it means to mail."""
    lines = header("Subject", words(text))
    assert lines.isascii()
    head, at = head_of(lines + b"\n", Collector(strict=True), "")
    assert at == len(lines) + 1
    assert [decode_words(v, Collector(strict=True), "") for _, v in head.fields] == [
        text
    ]
    coding, data = body_lines(text)
    assert all(len(line) <= 78 for line in data.split(b"\n"))
    stated = (
        f"Content-Transfer-Encoding: {coding}\nContent-Type: text/x-b; charset=utf-8"
    )
    head, _ = head_of(stated.encode(), Collector(strict=True), "")
    content = content_of(head, data, 20, Collector(strict=True), "")
    assert content.body.source == text


@given(name=texts(), address=st.sampled_from(["ada@example.org", "a.b@c.de"]))
def test_names_come_back_from_a_sender(name: str, address: str) -> None:
    """Blanks around a name are all that a mail does not keep."""
    found = sender_of(author_text(name, address), Collector(strict=True), "")
    assert found == (name.strip() or None, address)


@given(thread_id=texts().filter(bool), post_id=texts().filter(bool))
def test_ids_come_back_from_made_message_ids(thread_id: str, post_id: str) -> None:
    """Ids of any form can be told from a message id, without a header for it."""
    assert parts_of(made_id(thread_id, post_id)) == (thread_id, post_id)


@given(at=instants())
def test_dates_come_back_in_whole_seconds(at: datetime) -> None:
    at = at.astimezone(UTC)
    found = sent_at(date_text(at), None)
    assert found is not None and found.zone_stated
    assert found.at == at.replace(microsecond=0)


# -- who answers whom ----------------------------------------------------------------


@st.composite
def mail_sets(draw: st.DrawFn) -> list[tuple[str, tuple[str, ...]]]:
    """Return ids with what they refer to: anything, also themselves and the absent."""
    names = [f"m{n}@x" for n in range(draw(st.integers(1, 9)))]
    absent = [f"gone{n}@x" for n in range(3)]
    chains = st.lists(st.sampled_from(names + absent), max_size=5).map(tuple)
    return [(name, draw(chains)) for name in names]


def plainly(mails: list[tuple[str, tuple[str, ...]]]) -> dict[str, str | None]:
    """The description, word for word, with no thought of speed."""
    own = {name: chain[-1] if chain else None for name, chain in mails}
    parents: dict[str, str | None] = dict(own)

    def leads_to(start: str | None, end: str) -> bool:
        seen = set()
        while start is not None and start not in seen:
            if start == end:
                return True
            seen.add(start)
            start = parents.get(start)
        return False

    # In a circle, the smallest id answers none.
    for name in sorted(own):
        circle = [name]
        at = own[name]
        while at in own and at not in circle:
            circle.append(at)
            at = own[at]
        if at == name and name == min(circle):
            parents[name] = None
    # References are linked, unless one stands somewhere or it makes a circle.
    for name, chain in mails:
        for above, below in pairwise((*chain, name)):
            if parents.get(below) is None and not leads_to(above, below):
                parents[below] = above
    for name in {each for _, chain in mails for each in chain}:
        parents.setdefault(name, None)
    # A missing mail goes if it has one reply or none.
    while True:
        for name in sorted(parents):
            kids = [each for each, above in parents.items() if above == name]
            if name not in own and len(kids) < 2:
                for each in kids:
                    parents[each] = parents[name]
                del parents[name]
                break
        else:
            return parents


def fast(mails: list[tuple[str, tuple[str, ...]]]) -> dict[str, str | None]:
    names = list(dict.fromkeys(n for name, chain in mails for n in (name, *chain)))
    number = {name: n for n, name in enumerate(names)}
    links = [Links(number[name], [number[n] for n in chain]) for name, chain in mails]
    forest = threaded(links, names.__getitem__)
    return {
        names[node]: None if above is None else names[above]
        for node, above in forest.parents.items()
    }


@settings(max_examples=max(300, settings().max_examples))
@given(mails=mail_sets())
def test_parents_are_those_of_the_description(
    mails: list[tuple[str, tuple[str, ...]]],
) -> None:
    """Speed must not change who answers whom."""
    assert fast(mails) == plainly(mails)


@given(
    parents=st.lists(st.integers(0, 100), min_size=1, max_size=20),
    depth=st.integers(1, 4),
)
def test_truthful_references_give_the_tree_that_they_come_from(
    parents: list[int], depth: int
) -> None:
    """However few ancestors a mail names, its own parent is enough."""
    above: dict[str, str | None] = {"m00@x": None}
    for n, choice in enumerate(parents, 1):
        above[f"m{n:02}@x"] = f"m{choice % n:02}@x"
    mails = []
    for name in above:
        chain, at = list[str](), above[name]
        while at is not None and len(chain) < depth:
            chain.insert(0, at)
            at = above[at]
        mails.append((name, tuple(chain)))
    assert fast(mails) == above


def test_deep_and_wide_threads_take_no_recursion_and_no_quadratic_time() -> None:
    """A chain of replies may be as long as it likes, in any order."""
    count = 30_000
    names = [f"{n:06}@x" for n in range(count)]
    for order in (range(1, count), range(count - 1, 0, -1)):
        links = [Links(0, []), *(Links(n, [n - 1]) for n in order)]
        forest = threaded(links, names.__getitem__)
        assert all(forest.parents[n] == n - 1 for n in range(1, count))
        links = [Links(0, []), *(Links(n, [0, n - 1]) for n in order)]
        assert len(threaded(links, names.__getitem__).parents) == count


def mail(name: str, chain: Sequence[str], minute: int, body: str = "Hello") -> bytes:
    date = date_text(START + timedelta(minutes=minute))
    lines = [
        f"Message-ID: <{name}>",
        f"Date: {date}",
        f"From: {name[:2]}@example.org",
        f"Subject: {'Re: ' if chain else ''}Topic {len(chain)}",
    ]
    if chain:
        lines.append("References: " + " ".join(f"<{each}>" for each in chain))
    head = "\n".join(lines)
    return f"From - Thu Nov  1 11:19:12 2001\n{head}\n\n{body}\n\n".encode()


@some
@given(
    mails=mail_sets(),
    minutes=st.lists(st.integers(0, 5), min_size=9, max_size=9),
    shuffled=st.randoms(use_true_random=False),
    by_subject=st.booleans(),
)
def test_the_order_of_mails_and_files_changes_nothing(
    mails: list[tuple[str, tuple[str, ...]]],
    minutes: list[int],
    shuffled: object,
    by_subject: bool,
) -> None:
    """An archive is cut into months, and each may be read first."""
    whole = [
        mail(name, chain, minute)
        for (name, chain), minute in zip(mails, minutes, strict=False)
    ]
    whole += whole[:2]  # archives hold mails twice
    first = read(b"".join(whole), "mbox", group_by_subject=by_subject)
    expected = list(first)
    shuffled.shuffle(whole)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        half = len(whole) // 2
        Path(folder, "2001-November.txt").write_bytes(b"".join(whole[:half]))
        Path(folder, "2001-October.txt").write_bytes(b"".join(whole[half:]))
        again = read(folder, "mbox", group_by_subject=by_subject)
        assert list(again) == expected
        assert codes(again.report) == codes(first.report)


# -- the standard library as a judge -------------------------------------------------


@st.composite
def standard_mails(draw: st.DrawFn) -> EmailMessage:
    """Return mails that the standard library made."""
    message = EmailMessage(policy=email.policy.SMTP.clone(linesep="\n"))
    line = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")))
    message["Subject"] = draw(line).strip()
    message["Message-ID"] = f"<{draw(st.integers(0, 999))}@example.org>"
    texts = st.lists(line, max_size=4).map("\n".join)
    charset = draw(st.sampled_from(["utf-8", "iso-8859-1", "koi8-r", "us-ascii"]))
    body = draw(texts).encode(charset, "ignore").decode(charset)
    cte = draw(st.sampled_from(["base64", "quoted-printable"]))
    message.set_content(body, charset=charset, cte=cte)
    if draw(st.booleans()):
        message.add_alternative(f"<p>{draw(line)}</p>", subtype="html")
    for _ in range(draw(st.integers(0, 2))):
        name = draw(line.filter(str.strip))
        message.add_attachment(
            draw(st.binary(max_size=50)), maintype="a", subtype="b", filename=name
        )
    return message


@some
@given(message=standard_mails())
def test_a_mail_says_what_the_standard_library_reads(message: EmailMessage) -> None:
    """Headers, texts and attachments, decoded by somebody else."""
    data = message.as_bytes()
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    head, at = head_of(data, Collector(strict=True), "")
    report = Collector()
    content = content_of(head, data[at:], 20, report, "")
    assert not [loss for loss in report.report if loss.damage]
    plain = parsed.get_body(("plain",))
    assert plain is not None
    assert content.body.source == plain.get_content()
    html = parsed.get_body(("html",))
    others = [] if html is None else [html.get_content()]
    assert [each["text"] for each in content.others] == others
    attached = list(parsed.iter_attachments())
    assert [(each["type"], each["size"]) for each in content.attachments] == [
        (each.get_content_type(), len(each.get_payload(decode=True)))
        for each in attached
    ]
    subject = head.get("subject")
    if subject is not None:
        assert decode_words(subject, report, "") == parsed["subject"]


@few
@given(
    parts=st.lists(
        st.tuples(
            st.lists(
                st.sampled_from(
                    ["Hello", "", ">From me", "From me to you", ">>From x", "a" * 300]
                ),
                max_size=6,
            ).map("\n".join),
            st.sampled_from(["ada@example.org", "bob at example.org"]),
        ),
        max_size=8,
    ),
    size=st.integers(1, 5000),
)
def test_mailboxes_are_cut_where_the_standard_library_cuts_them(
    parts: list[tuple[str, str]], size: int
) -> None:
    """However the bytes arrive; bodies come back as they were before quoting."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "box")
        box = mailbox.mbox(path)
        for body, sender in parts:
            made = mailbox.mboxMessage(f"Subject: x\n\n{body}\n")
            made.set_from(sender, datetime(2001, 11, 1).timetuple())
            box.add(made)
        box.close()
        data = path.read_bytes()
        found = split(data, size)
        box = mailbox.mbox(path)
        assert len(found) == len(box)
        box.close()
    for raw, (body, _) in zip(found, parts, strict=True):
        # Written by mboxo rules: one of two lines that were quoted alike is set right.
        kept = body.replace(">From ", "From ").replace(">From ", "From ")
        assert raw.data.partition(b"\n\n")[2].rstrip(b"\n").decode().replace(
            ">From ", "From "
        ) == kept.rstrip("\n")


def split(data: bytes, size: int) -> list[Raw]:
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    return list(messages(chunks, None, Collector()))


@pytest.mark.parametrize("size", (1, 7, 100, 10_000))
def test_the_size_of_chunks_changes_nothing(size: int, shared: Path) -> None:
    """What arrives in pieces is the same as what arrives at once."""
    path = shared / "data" / "formats" / "mbox" / "pipermail_2015_november.mbox"
    if not path.is_file():
        pytest.skip("no mbox sample in the folder of reference samples")
    data = path.read_bytes()
    assert split(data, size) == split(data, len(data))
