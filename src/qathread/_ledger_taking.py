"""How events and orders open and close the grants of one account."""

from collections.abc import Callable, Iterable
from typing import Final

from ._ledger_account import Account
from ._ledger_grants import Grant
from ._ledger_items import AnyEvent, Closed, Item, Opened
from .facts import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyOffered,
    CommentPosted,
    EditApproved,
    QuestionAsked,
    ReputationAdjusted,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
)
from .feedback import DOWN, UP
from .policy import PaidFor
from .users import User


def take(account: Account, items: Iterable[Item]) -> None:
    """Let what happened count; *taken* is for the caller to raise."""
    only = account.rates.only
    if only is None or account.trace is not None:
        for item in items:
            take_one(account, item)
        return
    user_id, voter_kinds = account.user_id, account.rates.voter_kinds
    line, paids, places = account.line, account.paids, account.places
    votes, floor = only.votes, only.floor
    for item in items:
        # Nearly all items are votes: what `_vote` does, without the calls.
        if item.__class__ is not VoteCast:
            take_one(account, item)
            line, paids = account.line, account.paids
            continue
        kind, voter_id = item.post_kind, item.by.id
        _, author, actor, own, caps = votes[item.direction][kind]
        if item.author_id != user_id:
            if kind not in voter_kinds:
                continue
            paid = actor
        else:
            paid = own if voter_id == user_id else author
        key = (item.thread_id, item.post_id, voter_id)
        if key in places:
            continue
        if not paid:
            places[key] = None
            continue
        paid *= item.weight
        place = places[key] = len(line)
        line.append(item)
        if caps:
            for bucket in account.found(caps, only, item.at, key):
                bucket.members.append(place)
                paid = bucket.take(paid)
        paids.append(paid)
        value = account.value + paid
        account.value = value if floor is None or value > floor else floor
        if account.wild:
            account.unsorted = True


def take_one(account: Account, item: Item) -> None:
    """The same for one item."""
    handler = _HANDLERS.get(item.__class__)
    if handler is not None:
        handler(account, item)


# -- events as they are ------------------------------------------------------


def _vote(account: Account, event: VoteCast | VoteChanged) -> None:
    tariff = account.rates.at(event.at)
    rule, nominal, counts = account.vote_pay(event, tariff)
    key = (event.thread_id, event.post_id, event.by.id)
    if not counts or key in account.places:
        return
    if nominal:
        account.open(key, Grant(event, rule, nominal, event.at, tariff))
    else:
        account.places[key] = None


def _change(account: Account, event: VoteChanged) -> None:
    account.close((event.thread_id, event.post_id, event.by.id))
    _vote(account, event)


def _retract(account: Account, event: VoteRetracted) -> None:
    account.close((event.thread_id, event.post_id, event.by.id))


def _invalidate(account: Account, event: VotesInvalidated) -> None:
    for vote in event.replaced:
        account.close((event.thread_id, event.post_id, vote.voter_id))


def _count(account: Account, event: VotesCounted) -> None:
    if event.author_id != account.user_id:
        return
    tariff = account.rates.at(event.at)
    for sub, (direction, units) in enumerate(((UP, event.up), (DOWN, event.down))):
        rule, author, *_ = tariff.votes[direction][event.post_kind]
        _give(account, event, sub, rule, author, units=units)


def _give(
    account: Account,
    event: AnyEvent,
    sub: int,
    rule: PaidFor,
    nominal: int,
    *,
    post_id: str | None = None,
    units: int = 1,
) -> None:
    if nominal == 0 or units == 0 or event.at is None:
        return
    thread_id = event.thread_id or ""
    order = (event.at, thread_id, event.version, sub)
    home = None if post_id is None else (thread_id, post_id)
    tariff = account.rates.at(event.at)
    grant = Grant(event, rule, nominal, event.at, tariff, order, home, units)
    account.open((thread_id, event.version, sub), grant)


def _asked(account: Account, event: QuestionAsked) -> None:
    _wrote(account, event, event.question.author_id, event.question.id)


def _answered(account: Account, event: AnswerPosted) -> None:
    _wrote(account, event, event.answer.author_id, event.answer.id)


def _commented(account: Account, event: CommentPosted) -> None:
    _wrote(account, event, event.comment.author_id, event.comment.id)


def _wrote(
    account: Account,
    event: QuestionAsked | AnswerPosted | CommentPosted,
    author_id: str,
    post_id: str,
) -> None:
    if author_id == account.user_id:
        rule = _RULES[event.__class__]
        points, _, _ = account.rates.at(event.at).pays[rule]
        _give(account, event, 0, rule, points, post_id=post_id)


def _approve(account: Account, event: EditApproved) -> None:
    rule = PaidFor.EDIT_APPROVED
    editor_id, user_id = event.suggestion.editor_id, account.user_id
    approver: User | None = event.by
    approves = approver is not None and approver.id == user_id
    if editor_id == event.author_id:
        return
    author, actor, own = account.rates.at(event.at).pays[rule]
    if editor_id == user_id:
        _give(account, event, 0, rule, own if approves else author)
    elif approves:
        _give(account, event, 1, rule, actor)


def _offer(account: Account, event: BountyOffered) -> None:
    if event.by.id == account.user_id:
        rule = PaidFor.BOUNTY_OFFERED
        _, points, _ = account.rates.at(event.at).pays[rule]
        _give(account, event, 0, rule, points * event.bounty.amount)


def _award(account: Account, event: BountyAwarded) -> None:
    if event.author_id == account.user_id:
        rule = PaidFor.BOUNTY_AWARDED
        points, _, _ = account.rates.at(event.at).pays[rule]
        _give(account, event, 0, rule, points * event.paid)


def _accept(account: Account, event: AnswerAccepted) -> None:
    for ref in event.replaced:
        account.close((event.thread_id, ref.post_id, None))
    key = (event.thread_id, event.post_id, None)
    if key in account.places:
        return
    tariff = account.rates.at(event.at)
    author, actor, own = tariff.pays[PaidFor.ANSWER_ACCEPTED]
    nominal, sub = 0, 0
    accepts = accepter_of(event) == account.user_id
    if event.author_id == account.user_id:
        nominal = own if accepts else author
    elif accepts:
        nominal, sub = actor, 1
    if nominal:
        order = (event.at, event.thread_id, event.version, sub)
        rule = PaidFor.ANSWER_ACCEPTED
        grant = Grant(event, rule, nominal, event.at, tariff, order)
        account.open(key, grant)


def _unaccept(account: Account, event: AnswerUnaccepted) -> None:
    account.close((event.thread_id, event.post_id, None))


def _adjust(account: Account, event: ReputationAdjusted) -> None:
    _give(account, event, 0, PaidFor.ADJUSTED, event.amount)


# -- orders ------------------------------------------------------------------


def _opened(account: Account, item: Opened) -> None:
    first = item.order[:3]
    if first != item.turn:
        account.unsorted = True
        account.wild = account.wild or first > item.turn
    tariff = account.rates.at(item.when)
    grant = Grant(
        item.event,
        item.rule,
        item.nominal,
        item.when,
        tariff,
        item.order,
        item.home,
        item.units,
    )
    account.open(item.key, grant)


def _closed(account: Account, item: Closed) -> None:
    account.close(item.key)


def accepter_of(event: AnswerAccepted) -> str | None:
    """Who gets what is paid for accepting: the asker, or whoever did it."""
    if event.asker_id is not None:
        return event.asker_id
    by: User | None = event.by
    return None if by is None else by.id


_RULES: Final = {
    QuestionAsked: PaidFor.QUESTION_ASKED,
    AnswerPosted: PaidFor.ANSWER_POSTED,
    CommentPosted: PaidFor.COMMENT_POSTED,
}

_HANDLERS: Final[dict[type, Callable[..., None]]] = {
    AnswerAccepted: _accept,
    AnswerPosted: _answered,
    AnswerUnaccepted: _unaccept,
    BountyAwarded: _award,
    BountyOffered: _offer,
    Closed: _closed,
    CommentPosted: _commented,
    EditApproved: _approve,
    Opened: _opened,
    QuestionAsked: _asked,
    ReputationAdjusted: _adjust,
    VoteCast: _vote,
    VoteChanged: _change,
    VoteRetracted: _retract,
    VotesCounted: _count,
    VotesInvalidated: _invalidate,
}
