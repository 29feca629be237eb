"""Drafts of the posts of one thread, from the nodes that a page has of them."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from itertools import chain
from typing import Final

from ...errors import excerpt
from ...posts import PostKind
from .._html_tree import address
from .._json import Place
from .._report import Collector
from ._counters import take_counts
from ._drafts import Draft, Found, digest
from ._nodes import Node, Source, each, types_of
from ._people import take_author
from ._props import Props
from ._words import DELETED, EXTENSION, MAIN, is_iri

__all__ = ["Posts"]

#: Where further threads can stand in a node.
_WITHIN: Final = (
    "@graph",
    "@included",
    "mainEntity",
    "hasPart",
    "itemListElement",
    "item",
    "about",
)
#: Where replies stand, and whether they are the accepted answers.
_REPLIES: Final = ("acceptedAnswer", "suggestedAnswer", "comment")
_BODY: Final = ("text", "articleBody")
#: What makes a post of a node, rather than the place of one.
_TOLD: Final = frozenset(
    (
        *_BODY,
        "author",
        "creator",
        "creativeWorkStatus",
        "dateCreated",
        "dateModified",
        "datePublished",
        "headline",
        "image",
        "name",
        "sharedContent",
        "video",
    )
)


class Posts:
    """
    Finds the threads of one source.

    Args:
        source: The nodes of a page.
        report: Hears of what does not fit.
        zone: The zone of times that state none.
    """

    def __init__(self, source: Source, report: Collector, zone: tzinfo | None) -> None:
        self._source, self._report, self._zone = source, report, zone
        self._met: set[int] = set()
        self._kinds: dict[str, PostKind] = {}  # of posts by id, in one thread

    def threads(self) -> Iterator[Found]:
        """Yield the threads in order of appearance."""
        found: list[Found] = []
        loose: list[tuple[Mapping[str, object], Place]] = []
        visited: set[int] = set()
        waiting: list[tuple[object, Place, Mapping[str, object] | None]] = [
            (node, place, None) for node, place in reversed(self._source.tops)
        ]
        while waiting:
            value, place, page = waiting.pop()
            node = self._source.resolved(value)
            if node is None or id(node) in visited:
                continue
            visited.add(id(node))
            place = _place_of(node, value, place)
            types = types_of(node)
            if any(name in MAIN for name in types):
                if id(node) not in self._met:
                    found.append(self._thread(node, place, page))
                continue
            if ("Answer" in types or "Comment" in types) and "parentItem" in node:
                loose.append((node, place))
                continue
            for name in reversed(_WITHIN):
                about = node if name == "mainEntity" else page
                values = list(each(node.get(name)))
                below, several = place.down(name), len(values) > 1
                waiting.extend(
                    (each_value, below.down(at) if several else below, about)
                    for at, each_value in reversed(list(enumerate(values)))
                )
        self._place(loose, found)
        yield from found

    def _place(
        self, loose: list[tuple[Mapping[str, object], Place]], found: list[Found]
    ) -> None:
        """Put posts that stand alone where they say that they belong."""
        waiting: dict[object, list[tuple[Mapping[str, object], Place]]] = {}
        for node, place in loose:
            if id(node) not in self._met:
                above = self._named(node.get("parentItem"))
                waiting.setdefault(above, []).append((node, place))
        queue = [(draft.id, each) for each in found for draft in each.drafts]
        while waiting and queue:
            parent_id, thread = queue.pop()
            for node, place in waiting.pop(parent_id, ()):
                kind = "comment"
                if thread.is_qa and "Answer" in types_of(node):
                    kind = "suggestedAnswer"
                before = len(thread.drafts)
                self._under(node, place, thread, thread.root, kind)
                queue.extend((draft.id, thread) for draft in thread.drafts[before:])
        for _, place in chain.from_iterable(waiting.values()):
            self._report.damage(
                "missing-parent",
                "a reply to a post that is not on the page: it is left out",
                str(place),
                kind="skipped",
            )

    def _named(self, value: object) -> str | None:
        """Return the id in a reference, whichever way it names a node."""
        for part in each(value):
            if isinstance(part, dict):
                names = Props(part, Place(""), self._report, None)
                return (
                    self._address(names.name("@id"))
                    or names.name("identifier")
                    or self._address(names.name("url"))
                )
            return str(part) if isinstance(part, str | int) else None
        return None

    # -- one thread --------------------------------------------------------------

    def _thread(
        self,
        node: Mapping[str, object],
        place: Place,
        page: Mapping[str, object] | None,
    ) -> Found:
        is_qa = "Question" in types_of(node)
        about: object = page
        if not is_qa:
            pages = [p for p in each(node.get("mainEntityOfPage"))]
            about = pages[0] if pages else None
        thread_id = None
        if isinstance(about, dict):
            names = Props(about, place, self._report, None)
            thread_id = self._address(self._iri(names)) or names.name("identifier")
        thread = Found([], is_qa, thread_id, self._source.name)
        self._kinds.clear()
        self._under(node, place, thread, None, "")
        return thread

    def _under(
        self,
        node: Mapping[str, object],
        place: Place,
        thread: Found,
        parent: Draft | None,
        relation: str,
    ) -> None:
        """Add a node and all below it to a thread."""
        taken: dict[str, str] = {}
        waiting: list[tuple[object, Place, Draft | None, str]] = [
            (node, place, parent, relation)
        ]
        while waiting:
            value, place, parent, relation = waiting.pop()
            found = self._source.resolved(value)
            if found is None:
                if not isinstance(value, str) or not value.strip():
                    continue
                found = {"@id" if is_iri(value) else "text": value}
            if id(found) in self._met:
                continue  # one element may be the suggested and the accepted answer
            self._met.add(id(found))
            place = _place_of(found, value, place)
            props = Props(found, place, self._report, self._zone)
            draft = self._draft(found, props, parent, relation)
            replies = [(name, props.take(name)) for name in _REPLIES]
            self._finish(found, draft, props, taken)
            thread.drafts.append(draft)
            for name, values in reversed(replies):
                below = place.down(name)
                several = len(values) > 1
                waiting.extend(
                    (each_value, below.down(at) if several else below, draft, name)
                    for at, each_value in reversed(list(enumerate(values)))
                )

    def _draft(
        self,
        node: Mapping[str, object],
        props: Props,
        parent: Draft | None,
        relation: str,
    ) -> Draft:
        kind: PostKind | None = PostKind.COMMENT
        types = types_of(node)
        if parent is None:
            kind = PostKind.QUESTION
        elif parent.parent is None and (relation != "comment" or "Answer" in types):
            kind = PostKind.ANSWER
        if not any(name in props for name in _TOLD):
            kind = None
        draft = Draft(kind, str(props.where), parent)
        draft.accepted = relation == "acceptedAnswer" and kind is PostKind.ANSWER
        return draft

    # -- one post ----------------------------------------------------------------

    def _finish(
        self,
        node: Mapping[str, object],
        draft: Draft,
        props: Props,
        taken: dict[str, str],
    ) -> None:
        iri, own = self._address(self._iri(props)), props.name("identifier")
        draft.url = self._address(props.name("url"))
        parent = props.take("parentItem")
        if parent:
            draft.above = self._named(parent)
        self._body(draft, props)
        self._heading(draft, props, is_qa="Question" in types_of(node))
        draft.author, draft.people = take_author(props, self._source, self._report)
        draft.created = props.time("datePublished")
        made = props.time("dateCreated") if draft.created is None else None
        draft.created = draft.created or made
        draft.edited = props.time("dateModified")
        draft.precision, draft.zone_stated = props.precision, props.zone_stated
        draft.revision = props.count("version", 1) or 1
        draft.position = props.count("position", None)
        draft.license = props.name("license")
        self._status(draft, props)
        draft.counts = take_counts(props, draft.kind, self._report)
        draft.links = tuple(
            target
            for target in map(self._address, map(_target, props.take("sharedContent")))
            if target
        )
        self._gap(draft, props)
        anchor = node.anchor if isinstance(node, Node) else None
        self._name(draft, (iri, own, draft.url, anchor), taken)
        if own is not None and draft.id != own:
            draft.other_id = own
        draft.extra = props.extra()

    def _name(
        self, draft: Draft, names: tuple[str | None, ...], taken: dict[str, str]
    ) -> None:
        """Give a draft the first of its names that is no other post's."""
        at = "" if draft.created is None else draft.created.isoformat()
        who = "" if draft.author is None else draft.author.id
        above = "" if draft.parent is None else draft.parent.id
        content = digest(above, who, at, draft.title or "", draft.text)
        for place, name in enumerate(names):
            if not name or self._kinds.get(name, draft.kind) is not draft.kind:
                continue
            # A post has one @id whatever it says; other names are sometimes shared.
            if place == 0 or taken.setdefault(name, content) == content:
                draft.id, draft.is_named = name, True
                taken.setdefault(name, content)
                if draft.kind is not None:
                    self._kinds[name] = draft.kind
                return
        letter = {PostKind.QUESTION: "q", PostKind.ANSWER: "a"}.get(
            draft.kind or PostKind.COMMENT, "c"
        )
        draft.id = f"{letter}-{content}"

    def _body(self, draft: Draft, props: Props) -> None:
        for name in _BODY:
            text = props.text(name)
            if text is None:
                continue
            draft.text = str(text)
            if text.media_type is not None:
                draft.media_type = text.media_type
            draft.language = text.language
            break
        stated = props.text("encodingFormat")
        if stated:
            draft.media_type = str(stated)
        language = props.text("inLanguage")
        if language is not None:
            draft.language = str(language)

    def _heading(self, draft: Draft, props: Props, *, is_qa: bool) -> None:
        if draft.parent is not None:
            return
        names = ("headline", "name")
        for name in reversed(names) if is_qa else names:
            title = props.text(name)
            if title is not None:
                draft.title = str(title)
                break
        tags: list[str] = []
        is_list = props.is_list("keywords")
        words = props.take("keywords")
        for value in words:
            found = _tag(value)
            if found is None:
                continue
            if is_list:
                tags.append(found)
            else:
                tags.extend(filter(None, map(str.strip, found.split(","))))
        draft.tags = tuple(tags)

    def _status(self, draft: Draft, props: Props) -> None:
        taken = props.text(f"{EXTENSION}takenDown")
        for value in props.peek("creativeWorkStatus"):
            if isinstance(value, str) and value.lower() == DELETED.lower():
                props.take("creativeWorkStatus")
                draft.removed = taken in ("removed", "both")
                draft.deleted = taken != "removed"

    def _gap(self, draft: Draft, props: Props) -> None:
        if draft.kind is not None:
            return
        draft.count = props.count(f"{EXTENSION}count")
        draft.child_ids = tuple(
            value
            for value in props.take(f"{EXTENSION}childIds")
            if isinstance(value, str) and value
        )
        cursor = props.text(f"{EXTENSION}cursor")
        draft.cursor = None if cursor is None else str(cursor)
        draft.loose = bool(props.flag(f"{EXTENSION}loose"))

    def _iri(self, props: Props) -> str | None:
        found = props.name("@id")
        return None if found is None or found.startswith("_:") else found

    def _address(self, url: str | None) -> str | None:
        return None if url is None else address(self._source.base, url)


def _place_of(node: Mapping[str, object], value: object, place: Place) -> Place:
    """Return where a node is: its own place, if it is only referred to here."""
    if isinstance(node, Node) and node.where:
        return Place(node.where)
    if node is not value and "@id" in node:  # else ways of references have no end
        return Place(excerpt(str(node["@id"]), 80))
    return place


def _tag(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):  # a DefinedTerm, a value object
        found = value.get("name", value.get("@value"))
        return found if isinstance(found, str) else None
    return None


def _target(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("url", value.get("@id"))
    return value if isinstance(value, str) and value else None
