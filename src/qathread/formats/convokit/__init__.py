"""
Conversations in the corpus format of ConvoKit: a folder, or its file of utterances.

==========================  ========================================================
corpus                      qathread
==========================  ========================================================
conversation                a thread, a discussion if it does not say otherwise
utterance ``id``            id of the post
``conversation_id``, older  id of the thread; where there is none, the first
``root``                    utterance that it leads to
``reply-to``, ``reply_to``  the parent; the utterance without one opens the thread
``speaker``, older          the author
``user``
``text``                    body, ``text/plain``
``timestamp``               ``created_at``; whole, broken or text
meta ``score``              the score
conversation meta           title of what opens the thread
``title``
``num_comments``            ``provenance.declared``: ``comments``
meta ``qathread``           what our own writer puts there, with ``type``,
                            ``accepted``, ``tags`` beside it
any other member            ``provenance.extra`` of the post; of conversation and
                            speakers that of the thread
``corpus.json`` and others  ``reading.site``, a :class:`Corpus`
==========================  ========================================================

Lines of utterances are put aside in a temporary file until all are seen, since those of
one conversation need not stand together: 8 bytes a line stay in memory, one
conversation at a time, and the other files of the folder, which are single documents.
Time grows with the size of the input. Files of pickled values are never opened.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from ...thread import Thread
from .._json import Place, json_values, shown
from .._json_files import is_lines
from .._looks import refuse_foreign
from .._report import Collector
from .._sources import Input, open_source
from ..reading import Reading
from ..registry import Format
from ._conversations import Group, thread_of
from ._corpus import FILES, LINES, Corpus, load
from ._spool import Spool, grouped, id_of
from ._writing import Writer

__all__ = ["FORMAT", "Corpus"]

_SUFFIXES: Final = (".jsonl", ".json")
_UTTERANCE: Final = re.compile(rb'"(?:conversation_id|reply-to|reply_to)"\s*:')
_SPEAKER: Final = re.compile(rb'"(?:speaker|user)"\s*:')
_TEXT: Final = re.compile(rb'"text"\s*:')


def read_corpus(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield a thread for each conversation, in order of first appearance.

    Args:
        input: The folder of a corpus, or its file of utterances.
        options: None.

    Yields:
        Threads with their posts in order of time.

    Raises:
        FormatError: If it is no corpus; if strict, at any damage.
    """
    corpus, folder = Corpus(), input.path
    if input.is_folder and folder is not None:
        if not any((folder / name).is_file() for name in LINES):
            raise input.report.error(
                "not-this-format",
                "the folder holds no utterances.jsonl: give the folder of a corpus",
            )
        corpus = load(input, folder)
    input.site = corpus
    return _threads(input, corpus)


def _threads(input: Input, corpus: Corpus) -> Iterator[Thread]:
    report = input.report
    counts = [0, 0]
    with ExitStack() as held:
        source = input
        if input.is_folder and input.path is not None:
            name = next(name for name in LINES if (input.path / name).is_file())
            source = open_source(input.path / name, input.limits, report)
            held.callback(source.close)
            report.source = input.name
        for group_id, several in _groups(source, held):
            utterances = list(_checked(several, report))
            if not utterances:
                continue
            record = corpus.conversations.get(group_id)
            counts[0] += 1
            counts[1] += len(utterances)
            yield thread_of(
                Group(group_id, utterances, record, corpus.speakers), report
            )
    _compare(corpus, counts, report)


def _groups(
    source: Input, held: ExitStack
) -> Iterator[tuple[str, list[tuple[Place, object]]]]:
    head, report = source.head(), source.report
    refuse_foreign(head, report, "utterances")
    if source.suffix == ".jsonl" or is_lines(head) or _begins_with_line(head):
        spool = Spool(source.limits, held)
        spool.add(source.lines())
        yield from spool.conversations(report)
        return
    found = list[tuple[Place, object]]()
    for label, value in json_values(source.document(), report, source.limits):
        if isinstance(value, list):
            found += [(Place(label).down(n), each) for n, each in enumerate(value)]
        elif isinstance(value, dict):
            found.append((Place(label), value))
        else:
            raise report.error(
                "not-this-format",
                f"a list of utterances expected, this is {shown(value)}",
            )
    yield from grouped(found).items()


def _begins_with_line(head: bytes) -> bool:
    """Tell whether the first line is an object of its own."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].strip()
    return first[:1] + first[-1:] == b"{}"


def _checked(
    several: Iterable[tuple[Place, object]], report: Collector
) -> Iterator[tuple[Place, Mapping[str, object]]]:
    """Yield what can be an utterance."""
    for where, value in several:
        if isinstance(value, dict) and id_of(value.get("id")) is not None:
            yield where, value
            continue
        report.damage(
            "field",
            "an utterance without an id: it is left out",
            f"{where}: {shown(value)}",
            kind="skipped",
        )


def _compare(corpus: Corpus, counts: list[int], report: Collector) -> None:
    """Tell of counts that a corpus states and that are not those of its utterances."""
    conversations, utterances = counts
    here = {
        "num_posts": conversations,
        "num_comments": utterances - conversations,
        "num_user": len(corpus.speakers),
    }
    for name, count in here.items():
        stated = corpus.meta.get(name)
        if type(stated) is int and stated != count:
            report.tell(
                "count-differs",
                "a count of the corpus that is not that of its files: it may be that "
                "of a larger one",
                f"{name} {stated}, here {count}",
            )


def write_corpus(threads: Iterable[Thread], folder: Path, report: Collector) -> None:
    """
    Write a corpus that ConvoKit loads: five files.

    Memory holds the ids of utterances, and the members of speakers.

    Args:
        threads: What is written; of a reading also what its corpus says beside.
        folder: An empty folder.
        report: Hears of what a corpus has no place for.
    """
    site = threads.site if isinstance(threads, Reading) else None
    with Writer(
        folder, report, site if isinstance(site, Corpus) else Corpus()
    ) as writer:
        for thread in threads:
            writer.write(thread)


def sniff_corpus(head: bytes) -> bool:
    """Tell whether *head* begins a file of utterances."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head[:200]:
        return False
    return all(found.search(head) for found in (_UTTERANCE, _SPEAKER, _TEXT))


def sniff_folder(folder: Path) -> bool:
    """Tell whether *folder* is that of a corpus."""
    return any((folder / name).is_file() for name in LINES)


FORMAT = Format(
    name="convokit",
    summary="a ConvoKit corpus: a folder of five files, or its utterances alone",
    suffixes=_SUFFIXES,
    reader=read_corpus,
    sniff=sniff_corpus,
    sniff_folder=sniff_folder,
    folder_writer=write_corpus,
    is_own_file=FILES.__contains__,
)
