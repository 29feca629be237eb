"""Which posts of the API belong to one thread."""

from attrs import define, field

from ...posts import PostKind
from .._report import Collector
from ._fields import PARENT_NAMES
from ._merge import Merged

__all__ = ["Group", "grouped"]


@define
class Group:
    """
    What belongs to one thread.

    Attributes:
        question: Its root, if that was delivered.
        answers: In order of appearance.
        comments: Each with the post that it is on, if that was delivered.
    """

    question: Merged | None = None
    answers: list[Merged] = field(factory=list)
    comments: list[tuple[Merged, Merged | None]] = field(factory=list)


def grouped(posts: list[Merged], report: Collector) -> dict[int, Group]:
    """Return what belongs together, by the id of the root."""
    questions = {post.number: post for post in posts if post.kind is PostKind.QUESTION}
    answers = {post.number: post for post in posts if post.kind is PostKind.ANSWER}
    groups: dict[int, Group] = {}
    for post in posts:
        if post.kind is PostKind.QUESTION:
            groups.setdefault(post.number, Group()).question = post
            continue
        if post.parent is None:
            _report_orphan(post, report)
            continue
        if post.kind is PostKind.ANSWER:
            groups.setdefault(post.parent, Group()).answers.append(post)
            continue
        question, answer = questions.get(post.parent), answers.get(post.parent)
        if answer is not None and answer.parent is None:
            answer = None
        on_answer = post.parent_kind is PostKind.ANSWER
        above = (answer or question) if on_answer else (question or answer)
        if above is not None and post.parent_kind not in (None, above.kind):
            report.damage(
                "wrong-parent",
                "a comment names a post of another kind: it is put under that post",
                f"{post.place}: comment {post.number} on {above.kind} {above.number}",
            )
        root = post.parent
        if above is not None and above.kind is PostKind.ANSWER:
            root = above.parent if above.parent is not None else root
        groups.setdefault(root, Group()).comments.append((post, above))
    return groups


def _report_orphan(post: Merged, report: Collector) -> None:
    report.damage(
        "missing-parent",
        "a post does not say what it stands under: it is left out; ask the API for "
        "the ids too",
        f"{post.place}: {post.kind} {post.number} has no {PARENT_NAMES[post.kind]}",
        kind="skipped",
    )
