"""A quick look that tells content which needs no closer one."""

from collections import Counter
from operator import attrgetter, lt
from typing import Any

from ._survey import people
from .content import Content
from .feedback import UP
from .ids import PostId
from .users import is_face

_vote_key = attrgetter("post_id", "voter_id")
_reaction_key = attrgetter("post_id", "user_id", "kind")
_kind_key = attrgetter("post_id", "kind")
_post_key = attrgetter("post_id")
_id = attrgetter("id")


def is_sound(content: Content) -> bool:
    """
    Tell whether *content* is surely canonical and its parts fit together.

    False means only that :func:`qathread._parts.reassemble` must decide. Each
    value has been checked by its own class before.
    """
    try:
        return _is_sound(content)
    except (AttributeError, KeyError, TypeError):
        return False  # an item that is not what its place holds


def _is_sound(content: Content) -> bool:
    question = content.question
    if question is None or content.stubs or content.revisions:
        return False
    if content.suggestions or content.flags or content.bounties or content.links:
        return False
    if content.motions:
        return False
    place = {post_id: at for at, post_id in enumerate(content.arrival)}
    answers, comments = content.answers, content.comments
    if not len(place) == len(content.arrival) == 1 + len(answers) + len(comments):
        return False
    rising = [place[post_id] for post_id in map(_id, answers)]
    if not _ascending(rising) or place[question.id] != 0:
        return False
    root_id = question.id
    if any(answer.question_id != root_id for answer in answers):
        return False
    rising = [place[post_id] for post_id in map(_id, comments)]
    above = [place[comment.parent_id] for comment in comments]
    if not _ascending(rising) or not all(map(lt, above, rising)):
        return False
    votes = list(map(_vote_key, content.votes))
    reactions = list(map(_reaction_key, content.reactions))
    tallied = list(map(_post_key, content.tallies))
    if not (_ascending(votes) and _ascending(reactions) and _ascending(tallied)):
        return False
    posts = place.keys()
    if not (
        posts >= {key[0] for key in votes}
        and posts >= {key[0] for key in reactions}
        and posts >= set(tallied)
    ):
        return False
    users = list(map(_id, content.users))
    if not _ascending(users) or not set(users).issuperset(people(content)):
        return False
    if not all(map(is_face, content.users)):
        return False
    accepted = set(content.accepted)
    if len(accepted) != len(content.accepted) or not accepted <= set(map(_id, answers)):
        return False
    return _covered(content)


def _ascending(keys: list[Any]) -> bool:
    return all(map(lt, keys, keys[1:]))


def _covered(content: Content) -> bool:
    """Whether no tally counts less than its known ballots."""
    ups: dict[PostId, int] = {}
    downs: dict[PostId, int] = {}
    for vote in content.votes:
        sums = ups if vote.direction is UP else downs
        sums[vote.post_id] = sums.get(vote.post_id, 0) + vote.weight
    kinds: dict[tuple[PostId, str], int] = {}
    if any(tally.complete or tally.reactions for tally in content.tallies):
        kinds = Counter(map(_kind_key, content.reactions))
    complete: set[PostId] = set()
    for tally in content.tallies:
        post_id = tally.post_id
        if not tally.known:
            return False
        if tally.up is not None and tally.up < ups.get(post_id, 0):
            return False
        if tally.down is not None and tally.down < downs.get(post_id, 0):
            return False
        for kind, count in tally.reactions:
            if count < kinds.pop((post_id, kind), 0):
                return False
        if tally.complete:
            complete.add(post_id)
    # What is left has no entry; a complete tally has one for every kind.
    return not any(post_id in complete for post_id, _ in kinds)
