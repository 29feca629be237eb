"""Mail: real mailboxes, and what goes wrong in them."""

import io
import mailbox
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qathread import Comment, Thread, User, from_json, posting, to_json
from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import Reading, read, sniff, write
from qathread.limits import Limits
from qathread.posts import Post, Stub
from qathread.provenance import TimePrecision
from qathread.users import UserKind

NAME = "mbox"
FROM = "From - Thu Nov  1 11:19:12 2001\n"
DATE = "Thu, 01 Nov 2001 11:19:12 +0000"
ADA = "Ada Lovelace <ada@example.org>"


def mail(name: str | None = "a@x", body: str = "Hello\n", **headers: str) -> bytes:
    """Return a mail; a header is given by its name with _ for -."""
    stated = {"from_": ADA, "date": DATE, "subject": "Why?", **headers}
    lines = [
        f"{k.strip('_').replace('_', '-').title()}: {v}" for k, v in stated.items() if v
    ]
    if name is not None:
        lines.insert(0, f"Message-ID: <{name}>")
    return (FROM + "\n".join(lines) + f"\n\n{body}\n").encode()


def reading(*mails: bytes, **options: Any) -> Reading:
    return read(b"".join(mails), NAME, **options)


def threads(*mails: bytes, **options: Any) -> list[Thread]:
    found = list(reading(*mails, **options))
    for thread in found:
        assert from_json(to_json(thread)) == thread
    return found


def one(*mails: bytes, **options: Any) -> Thread:
    (thread,) = threads(*mails, **options)
    return thread


def told(*mails: bytes, **options: Any) -> dict[str, int]:
    """Return counts by code, after reading to the end."""
    found = reading(*mails, **options)
    list(found)
    return {loss.code: loss.count for loss in found.report}


def extra(post: Post) -> dict[str, Any]:
    assert post.provenance is not None
    return post.provenance.members()


def refused(*mails: bytes, **options: Any) -> FormatError:
    with pytest.raises(FormatError) as caught:
        list(reading(*mails, strict=True, **options))
    return caught.value


# -- the samples ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "mbox"
    if not folder.is_dir():
        pytest.skip("no mbox sample in the folder of reference samples")
    return folder


#: Threads, posts and stubs of each sample.
COUNTS = {
    "2001-November.txt": (33, 82, 2),
    "3GPP_TSG_RAN_WG4_NR-MIMO-OTA.mbox": (30, 56, 0),
    "hyperkitty_html-email-1.txt": (1, 1, 0),
    "hyperkitty_payload-iso8859.txt": (1, 1, 0),
    "hyperkitty_payload-unknown.txt": (1, 1, 0),
    "hyperkitty_pipermail_nextpart.txt": (1, 1, 0),
    "hyperkitty_wrong-in-reply-to-header.txt": (1, 1, 0),
    "mbox_complex.mbox": (2, 2, 0),
    "mbox_iso8859_encoding.mbox": (1, 1, 0),
    "mbox_no_fields.mbox": (3, 3, 0),
    "mbox_single.mbox": (1, 1, 0),
    "pipermail_2015_november.mbox": (2, 4, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_sample_gives_its_threads_and_comes_back(samples: Path, name: str) -> None:
    path = samples / name
    found = list(read(path, NAME))
    stubs = sum(len(thread.stubs) for thread in found)
    assert (len(found), sum(map(len, found)), stubs) == COUNTS[name]
    out = io.BytesIO()
    assert not write(found, out, NAME)
    assert b"X-QA-Origin" not in out.getvalue()  # every mail is one again
    assert list(read(out.getvalue(), NAME)) == found


@pytest.mark.parametrize("name", COUNTS)
def test_a_sample_has_as_many_mails_as_the_standard_library_finds(
    samples: Path, name: str
) -> None:
    box = mailbox.mbox(samples / name)
    expected = max(len(box), 1)  # without a From_ line it finds none
    box.close()
    with read(samples / name, NAME) as found:
        copies = sum(map(len, found))
    counts = {loss.code: loss.count for loss in found.report}
    again = counts.get("repeated", 0) + counts.get("duplicate-id", 0)
    assert copies + again == expected


def test_every_sample_is_known_by_its_content(samples: Path) -> None:
    assert {sniff((samples / name).read_bytes()) for name in COUNTS} == {NAME}
    assert {sniff(samples / name) for name in COUNTS} == {NAME}


def test_the_sample_of_2001_holds_each_mail_twice(samples: Path) -> None:
    found = read(samples / "2001-November.txt", NAME)
    whole = list(found)
    counts = {loss.code: loss.count for loss in found.report}
    assert counts == {"repeated": 82, "zone-not-stated": 164}
    largest = max(whole, key=len)
    assert len(largest) == 7
    assert largest.author(largest.root.id).name == "Perry Greenfield"
    assert largest.question.provenance is not None
    assert largest.question.provenance.zone_stated is False
    assert largest.question.provenance.time_precision is TimePrecision.SECOND
    with pytest.raises(FormatError) as caught:
        list(read(samples / "2001-November.txt", NAME, strict=True))
    assert caught.value.code == "instant"
    zoned = read(samples / "2001-November.txt", NAME, strict=True, assume_tz="-05:00")
    first = next(zoned)
    assert first.question.created_at == datetime(2001, 11, 1, 16, 19, 12, tzinfo=UTC)


def test_the_folder_of_samples_is_one_archive(samples: Path) -> None:
    found = list(read(samples))
    names = {post.id for thread in found for post in thread.posts}
    # Three files hold the mail 4CF64D10, and two the same test mail.
    assert len(names) == sum(map(len, found))
    assert "4CF64D10.9020206@domain.com" in names


# -- where messages begin ------------------------------------------------------------


def test_a_line_that_begins_with_from_is_text_unless_it_starts_a_mail() -> None:
    body = (
        "Hello\n\nFrom here on it is text.\nFrom me to you\n\n"
        "From bob  Thu Nov  1 11:19:12 2001\nis no header\n"
    )
    thread = one(mail(body=body))
    assert thread.question.body.source == body
    assert told(mail(body=body)) == {"from-line": 2}


def test_quoted_lines_are_set_right() -> None:
    body = ">From me\n>>From you\n> From all\n"
    assert (
        one(mail(body=body)).question.body.source == "From me\n>From you\n> From all\n"
    )
    found = one(mail(body=body), quoting="mboxo").question.body.source
    assert found == "From me\n>>From you\n> From all\n"
    assert one(mail(body=body), quoting="none").question.body.source == body


def test_a_stated_length_keeps_a_mail_within_a_mail() -> None:
    inner = mail("inner@x").decode()
    body = f"See below\n\n{inner}end\n"
    whole = mail(body=body, content_length=str(len(body)))
    found = one(whole, mail("b@x", references="<a@x>"))
    assert found.question.body.source == body
    assert len(found) == 2
    # A wrong one is not believed.
    assert len(threads(mail(content_length="3"), mail("b@x"))) == 2
    assert len(threads(mail(content_length="99999"), mail("b@x"))) == 2


def test_line_ends_of_other_systems_are_kept() -> None:
    data = (mail() + mail("b@x", in_reply_to="<a@x>")).replace(b"\n", b"\r\n")
    thread = one(data)
    assert [post.body.source for post in thread.posts] == ["Hello\r\n"] * 2


def test_a_single_mail_needs_no_from_line() -> None:
    data = mail().partition(b"\n")[2]
    assert one(data).question.title == "Why?"
    assert sniff(data) == NAME
    assert one(b"\xef\xbb\xbf" + data).id == "a@x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"Hello",
        b'{"a": 1}',
        b"From me\n\nto you",
        b"\x89PNG\r\n",
        b"a: b\n",
    ],
)
def test_what_is_no_mail_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        threads(data)
    assert caught.value.code == "not-this-format"


def test_a_mail_beyond_the_limit_is_refused() -> None:
    data = mail(body="x" * 2000 + "\n")
    assert len(threads(data, mail("b@x"), limits=Limits(record=3000))) == 2
    for chunks in (data, data + mail("b@x")):
        with pytest.raises(FormatError) as caught:
            list(read(chunks, NAME, limits=Limits(record=1000)))
        assert caught.value.code == "too-large"
    assert one(data, limits=None).question.body.source == "x" * 2000 + "\n"


# -- headers -------------------------------------------------------------------------


def test_a_mail_without_an_id_gets_one_of_its_bytes() -> None:
    found = one(mail(None))
    assert found.id.endswith("@missing.invalid")
    assert one(mail(None), mail(None)).id == found.id
    assert told(mail(None)) == {"message-id": 1}
    assert len(threads(mail(None), mail(None, body="Other\n"))) == 2


def test_an_id_needs_no_brackets() -> None:
    bare = mail(None, message_id="a@x")
    thread = one(bare, mail("b@x", in_reply_to="a@x"))
    assert [post.id for post in thread.posts] == ["a@x", "b@x"]


@pytest.mark.parametrize(
    ("stated", "parent"),
    [
        ("<a@x>", "a@x"),
        ("a@x", "a@x"),
        ('Your message of "Thu" <a@x>', "a@x"),
        ("<a@x> from Ada <ada@example.org>", "a@x"),
        ("<a@x", "a@x"),
        ("message of Thu from ada@example.org", None),
        ("", None),
    ],
)
def test_a_reply_names_its_parent_in_many_ways(stated: str, parent: str | None) -> None:
    found = threads(mail(), mail("b@x", in_reply_to=stated))
    posts = {post.id: post for thread in found for post in thread.posts}
    assert posts["b@x"].parent_id == parent
    assert extra(posts["b@x"]).get("headers", []) == (
        [["Subject", "Why?"]] * bool(parent) + [["In-Reply-To", stated]] * bool(stated)
    )


def test_the_last_reference_is_the_parent() -> None:
    thread = one(
        mail("a@x"),
        mail("b@x", references="<a@x>", in_reply_to="<c@x>"),
        mail("c@x", references="<a@x>\n\t<b@x>"),
    )
    assert {post.id: post.parent_id for post in thread.posts} == {
        "a@x": None,
        "b@x": "a@x",
        "c@x": "b@x",
    }


def test_a_missing_mail_with_two_replies_is_a_stub() -> None:
    thread = one(mail("b@x", references="<a@x>"), mail("c@x", references="<a@x>"))
    assert thread.root == Stub(id="a@x")
    assert thread.id == "a@x"
    assert [post.parent_id for post in thread.posts] == ["a@x", "a@x"]


def test_a_missing_mail_with_one_reply_makes_way_for_it() -> None:
    thread = one(mail("b@x", references="<a@x>"), mail("c@x", references="<b@x> <z@x>"))
    assert thread.question.id == "b@x"
    assert thread["c@x"].parent_id == "b@x"
    assert not thread.stubs


def test_mails_that_answer_each_other_are_cut_at_the_smallest_id() -> None:
    mails = (mail("b@x", references="<a@x>"), mail("a@x", references="<b@x>"))
    thread = one(*mails)
    assert thread.question.id == "a@x"
    assert told(*mails) == {"cycle": 1}
    assert refused(*mails).code == "cycle"
    assert told(mail("a@x", references="<a@x>")) == {"cycle": 1}


def test_copies_of_a_mail_are_one_post() -> None:
    assert told(mail(), mail()) == {"repeated": 1}
    other = mail(body="Changed\n", date="Fri, 02 Nov 2001 11:19:12 +0000")
    for order in ((mail(), other), (other, mail())):
        assert one(*order).question.body.source == "Changed\n"
        assert told(*order) == {"duplicate-id": 1}
    with pytest.raises(LossError):
        list(reading(mail(), other, strict=True))


@pytest.mark.parametrize(
    ("stated", "name", "address"),
    [
        ("ada at example.org (Ada Lovelace)", "Ada Lovelace", "ada@example.org"),
        ('"Lovelace, Ada" <Ada@Example.ORG>', "Lovelace, Ada", "ada@example.org"),
        ("Ada Lovelace ada@example.org", "Ada Lovelace", "ada@example.org"),
        ("=?iso-8859-1?q?Ad=E9?= <ada@example.org>", "Adé", "ada@example.org"),
        ("ada@example.org (=?utf-8?b?QWTDqQ==?=)", "Adé", "ada@example.org"),
        ("<ada@example.org> (Ada)", "Ada", "ada@example.org"),
        ("ada@example.org", None, "ada@example.org"),
        ("Ada", "Ada", None),
        ("", None, None),
    ],
)
def test_a_sender_is_written_in_many_ways(
    stated: str, name: str | None, address: str | None
) -> None:
    thread = one(mail(from_=stated or " "))
    author = thread.author("a@x")
    assert thread.question.author_name == name == author.name
    if address is not None:
        assert author == User(id=address, name=name)
    else:
        kind = UserKind.ANONYMOUS if name is None else UserKind.REGISTERED
        assert author.kind is kind
        assert author.id.endswith(":a@x")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Thu, 1 Nov 2001 12:19:12 +0100", "2001-11-01T11:19:12+00:00"),
        ("Thu,  1 Nov 01 06:19:12 EST", "2001-11-01T11:19:12+00:00"),
        ("1 Nov 101 06:19 -0500 (EST)", "2001-11-01T11:19:00+00:00"),
        ("Thu Nov  1 11:19:12 UTC 2001", "2001-11-01T11:19:12+00:00"),
        ("2001-11-01T11:19:12Z", "2001-11-01T11:19:12+00:00"),
        ("Wed, 01 Jan 2098 00:00:60 -0000", "2098-01-01T00:00:59+00:00"),
    ],
)
def test_a_date_is_written_in_many_ways(stated: str, expected: str) -> None:
    found = one(mail(date=stated), strict=True).question.created_at
    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "stated",
    [
        "RANDOM_Wed, 21 Sep 2016 22:42:07 +0300",
        "Thu, 32 Nov 2001 11:19:12 +0000",
        "soon",
    ],
)
def test_a_date_that_is_none_is_not_known(stated: str) -> None:
    thread = one(mail(date=stated))
    assert thread.question.created_at is None
    assert ["Date", stated] in extra(thread.question)["headers"]
    assert refused(mail(date=stated)).code == "instant"


def test_a_date_without_a_zone_is_marked() -> None:
    data = mail(date="Thu Nov  1 11:19:12 2001")
    origin = one(data).question.provenance
    assert origin is not None and origin.zone_stated is False
    assert told(data) == {"zone-not-stated": 1}
    settled = one(data, assume_tz="Europe/Paris", strict=True)
    assert settled.question.created_at == datetime(2001, 11, 1, 10, 19, 12, tzinfo=UTC)
    out = io.BytesIO()
    write(settled, out, NAME)
    assert one(out.getvalue(), strict=True) == settled


def test_bytes_beyond_ascii_in_headers_are_repaired() -> None:
    raw = mail(subject="X").replace(b"Subject: X", b"Subject: caf\xe9")
    assert one(raw).question.title == "café"
    assert refused(raw).code == "encoding"
    fine = mail(subject="café")
    assert one(fine, strict=True).question.title == "café"
    assert one(mail(subject="=?x-none?q?caf=C3=A9?=")).question.title == "café"
    assert one(mail(subject="=?utf-8?b?Y2Fmw6k?=")).question.title == "café"


def test_headers_that_a_post_does_not_hold_are_kept() -> None:
    kept = [["X-Mailer", "Pine"], ["Received", "here"], ["Received", "there"]]
    data = mail(x_mailer="Pine", received="here\nReceived: there")
    assert extra(one(data).question) == {
        "headers": kept,
        "envelope": "- Thu Nov  1 11:19:12 2001",
    }


def test_keywords_are_tags() -> None:
    thread = one(mail(keywords="python, =?utf-8?q?caf=C3=A9?= , python"))
    assert thread.question.tags == ("python", "café")


# -- bodies --------------------------------------------------------------------------

PARTS = """\
This is a preamble.
--b
Content-Type: text/plain; charset=utf-8

plain
--b
Content-Type: text/html

<p>html</p>
--b
Content-Type: application/pdf; name="a b.pdf"
Content-Transfer-Encoding: base64

aGVsbG8=
--b--
and an epilogue
"""


def multipart(body: str = PARTS, kind: str = "mixed") -> bytes:
    return mail(body=body, content_type=f'multipart/{kind}; boundary="b"')


def test_plain_text_is_the_body_and_the_rest_stays_beside_it() -> None:
    post = one(multipart()).question
    assert (post.body.source, post.body.media_type) == ("plain", "text/plain")
    found = extra(post)
    assert found["texts"] == [{"type": "text/html", "text": "<p>html</p>"}]
    assert found["attachments"] == [
        {"type": "application/pdf", "name": "a b.pdf", "size": 5}
    ]
    assert told(multipart()) == {"attachments": 1}
    with pytest.raises(LossError):
        list(reading(multipart(), strict=True))


def test_html_alone_is_the_body() -> None:
    post = one(mail(body="<p>a</p>\n", content_type="text/html")).question
    assert (post.body.source, post.body.media_type) == ("<p>a</p>\n", "text/html")


def test_how_lines_flow_and_charsets_are_recorded() -> None:
    stated = 'text/plain; format=flowed; charset="iso-8859-1"'
    data = mail(body="caf?\n", content_type=stated).replace(b"caf?", b"caf\xe9")
    post = one(data, strict=True).question
    assert post.body.source == "café\n"
    assert extra(post)["content-type"] == stated
    assert extra(post)["charset"] == "iso8859-1"


@pytest.mark.parametrize(
    ("stated", "body", "expected"),
    [
        ("text/plain", b"caf\xe9\n", "café\n"),
        ("text/plain", b"caf\xc3\xa9\n", "café\n"),
        ("text/plain; charset=x-none", b"caf\xe9\n", "café\n"),
        ("text/plain; charset=utf-8", b"caf\xe9\n", "caf\ufffd\n"),
        ("text/plain; charset=unicode_escape", b"\\x41\n", "\\x41\n"),
        ("text/plain; charset=zip", b"a\n", "a\n"),
        ("text/plain; charset=idna", b"a\n", "a\n"),
        ("text/plain; charset=utf-7", b"+2AA-\n", "\ufffd\n"),
        ("text/plain", b"a\0b\n", "a\ufffdb\n"),
    ],
)
def test_a_body_that_is_no_text_as_stated_is_repaired(
    stated: str, body: bytes, expected: str
) -> None:
    data = mail(body="X", content_type=stated).replace(b"\n\nX\n", b"\n\n" + body)
    assert one(data).question.body.source == expected
    assert refused(data).code in ("encoding", "forbidden-character")


def test_broken_base64_gives_what_can_be_read() -> None:
    data = mail(body="aGVsbG8gd29ybG*Q\nx\n", content_transfer_encoding="base64")
    assert one(data).question.body.source.startswith("hello worl")
    assert refused(data).code == "base64"


def test_parts_nested_too_deep_count_as_an_attachment() -> None:
    body = "plain\n"
    for level in range(30):
        body = (
            f"--b{level}\nContent-Type: text/plain\n\nlevel {level}\n"
            + f"--b{level}\nContent-Type: multipart/mixed; boundary=b{level - 1}\n\n"
            + body * (level > 0)
            + f"--b{level}--\n"
        )
    data = mail(body=body, content_type="multipart/mixed; boundary=b29")
    assert one(data).question.body.source == "level 29"
    assert told(data)["too-deep"] == 1
    assert refused(data).code == "too-deep"
    assert "too-deep" not in told(data, limits=Limits(mime_depth=31))


def test_a_mail_of_parts_that_is_cut_keeps_what_is_there() -> None:
    cut = PARTS.partition("<p>")[0]
    assert one(multipart(cut)).question.body.source == "plain"
    assert refused(multipart(cut)).code == "syntax"
    without = mail(body="text\n", content_type="multipart/mixed")
    assert one(without).question.body.source == "text\n"
    assert refused(without).code == "syntax"


def test_names_of_attachments_are_put_together() -> None:
    body = (
        "--b\nContent-Type: a/b\nContent-Disposition: attachment;\n"
        " filename*0*=utf-8''caf%C3%A9; filename*1=.txt\n\n12345\n--b--\n"
    )
    found = extra(one(multipart(body)).question)["attachments"]
    assert found == [{"type": "a/b", "name": "café.txt", "size": 5}]


# -- one subject ---------------------------------------------------------------------


def test_replies_to_nothing_go_under_their_subject_if_asked() -> None:
    mails = (
        mail("a@x", subject="[list] Lunch?"),
        mail("b@x", subject="Re: [list] Lunch?", date="Fri, 2 Nov 2001 10:00:00 +0000"),
        mail("c@x", subject="[list] Lunch?", date="Sat, 3 Nov 2001 10:00:00 +0000"),
        mail("d@x", subject="AW: lunch?", date="Sun, 4 Nov 2001 10:00:00 +0000"),
        mail("e@x", subject="Re: Dinner"),
    )
    assert len(threads(*mails)) == 5
    found = threads(*mails, group_by_subject=True)
    assert {p.id: p.parent_id for t in found for p in t.posts} == {
        "a@x": None,
        "b@x": "a@x",
        "c@x": None,
        "d@x": "c@x",
        "e@x": None,
    }


@pytest.mark.parametrize(
    "options", [{"group_by_subject": 1}, {"quoting": "x"}, {"assume_tz": "nowhere"}]
)
def test_options_of_another_kind_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        reading(mail(), **options)


# -- writing -------------------------------------------------------------------------


def test_a_thread_is_mail_that_people_can_read() -> None:
    ada, bob = User(id="7", name="Ada"), User(id="bob@example.org", name="Bob")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask(
        "12", title="Why?", body="So?", tags=("a b", "c"), by=ada, at=at
    )
    thread = posting.answer(thread, "Because.\nFrom me", by=bob, at=at)
    thread = posting.accept(thread, "12.2", by=ada, at=at)
    out = io.BytesIO()
    report = write(thread, out, NAME)
    assert {loss.code for loss in report if not loss.harmless} == {"version"}
    assert (
        out.getvalue().decode()
        == """\
From MAILER-DAEMON Thu Jan  1 00:00:00 2026
Message-ID: <12/12.1@qathread.invalid>
Date: Thu, 01 Jan 2026 00:00:00 +0000
From: Ada <7@qathread.invalid>
Subject: Why?
Keywords: a b, c
MIME-Version: 1.0
X-QA-Author: {"id": "7", "name": "Ada", "shown": "Ada"}
X-QA-Kind: qa
X-QA-Type: question
X-QA-Thread: 12
X-QA-Score: 0
X-QA-Tally: {"complete": true, "down": 0, "up": 0}
X-QA-Thread-Origin: {}
X-QA-Origin: {}
Content-Type: text/markdown; charset=utf-8
Content-Transfer-Encoding: quoted-printable

So?=

From MAILER-DAEMON Thu Jan  1 00:00:00 2026
Message-ID: <12/12.2@qathread.invalid>
In-Reply-To: <12/12.1@qathread.invalid>
References: <12/12.1@qathread.invalid>
Date: Thu, 01 Jan 2026 00:00:00 +0000
From: Bob <bob@example.org>
Subject: Re: Why?
MIME-Version: 1.0
X-QA-Author: {"id": "bob@example.org", "name": "Bob", "shown": "Bob"}
X-QA-Kind: qa
X-QA-Type: answer
X-QA-Thread: 12
X-QA-Accepted: 1
X-QA-Score: 0
X-QA-Tally: {"complete": true, "down": 0, "up": 0}
X-QA-Origin: {}
Content-Type: text/markdown; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Because.
=46rom me=

"""
    )


def test_a_deep_thread_names_its_first_and_its_last_ancestors() -> None:
    ada = User(id="ada@example.org")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask("q", title="Why?", body="?", by=ada, at=at)
    for _ in range(60):
        last = thread.posts[-1].id
        thread = posting.comment(thread, last, "!", by=ada, at=at)
    out = io.BytesIO()
    write(thread, out, NAME)
    assert out.getvalue().count(b"<q/") < 60 * 23
    again = one(out.getvalue(), strict=True)
    assert [p.parent_id for p in again.posts] == [p.parent_id for p in thread.posts]


def test_a_reply_that_somebody_else_wrote_finds_its_place() -> None:
    ada = User(id="ada@example.org")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask("q", title="Why?", body="?", by=ada, at=at)
    out = io.BytesIO()
    write(thread, out, NAME)
    reply = mail("new@x", in_reply_to="<q/q.1@qathread.invalid>")
    again = one(out.getvalue(), reply)
    assert again.id == "q"
    assert isinstance(again["new@x"], Comment)
    assert again["new@x"].parent_id == "q.1"


@pytest.mark.parametrize(
    "lines",
    [
        'X-QA-Stubs: [{"id": "s", "parent_id": "t"}, {"id": "t", "parent_id": "s"}]',
        'X-QA-Stubs: [{"id": "s", "parent_id": "a@x"}, 5, {"x": 1}]\nX-QA-Thread: s',
        'X-QA-Missing-Tallies: [{"post_id": "s", "up": -1}]',
        "X-QA-Score: 1e3\nX-QA-Views: -1\nX-QA-Revision: 0\nX-QA-Date: never",
        'X-QA-Author: {"id": ""}',
        'X-QA-Author: {"id": "x", "kind": "king"}\nX-QA-Origin: {"platform": ""}',
        'X-QA-Tally: {"up": 1, "down": 1, "score": 5}',
        "X-QA-Tags: [1]\nX-QA-Extra: [" + "[" * 500,
        "X-QA-Type: answer\nX-QA-Accepted: 1",
        "X-QA-Media-Type:\nX-QA-Thread:\nX-QA-Parent: <a@x>",
        'X-QA-Extra: {"a": "\\ud800"}',
    ],
)
def test_our_own_headers_are_read_with_care(lines: str) -> None:
    """Anybody can write them."""
    data = mail(subject=f"x\n{lines}")
    assert [post.id for post in one(data).posts] == ["a@x"]


def test_a_header_that_was_kept_cannot_smuggle_another_one_in() -> None:
    evil = one(mail(x_list="x"))
    data = to_json(evil).replace(
        b'[\\"X-List\\",\\"x\\"]', b'[\\"X-List\\",\\"x\\\\nBcc: b\\"]'
    )
    assert data != to_json(evil)
    thread = from_json(data)
    out = io.BytesIO()
    write(thread, out, NAME)
    assert b"\nBcc:" not in out.getvalue()
    assert one(out.getvalue()) == thread


# -- cost ----------------------------------------------------------------------------


def box_of(count: int, size: int) -> bytes:
    return b"".join(
        mail(
            f"{n}@x",
            body="x" * 79 + "\n" * 1 + "y" * size + "\n",
            references=f"<{n - n % 10}@x>",
        )
        for n in range(1, count + 1)
    )


class Endless(io.RawIOBase):
    """Mails that are made as they are read, so that no test holds them."""

    def __init__(self, count: int, size: int) -> None:
        self._left = (
            mail(f"{n}@x", body="y" * 70 * 1 + "\n" + "x" * size + "\n")
            for n in range(count)
        )
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._held) < size:
            more = next(self._left, None)
            if more is None:
                break
            self._held += more
        piece, self._held = self._held[:size], self._held[size:]
        return piece


def peak(count: int, size: int) -> int:
    tracemalloc.start()
    with read(Endless(count, size), NAME) as found:  # type: ignore[arg-type]
        for _ in found:
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_bodies_are_not_held_in_memory() -> None:
    """40 MB of bodies cost no more than 10 MB: they lie on disk."""
    peak(20, 20_000)
    small, large = peak(500, 20_000), peak(500, 80_000)
    assert large < small + 4_000_000
    assert large < 25_000_000


#: What is repeated, and where.
HOSTILE = {
    "words": lambda n: mail(subject="=?a?q?" * n),
    "comments": lambda n: mail(from_="(" * n),
    "names": lambda n: mail(from_="a" * n),
    "brackets": lambda n: mail(from_="<" * n + "@" * n),
    "ids": lambda n: mail(references="<" * n),
    "references": lambda n: mail(references="<a@x> " * n),
    "addresses": lambda n: mail(in_reply_to="@" * n),
    "dates": lambda n: mail(date="1 " * n),
    "replies": lambda n: mail(subject="re: " * n),
    "lists": lambda n: mail(subject="[" * n),
    "parameters": lambda n: mail(content_type='text/plain; a="' * n),
    "parts": lambda n: mail(
        content_type="multipart/mixed; boundary=b", body="--b\n" * n
    ),
    "dashes": lambda n: mail(
        content_type="multipart/mixed; boundary=b", body="\n--" * n
    ),
    "starts": lambda n: mail(body="\n\nFrom a  10:00 2001 1:1:1:1\n" * n),
    "quotes": lambda n: mail(body=">" * n + "From "),
    "headers": lambda n: mail(x="y\n" + "a:\n" * n),
    "blanks": lambda n: mail(body=" " * n + "\n" * n),
    "mails": lambda n: b"".join(mail(f"{k}@x") for k in range(n // 20)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_size(name: str) -> None:
    """Sixteen times the input takes far less than the square of sixteen."""

    def spent(count: int) -> float:
        data = HOSTILE[name](count)
        best = 9.0
        for _ in range(2):
            start = time.process_time()
            list(reading(data, group_by_subject=True))
            best = min(best, time.process_time() - start)
        return best

    assert spent(48_000) < 80 * spent(3_000)
