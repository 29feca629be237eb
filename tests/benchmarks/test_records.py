"""P1, P2, P3, P20: records against bare attrs classes and pydantic models."""

import gc
import tracemalloc
from collections.abc import Callable
from datetime import datetime

import attrs
import pytest

from qathread import Answer, Body, PostStatus
from qathread._bulk import changer, maker
from tests.benchmarks.data import START
from tests.benchmarks.measure import gate, note
from tests.benchmarks.peers import pydantic_model

pytestmark = pytest.mark.bench
BODY = Body(source="Well said.")
SIZES = (10_000, pytest.param(100_000, marks=pytest.mark.slow))


@attrs.frozen(kw_only=True, weakref_slot=False)
class Bare:
    """Twelve fields and not one check."""

    id: str
    question_id: str
    author_id: str
    author_name: str | None = None
    body: Body
    created_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    deleted: object = None
    removed: object = None
    status: object = None
    provenance: object = None


@attrs.frozen(kw_only=True, slots=False)
class InDict:
    """The same without slots."""

    id: str
    question_id: str
    author_id: str
    author_name: str | None = None
    body: Body
    created_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    deleted: object = None
    removed: object = None
    status: object = None
    provenance: object = None


VALUES = ("q1.1", "q1", "ada", None, BODY, START, None, 1, None, None, None, None)


def public(cls: Callable[..., object], number: int) -> list[object]:
    """Make records the public way."""
    return [
        cls(id="q1.1", question_id="q1", author_id="ada", body=BODY, created_at=START)
        for _ in range(number)
    ]


def bare(number: int) -> list[object]:
    """Make bare records from all their fields."""
    return [
        Bare(
            id="q1.1",
            question_id="q1",
            author_id="ada",
            author_name=None,
            body=BODY,
            created_at=START,
            edited_at=None,
            revision=1,
            deleted=None,
            removed=None,
            status=None,
            provenance=None,
        )
        for _ in range(number)
    ]


@pytest.mark.parametrize("number", SIZES)
def test_p1_public_constructor(number: int) -> None:
    """Checks cost little beside the construction itself."""
    gate(
        f"P1 Answer(...) / bare attrs, n={number}",
        1.20,
        lambda: public(Answer, number),
        lambda: public(Bare, number),
        rounds=11,
        missed=1.35,  # the type of every field, ids, zone and range are looked at
    )


@pytest.mark.parametrize("number", SIZES)
def test_p2_bulk_constructor(number: int) -> None:
    """Loaders skip what they know."""
    make = maker(Answer)
    model = pydantic_model(Answer)
    body = pydantic_model(Body)(source="Well said.")
    status = pydantic_model(PostStatus)()

    def bulk() -> list[object]:
        return [make(*VALUES) for _ in range(number)]

    def validated() -> list[object]:
        return [
            model(
                id="q1.1",
                question_id="q1",
                author_id="ada",
                author_name=None,
                body=body,
                created_at=START,
                edited_at=None,
                revision=1,
                deleted=None,
                removed=None,
                status=status,
                provenance=None,
            )
            for _ in range(number)
        ]

    gate(f"P2 bulk / bare attrs, n={number}", 0.50, bulk, lambda: bare(number))
    gate(f"P2 bulk / pydantic, n={number}", 0.15, bulk, validated)


@pytest.mark.parametrize("number", SIZES)
def test_p3_one_field(number: int) -> None:
    """An edit copies one record."""
    change = changer(Answer)
    (answer,) = public(Answer, 1)
    assert isinstance(answer, Answer)
    gate(
        f"P3 change / attrs.evolve, n={number}",
        0.25,
        lambda: [change(answer, revision=2) for _ in range(number)],
        lambda: [attrs.evolve(answer, revision=2) for _ in range(number)],
    )


@pytest.mark.parametrize("number", SIZES)
def test_p20_memory(number: int) -> None:
    """Records hold slots, not dicts."""
    model = pydantic_model(Answer)
    body = pydantic_model(Body)(source="Well said.")

    def validated() -> list[object]:
        return [
            model(
                id="q1.1",
                question_id="q1",
                author_id="ada",
                body=body,
                created_at=START,
            )
            for _ in range(number)
        ]

    ours = _retained(lambda: public(Answer, number)) / number
    dicts = _retained(lambda: public(InDict, number)) / number
    models = _retained(validated) / number
    note(
        "P20 bytes a record",
        f"ours {ours:.0f}, dict {dicts:.0f}, pydantic {models:.0f}",
    )
    note("P20 ours / pydantic", f"{ours / models:.3f}, gate 0.30")
    note("P20 ours / attrs in a dict", f"{ours / dicts:.3f}, gate 0.85")
    assert ours / models <= 0.30
    assert ours / dicts <= 0.85


def _retained(build: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    kept = build()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size
