"""Drafts of the posts of one thread, from the nodes that a page has of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import tzinfo
from itertools import chain
from typing import Final

from ...errors import excerpt
from ...posts import PostKind
from .._html_tree import address
from .._json import Place, shown
from .._report import Collector
from ._counters import take_counts
from ._drafts import Draft, Found
from ._naming import Naming
from ._nodes import Node, Source, each, types_of
from ._people import take_author
from ._props import Props, text_in
from ._texts import inner_text, is_plain, take_body, take_heading, take_status
from ._words import EXTENSION, MAIN, is_iri

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
#: What makes a post of a node, rather than the place of one.
_TOLD: Final = frozenset(
    (
        "text",
        "articleBody",
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
        self._met: dict[int, object] = {}  # nodes by what they are, so that they stay
        self._naming: dict[int, Naming] = {}  # of threads

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
            if "Answer" in types or "Comment" in types:
                loose.append((node, place))
                if "parentItem" in node:
                    continue
            for name in reversed(_WITHIN):
                about = node if name == "mainEntity" else page
                values = list(each(node.get(name)))
                below, several = place.down(name), len(values) > 1
                waiting.extend(
                    (each_value, below.down(at) if several else below, about)
                    for at, each_value in reversed(list(enumerate(values)))
                )
        pages = Counter(thread.thread_id for thread in found)
        for thread in found:
            if pages[thread.thread_id] > 1:  # a page of several threads is none of them
                thread.thread_id = None
        self._place(loose, found)
        yield from found

    def _place(
        self, loose: list[tuple[Mapping[str, object], Place]], found: list[Found]
    ) -> None:
        """Put posts that stand alone where they say that they belong."""
        waiting: dict[object, list[tuple[Mapping[str, object], Place]]] = {}
        names: Counter[str] = Counter()
        for node, place in loose:
            if id(node) not in self._met:
                above = self._named(node.get("parentItem"))
                waiting.setdefault(above, []).append((node, place))
                names.update(self._other_names(node))
        shared = {name for name, count in names.items() if count > 1}
        queue = [(draft, each) for each in found for draft in each.drafts]
        while waiting and queue:
            parent, thread = queue.pop()
            for name in self._naming[id(thread)].names_of(parent):
                for node, place in waiting.pop(name, ()):
                    kind = "comment"
                    if thread.is_qa and "Answer" in types_of(node):
                        kind = "suggestedAnswer"
                    before = len(thread.drafts)
                    self._under(node, place, thread, thread.root, kind, shared)
                    queue.extend((draft, thread) for draft in thread.drafts[before:])
        for node, place in chain.from_iterable(waiting.values()):
            if "parentItem" in node:
                self._report.damage(
                    "missing-parent",
                    "a reply to a post that is not on the page: it is left out",
                    str(place),
                    kind="skipped",
                )
            else:
                self._report.tell(
                    "unplaced",
                    "an answer or a comment that stands alone and does not say to what "
                    "it replies: it is left out",
                    str(place),
                )

    def _other_names(self, node: Mapping[str, object]) -> set[str]:
        """Return the names of a node that others may have too."""
        names = Props(node, Place(""), self._report, None)
        found = (names.name("identifier"), self._address(names.name("url")))
        return set(filter(None, found))

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
        thread_id = extra = None
        if isinstance(about, dict):
            names = Props(about, place, self._report, None)
            thread_id = self._address(self._iri(names)) or names.name("identifier")
            if is_qa:
                names.take("mainEntity")
                extra = names.extra()
        thread = Found([], is_qa, thread_id, self._source.name, extra)
        self._naming[id(thread)] = Naming()
        self._under(node, place, thread, None, "")
        return thread

    def _under(
        self,
        node: Mapping[str, object],
        place: Place,
        thread: Found,
        parent: Draft | None,
        relation: str,
        shared: Collection[str] = (),
    ) -> None:
        """Add a node and all below it to a thread."""
        before, naming = len(thread.drafts), self._naming[id(thread)]
        waiting: list[tuple[object, Place, Draft | None, str]] = [
            (node, place, parent, relation)
        ]
        while waiting:
            value, place, parent, relation = waiting.pop()
            found = self._source.resolved(value)
            if found is None:
                found = self._of_text(value, place)
                if found is None:
                    continue
            if id(found) in self._met:
                continue  # one element may be the suggested and the accepted answer
            self._met[id(found)] = found
            place = _place_of(found, value, place)
            props = Props(found, place, self._report, self._zone)
            draft = self._draft(found, props, parent, relation)
            replies = [(name, props.take(name)) for name in _REPLIES]
            self._finish(found, draft, props)
            thread.drafts.append(draft)
            for name, values in reversed(replies):
                below = place.down(name)
                several = len(values) > 1
                waiting.extend(
                    (each_value, below.down(at) if several else below, draft, name)
                    for at, each_value in reversed(list(enumerate(values)))
                )
        naming.give(thread.drafts[before:], shared)
        for draft in thread.drafts[before:]:
            own = draft.names[1]
            if own is not None and draft.id != own:
                draft.other_id = own
            if draft.above is not None:
                draft.above = naming.id_of(draft.above)

    def _of_text(self, value: object, place: Place) -> dict[str, object] | None:
        """Return the node that a text means: a post, or the address of one."""
        text = text_in(value)
        if text is not None and not isinstance(value, int | float):
            if not text.strip():
                return None
            return {"@id": str(text)} if is_iri(text) else {"text": value}
        self._report.damage(
            "field",
            "a reply is no post: it is left out",
            f"{place}: {shown(value)}",
            kind="skipped",
        )
        return None

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
    ) -> None:
        iri, own = self._address(self._iri(props)), props.name("identifier")
        draft.url = self._address(props.name("url"))
        parent = props.take("parentItem")
        if parent:
            draft.above = self._named(parent)
        take_body(draft, props)
        take_heading(node, draft, props)
        draft.author, draft.people = take_author(props, self._source, self._report)
        draft.created = props.time("datePublished")
        made = props.time("dateCreated") if draft.created is None else None
        draft.created = draft.created or made
        draft.edited = props.time("dateModified")
        draft.precision, draft.zone_stated = props.precision, props.zone_stated
        draft.revision = props.count("version", 1) or 1
        draft.position = props.count("position", None)
        draft.license = props.name("license")
        take_status(draft, props, self._report)
        if draft.parent is None and "Question" not in types_of(node):
            _drop_page(props)
        draft.counts = take_counts(props, draft.kind, self._report)
        self._links(draft, props)
        self._gap(draft, props)
        anchor = node.anchor if isinstance(node, Node) else None
        draft.names = (iri, own, draft.url, anchor)
        draft.extra = props.extra()
        if draft.kind is None:
            self._lose(draft, iri)

    def _links(self, draft: Draft, props: Props) -> None:
        targets, left = list[str](), list[object]()
        for value in props.take("sharedContent"):
            target = self._address(inner_text(value, "url", "@id"))
            if target:
                targets.append(target)
            if not target or not is_plain(value, "WebPage"):
                left.append(value)
        draft.links = tuple(targets)
        if left:
            props.put("sharedContent", left)

    def _lose(self, draft: Draft, iri: str | None) -> None:
        """Report what is said of a post that is not there."""
        names = ("license", "extra", "tags", "language")
        lost = [name for name in names if getattr(draft, name)]
        lost += [*draft.counts.declared, *["views"] * (draft.counts.views is not None)]
        if draft.url not in (None, iri) and iri is not None:
            lost.append("url")
        if lost:
            self._report.loss(
                "extra",
                "members of a post of which only the place is known",
                f"{draft.where}: {', '.join(lost)}",
            )

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


def _drop_page(props: Props) -> None:
    """Drop the page of a discussion that says no more than the id of the thread."""
    pages = props.peek("mainEntityOfPage")
    page = pages[0] if len(pages) == 1 else None
    if isinstance(page, dict) and page.keys() - {"@type"} in ({"@id"}, {"identifier"}):
        props.take("mainEntityOfPage")


def _place_of(node: Mapping[str, object], value: object, place: Place) -> Place:
    """Return where a node is: its own place, if it is only referred to here."""
    if isinstance(node, Node) and node.where:
        return Place(node.where)
    if node is not value and "@id" in node:  # else ways of references have no end
        return Place(excerpt(str(node["@id"]), 80))
    return place
