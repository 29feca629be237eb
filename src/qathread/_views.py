"""Read-only looks at parts of an index, made as they are wanted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, cast, overload

from ._index import Node
from ._persistent import Map, Vector
from .ids import PostId, UserId
from .posts import Answer, Comment, Post
from .users import User

P = TypeVar("P", Post, Answer, Comment)


class PostsView(Sequence[P]):
    """Posts of one thread in a fixed order, looked up as they are wanted."""

    __slots__ = ("_ids", "_nodes")

    def __init__(self, nodes: Map[PostId, Node], ids: Vector[PostId]) -> None:
        self._nodes = nodes
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> P: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[P, ...]: ...
    def __getitem__(self, place: int | slice) -> P | tuple[P, ...]:
        nodes = self._nodes
        if isinstance(place, slice):
            found = [nodes[post_id].post for post_id in self._ids[place]]
            return cast("tuple[P, ...]", tuple(found))
        return cast("P", nodes[self._ids[place]].post)

    def __iter__(self) -> Iterator[P]:
        nodes = self._nodes
        return cast("Iterator[P]", (nodes[post_id].post for post_id in self._ids))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PostsView | tuple | list):
            return len(self) == len(other) and all(
                a == b for a, b in zip(self, other, strict=True)
            )
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have none

    def __repr__(self) -> str:
        return f"<{len(self)} posts>"


class Faces(Mapping[UserId, User]):
    """The people of one thread by id, in order of id."""

    __slots__ = ("_users",)

    def __init__(self, users: Map[UserId, User]) -> None:
        self._users = users

    def __getitem__(self, user_id: UserId) -> User:
        return self._users[user_id]

    def __iter__(self) -> Iterator[UserId]:
        return iter(sorted(self._users.keys()))

    def __len__(self) -> int:
        return len(self._users)

    def __repr__(self) -> str:
        return f"<{len(self)} users>"
