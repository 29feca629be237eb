r"""
Data for language models: which answer people preferred, with licence and authors.

Rows are plain dictionaries of text and integers, made lazily, one thread after the
other; :func:`write` puts them into JSON Lines or Parquet, the same bytes each time.
Deleted posts, and answers whose score is not known, are in no row.

>>> from datetime import UTC, datetime
>>> from qathread import UP, User, posting, voting
>>> ada, ben = User(id="ada", name="Ada"), User(id="ben", name="Ben")
>>> who = {"by": ada, "at": datetime(2026, 1, 1, tzinfo=UTC)}
>>> thread = posting.ask("q", title="How hot?", body="Mine is bitter.", **who)
>>> thread = posting.answer(thread, "Boil, then pour.", **who)
>>> thread = posting.answer(thread, "Cool it to 75 degrees.", **{**who, "by": ben})
>>> thread = voting.cast(thread, "q.3", UP, **who)
>>> (row,) = pairs([thread])
>>> row["prompt"], row["chosen"], row["rejected"]
('How hot?\n\nMine is bitter.', 'Cool it to 75 degrees.', 'Boil, then pour.')
>>> row["score_chosen"], row["score_rejected"], row["author"]
(1, 0, 'Ben')
"""

from ._cases import Duplicates
from ._grades import grade, similarity
from ._kinds import (
    ChatPair,
    ChatUnpaired,
    Conversation,
    Message,
    Messages,
    Pair,
    Turn,
    Unpaired,
)
from ._rows import (
    chat_pairs,
    chat_unpaired,
    conversations,
    messages,
    pairs,
    unpaired,
)
from ._splits import split
from ._writing import write

__all__ = [
    "ChatPair",
    "ChatUnpaired",
    "Conversation",
    "Duplicates",
    "Message",
    "Messages",
    "Pair",
    "Turn",
    "Unpaired",
    "chat_pairs",
    "chat_unpaired",
    "conversations",
    "grade",
    "messages",
    "pairs",
    "similarity",
    "split",
    "unpaired",
    "write",
]
