"""The columns of each kind of row."""

from typing import Literal, TypedDict

__all__ = [
    "ChatPair",
    "ChatUnpaired",
    "Conversation",
    "Message",
    "Messages",
    "Pair",
    "Preferred",
    "Told",
    "Turn",
    "Unpaired",
]


class Message(TypedDict):
    """One turn of a chat."""

    role: Literal["user", "assistant"]
    content: str


# What the row says is in ``from``, a name that only this way of writing allows.
Turn = TypedDict("Turn", {"from": Literal["human", "gpt"], "value": str})


class _Origin(TypedDict):
    thread_id: str
    question_author: str
    license: str | None
    url: str | None


class Preferred(_Origin):
    score_chosen: int
    score_rejected: int
    chosen_id: str
    rejected_id: str
    author: str
    rejected_author: str
    rejected_license: str | None


class Pair(Preferred):
    """
    A question, and the better and the worse of two answers.

    The scores are those of :func:`grade`; *author* and *license* are those of the
    chosen answer. An author is a name, or else an id.
    """

    prompt: str
    chosen: str
    rejected: str


class ChatPair(Preferred):
    """A :class:`Pair` with each text as a list of one message."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]


class _Judged(_Origin):
    label: bool
    score: int
    answer_id: str
    author: str


class Unpaired(_Judged):
    """A question and one answer; *label* tells whether people liked it."""

    prompt: str
    completion: str


class ChatUnpaired(_Judged):
    """An :class:`Unpaired` with each text as a list of one message."""

    prompt: list[Message]
    completion: list[Message]


class Told(_Origin):
    score: int
    answer_id: str
    author: str


class Messages(Told):
    """A question and its best answer, as chat formats have them."""

    messages: list[Message]


class Conversation(Told):
    """The same in the form of ShareGPT."""

    conversations: list[Turn]
