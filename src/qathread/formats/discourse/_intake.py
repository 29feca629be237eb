"""Finds topics and posts in documents of the API of Discourse."""

from collections.abc import Mapping
from typing import Final

from attrs import define, field

from ...errors import FormatError, excerpt
from .._json import Place, shown
from .._json_files import Records, documents
from .._report import Collector
from .._sources import Input

__all__ = ["Copy", "Topic", "topics_of"]

_WANTED: Final = "topics or posts of Discourse as JSON"
_LISTS: Final = ("latest_posts", "posts")


@define(eq=False)
class Copy:
    """An object as one document shows it, and its place."""

    members: Mapping[str, object]
    where: Place


@define(eq=False)
class Topic:
    """
    What was delivered of one topic.

    Attributes:
        id: Its id.
        copies: Its own members, once for each document.
        listed: The same of lists of topics, which say less.
        stream: The ids of all its posts, as far as they are named.
        posts: Copies of posts by id, in order of appearance.
    """

    id: str
    copies: list[Copy] = field(factory=list)
    listed: list[Copy] = field(factory=list)
    stream: dict[str, None] = field(factory=dict)
    posts: dict[str, list[Copy]] = field(factory=dict)


def topics_of(input: Input) -> list[Topic]:
    """
    Return what *input* holds, topic by topic, in order of appearance.

    Raises:
        FormatError: If there is none; if strict, at any damage.
        LossError: If strict, where something is no topic and no post.
        OSError: If a file of a folder cannot be opened.
    """
    intake = _Intake(input)
    for where, value in documents(input, _WANTED):
        intake.take(value, where)
    return intake.whole()


class _Intake:
    def __init__(self, input: Input) -> None:
        self._report: Collector = input.report
        self._records = Records(input.limits, input.report)
        self._topics: dict[str, Topic] = {}
        self._met = ""  # what was there in place of topics
        self._problem: FormatError | None = None

    def take(self, document: object, where: Place) -> None:
        """Take in one document."""
        self._records.next_document()
        if isinstance(document, list):
            for index, each in enumerate(document):
                self._value(each, where.down(index))
            if not document:
                self._met = self._met or "an empty list"
        else:
            self._value(document, where)

    def whole(self) -> list[Topic]:
        """Return the topics that have posts; tell of those that have none."""
        if not self._topics and not self._records.total:
            if self._problem is not None:
                raise self._problem
            what = self._met or "nothing of it is whole"
            raise self._report.error(
                "not-this-format", f"{_WANTED} expected, this is {what}"
            )
        found = list[Topic]()
        for topic in self._topics.values():
            if topic.copies or topic.posts:
                found.append(topic)
            else:
                self._report.loss(
                    "posts-missing",
                    "a topic that is listed without its posts makes no thread: read "
                    "/t/ID.json of it",
                    f"{topic.listed[0].where}: {topic.id}",
                    kind="skipped",
                )
        return found

    def _value(self, value: object, where: Place) -> None:
        if not isinstance(value, dict):
            self._other(shown(value), where)
            return
        topic_list = value.get("topic_list")
        topics = topic_list.get("topics") if isinstance(topic_list, dict) else None
        if isinstance(value.get("post_stream"), dict):
            self._topic(value, where)
        elif isinstance(topics, list):
            for index, each in enumerate(topics):
                here = where.down("topic_list", "topics", index)
                self._listed(each, here)
            if isinstance(topic_list, dict) and topic_list.get("more_topics_url"):
                self._report.tell(
                    "has-more",
                    "a list of topics says that more follow: it is not complete",
                    str(where.down("topic_list")),
                )
            self._beside(value, "topic_list", where)
            if isinstance(topic_list, dict):
                self._beside(topic_list, "topics", where.down("topic_list"))
        elif _is_post(value):
            self._post(value, None, where)
        elif "errors" in value or "error_type" in value:
            self._failed(value, where)
        else:
            name = next((n for n in _LISTS if isinstance(value.get(n), list)), None)
            posts = value.get(name) if name is not None else None
            if name is None or not isinstance(posts, list) or "topics" in value:
                self._other("an object that is no topic and no post", where)
                return
            for index, each in enumerate(posts):
                self._post(each, None, where.down(name, index))
            self._beside(value, name, where)

    def _beside(self, value: Mapping[str, object], name: str, where: Place) -> None:
        """Tell of what an answer says of itself; it belongs to no topic."""
        more = sorted(set(value) - {name, "more_topics_url"})
        if more:
            self._report.tell(
                "answer-members",
                "what an answer says beside its list is in no thread",
                f"{where}: {', '.join(more)}",
            )

    def _topic(self, value: Mapping[str, object], where: Place) -> None:
        stream = value["post_stream"]
        assert isinstance(stream, dict)
        rest = dict(stream)
        found: dict[str, list[object]] = {}
        for name in ("posts", "stream"):
            each = stream.get(name)
            if isinstance(each, list):
                found[name] = each
                del rest[name]
            elif each is not None:
                self._unfit("a list", each, where.down("post_stream", name))
        posts = found.get("posts", [])
        first = posts[0] if posts else None
        topic_id = _id(value.get("id"))
        if topic_id is None and isinstance(first, dict):
            topic_id = _id(first.get("topic_id"))
        if topic_id is None:
            self._unfit("an id", value.get("id"), where.down("id"))
        else:
            self._records.add(where)
            topic = self._of(topic_id)
            for index, each in enumerate(found.get("stream", ())):
                if (post_id := _id(each)) is not None:
                    topic.stream.setdefault(post_id)
                    continue
                self._unfit("an id", each, where.down("post_stream", "stream", index))
            members = {n: v for n, v in value.items() if n not in ("id", "post_stream")}
            if rest:
                members["post_stream"] = rest
            topic.copies.append(Copy(members, where))
        for index, each in enumerate(posts):
            here = where.down("post_stream", "posts", index)
            self._post(each, topic_id, here)

    def _listed(self, value: object, where: Place) -> None:
        topic_id = _id(value.get("id")) if isinstance(value, dict) else None
        if not isinstance(value, dict) or topic_id is None:
            self._other("a topic without an id", where)
            return
        self._records.add(where)
        members = {name: each for name, each in value.items() if name != "id"}
        self._of(topic_id).listed.append(Copy(members, where))

    def _post(self, value: object, topic_id: str | None, where: Place) -> None:
        if not isinstance(value, dict) or not _is_post(value):
            self._other(f"{shown(value)} that is no post", where)
            return
        self._records.add(where)
        stated = _id(value.get("topic_id"))
        members = {n: v for n, v in value.items() if n not in ("id", "topic_id")}
        if stated is None and value.get("topic_id") is not None:
            members["topic_id"] = value["topic_id"]
        if topic_id is None:
            topic_id = stated
        elif stated not in (None, topic_id):
            self._report.damage(
                "wrong-parent",
                "a post names another topic than the one it is in: the latter is "
                "taken, extra holds what it says",
                f"{where.down('topic_id')}: {stated}, not {topic_id}",
            )
            members["topic_id"] = value["topic_id"]
        if topic_id is None:
            self._report.damage(
                "missing-parent",
                "a post does not say which topic it is in: it is left out",
                f"{where}: {value['id']}",
                kind="skipped",
            )
            return
        post_id = str(value["id"])
        self._of(topic_id).posts.setdefault(post_id, []).append(Copy(members, where))

    def _of(self, topic_id: str) -> Topic:
        topic = self._topics.get(topic_id)
        if topic is None:
            topic = self._topics[topic_id] = Topic(topic_id)
        return topic

    def _failed(self, value: Mapping[str, object], where: Place) -> None:
        said = [each for each in _list(value.get("errors")) if isinstance(each, str)]
        stated = value.get("error_type")
        words = f" {stated!r}" if isinstance(stated, str) else ""
        text = f", it says {excerpt(said[0], 100)!r}" if said else ""
        problem = f"an error answer{excerpt(words, 60)}{text}"
        if self._problem is None:
            self._problem = self._report.error(
                "not-this-format", f"{_WANTED} expected, this is {problem}"
            )
        self._report.damage(
            "error-answer",
            "an answer that is an error holds no posts",
            f"{where}: {problem}",
            kind="skipped",
            error="not-this-format",
        )

    def _unfit(self, wanted: str, value: object, where: Place) -> None:
        self._report.damage(
            "field",
            "a member of a topic is not what it has to be: it is left out",
            f"{where}: {shown(value)}, not {wanted}",
            kind="skipped",
        )

    def _other(self, what: str, where: Place) -> None:
        self._met = self._met or what
        self._report.loss(
            "unknown-item",
            "something that is no topic and no post is passed over",
            f"{where}: {what}",
            kind="skipped",
        )


def _is_post(value: Mapping[str, object]) -> bool:
    if _id(value.get("id")) is None:
        return False
    if type(value.get("post_number")) is int:
        return True
    return "topic_id" in value and ("cooked" in value or "raw" in value)


def _id(value: object) -> str | None:
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    return None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
