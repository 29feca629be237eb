"""Threads of statuses."""

from collections.abc import Iterator, Mapping

from ...posts import Stub
from ...provenance import Provenance, extra_text
from ...thread import Thread
from .._gathering import Frame, Piece, build, circles, roots
from .._report import Collector
from ._intake import History, Intake, Status, parent_of
from ._statuses import PLATFORM, account_in, bare_status, piece_of, time_of

__all__ = ["threads_in"]


def threads_in(intake: Intake, report: Collector) -> Iterator[Thread]:
    """
    Yield a thread for each status that opens one, or that was not delivered.

    Raises:
        FormatError: If strict, at damage.
        LossError: If strict, where two copies of a status differ.
    """
    histories = _placed(intake, report)
    known = {status.id for status in intake.statuses}
    statuses = list(intake.statuses)
    for name, history in histories.items():
        if name not in known:
            statuses.append(bare_status(history, name))
            known.add(name)
    parents: dict[str, str | None] = {
        name: above for name, above in intake.between.items() if name not in known
    }
    stated: dict[str, set[str]] = {}
    for status in statuses:
        above = parent_of(status)
        stated.setdefault(status.id, set()).update(() if above is None else (above,))
    for name, several in stated.items():
        parents[name] = min(several, default=intake.between.get(name))
    for name in circles(parents):
        report.damage(
            "cycle",
            "replies that stand under each other in a circle: the one with the "
            "smallest id opens a thread",
            name,
        )
    tops = roots(parents)
    groups: dict[str, list[Status]] = {}
    for status in statuses:
        groups.setdefault(tops[status.id], []).append(status)
    beside: dict[str, list[Stub]] = {}
    for name, above in intake.between.items():
        if name not in known:
            beside.setdefault(tops[name], []).append(Stub(id=name, parent_id=above))
    for root_id, group in groups.items():
        pieces = [
            piece_of(
                status,
                None if status.id == root_id else parents[status.id],
                histories.get(status.id),
                report,
            )
            for status in group
        ]
        yield _thread(root_id, pieces, beside.get(root_id, []), report)


def _thread(
    root_id: str, pieces: list[Piece], stubs: list[Stub], report: Collector
) -> Thread:
    counted: dict[str, int] = {}
    for post_id, above in {p.post.id: p.post.parent_id for p in pieces}.items():
        if above is not None and above != post_id:
            counted[above] = counted.get(above, 0) + 1
    for stub in stubs:
        if stub.parent_id is not None:
            counted[stub.parent_id] = counted.get(stub.parent_id, 0) + 1
    stated: dict[str, int] = {}
    for piece in pieces:
        origin = piece.post.provenance
        for name, count in () if origin is None else origin.declared:
            if name == "replies":
                stated[piece.post.id] = max(count, stated.get(piece.post.id, 0))
    for post_id, count in stated.items():
        here = counted.get(post_id, 0)
        if here != count:
            report.tell(
                "count-differs",
                "a status with more or fewer replies than were delivered; the number "
                "of the server is kept as declared",
                f"{post_id}: {count}, here {here}",
            )
        if here < count:
            name = f"{post_id}/replies"
            stubs.append(Stub(id=name, parent_id=post_id, count=count - here))
    if all(piece.post.id != root_id for piece in pieces):
        report.tell(
            "root-missing",
            "a first status that was not delivered: a stub stands for it",
            root_id,
        )
    frame = Frame(
        thread_id=root_id, root_id=root_id, provenance=Provenance(platform=PLATFORM)
    )
    return build(frame, pieces, report, stubs)


def _placed(intake: Intake, report: Collector) -> Mapping[str, History]:
    """Return the histories by the status that they are of, the longest of each."""
    made: dict[object, str] = {}
    for status in intake.statuses:
        account = account_in(status.members.get("account"))
        if account is not None:
            key: object = (account.id, time_of(status.members))
            made[key] = min(made.get(key, status.id), status.id)
    found: dict[str, History] = {}
    known = {status.id for status in intake.statuses}
    for history in intake.histories:
        name = history.status_id
        if intake.status_id is None and name not in known:
            account = account_in(history.entries[0].get("account"))
            key = (None if account is None else account.id, time_of(history.entries[0]))
            name = made.get(key, name)
        if name is None:
            report.loss(
                "history-of-unknown",
                "a history that does not say of which status it is: give status_id=, "
                "or call the file by that id",
                str(history.where),
                kind="skipped",
            )
            continue
        other = found.setdefault(name, history)
        longer, shorter = sorted((other, history), key=_length, reverse=True)
        found[name] = longer
        if longer.entries[: len(shorter.entries)] != shorter.entries:
            report.loss(
                "history-differs",
                "two histories of one status say different things: the longer is kept",
                f"{shorter.where}: {name}",
            )
    return found


def _length(history: History) -> tuple[int, str]:
    return len(history.entries), extra_text({"": history.entries})
