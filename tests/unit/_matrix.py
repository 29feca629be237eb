"""
What a thread is without the parts that a loss report names.

Each code of the writers' vocabulary has a function that takes the part out of a thread,
written as plain data. Two threads that are equal without the reported parts, and not
without fewer, show that a report lists exactly what was lost.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from qathread import Thread, to_dict

__all__ = ["ERASE", "differing", "without"]

Data = dict[str, Any]


def without(thread: Thread, codes: Iterable[str]) -> Data:
    """
    Return *thread* as plain data without some parts.

    Args:
        thread: Any thread.
        codes: Codes of losses; one that no part is known for raises KeyError.
    """
    data = to_dict(thread)
    data.pop("version", None)
    wanted = set(codes)
    for code, erase in ERASE.items():
        if code in wanted:
            erase(data)
            wanted.discard(code)
    for code in sorted(wanted):
        RENAMING[code]  # an unknown code is a mistake of ours
    for code, rename in RENAMING.items():
        if code in wanted:
            rename(data)
    _settle(data)
    return data


def differing(a: object, b: object, path: str = "") -> Iterator[str]:
    """Yield the places in which two plain values differ, at most one per branch."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            yield from differing(a.get(key), b.get(key), f"{path}/{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from differing(one, other, f"{path}/{index}")
    elif a != b:
        yield f"{path}: {str(a)[:150]} | {str(b)[:150]}"


# -- what parts there are --------------------------------------------------------


def _posts(data: Data) -> Iterator[Data]:
    if data["question"] is not None:
        yield data["question"]
    yield from data["answers"]
    yield from data["comments"]


def _root_id(data: Data) -> str:
    if data["question"] is not None:
        return str(data["question"]["id"])
    named = {answer["question_id"] for answer in data["answers"]}
    loose = [stub["id"] for stub in data["stubs"] if stub["parent_id"] is None]
    return str(next((each for each in loose if not named or each in named), loose[0]))


def _each_post(**values: Any) -> Callable[[Data], None]:
    def erase(data: Data) -> None:
        for post in _posts(data):
            for name, value in values.items():
                if name in post:
                    post[name] = value

    return erase


def _each(part: str, **values: Any) -> Callable[[Data], None]:
    def erase(data: Data) -> None:
        for record in data[part]:
            record.update(values)

    return erase


def _no(part: str) -> Callable[[Data], None]:
    def erase(data: Data) -> None:
        data[part] = []

    return erase


def _flat(data: Data) -> None:
    """Put replies to comments where the topmost comment of their branch stands."""
    comments = {comment["id"]: comment for comment in data["comments"]}
    for comment in data["comments"]:
        above = comment["parent_id"]
        while above in comments:
            above = comments[above]["parent_id"]
        comment["parent_id"] = above


def _under_root(data: Data) -> None:
    """Put comments on answers, with what is under them, under the root."""
    answers, root = {answer["id"] for answer in data["answers"]}, _root_id(data)
    for comment in data["comments"]:
        if comment["parent_id"] in answers:
            comment["parent_id"] = root


def _no_answers(data: Data) -> None:
    for answer in data["answers"]:
        answer["parent_id"] = answer.pop("question_id")
        data["comments"].append(answer)
    data["answers"], data["accepted"] = [], []


def _no_stubs(data: Data) -> None:
    """Put orphans under the root, and take all stubs but that of the root away."""
    root = _root_id(data)
    stubs = {stub["id"] for stub in data["stubs"]} - {root}
    for comment in data["comments"]:
        if comment["parent_id"] in stubs:
            comment["parent_id"] = root
    data["stubs"] = [
        {"id": root, "parent_id": None, "count": None, "child_ids": [], "cursor": None}
        for stub in data["stubs"]
        if stub["id"] == root
    ]


def _no_root(data: Data) -> None:
    """Forget whether the first post is at hand, and all that it says."""
    root = _root_id(data)
    data["question"] = None
    data["arrival"] = [each for each in data["arrival"] if each != root]
    data["tallies"] = [each for each in data["tallies"] if each["post_id"] != root]
    if all(stub["id"] != root for stub in data["stubs"]):
        bare: Data = {"id": root, "parent_id": None, "count": None, "child_ids": []}
        data["stubs"].append(bare | {"cursor": None})


def _no_marks(data: Data) -> None:
    closed = data["status"]["closed"]
    data["status"] = dict.fromkeys(data["status"])
    data["status"]["closed"] = closed
    for post in _posts(data):
        post["status"] = dict.fromkeys(post["status"])


def _bare_marks(data: Data) -> None:
    holders = [data["status"]]
    for post in _posts(data):
        holders += [post["status"], post]
    for holder in holders:
        for name in ("closed", "locked", "protected", "pinned", "archived", "hidden"):
            _bare(holder, name)
        for name in ("wiki", "pending", "deleted", "removed"):
            _bare(holder, name)


def _bare(holder: Data, name: str) -> None:
    if holder.get(name) is not None:
        holder[name] = True


def _no_closed(data: Data) -> None:
    data["status"]["closed"] = None


def _one_way_down(data: Data) -> None:
    for post in _posts(data):
        gone = post["deleted"] or post["removed"]
        post["deleted"], post["removed"] = gone, None


def _no_deleted_text(data: Data) -> None:
    gone = set()
    for post in _posts(data):
        if post["deleted"] is not None or post["removed"] is not None:
            post["body"] = None
            gone.add(post["id"])
            if "title" in post:
                post["title"] = None
    data["revisions"] = [r for r in data["revisions"] if r["post_id"] not in gone]


def _whole_seconds(data: Data) -> None:
    for post in _posts(data):
        for name in ("created_at", "edited_at"):
            if post[name] is not None:
                post[name] = post[name].partition(".")[0].removesuffix("Z") + "Z"


def _only_scores(data: Data) -> None:
    for tally in data["tallies"]:
        tally["up"] = tally["down"] = None


def _no_scores(data: Data) -> None:
    """Forget scores; what ups and downs tell stays told by them."""
    for tally in data["tallies"]:
        tally["score"] = None


def _only_authors(data: Data) -> None:
    authors = {post["author_id"] for post in _posts(data)}
    data["users"] = [user for user in data["users"] if user["id"] in authors]


def _no_origins(data: Data) -> None:
    data["provenance"] = None
    for post in _posts(data):
        post["provenance"] = None


def _each_origin(name: str, value: Any) -> Callable[[Data], None]:
    def erase(data: Data) -> None:
        for holder in (data, *_posts(data)):
            if holder["provenance"] is not None:
                holder["provenance"][name] = value

    return erase


def _no_type(data: Data) -> None:
    for holder in (*_posts(data), *data["revisions"], *data["suggestions"]):
        if holder["body"] is not None:
            holder["body"]["media_type"] = None


def _no_language(data: Data) -> None:
    for holder in (*_posts(data), *data["revisions"], *data["suggestions"]):
        if holder["body"] is not None:
            holder["body"]["language"] = None


def _no_order(data: Data) -> None:
    data["arrival"] = None


def _no_body(data: Data) -> None:
    for post in _posts(data):
        post["body"] = None


def _no_tags(data: Data) -> None:
    if data["question"] is not None:
        data["question"]["tags"] = []
    for revision in data["revisions"]:
        revision["tags"] = []


def _no_title(data: Data) -> None:
    if data["question"] is not None:
        data["question"]["title"] = None
    for revision in data["revisions"]:
        revision["title"] = None


#: What takes a part out, by code; structure first, since the rest builds on it.
ERASE: Final[Mapping[str, Callable[[Data], None]]] = {
    "stubs": _no_stubs,
    "orphans": _no_stubs,
    "nesting": _flat,
    "comments-on-answers": _under_root,
    "answers": _no_answers,
    "root-missing": _no_root,
    "kind": lambda data: data.update(kind=None),
    "order": _no_order,
    "title": _no_title,
    "tags": _no_tags,
    "views": _each_post(views=None),
    "accepted": _no("accepted"),
    "body": _no_body,
    "media-types": _no_type,
    "languages": _no_language,
    "created": _each_post(created_at=None),
    "edited": _each_post(edited_at=None),
    "fractions": _whole_seconds,
    "author-names": _each_post(author_name=None),
    "user-names": _each("users", name=None),
    "handles": _each("users", handle=None),
    "levels": _each("users", level=None),
    "user-kinds": _each("users", kind=None),
    "users": _only_authors,
    "scores": _no_scores,
    "up-and-down": _only_scores,
    "reaction-counts": _each("tallies", reactions=[], complete=False),
    "estimates": _each("tallies", exact=True),
    "votes": _no("votes"),
    "reactions": _no("reactions"),
    "closed": _no_closed,
    "marks": _no_marks,
    "mark-details": _bare_marks,
    "deleted-text": _no_deleted_text,
    "deleted-or-removed": _one_way_down,
    "deleted": _each_post(deleted=None, removed=None),
    "revision-numbers": _each_post(revision=1),
    "revisions": _no("revisions"),
    "suggestions": _no("suggestions"),
    "bounties": _no("bounties"),
    "flags": _no("flags"),
    "motions": _no("motions"),
    "links": _no("links"),
    "declared": _each_origin("declared", []),
    "extra": _each_origin("extra", None),
    "unzoned": _each_origin("zone_stated", None),
    "precision": _each_origin("time_precision", None),
    "provenance": _no_origins,
    "version": lambda data: None,
}


# -- names -----------------------------------------------------------------------


def _renamed(data: Data, names: Mapping[str, str], keys: frozenset[str]) -> None:
    """Give new names to all ids under some keys, wherever they stand."""
    waiting: list[Any] = [data]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            for key, value in held.items():
                if key in keys and isinstance(value, str):
                    held[key] = names.get(value, value)
                elif key in keys and isinstance(value, list):
                    held[key] = [
                        names.get(each, each) if isinstance(each, str) else each
                        for each in value
                    ]
                if isinstance(held[key], dict | list):
                    waiting.append(held[key])
        elif isinstance(held, list):
            waiting += (each for each in held if isinstance(each, dict | list))


_POST_KEYS: Final = frozenset(
    {"post_id", "parent_id", "question_id", "answer_id", "child_ids", "accepted"}
)
_USER_KEYS: Final = frozenset(
    {"author_id", "by_id", "user_id", "voter_id", "editor_id"}
)


def _looks(post: Data) -> tuple[str, ...]:
    body = post["body"]
    return (
        str(post["created_at"]),
        str(body and body["source"]),
        str(post["author_name"]),
    )


def _name_posts(data: Data) -> None:
    """Name posts by where they stand: by time and text among those beside them."""
    below: dict[str, list[Data]] = {}
    for post in (*data["answers"], *data["comments"]):
        below.setdefault(post.get("question_id") or post["parent_id"], []).append(post)
    for stub in data["stubs"]:
        if stub["parent_id"] is not None:
            below.setdefault(stub["parent_id"], []).append(
                stub | {"created_at": None, "body": None, "author_name": None}
            )
    root = _root_id(data)
    names, waiting = {root: "p"}, [root]
    while waiting:
        above = waiting.pop()
        found = sorted(below.get(above, ()), key=_looks)
        for number, post in enumerate(found):
            names[post["id"]] = f"{names[above]}.{number}"
            waiting.append(post["id"])
    _renamed(data, names, _POST_KEYS)
    for record in (*_posts(data), *data["stubs"]):
        record["id"] = names.get(record["id"], record["id"])
    if data["arrival"] is not None:
        data["arrival"] = [names.get(each, each) for each in data["arrival"]]
    for tally in data["tallies"]:
        tally["post_id"] = names.get(tally["post_id"], tally["post_id"])


def _name_users(data: Data) -> None:
    """Name people by the first post that they wrote, others by what is known."""
    names: dict[str, str] = {}
    order = {each: n for n, each in enumerate(data["arrival"] or ())}
    posts = sorted(
        _posts(data), key=lambda post: (order.get(post["id"], 0), post["id"])
    )
    for post in posts:
        names.setdefault(post["author_id"], f"u{len(names)}")
    idle = (user for user in data["users"] if user["id"] not in names)
    for user in sorted(idle, key=lambda user: (str(user["name"]), user["id"])):
        names[user["id"]] = f"v{len(names)}"
    _renamed(data, names, _USER_KEYS)
    for user in data["users"]:
        user["id"] = names.get(user["id"], user["id"])


def _one_each(data: Data) -> None:
    """Make everybody one person per post: who wrote several posts is not known."""
    for post in _posts(data):
        post["author_id"] = None
    data["users"] = sorted(
        {(user["name"], user["kind"]) for user in data["users"]}, key=str
    )


#: What takes ids away, by code; after all other parts are gone.
RENAMING: Final[Mapping[str, Callable[[Data], None]]] = {
    "thread-id": lambda data: data.update(id=None),
    "post-ids": _name_posts,
    "user-ids": _name_users,
    "users-merged": _one_each,
}


def _settle(data: Data) -> None:
    """Drop what says nothing and sort what has no order of its own."""
    for tally in data["tallies"]:
        if tally["up"] is not None and tally["down"] is not None:
            tally["score"] = None  # told by the two
    data["tallies"] = [
        tally
        for tally in data["tallies"]
        if tally["reactions"]
        or tally["complete"]
        or not tally["up"] is tally["down"] is tally["score"] is None
    ]
    for part, value in data.items():
        if isinstance(value, list) and part not in ("arrival", "accepted"):
            value.sort(key=str)
