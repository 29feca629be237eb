"""All mails of an input, and the threads that they make."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Final

from ...content import ThreadKind
from ...ids import PostId, ThreadId
from ...posts import Stub
from ...provenance import Provenance
from ...status import Status
from ...thread import Thread
from .._completing import completed, untangled
from .._gathering import Frame, Piece, build
from .._report import Collector
from ._charsets import decode_words
from ._dates import sent_at
from ._grouping import Top, joined
from ._headers import head_of, message_ids
from ._names import message_id_of, parts_of
from ._own import Own
from ._posts import PLATFORM, Mail, Settings, opened, piece_of
from ._splitting import Raw
from ._threading import Links, threaded

__all__ = ["Mailbox"]

_IN_MEMORY: Final = 8 << 20  # bytes of mail that need no file
_NO_TIME: Final = 2**62
_NO_ENVELOPE: Final = -1


class Mailbox:
    """
    Mails put aside until it is known which thread each belongs to.

    Memory holds ids, times and references, about 400 bytes for a mail with few
    references; headers and bodies are in a temporary file.

    Args:
        settings: How mails are read.
        report: Hears of all that does not fit.
        closing: Closes the file.
    """

    def __init__(
        self, settings: Settings, report: Collector, closing: ExitStack
    ) -> None:
        self._settings, self._report = settings, report
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closing closes it
        self._file = closing.enter_context(file)
        self._size = 0
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._labels: list[str] = [""]
        # One entry for each copy of a mail.
        self._nodes, self._times = array("q"), array("q")
        self._starts, self._sizes = array("q"), array("q")
        self._envelopes, self._counts = array("q"), array("q")
        self._label_of = array("q")
        self._chains, self._chain_ends = array("q"), array("q", [0])
        self._keep: set[int] = set()
        self._several: set[int] = set()

    def add(self, raw: Raw, label: str) -> None:
        """Put a mail aside."""
        silent = Collector()
        head, _ = head_of(raw.data, silent, "")
        own, references = message_ids(head)
        if own is None:
            own = _made(raw.data)
            self._report.tell(
                "message-id",
                "a mail without an id: it gets one made of its bytes",
                f"{label}message {raw.number}",
            )
        if label != self._labels[-1]:
            self._labels.append(label)
        date = head.get("date")
        sent = None if date is None else sent_at(date, self._settings.zone)
        envelope = raw.envelope
        self._nodes.append(self._number(own))
        self._times.append(_NO_TIME if sent is None else int(sent.at.timestamp()))
        self._chains.extend(map(self._number, references))
        self._chain_ends.append(len(self._chains))
        self._starts.append(self._size)
        self._sizes.append(len(raw.data))
        self._envelopes.append(_NO_ENVELOPE if envelope is None else len(envelope))
        self._counts.append(raw.number)
        self._label_of.append(len(self._labels) - 1)
        self._file.write(envelope or b"")
        self._file.write(raw.data)
        self._size += len(envelope or b"") + len(raw.data)
        ours = Own(head, silent, "")
        if ours.raw("stubs") is not None:
            made = parts_of(own)
            thread_id = ours.text("thread") or ("" if made is None else made[0])
            for stub in ours.stubs():
                self._keep.add(self._number(message_id_of(thread_id, stub.id)))

    def threads(self, *, by_subject: bool) -> Iterator[Thread]:
        """
        Yield the threads, in order of their first mails.

        Args:
            by_subject: Whether replies to nothing are put under the mail with the
                same subject.
        """
        self._several = {node for node, n in Counter(self._nodes).items() if n > 1}
        order = sorted(range(len(self._nodes)), key=self._place)
        copies: dict[int, list[int]] = {}
        for copy in order:
            copies.setdefault(self._nodes[copy], []).append(copy)
        forest = threaded(
            (Links(self._nodes[copy], self._chain(copy)) for copy in order),
            self._names.__getitem__,
            self._keep,
        )
        parents = dict(forest.parents)
        for node in forest.cut:
            self._report.damage(
                "cycle",
                "mails that answer each other in a circle, or themselves: the one "
                "with the smallest id answers none",
                self._names[node],
            )
        below: dict[int, list[int]] = {}
        for node, above in parents.items():
            if above is not None:
                below.setdefault(above, []).append(node)
        tops = [node for node, above in parents.items() if above is None]
        if by_subject:
            self._join(tops, copies, below, parents)
            tops = [node for node, above in parents.items() if above is None]
        tops.sort(
            key=lambda node: (self._start(node, copies, below), self._names[node])
        )
        for top in tops:
            yield from self._thread(top, copies, below, parents)

    # -- order -----------------------------------------------------------------------

    def _place(self, copy: int) -> tuple[int, str, list[str]]:
        """Return what orders copies, whatever the order of the input."""
        names, node = self._names, self._nodes[copy]
        above = self._chain(copy) if node in self._several else ()
        return self._times[copy], names[node], [names[each] for each in above]

    def _chain(self, copy: int) -> "array[int]":
        return self._chains[self._chain_ends[copy] : self._chain_ends[copy + 1]]

    def _start(
        self, top: int, copies: dict[int, list[int]], below: dict[int, list[int]]
    ) -> int:
        """Return the time of a mail, or of the first of its replies."""
        found, waiting = _NO_TIME, [top]
        while waiting:
            node = waiting.pop()
            if node in copies:
                found = min(found, self._times[copies[node][0]])
            else:
                waiting.extend(below.get(node, ()))
        return found

    def _join(
        self,
        tops: list[int],
        copies: dict[int, list[int]],
        below: dict[int, list[int]],
        parents: dict[int, int | None],
    ) -> None:
        found = list[Top]()
        for node in tops:
            first = node
            while first not in copies and below.get(first):
                first = min(
                    below[first],
                    key=lambda n: (self._start(n, copies, below), self._names[n]),
                )
            if first in copies:
                raw = self._read(copies[first][-1])
                head, _ = head_of(raw.data, Collector(), "")
                subject = decode_words(head.get("subject") or "", Collector(), "")
                at = self._start(node, copies, below)
                found.append(Top(node, at, self._names[node], subject, node in copies))
        for node, above in joined(found):
            self._report.tell(
                "grouped-by-subject",
                "a mail that answers nothing at hand: it is put under one of the same "
                "subject",
                self._names[node],
            )
            parents[node] = above
            below.setdefault(above, []).append(node)

    # -- one thread ------------------------------------------------------------------

    def _thread(
        self,
        top: int,
        copies: dict[int, list[int]],
        below: dict[int, list[int]],
        parents: dict[int, int | None],
    ) -> Iterator[Thread]:
        nodes, waiting = list[int](), [top]
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            waiting.extend(below.get(node, ()))
        mails = [
            (node, self._open(copy)) for node in nodes for copy in copies.get(node, ())
        ]
        if not mails:
            return
        yield _thread(
            self._names, top, mails, nodes, parents, copies.keys(), self._report
        )

    def _open(self, copy: int) -> Mail:
        raw = self._read(copy)
        where = f"{self._labels[self._label_of[copy]]}message {raw.number}"
        head, at = head_of(raw.data, self._report, where)
        return opened(raw, head, at, self._settings, self._report, where)

    def _read(self, copy: int) -> Raw:
        self._file.seek(self._starts[copy])
        size = self._envelopes[copy]
        envelope = None if size == _NO_ENVELOPE else self._file.read(size)
        return Raw(self._counts[copy], envelope, self._file.read(self._sizes[copy]))

    def _number(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self._names))
        if number == len(self._names):
            self._names.append(name)
        return number


def _thread(
    names: list[str],
    top: int,
    mails: list[tuple[int, Mail]],
    nodes: list[int],
    parents: dict[int, int | None],
    there: Iterable[int],
    report: Collector,
) -> Thread:
    """Return the thread of some mails."""
    own = [Own(mail.head, report, mail.where) for _, mail in mails]
    thread_id = _thread_id(names[top], own)
    ids: dict[int, PostId] = {}
    for node in nodes:
        made = parts_of(names[node])
        ids[node] = names[node] if made is None else made[1]
    if len(set(ids.values())) < len(ids):  # posts of two threads were joined
        ids = {node: names[node] for node in nodes}
    root_id = ids[top]
    known = set(there)
    title = _title(top, mails, report)
    pieces = list[Piece]()
    for node, mail in mails:
        above = None if node == top else parents[node]
        parent_id = None if above is None else ids[above]
        pieces.append(piece_of(mail, ids[node], parent_id, root_id, title, report))
    stubs = dict[PostId, Stub]()
    for node in nodes:
        if node not in known:
            above = parents[node]
            parent_id = None if above is None else ids[above]
            stubs[ids[node]] = Stub(id=ids[node], parent_id=parent_id)
    stated = list(chain.from_iterable(each.stubs() for each in own))
    standing = {piece.post.id: piece.post.parent_id for piece in pieces}
    stated = untangled(stated, standing)
    stubs.update((stub.id, stub) for stub in stated)
    places = [each.count("position") for each in own]
    placed = None not in places
    if placed:
        order = sorted(range(len(pieces)), key=lambda n: (places[n] or 0, n))
        pieces = [pieces[number] for number in order]
    built = build(
        Frame(
            thread_id=thread_id,
            root_id=root_id,
            kind=_kind(own),
            status=_status(own),
            accepted=_accepted(mails, ids, own),
            provenance=_origin(own),
            by_time=not placed,
        ),
        pieces,
        report,
        stubs.values(),
    )
    tallies = chain.from_iterable(each.tallies() for each in own)
    return completed(built, report, stubs=stated, tallies=list(tallies))


def _thread_id(top: str, own: Iterable[Own]) -> ThreadId:
    stated = [each.text("thread") for each in own if each.raw("thread") is not None]
    if stated:
        return min(filter(None, stated), default=top)
    made = parts_of(top)
    return top if made is None else made[0]


def _kind(own: Iterable[Own]) -> ThreadKind:
    is_qa = any(each.text("kind") == ThreadKind.QA for each in own)
    return ThreadKind.QA if is_qa else ThreadKind.DISCUSSION


def _title(top: int, mails: list[tuple[int, Mail]], report: Collector) -> str | None:
    subjects = [mail.subject for node, mail in mails if node == top]
    silent = Collector()
    found = [decode_words(text, silent, "") for text in subjects if text is not None]
    return max(found, default=None)


def _status(own: Iterable[Own]) -> Status:
    found = (each.status() for each in own)
    return next((status for status in found if status != Status()), Status())


def _accepted(
    mails: list[tuple[int, Mail]], ids: dict[int, PostId], own: list[Own]
) -> tuple[PostId, ...]:
    marked = dict[PostId, int]()
    for (node, _), each in zip(mails, own, strict=True):
        place = each.count("accepted")
        if place is not None:
            marked.setdefault(ids[node], place)
    return tuple(sorted(marked, key=lambda post_id: (marked[post_id], post_id)))


def _origin(own: Iterable[Own]) -> Provenance | None:
    for each in own:
        if each.raw("thread-origin") is not None:
            return each.origin("thread-origin")
    return Provenance(platform=PLATFORM)


def _made(data: bytes) -> str:
    """Return an id for a mail that has none, the same for the same mail."""
    data = data.replace(b"\r\n", b"\n").rstrip(b"\n")
    return f"{sha256(data).hexdigest()[:40]}@missing.invalid"
