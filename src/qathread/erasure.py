"""
Erasing a person from threads and event logs.

Three ways, which go together: :func:`pseudonymise` puts a keyed pseudonym in the
place of a person, :func:`redact` empties what the person wrote, and
:func:`purge_votes` takes the person's votes and reactions away. Each takes
a thread or events and returns the same, rewritten; what is stored is not touched.
Order and versions stay as they were, so an erased log still replays, and doing it
again changes nothing. :func:`traces` looks for what is left.

Give whole logs: what came before the first event given is not known here. An
account that was merged into the one to erase is the same person, and is erased
with it.

Names are found whole, in titles, tags, bodies, summaries, reasons, addresses of
origin and their further members, in any Unicode normal form. A name is searched
for as it is written; behind an @ in any case. Nothing in Markdown or HTML code is
touched unless asked. A name that somebody else has as well stays, for nobody can
tell who is meant (see :func:`shared_names`), and so does the name of another who
has it as a part. Ids of people are found behind an @ only: they may be numbers.
Ids of threads and posts, targets of links and kinds of reactions stay.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final, overload

from ._checks import identifier
from ._erase_logs import Subject, emptyings, erased, log_of
from ._erase_pen import Emptying, Pen
from ._erase_people import Log, Person, Survey, survey
from ._erase_traces import Trace, traces
from ._erase_votes import without_ballots, without_votes
from .content import Content
from .errors import ValidationError
from .facts import AccountEvent, Event
from .ids import ThreadId, UserId
from .thread import Thread
from .users import User, UserKind

__all__ = [
    "Scope",
    "Trace",
    "pseudonym",
    "pseudonymise",
    "purge_votes",
    "redact",
    "shared_names",
    "traces",
]

_KEY_BYTES: Final = 16
#: 80 bits: among 100 million people the odds that any two meet are 1 to 2.4 * 10**8.
_DIGITS: Final = 20


class Scope(StrEnum):
    """How far a pseudonym reaches; beyond, the same person has another one."""

    THREAD = "thread"
    #: All that is published under one name.
    CORPUS = "corpus"
    GLOBAL = "global"


def pseudonym(
    user_id: UserId, key: bytes, *, scope: str = Scope.THREAD, within: str = ""
) -> UserId:
    """
    Return the id that stands for a person.

    Nobody without the key can tell whose it is, nor which pseudonyms of two
    scopes are one person's; whoever has it can, by trying all ids.

    Args:
        user_id: Who.
        key: At least 16 secret random bytes; without them it cannot be undone.
        scope: ``"thread"``, ``"corpus"`` or ``"global"``.
        within: The id of the thread or the name of the corpus; nothing for global.

    Returns:
        ``user-`` and 20 hexadecimal digits, the first 80 bits of an
        HMAC-SHA-256: among a million people the odds of any two alike are 1 to
        2.4 * 10**12.

    Raises:
        ValidationError: If the key is too short, or there is no such scope.

    >>> pseudonym("ada", b"sixteen bytes or more", scope="global")
    'user-f45aaffaa7b660501623'
    """
    _check_key(key)
    identifier(user_id, "user_id")
    scope = _scope(scope)
    if bool(within) is (scope is Scope.GLOBAL):
        raise ValidationError(
            f"scope {scope.value!r} does not go with within={within!r}: name the "
            "thread or the corpus, and nothing for global"
        )
    # No id holds U+0000, so two different triples are two different messages.
    message = "\0".join(("qathread pseudonym", scope.value, within, user_id))
    return "user-" + hmac.digest(key, message.encode(), "sha256").hex()[:_DIGITS]


@overload
def pseudonymise(
    subject: Thread,
    user_id: UserId,
    key: bytes,
    *,
    scope: str = ...,
    corpus: str | None = ...,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> Thread: ...
@overload
def pseudonymise(
    subject: Iterable[Event],
    user_id: UserId,
    key: bytes,
    *,
    scope: str = ...,
    corpus: str | None = ...,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> tuple[Event, ...]: ...
@overload
def pseudonymise(
    subject: Iterable[Event | AccountEvent],
    user_id: UserId,
    key: bytes,
    *,
    scope: str = ...,
    corpus: str | None = ...,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> tuple[Event | AccountEvent, ...]: ...
def pseudonymise(
    subject: Subject,
    user_id: UserId,
    key: bytes,
    *,
    scope: str = Scope.THREAD,
    corpus: str | None = None,
    names: Iterable[str] = (),
    only_mentions: Iterable[str] = (),
    in_code: bool = False,
) -> object:
    """
    Put a pseudonym in the place of a person; what was written and done stays.

    The face becomes a bare one of kind anonymous. The posts lose the address of
    their origin and its further members, which lead back to whoever wrote them.

    Args:
        subject: A thread, or events in order.
        user_id: Whom to erase.
        key: As for :func:`pseudonym`.
        scope: Where the same person has the same pseudonym: in one ``"thread"``,
            in one ``"corpus"``, or everywhere (``"global"``).
        corpus: The name of the corpus, if that is the scope.
        names: Further names to look for, also ones that others have as well.
        only_mentions: Names that are ordinary words: looked for behind an @ only.
        in_code: Whether to look into code too.

    Returns:
        A thread at the same version, saved or unsaved as before, or as many
        events. A thread without the person is the same object.

    Raises:
        ValidationError: If the key is too short, the scope does not fit, or the
            subject is neither a thread nor events.
        IntegrityError: If the pseudonym is there already and did the same thing,
            as in a merged thread of which one copy was erased.
    """
    reach = _scope(scope)
    if (corpus is not None) is not (reach is Scope.CORPUS):
        raise ValidationError(
            f"scope {reach.value!r} does not go with corpus={corpus!r}: name the "
            "corpus for scope 'corpus', and nowhere else"
        )

    def faces(found: Survey, person: Person, thread_id: ThreadId | None) -> _Faces:
        if reach is Scope.THREAD and thread_id is None:
            raise ValidationError(
                "events of accounts belong to no thread: give scope 'corpus' or "
                "'global'"
            )
        within = thread_id if reach is Scope.THREAD else corpus
        return {
            each: User(
                id=pseudonym(each, key, scope=reach, within=within or ""),
                kind=UserKind.ANONYMOUS,
            )
            for each in person.ids
            if each not in person.erased
        }

    _check_key(key)
    identifier(user_id, "user_id")
    options = _Options(user_id, names, only_mentions, in_code)
    return erased(subject, lambda log, group: _written(log, group, options, faces))


@overload
def redact(
    subject: Thread,
    user_id: UserId,
    *,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> Thread: ...
@overload
def redact(
    subject: Iterable[Event],
    user_id: UserId,
    *,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> tuple[Event, ...]: ...
@overload
def redact(
    subject: Iterable[Event | AccountEvent],
    user_id: UserId,
    *,
    names: Iterable[str] = ...,
    only_mentions: Iterable[str] = ...,
    in_code: bool = ...,
) -> tuple[Event | AccountEvent, ...]: ...
def redact(
    subject: Subject,
    user_id: UserId,
    *,
    names: Iterable[str] = (),
    only_mentions: Iterable[str] = (),
    in_code: bool = False,
) -> object:
    """
    Empty what a person wrote, and put a placeholder in the place of the person.

    Posts become tombstones: deleted, if they were not, with an empty body in all
    their wordings, without title, tags, links, and address and further members of
    their origin. Open proposals of the person go, decided ones become empty, as
    do the summaries and reasons that the person gave. Whatever others answered,
    voted or decided stays, and so do the person's votes. A wording that the
    person gave to somebody else's post stays as well: it is that post's text now.

    Where events took a post down and back that is to be a tombstone all along,
    they become :class:`~qathread.events.VotesCounted` events that count nothing.

    Args:
        subject: A thread, or events in order.
        user_id: Whom to erase.
        names: Further names to look for, also ones that others have as well.
        only_mentions: Names that are ordinary words: looked for behind an @ only.
        in_code: Whether to look into the code of others too.

    Returns:
        As :func:`pseudonymise` does. The person is ``deleted-N``, of kind deleted:
        the N-th to appear in the thread, or the next number that is free.

    Raises:
        ValidationError: If the subject is neither a thread nor events.
    """

    def faces(found: Survey, person: Person, thread_id: ThreadId | None) -> _Faces:
        people = found.people.get(thread_id, {})
        places = {each: number for number, each in enumerate(people, start=1)}
        taken = {*people, *person.names}
        put: dict[UserId, User] = {}
        for each in person.ids:
            if each in person.erased and each.startswith("deleted-"):
                put[each] = User(id=each, kind=UserKind.DELETED)
                continue
            number = places.get(each, len(people) + 1)
            while f"deleted-{number}" in taken:
                number += 1
            taken.add(f"deleted-{number}")
            put[each] = User(id=f"deleted-{number}", kind=UserKind.DELETED)
        return put

    identifier(user_id, "user_id")
    options = _Options(user_id, names, only_mentions, in_code)
    return erased(
        subject, lambda log, group: _written(log, group, options, faces, empty=True)
    )


@overload
def purge_votes(subject: Thread, user_id: UserId) -> Thread: ...
@overload
def purge_votes(subject: Iterable[Event], user_id: UserId) -> tuple[Event, ...]: ...
@overload
def purge_votes(
    subject: Iterable[Event | AccountEvent], user_id: UserId
) -> tuple[Event | AccountEvent, ...]: ...
def purge_votes(subject: Subject, user_id: UserId) -> object:
    """
    Take away the votes and reactions of a person, as if they had never been.

    Tallies go down by what they counted of them. In a log each becomes
    a :class:`~qathread.events.VotesCounted` event that counts nothing, by nobody;
    its place and time stay. The person stays where anything else was done; votes
    to close a thread are not meant.

    Args:
        subject: A thread, or events in order.
        user_id: Whose votes.

    Returns:
        As :func:`pseudonymise` does. A vote that another account lost to the
        person's when the two were merged comes back.

    Raises:
        ValidationError: If the subject is neither a thread nor events.
    """
    identifier(user_id, "user_id")

    def change(log: Log, group: ThreadId | None) -> Log:
        found = survey(log, group)
        ids = frozenset(found.person(user_id, (), ()).ids)
        threads: dict[ThreadId | None, list[Event | AccountEvent]] = {}
        for part in log:
            if not isinstance(part, Content):
                threads.setdefault(part.thread_id, []).append(part)
        left = {each: without_votes(own, ids) for each, own in threads.items()}
        later = tuple(part for part in log if not isinstance(part, Content))
        staying = frozenset(survey(later, group).people.get(group, ()))
        return tuple(
            without_ballots(part, ids, staying)
            if isinstance(part, Content)
            else next(left[part.thread_id])
            for part in log
        )

    return erased(subject, change)


def shared_names(subject: Subject, user_id: UserId) -> tuple[str, ...]:
    """
    Return the names of a person that others have as well, and that so stay in text.

    Name those that are to go all the same with ``names=``.

    Args:
        subject: A thread, or events in order.
        user_id: Whose names.

    Returns:
        Names in the order in which they appear.

    Raises:
        ValidationError: If the subject is neither a thread nor events.
    """
    log, group = log_of(subject)
    return survey(log, group).person(identifier(user_id, "user_id"), (), ()).shared


# -- what pseudonymise and redact share ------------------------------------------


_Faces = Mapping[UserId, User]


class _Options:
    """What a caller asks for."""

    def __init__(
        self,
        user_id: UserId,
        names: Iterable[str],
        only_mentions: Iterable[str],
        in_code: bool,
    ) -> None:
        self.user_id = user_id
        self.names = tuple(names)
        self.only_mentions = tuple(only_mentions)
        self.in_code = in_code


def _written(
    log: Log,
    group: ThreadId | None,
    options: _Options,
    faces: Callable[[Survey, Person, ThreadId | None], _Faces],
    *,
    empty: bool = False,
) -> Log:
    """Return a log in which *faces* stand for a person."""
    found = survey(log, group)
    person = found.person(options.user_id, options.names, options.only_mentions)
    wanted: Mapping[ThreadId | None, Emptying] = {}
    if empty:
        wanted = emptyings(log, group, frozenset(person.ids))
    pens: dict[ThreadId | None, Pen] = {}
    for thread_id in found.people:
        put = faces(found, person, thread_id)
        names = person.in_text(put, options.in_code)
        pens[thread_id] = Pen(put, names, wanted.get(thread_id))
    return tuple(
        pens[group].value(part)
        if isinstance(part, Content)
        else pens[part.thread_id].event(part)
        for part in log
    )


def _check_key(key: object) -> None:
    if not isinstance(key, bytes) or len(key) < _KEY_BYTES:
        raise ValidationError(
            f"the key must be at least {_KEY_BYTES} random bytes: make one with "
            "secrets.token_bytes(32) and keep it"
        )


def _scope(scope: str) -> Scope:
    try:
        return Scope(scope)
    except ValueError:
        raise ValidationError(
            f"scope is {scope!r}: give 'thread', 'corpus' or 'global'"
        ) from None
