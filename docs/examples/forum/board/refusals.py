"""Why a rule refused something, in words for the person who tried."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from qathread.errors import PolicyViolation
from qathread.rules import Rule

#: What each rule says to somebody; ``{need}`` and ``{have}`` are its numbers.
_WORDS: Final[dict[str, str]] = {
    Rule.ACCEPT_WHO: "Only whoever asked the question accepts an answer.",
    Rule.ARCHIVED: "This thread is archived. Nothing in it changes any more.",
    Rule.BODY_LENGTH: "The text is not of the right length: it has {have} characters, "
    "and the limit is {need}.",
    Rule.CLOSED: "This question is closed and takes no answers.",
    Rule.CLOSE_REASON: "Please choose one of the reasons in the list.",
    Rule.DELETED: "This post was taken down. It has to be restored first.",
    Rule.DELETE_ACCEPTED: "An accepted answer is not taken down by its author.",
    Rule.DELETE_ANSWERED: "Others have answered this question, so it stays.",
    Rule.DELETE_OWN: "Ask a moderator to take down what you wrote.",
    Rule.DIRECTION: "There is no such vote on a post of this kind.",
    Rule.EDIT_WINDOW: "The time in which you could edit this is over.",
    Rule.FLAG_REASON: "Please choose one of the reasons in the list.",
    Rule.FLAG_REPEATED: "You have flagged this post already. A moderator will look.",
    Rule.HIDDEN: "This is hidden. It has to be shown again first.",
    Rule.LOCKED: "This is locked by a moderator and does not change.",
    Rule.NAME_LENGTH: "Your name is too long to be shown: {have} characters of {need}.",
    Rule.NESTING: "Replies stand no deeper here. Comment on the post above instead.",
    Rule.PENDING: "This waits for approval.",
    Rule.QUOTA: "You have done this {have} times, and the limit is {need}.",
    Rule.REPUTATION: "This needs reputation {need}. You have {have}.",
    Rule.ROLE: "This is for moderators.",
    Rule.SELF_ACCEPT: "You wrote this answer. Accept somebody else's.",
    Rule.SELF_FLAG: "You wrote this post. Edit it or take it down instead.",
    Rule.SELF_VOTE: "You wrote this post, so others vote on it.",
    Rule.STALE_REVISION: "Somebody edited this while you were writing.",
    Rule.SUSPENDED: "Your account is suspended.",
    Rule.TAG_COUNT: "That is the wrong number of tags: {have}, and the limit is "
    "{need}.",
    Rule.TAG_LENGTH: "A tag is {have} characters long, and the limit is {need}.",
    Rule.TITLE_LENGTH: "The title is not of the right length: it has {have} "
    "characters, and the limit is {need}.",
    Rule.VOTE_CLOSED: "This post is too old for votes.",
    Rule.VOTE_LOCKED: "Your vote has stood too long to be changed.",
}


#: What was there instead is the id of an account, which tells nobody anything.
_ABOUT_PEOPLE: Final = frozenset(
    {Rule.SELF_VOTE, Rule.SELF_FLAG, Rule.SELF_ACCEPT, Rule.ACCEPT_WHO}
)


@frozen(kw_only=True)
class Refusal:
    """
    A refusal as a page shows it.

    Attributes:
        text: What is wrong, in a sentence.
        rule: Which rule it was.
        need: What the rule asks for, if that is one value.
        have: What was there instead.
        retry_at: When it will be allowed; None: waiting does not help.
        wait: How long that is, in words.
    """

    text: str
    rule: str
    need: str
    have: str
    retry_at: datetime | None
    wait: str

    def as_json(self) -> dict[str, str | None]:
        """Return what a script shows."""
        retry = None if self.retry_at is None else self.retry_at.isoformat()
        return {"refused": self.told(), "rule": self.rule, "retry_at": retry}

    def told(self) -> str:
        """Return all of it as one text."""
        return f"{self.text} Try again {self.wait}." if self.wait else self.text


def refusal(error: PolicyViolation, at: datetime) -> Refusal:
    """Put a refusal into words; *at* is when it happened."""
    need = "" if error.need is None else str(error.need)
    known = error.have is not None and error.rule not in _ABOUT_PEOPLE
    have = str(error.have) if known else ""
    words = _WORDS.get(error.rule)
    text = (
        f"{error.message[:1].upper()}{error.message[1:]}."
        if words is None
        else words.format(need=need or "more", have=have or "none that is known")
    )
    return Refusal(
        text=text,
        rule=str(error.rule).replace("_", " "),
        need=need,
        have=have,
        retry_at=error.retry_at,
        wait="" if error.retry_at is None else _wait(error.retry_at - at),
    )


def _wait(left: timedelta) -> str:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    if minutes < 120:
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    hours = -(-minutes // 60)
    if hours < 48:
        return f"in {hours} hours"
    return f"in {-(-hours // 24)} days"
