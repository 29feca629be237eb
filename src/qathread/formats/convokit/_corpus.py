"""What belongs to a corpus and not to one conversation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from .._json import Place, json_values, shown
from .._looks import refuse_foreign
from .._report import Collector
from .._sources import Input, open_source

__all__ = ["FILES", "LINES", "Corpus", "load"]

#: The files of a corpus that are read, with their older names.
LINES: Final = ("utterances.jsonl", "utterances.json")
FILES: Final = frozenset(
    {
        *LINES, "conversations.json", "corpus.json", "index.json", "speakers.json",
        "users.json",
    }
)  # fmt: skip


@frozen(kw_only=True, eq=False)
class Corpus:
    """
    What a corpus says beside its utterances.

    Attributes:
        meta: Members of the corpus as a whole.
        index: The types of all members.
        speakers: Members of each speaker, by id.
        conversations: Members of each conversation, by id.
    """

    meta: Mapping[str, object] = field(factory=dict)
    index: Mapping[str, object] = field(factory=dict)
    speakers: Mapping[str, object] = field(factory=dict)
    conversations: Mapping[str, object] = field(factory=dict)


def load(input: Input, folder: Path) -> Corpus:
    """
    Read the files of a corpus beside its utterances.

    Args:
        input: The folder as it was opened.
        folder: Its path.

    Raises:
        FormatError: If one is nested too deep or too large; if strict, at any damage.
    """
    speakers = "speakers.json"
    if not (folder / speakers).is_file():
        speakers = "users.json"
    _tell_skipped(folder, input.report)
    return Corpus(
        meta=_members(input, folder / "corpus.json"),
        index=_members(input, folder / "index.json"),
        speakers=_members(input, folder / speakers),
        conversations=_members(input, folder / "conversations.json"),
    )


def _members(input: Input, path: Path) -> dict[str, object]:
    """Return the members of one file; none if it is not there."""
    report = input.report
    if not path.is_file():
        report.tell("file-missing", "a file that a corpus mostly has", path.name)
        return {}
    one = open_source(path, input.limits, report)
    report.source = input.name
    try:
        refuse_foreign(one.head(), report, path.name)
        data = one.document()
    finally:
        one.close()
    values = json_values(data, report, input.limits, path.name)
    value = next((value for _, value in values), None)
    if isinstance(value, dict):
        return value
    report.damage(
        "field",
        "a file of a corpus that is no object: it is left out",
        f"{Place(path.name)}: {shown(value)}",
        kind="skipped",
    )
    return {}


def _tell_skipped(folder: Path, report: Collector) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".p":
            report.loss(
                "pickle",
                "a file of pickled values or vectors: it is never loaded, since "
                "loading it may run any program",
                path.name.encode("utf-8", "replace").decode(),
                kind="skipped",
            )
        elif path.name.startswith("info.") and path.suffix == ".jsonl":
            report.loss(
                "info-file",
                "a file of members that a corpus loads on request: it is left out",
                path.name.encode("utf-8", "replace").decode(),
                kind="skipped",
            )
