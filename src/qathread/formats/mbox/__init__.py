"""
Mail in mbox files, and in the monthly text files of mailing list archives.

=====================  ============================================================
mail                   qathread
=====================  ============================================================
``Message-ID``         id of the post, without its brackets
``References``, else   the parent, as ``_threading`` says; a missing mail that holds
``In-Reply-To``        two replies together is a stub
``Subject``            title of what opens the thread
``From``               the author: address in lower case as id, name as name
``Date``               ``created_at``; precision and zone in the provenance
``Keywords``           tags of what opens the thread
first plain text       body with its media type; HTML only where it stands alone
``X-QA-...``           what our own writer puts there: kind, score, accepted, ...
anything else          ``provenance.extra``: ``headers``, ``envelope`` (the From_
                       line), ``content-type``, ``charset`` if it is none of ASCII
                       and UTF-8, ``texts`` (further parts), ``attachments`` (name,
                       type and size)
=====================  ============================================================

A thread is known when all mails are. Ids, times and references are held in memory, a
few hundred bytes for a mail; the mails themselves lie in a temporary file, and one
thread at a time is read from there. Time grows with the size of the input.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import BinaryIO, Final

from ...errors import ValidationError, excerpt
from ...thread import Thread
from .._json_files import shown_name
from .._looks import looks_like, refuse_foreign
from .._report import Collector
from .._sources import HEAD, Input, open_source, suffixes
from .._times import zone_of
from ..registry import Format
from ._mailbox import Mailbox
from ._posts import Settings
from ._splitting import messages, starts_message
from ._writing import Writer

__all__ = ["FORMAT"]

_SUFFIXES: Final = (".mbox", ".mbx", ".eml")
_IN_FOLDER: Final = (*_SUFFIXES, ".txt", "")
_QUOTINGS: Final = ("mboxrd", "mboxo", "none")
_LOOKS: Final = 3  # files of a folder that are looked at
_START: Final = re.compile(
    rb"(?:From [^\r\n]{1,400}[0-9]:[0-9]{2}[^\r\n]{0,80}\r?\n>?[!-9;-~]{1,80}[ \t]*:)"
)
_MAIL: Final = re.compile(
    rb"(?mi)^(?:from|date|message-id|received|return-path|delivered-to)[ \t]*:"
)


def read_mbox(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a mailbox, of one mail, or of a folder of mailboxes.

    Options:
        assume_tz: The zone of dates that state none.
        group_by_subject: Whether a reply to nothing at hand goes under a mail of the
            same subject; False if not said.
        quoting: How lines of bodies that begin with ``From`` are quoted: ``mboxrd``
            (if not said), ``mboxo`` or ``none``.

    Args:
        input: A file, or a folder of them.
        options: As above.

    Yields:
        Threads in order of their first mails.

    Raises:
        FormatError: If it is no mail; if strict, at any damage.
        ValidationError: If an option is not of its kind.
    """
    by_subject = options.get("group_by_subject", False)
    if not isinstance(by_subject, bool):
        raise ValidationError(
            "group_by_subject is neither True nor False: give one of them"
        )
    quoting = options.get("quoting", "mboxrd")
    if not isinstance(quoting, str) or quoting not in _QUOTINGS:
        raise ValidationError(f"quoting is {quoting!r}: give one of {_QUOTINGS}")
    limits = input.limits
    settings = Settings(
        zone=zone_of(options.get("assume_tz")),
        depth=None if limits is None else limits.mime_depth,
    )
    return _threads(input, settings, quoting, by_subject)


def _threads(
    input: Input, settings: Settings, quoting: str, by_subject: bool
) -> Iterator[Thread]:
    with ExitStack() as held:
        box = Mailbox(settings, input.report, held)
        for label, file in _files(input):
            _fill(box, file, label, quoting)
        yield from box.threads(by_subject=by_subject)


def _files(input: Input) -> Iterator[tuple[str, Input]]:
    if not input.is_folder or input.path is None:
        yield "", input
        return
    paths = _paths(input.path)
    if not paths:
        raise input.report.error(
            "not-this-format", "the folder holds no mailbox: give one that does"
        )
    for path in paths:
        with closing(open_source(path, input.limits, input.report)) as one:
            input.report.source = input.name
            yield f"{excerpt(shown_name(path), 80)}, ", one


def _paths(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if suffixes(path.name)[0] in _IN_FOLDER
        and suffixes(path.name)[1] != ".7z"
        and not path.name.startswith(".")
        and path.is_file()
    )


def _fill(box: Mailbox, input: Input, label: str, quoting: str) -> None:
    report, head = input.report, input.head()
    if not starts_message(head):
        if looks_like(head) == "empty input" and label:
            return  # a month without a mail
        refuse_foreign(head, report, "mail")
        raise report.error(
            "not-this-format",
            "mail expected, this begins with neither a From_ line nor a header",
            label or None,
        )
    most = None if input.limits is None else input.limits.record
    for raw in messages(input.chunks(), most, report, label=label, quoting=quoting):
        box.add(raw, label)


def write_mbox(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write each post as one mail, the posts of a thread in order of arrival.

    Memory holds the ids of posts that are message ids already, so that none is
    given twice.

    Args:
        threads: What is written.
        out: Where to.
        name: Its name.
        report: Hears of what mail has no place for.
    """
    writer = Writer(out, report)
    for thread in threads:
        writer.write(thread)


def sniff_mbox(head: bytes) -> bool:
    """Tell whether *head* begins a mailbox, or a single mail."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b"From "):
        return _START.match(head) is not None
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return starts_message(head) and len(set(_found(block))) > 2


def _found(block: bytes) -> Iterator[bytes]:
    return (match[0].lower() for match in _MAIL.finditer(block))


def sniff_folder(folder: Path) -> bool:
    """Tell whether one of the first files of *folder* is a mailbox."""
    for path in _paths(folder)[:_LOOKS]:
        with path.open("rb") as opened:
            if sniff_mbox(opened.read(HEAD)):
                return True
    return False


FORMAT = Format(
    name="mbox",
    summary="mail: mbox files, archives of mailing lists, single messages",
    suffixes=_SUFFIXES,
    reader=read_mbox,
    writer=write_mbox,
    sniff=sniff_mbox,
    sniff_folder=sniff_folder,
    options=frozenset({"assume_tz", "group_by_subject", "quoting"}),
)
