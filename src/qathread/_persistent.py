"""
Persistent collections: every change gives a new value that shares the rest.

Nodes are plain dicts, lists and tuples; none is changed once the value that holds
it has been returned. The order of a `Map` follows the hashes of its keys, so users
must never see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
D = TypeVar("D")

_Node: TypeAlias = "dict[K, V] | list[_Node[K, V]]"

_BITS: Final = 5
_WIDTH: Final = 1 << _BITS
_MASK: Final = _WIDTH - 1
_LEAF: Final = 48  # a larger leaf is split
_FILL: Final = 40  # the mean leaf of a bulk build is no larger
_SPARSE: Final = 24  # a branch of leaves with no more in all becomes one leaf
_DEEPEST: Final = 65  # no hash has bits from here on: a leaf here just grows
_FEW: Final = 4  # up to so many changes are made one by one
_GONE: Final[Any] = object()
_NO_ENTRIES: Final[dict[Any, Any]] = {}


class _Value:
    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Map(_Value, Generic[K, V]):
    """
    An unordered persistent mapping: a trie over the bits of the hashes.

    A branch is a list of 32 nodes, a leaf a dict of at most 48 entries.
    """

    __slots__ = ("_count", "_root")

    def __init__(self, root: _Node[K, V], count: int) -> None:
        self._root = root
        self._count = count

    @staticmethod
    def of(entries: Mapping[K, V] | Iterable[tuple[K, V]]) -> Map[K, V]:
        """Return a map of all entries; of equal keys the last one counts."""
        adopted = dict(entries)
        return Map(_built(adopted, 0), len(adopted)) if adopted else EMPTY_MAP

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, default: V | D) -> V | D: ...
    def get(self, key: K, default: object = None) -> object:
        """Return the value of the key, or the default."""
        node: Any = self._root
        if type(node) is list:
            bits = hash(key)
            node = node[bits & _MASK]
            while type(node) is list:
                bits >>= _BITS
                node = node[bits & _MASK]
        return node.get(key, default)

    def __getitem__(self, key: K) -> V:
        value = self.get(key, _GONE)
        if value is _GONE:
            raise KeyError(key)
        return value

    def __contains__(self, key: K) -> bool:
        return self.get(key, _GONE) is not _GONE

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[K]:
        return chain.from_iterable(_leaves(self._root))

    def keys(self) -> Iterator[K]:
        """Return an iterator over the keys."""
        return iter(self)

    def values(self) -> Iterator[V]:
        """Return an iterator over the values."""
        return chain.from_iterable(map(dict.values, _leaves(self._root)))

    def items(self) -> Iterator[tuple[K, V]]:
        """Return an iterator over pairs of key and value."""
        return chain.from_iterable(map(dict.items, _leaves(self._root)))

    def set(self, key: K, value: V) -> Map[K, V]:
        """Return a map with this entry; this map if it holds that very value."""
        node: Any = self._root
        root: Any = None
        branch: Any = None
        depth = index = 0
        if type(node) is list:
            bits = hash(key)
            root = branch = [*node]
            index = bits & _MASK
            node = branch[index]
            depth = _BITS
            while type(node) is list:
                branch[index] = branch = [*node]
                index = bits >> depth & _MASK
                node = branch[index]
                depth += _BITS
        if node.get(key, _GONE) is value:
            return self
        leaf = node.copy()
        leaf[key] = value
        size = len(leaf)
        child = leaf if size <= _LEAF else _built(leaf, depth)
        if branch is None:
            return Map(child, size)
        branch[index] = child
        return Map(root, self._count + size - len(node))

    def discard(self, key: K) -> Map[K, V]:
        """Return a map without the key; this map if it is absent."""
        return self._edited({key: _GONE}) if key in self else self

    def update(self, changes: Mapping[K, V], removed: Iterable[K] = ()) -> Map[K, V]:
        """
        Return a map with all changes made in one pass.

        Args:
            changes: The entries to set.
            removed: Keys to take out; one that is also in *changes* is set, and an
                absent one is passed over.
        """
        gone = {key: _GONE for key in removed if key in self and key not in changes}
        if len(changes) <= _FEW and not gone:
            result = self
            for key, value in changes.items():
                result = result.set(key, value)
            return result
        if 2 * (len(changes) + len(gone)) >= self._count:
            entries = dict(self.items())
            for key in gone:
                del entries[key]
            entries.update(changes)
            return Map.of(entries)
        return self._edited({**gone, **changes})

    def _edited(self, edits: dict[K, V]) -> Map[K, V]:
        """Make the edits, of which `_GONE` removes, copying each node once."""
        top: list[Any] = [self._root]
        fresh: set[int] = set()  # ids of copies, which this call may change
        emptied: list[K] = []
        count = self._count
        for key, value in edits.items():
            bits = hash(key)
            depth = index = 0
            branch, node = top, top[0]
            while type(node) is list:
                if id(node) not in fresh:
                    branch[index] = node = [*node]
                    fresh.add(id(node))
                branch = node
                index = bits >> depth & _MASK
                node = branch[index]
                depth += _BITS
            if id(node) not in fresh:
                branch[index] = node = node.copy()
                fresh.add(id(node))
            count -= len(node)
            if value is _GONE:
                del node[key]
                if not node:
                    emptied.append(key)
            else:
                node[key] = value
                if len(node) > _LEAF:
                    branch[index] = _built(node, depth)
            count += len(node)
        for key in emptied:
            _prune(top, hash(key))
        return Map(top[0], count) if count else EMPTY_MAP

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Map):
            return NotImplemented
        return self._count == other._count and _same(self._root, other._root)

    def __reduce__(self) -> tuple[Any, ...]:
        return Map.of, (dict(self.items()),)  # str hashes differ between processes

    def __repr__(self) -> str:
        return f"<Map of {self._count}>"


EMPTY_MAP: Final[Map[Any, Any]] = Map(_NO_ENTRIES, 0)


def _built(entries: dict[K, V], depth: int) -> _Node[K, V]:
    """Return the node of these entries, all of equal hash bits below *depth*."""
    if len(entries) <= _LEAF or depth >= _DEEPEST:
        return entries
    # Fill the leaves of all levels below at once, then group them: the leaves of one
    # parent differ in their highest bits only, so they stand evenly apart.
    width = _WIDTH
    below = depth + _BITS
    while len(entries) > width * _FILL and below < _DEEPEST:
        width <<= _BITS
        below += _BITS
    mask = width - 1
    leaves: list[dict[K, V]] = [{} for _ in range(width)]
    for key, value in entries.items():
        leaves[hash(key) >> depth & mask][key] = value
    nodes = [_built(leaf, below) if leaf else _NO_ENTRIES for leaf in leaves]
    while width > 1:
        width >>= _BITS
        nodes = [nodes[start::width] for start in range(width)]
    return nodes[0]


def _prune(top: list[Any], bits: int) -> None:
    """Turn branches on the way to an empty leaf, if sparse, into one leaf each."""
    path = [(top, 0)]
    node = top[0]
    while type(node) is list:
        path.append((node, bits & _MASK))
        node = node[bits & _MASK]
        bits >>= _BITS
    while len(path) > 1 and not node:
        branch, _ = path.pop()
        leaves = [leaf for leaf in branch if type(leaf) is dict]
        if len(leaves) < _WIDTH or sum(map(len, leaves)) > _SPARSE:
            return
        parent, index = path[-1]
        parent[index] = node = dict(chain.from_iterable(map(dict.items, leaves)))


def _leaves(root: _Node[K, V]) -> Iterator[dict[K, V]]:
    """Walk over the leaves."""
    todo = [root]
    while todo:
        node = todo.pop()
        if type(node) is list:
            todo += node
        elif type(node) is dict:
            yield node


def _same(a: _Node[K, V], b: _Node[K, V]) -> bool:
    """Return whether two nodes in the same place hold equal entries."""
    if a is b:
        return True
    if type(a) is list and type(b) is list:
        return all(map(_same, a, b))
    # Maps of other histories may split in other places.
    return _flat(a) == _flat(b)


def _flat(node: _Node[K, V]) -> dict[K, V]:
    """Return all entries below a node, not to be changed."""
    if type(node) is dict:
        return node
    return dict(chain.from_iterable(map(dict.items, _leaves(node))))


class Vector(_Value, Sequence[T]):
    """
    A persistent sequence made for appending: a radix tree of tuples, and a tail.

    The tail holds the last 1 to 32 items, the tree full chunks of 32. The shape
    follows from the length alone.
    """

    __slots__ = ("_count", "_root", "_shift", "_tail")

    def __init__(
        self, root: tuple[Any, ...], shift: int, tail: tuple[T, ...], count: int
    ) -> None:
        self._root = root
        self._shift = shift  # of an index, to find the child of the root
        self._tail = tail
        self._count = count

    @staticmethod
    def of(items: Iterable[T]) -> Vector[T]:
        """Return a vector of the items."""
        return EMPTY_VECTOR.extend(items)

    def append(self, item: T) -> Vector[T]:
        """Return a vector with one more item."""
        tail = self._tail
        if len(tail) < _WIDTH:
            tail += (item,)
            return Vector(self._root, self._shift, tail, self._count + 1)
        return self.extend((item,))

    def extend(self, items: Iterable[T]) -> Vector[T]:
        """Return a vector with the items at its end; this vector if there are none."""
        tail = self._tail + tuple(items)
        root, shift = self._root, self._shift
        start = self._count - len(self._tail)
        count = start + len(tail)
        if count == self._count:
            return self
        full = (len(tail) - 1) // _WIDTH * _WIDTH
        for begin in range(0, full, _WIDTH):
            if start >> shift == _WIDTH:
                root = (root,)
                shift += _BITS
            root = _pushed(root, shift, start, tail[begin : begin + _WIDTH])
            start += _WIDTH
        return Vector(root, shift, tail[full:], count)

    def set(self, index: int, item: T) -> Vector[T]:
        """Return a vector with this item there; this vector if it holds it there."""
        if self[index] is item:
            return self
        if index < 0:
            index += self._count
        root, tail = self._root, self._tail
        if index >= self._count - len(tail):
            tail = _replaced(tail, 0, index, item)
        else:
            root = _replaced(root, self._shift, index, item)
        return Vector(root, self._shift, tail, self._count)

    def without(self, item: T) -> Vector[T]:
        """Return a vector without all equal items, in O(n); this one if none is."""
        kept = [other for other in self if other is not item and other != item]
        return self if len(kept) == self._count else Vector.of(kept)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            places = range(self._count)[index]
            if 8 * len(places) > self._count:  # iterating is so much faster
                return tuple(self)[index]
            return tuple([self[place] for place in places])
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError("vector index out of range")
        if index >= self._count - len(self._tail):
            return self._tail[index & _MASK]
        node = self._root
        shift = self._shift
        while shift:
            node = node[index >> shift & _MASK]
            shift -= _BITS
        item: T = node[index & _MASK]
        return item

    def __iter__(self) -> Iterator[T]:
        items = iter(self._root)
        for _ in range(0, self._shift, _BITS):
            items = chain.from_iterable(items)
        return chain(items, self._tail)

    def __reversed__(self) -> Iterator[T]:
        items = reversed(self._root)
        for _ in range(0, self._shift, _BITS):
            items = chain.from_iterable(map(reversed, items))
        return chain(reversed(self._tail), items)

    def __contains__(self, item: object) -> bool:
        items: Iterable[object] = iter(self)
        return item in items

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vector):
            return NotImplemented
        # Tuples look at identity first, so what is shared costs nothing.
        return (
            self._count == other._count
            and self._tail == other._tail
            and self._root == other._root
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Vector.of, (tuple(self),)

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"<Vector of {self._count}: {shown}{', ...' * (self._count > 3)}>"


EMPTY_VECTOR: Final[Vector[Any]] = Vector((), _BITS, (), 0)


def _pushed(
    node: tuple[Any, ...], shift: int, start: int, chunk: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Return the node with the chunk at its right edge, for the indexes from start."""
    if shift == _BITS:
        return (*node, chunk)
    index = start >> shift & _MASK
    child = node[index] if index < len(node) else ()
    return (*node[:index], _pushed(child, shift - _BITS, start, chunk))


def _replaced(
    node: tuple[Any, ...], shift: int, index: int, item: object
) -> tuple[Any, ...]:
    """Return the node with this item at this index."""
    children = [*node]
    place = index >> shift & _MASK
    children[place] = (
        _replaced(node[place], shift - _BITS, index, item) if shift else item
    )
    return tuple(children)
