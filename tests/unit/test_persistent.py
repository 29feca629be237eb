"""The persistent collections beside the dict and the list that they stand for."""

import copy
import pickle
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from qathread._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector

#: Around a leaf (48), a chunk (32), a chunk with a tail, a full root (1024) and more.
SIZES = [0, 1, 2, 31, 32, 33, 47, 48, 49, 64, 65, 1023, 1024, 1025, 1056, 1057, 5000]


class Clash:
    """A key that shares its hash with every other key of the same remainder."""

    hashes: ClassVar[int] = 1

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clash) and self.number == other.number

    def __hash__(self) -> int:
        # Far apart in the high bits, so that whole levels of the trie have one child.
        return (self.number % self.hashes) << 40

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.number})"


class FewHashes(Clash):
    hashes = 3


class Negative(Clash):
    def __hash__(self) -> int:
        return -(self.number**3) - 2


KEYS: list[Callable[[int], Any]] = [int, str, Clash, FewHashes, Negative]
kinds = pytest.mark.parametrize("kind", KEYS, ids=lambda kind: kind.__name__)


def agree(built: Map[Any, Any], model: dict[Any, Any]) -> None:
    assert len(built) == len(model)
    assert bool(built) == bool(model)
    assert dict(built.items()) == model
    assert sorted(map(repr, built)) == sorted(map(repr, model))
    assert sorted(map(repr, built.keys())) == sorted(map(repr, model))
    assert sorted(map(repr, built.values())) == sorted(map(repr, model.values()))
    for key, value in model.items():
        assert key in built
        assert built[key] == value
        assert built.get(key) == value


def agree_in_order(built: Vector[Any], model: list[Any]) -> None:
    assert len(built) == len(model)
    assert list(built) == model
    assert list(reversed(built)) == model[::-1]
    assert [built[index] for index in range(len(model))] == model
    assert [built[index] for index in range(-len(model), 0)] == model


class MapBesideADict(RuleBasedStateMachine):
    """Every version made on the way must stay as it was."""

    numbers = st.integers(0, 150)
    batches = st.lists(numbers, max_size=150)

    def __init__(self) -> None:
        super().__init__()
        self.kind = KEYS[0]
        self.map: Map[Any, Any] = EMPTY_MAP
        self.model: dict[Any, Any] = {}
        self.versions: list[tuple[Map[Any, Any], dict[Any, Any]]] = []
        self.step = 0

    def keep(self, built: Map[Any, Any], model: dict[Any, Any]) -> None:
        self.versions.append((self.map, self.model))
        self.map, self.model = built, model

    @rule(kind=st.sampled_from(KEYS), batch=batches)
    def start_again(self, kind: Callable[[int], Any], batch: list[int]) -> None:
        self.kind = kind
        model = {kind(number): (number, "of") for number in batch}
        self.keep(Map.of(model), model)
        assert Map.of((key, model[key]) for key in model) == self.map

    @rule(number=numbers)
    def set_one(self, number: int) -> None:
        key, value = self.kind(number), (number, self.step)
        self.step += 1
        self.keep(self.map.set(key, value), {**self.model, key: value})
        assert self.map.set(key, value) is self.map

    @rule(number=numbers)
    def discard_one(self, number: int) -> None:
        gone = self.kind(number)
        model = {key: value for key, value in self.model.items() if key != gone}
        built = self.map.discard(gone)
        assert (built is self.map) == (gone not in self.model)
        self.keep(built, model)

    @rule(changed=batches, removed=batches)
    def update(self, changed: list[int], removed: list[int]) -> None:
        changes = {self.kind(number): (number, self.step) for number in changed}
        self.step += 1
        gone = [self.kind(number) for number in removed]
        model = {key: value for key, value in self.model.items() if key not in gone}
        self.keep(self.map.update(changes, iter(gone)), model | changes)

    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        if self.versions:
            version = data.draw(st.sampled_from(range(len(self.versions))))
            self.map, self.model = self.versions[version]

    @invariant()
    def agrees(self) -> None:
        agree(self.map, self.model)
        assert self.map == Map.of(self.model)
        absent = self.kind(1000)
        assert absent not in self.map
        assert self.map.get(absent, 7) == 7

    def teardown(self) -> None:
        for built, model in self.versions:
            agree(built, model)


class VectorBesideAList(RuleBasedStateMachine):
    """Every version made on the way must stay as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.vector: Vector[Any] = EMPTY_VECTOR
        self.model: list[Any] = []
        self.versions: list[tuple[Vector[Any], list[Any]]] = []

    def keep(self, built: Vector[Any], model: list[Any]) -> None:
        self.versions.append((self.vector, self.model))
        self.vector, self.model = built, model

    @rule(size=st.integers(0, 1100))
    def start_again(self, size: int) -> None:
        self.keep(Vector.of(range(size)), list(range(size)))

    @rule(item=st.integers(0, 9))
    def append(self, item: int) -> None:
        self.keep(self.vector.append(item), [*self.model, item])

    @rule(size=st.integers(0, 70), item=st.integers(0, 9))
    def extend(self, size: int, item: int) -> None:
        items = [(item, place) for place in range(size)]
        built = self.vector.extend(iter(items))
        assert (built is self.vector) == (size == 0)
        self.keep(built, [*self.model, *items])

    @rule(data=st.data())
    def set(self, data: st.DataObject) -> None:
        if self.model:
            size = len(self.model)
            index = data.draw(st.integers(-size, size - 1))
            item = object()
            model = self.model.copy()
            model[index] = item
            self.keep(self.vector.set(index, item), model)
            assert self.vector.set(index, item) is self.vector

    @rule(item=st.integers(0, 9))
    def without(self, item: int) -> None:
        built = self.vector.without(item)
        assert (built is self.vector) == (item not in self.model)
        self.keep(built, [other for other in self.model if other != item])

    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        if self.versions:
            version = data.draw(st.sampled_from(range(len(self.versions))))
            self.vector, self.model = self.versions[version]

    @invariant()
    def agrees(self) -> None:
        agree_in_order(self.vector, self.model)
        assert self.vector == Vector.of(self.model)

    def teardown(self) -> None:
        for built, model in self.versions:
            agree_in_order(built, model)


@pytest.mark.parametrize("machine", [MapBesideADict, VectorBesideAList])
def test_agrees_with_the_mutable_twin(machine: type[RuleBasedStateMachine]) -> None:
    """One wrong bit in a path is a post that cannot be found."""
    quick = settings(max_examples=25, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(machine, settings=quick)


def one_by_one(pairs: Iterable[tuple[Any, Any]]) -> Map[Any, Any]:
    built: Map[Any, Any] = EMPTY_MAP
    for key, value in pairs:
        built = built.set(key, value)
    return built


@pytest.mark.parametrize("size", SIZES)
def test_maps_of_one_content_are_equal_whatever_their_history(size: int) -> None:
    model = {f"q.{number}": number for number in range(size)}
    extra = {f"x.{number}": number for number in range(3 * size)}
    shrunk = Map.of(model | extra)
    for key in extra:
        shrunk = shrunk.discard(key)
    half = dict(list(model.items())[: size // 2])
    histories = [
        Map.of(model),
        one_by_one(model.items()),
        one_by_one(reversed(model.items())),
        shrunk,
        Map.of(model | extra).update({}, extra),
        Map.of(half).update(model),
        EMPTY_MAP.update(model),
    ]
    for built in histories:
        agree(built, model)
        for other in histories:
            assert built == other
        if model:
            assert built != built.set("q.0", "other")
            assert built != built.discard("q.0")
            assert built != built.discard("q.0").set("another", 0)


@kinds
def test_discarding_all_ends_at_the_empty_map(kind: Callable[[int], Any]) -> None:
    """A map that shrank must not keep the nodes of its best days."""
    keys = [kind(number) for number in range(200)]
    built = full = Map.of((key, str(key)) for key in keys)
    for place, key in enumerate(keys):
        built = built.discard(key)
        assert len(built) == len(keys) - place - 1
        assert key not in built
        if place % 50 == 0:
            agree(built, {key: str(key) for key in keys[place + 1 :]})
    assert built is EMPTY_MAP
    assert full.update({}, keys) is EMPTY_MAP
    agree(full, {key: str(key) for key in keys})


def test_a_map_that_shrank_gives_its_branches_back() -> None:
    def nodes(node: Any) -> int:
        return 1 + sum(map(nodes, node)) if isinstance(node, list) else 1

    built = Map.of((str(number), number) for number in range(5000))
    one_more = built
    for number in range(4990):
        one_more = one_more.discard(str(number))
    assert dict(one_more.items()) == {str(n): n for n in range(4990, 5000)}
    assert nodes(one_more._root) <= 33 < nodes(built._root)


@kinds
@pytest.mark.parametrize("changed", [1, 4, 5, 30, 150, 300])
def test_an_update_is_its_changes_one_by_one(
    kind: Callable[[int], Any], changed: int
) -> None:
    """Few, some and many changes take different ways."""
    model = {kind(number): number for number in range(200)}
    base = Map.of(model)
    changes = {kind(number): -number for number in range(190, 190 + changed)}
    gone = [kind(number) for number in range(0, min(changed, 195), 2)]
    slow = base
    for key in gone:
        slow = slow.discard(key)
    for key, value in changes.items():
        slow = slow.set(key, value)
    assert base.update(changes, [*gone, kind(9999)]) == slow
    agree(base, model)


def test_an_update_of_nothing_is_the_same_map() -> None:
    base = Map.of(dict.fromkeys(range(100)))
    assert base.update({}) is base
    assert base.update({}, [1000]) is base
    assert base.update({7: 1}, [7]) == base.set(7, 1)


def test_a_change_copies_one_path_only() -> None:
    """The cost of one change must not follow the size of the map."""
    base = Map.of((str(number), number) for number in range(5000))
    changed = base.set("7", -7)
    assert isinstance(base._root, list)
    assert isinstance(changed._root, list)
    shared = [a is b for a, b in zip(base._root, changed._root, strict=True)]
    assert shared.count(False) == 1


def test_adopts_no_dict_of_the_caller() -> None:
    mine = {1: "one"}
    built = Map.of(mine)
    mine[2] = "two"
    agree(built, {1: "one"})


def test_a_missing_key() -> None:
    built = Map.of({1: None})
    assert built.get(2) is None
    assert built.get(1, 5) is None
    with pytest.raises(KeyError, match="2"):
        built[2]


@pytest.mark.parametrize("size", SIZES)
def test_vectors_of_one_content_are_equal_whatever_their_history(size: int) -> None:
    model = list(range(size))
    appended: Vector[Any] = EMPTY_VECTOR
    for item in model:
        appended = appended.append(item)
    histories = [
        Vector.of(model),
        appended,
        Vector.of(model[: size // 2]).extend(model[size // 2 :]),
        Vector.of([*model, -1]).without(-1),
    ]
    for built in histories:
        agree_in_order(built, model)
        for other in histories:
            assert built == other
        assert built != built.append(0)
        if model:
            assert built != built.set(size // 2, -1)


@given(
    size=st.sampled_from(SIZES[:-1]),
    start=st.none() | st.integers(-1200, 1200),
    stop=st.none() | st.integers(-1200, 1200),
    step=st.none() | st.integers(-40, 40).filter(bool),
)
@settings(max_examples=50, deadline=None)
def test_slices_are_those_of_a_tuple(
    size: int, start: int | None, stop: int | None, step: int | None
) -> None:
    cut = slice(start, stop, step)
    assert Vector.of(range(size))[cut] == tuple(range(size))[cut]


@pytest.mark.parametrize("size", [0, 5, 33, 1057])
def test_an_index_out_of_range(size: int) -> None:
    built = Vector.of(range(size))
    for index in (size, -size - 1, 10**30):
        with pytest.raises(IndexError):
            built[index]
        with pytest.raises(IndexError):
            built.set(index, 0)


def test_a_vector_is_a_sequence() -> None:
    built = Vector.of("abcabc" * 20)
    assert "c" in built
    assert "d" not in built
    assert built.index("b", 2) == 4
    assert built.count("a") == 40
    assert built.index("c", -3) == 119


@pytest.mark.parametrize("size", SIZES)
def test_pickle_keeps_content_and_copies_are_the_same_object(size: int) -> None:
    built_map = Map.of((str(number), number) for number in range(size))
    built_vector = Vector.of(range(size))
    for built in (built_map, built_vector):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(built, protocol)) == built
        assert copy.copy(built) is built
        assert copy.deepcopy(built) is built


def test_the_empty_ones_are_shared() -> None:
    """Most nodes of a thread hold nothing but these."""
    assert Map.of({}) is EMPTY_MAP
    assert Vector.of([]) is EMPTY_VECTOR
    assert pickle.loads(pickle.dumps(EMPTY_MAP)) is EMPTY_MAP
    assert pickle.loads(pickle.dumps(EMPTY_VECTOR)) is EMPTY_VECTOR
    EMPTY_MAP.set(1, 2)
    EMPTY_VECTOR.append(1)
    assert dict(EMPTY_MAP.items()) == {}
    assert list(EMPTY_VECTOR) == []


def test_other_types_are_not_equal_and_nothing_hashes() -> None:
    assert EMPTY_MAP != {}
    assert EMPTY_VECTOR != ()
    assert EMPTY_VECTOR != EMPTY_MAP
    for built in (EMPTY_MAP, EMPTY_VECTOR):
        with pytest.raises(TypeError, match="unhashable"):
            hash(built)


def test_repr_is_short() -> None:
    assert repr(Map.of(dict.fromkeys(range(9)))) == "<Map of 9>"
    assert repr(EMPTY_VECTOR) == "<Vector of 0: >"
    assert repr(Vector.of("abc")) == "<Vector of 3: 'a', 'b', 'c'>"
    assert repr(Vector.of(range(5000))) == "<Vector of 5000: 0, 1, 2, ...>"
