"""Given to ``manage.py shell`` after a load run: prints the votes that were kept."""

import json
from collections import defaultdict

from accounts.models import User as Account  # type: ignore[import-not-found]
from board.storage import STORE  # type: ignore[import-not-found]

from qathread.events import VoteCast, VoteChanged, VoteRetracted
from qathread.stores import ThreadQuery

names = {str(pk): name for pk, name in Account.objects.values_list("pk", "username")}
found: dict[str, dict[str, dict[str, object]]] = {}
for summary in STORE.find(ThreadQuery(), None, 200).items:
    thread = STORE.load(summary.id)
    presses: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for event in STORE.history(summary.id):
        if isinstance(event, VoteCast | VoteChanged | VoteRetracted):
            presses[event.post_id][names[event.by.id]] += 1
    standing = {
        (vote.post_id, names[vote.voter_id]): vote.direction.value
        for vote in thread.votes
    }
    for post_id, voters in presses.items():
        found[post_id] = {
            voter: {"presses": count, "stands": standing.pop((post_id, voter), None)}
            for voter, count in voters.items()
        }
    # A vote that stands and that nothing tells of.
    for (post_id, voter), direction in standing.items():
        found.setdefault(post_id, {})[voter] = {"presses": 0, "stands": direction}
print(json.dumps(found))
