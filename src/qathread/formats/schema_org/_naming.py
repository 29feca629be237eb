"""Which id each post of a thread gets, of the names that a page has for it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from ...posts import PostKind
from ._drafts import Draft, digest

__all__ = ["Naming"]

_Claim = tuple[PostKind | None, str]
_RANKS: Final = {PostKind.QUESTION: 0, PostKind.ANSWER: 1, PostKind.COMMENT: 2}
_LETTERS: Final = {PostKind.QUESTION: "q", PostKind.ANSWER: "a", PostKind.COMMENT: "c"}


class Naming:
    """
    Gives posts their ids, whatever order a page has them in.

    A post gets the first of its names (``@id``, ``identifier``, ``url``, the id of the
    element) that is no other post's. One ``@id`` is one post whatever it says; other
    names are sometimes shared, as when all comments bear the address of the page: then
    the first post goes before answers, these before comments, and among several posts
    of one kind nobody gets it.
    """

    def __init__(self) -> None:
        self._owners: dict[str, _Claim] = {}
        self._ids: dict[str, str | None] = {}

    def give(self, drafts: Sequence[Draft], shared: Collection[str] = ()) -> None:
        """
        Give ids to *drafts*.

        Args:
            drafts: Posts, parents before what is under them.
            shared: Names beside ``@id`` that are known to be those of several posts.
        """
        claims = {id(draft): _claim(draft) for draft in drafts}
        if drafts and drafts[0].parent is None:
            self._take(drafts[0], next(filter(None, drafts[0].names), None), claims)
        for place in range(max((len(draft.names) for draft in drafts), default=0)):
            wanted: dict[str, list[Draft]] = {}
            for draft in drafts:
                name = draft.names[place]
                if not draft.id and draft.kind is not None and name:
                    wanted.setdefault(name, []).append(draft)
            for name, several in wanted.items():
                if place == 0 or name not in shared:
                    self._settle(name, several, claims, is_iri=place == 0)
        for draft in drafts:
            if not draft.id and draft.kind is None:  # a place is that of any post
                draft.id = next(filter(None, draft.names), "")
                draft.is_named = bool(draft.id)
            if not draft.id:
                draft.id = _derived(draft)
            self._remember(draft)

    def _settle(
        self,
        name: str,
        several: Iterable[Draft],
        claims: dict[int, _Claim],
        *,
        is_iri: bool,
    ) -> None:
        owner = self._owners.get(name)
        if owner is None:
            first = min(several, key=_rank)
            owner = claims[id(first)]
            said = {claims[id(e)] for e in several if e.kind is first.kind}
            if len(said) > 1 and not is_iri:
                return
        for draft in several:
            own = claims[id(draft)]
            if own == owner or (is_iri and own[0] is owner[0]):
                self._take(draft, name, claims)

    def _take(self, draft: Draft, name: str | None, claims: dict[int, _Claim]) -> None:
        if name is not None:
            draft.id, draft.is_named = name, True
            self._owners.setdefault(name, claims[id(draft)])

    # -- what names lead to ------------------------------------------------------

    def _remember(self, draft: Draft) -> None:
        self._ids[draft.id] = draft.id
        for name in filter(None, draft.names):
            known = self._ids.setdefault(name, draft.id)
            if known != draft.id and known != name:
                self._ids[name] = None  # nobody's

    def names_of(self, draft: Draft) -> list[str]:
        """Return all names that lead to a post and to no other one."""
        names = dict.fromkeys((draft.id, *filter(None, draft.names)))
        return [name for name in names if self._ids.get(name) == draft.id]

    def id_of(self, name: str) -> str:
        """Return the id of the post that has a name; the name if there is none."""
        return self._ids.get(name) or name


def _rank(draft: Draft) -> int:
    return _RANKS.get(draft.kind or PostKind.COMMENT, 2)


def _claim(draft: Draft) -> _Claim:
    return draft.kind, digest(*_said(draft))


def _said(draft: Draft) -> tuple[str, ...]:
    at = "" if draft.created is None else draft.created.isoformat()
    who = "" if draft.author is None else draft.author.id
    return who, at, draft.title or "", draft.text


def _derived(draft: Draft) -> str:
    above = "" if draft.parent is None else draft.parent.id
    letter = _LETTERS[draft.kind or PostKind.COMMENT]
    return f"{letter}-{digest(above, *_said(draft))}"
