"""P4 to P7 and P26: JSON of one thread against the codecs underneath."""

import contextlib

import cattrs.preconf.orjson
import msgspec
import pydantic
import pytest

from qathread import Content, Thread, from_json, serialization, to_json
from qathread.serialization import _codec, trusted
from qathread.thread import index_in, made
from tests.benchmarks.data import document, page
from tests.benchmarks.measure import gate, note, ratio
from tests.benchmarks.peers import content_model

pytestmark = pytest.mark.bench
TIMES = (1, pytest.param(10, marks=pytest.mark.slow))


def arranged(thread: Thread) -> Thread:
    """The same thread as verbs leave it: by id, its arrays not written yet."""
    return made(
        thread.id,
        thread.version,
        thread.base_version,
        thread.kind,
        None,
        index_in(thread),
        thread._origin,
        thread._events,
    )


@pytest.mark.parametrize("times", TIMES)
def test_p4_encode(times: int) -> None:
    """Writing costs what the encoder costs."""
    thread = document(times)
    content = thread.content
    encoder = msgspec.json.Encoder(order="sorted")
    stock = cattrs.preconf.orjson.make_converter()
    gate(
        f"P4 to_json / msgspec, x{times}",
        1.10,
        lambda: to_json(thread),
        lambda: encoder.encode(content),
        rounds=11,
    )
    gate(
        f"P4 to_json / cattrs-orjson, x{times}",
        0.40,
        lambda: to_json(thread),
        lambda: stock.dumps(content),
    )
    found = ratio(lambda: to_json(arranged(thread)), lambda: encoder.encode(content))
    note(f"P4 to_json of a changed thread / msgspec, x{times}", str(found))


@pytest.mark.parametrize("times", TIMES)
def test_p5_decode_fast_door(times: int) -> None:
    """Loading one's own bytes costs what the decoder costs."""
    thread = document(times)
    data = to_json(thread)
    inner = msgspec.json.encode(thread.content)
    decoder = msgspec.json.Decoder(Content)
    stock = cattrs.preconf.orjson.make_converter()
    adapter = pydantic.TypeAdapter(content_model())
    assert trusted(data) == thread
    gate(
        f"P5 trusted / msgspec, x{times}",
        1.10,
        lambda: trusted(data),
        lambda: decoder.decode(inner),
        rounds=11,
    )
    gate(
        f"P5 trusted / cattrs-orjson, x{times}",
        0.35,
        lambda: trusted(data),
        lambda: stock.loads(inner, Content),
        rounds=5,
    )
    gate(
        f"P5 trusted / pydantic, x{times}",
        0.50,
        lambda: trusted(data),
        lambda: adapter.validate_json(inner),
        missed=0.6,
    )
    found = ratio(lambda: trusted(data).root, lambda: decoder.decode(inner))
    note(f"P5 trusted and first look-up / msgspec, x{times}", str(found))


def test_p6_growth() -> None:
    """Sixteen times the document takes about sixteen times as long."""
    small, large = document(1), document(16)
    one, many = to_json(small), to_json(large)
    gate(
        "P6 to_json x16 / x1",
        20,
        lambda: to_json(large),
        lambda: [to_json(small) for _ in range(4)],
        scale=4,
        rounds=5,
    )
    gate(
        "P6 trusted x16 / x1",
        20,
        lambda: trusted(many),
        lambda: [trusted(one) for _ in range(4)],
        scale=4,
        rounds=5,
    )


@pytest.mark.parametrize("number", (4000, pytest.param(40_000, marks=pytest.mark.slow)))
def test_p7_guard(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector finds nothing among records, so it need not look."""
    data = to_json(page())

    def guarded() -> list[Thread]:
        with serialization.bulk_load():
            return [trusted(data) for _ in range(number)]

    def unguarded() -> list[Thread]:
        with monkeypatch.context() as patch:
            patch.setattr(_codec, "bulk_load", contextlib.nullcontext)
            return [trusted(data) for _ in range(number)]

    gate(f"P7 guard / none, {number} documents", 0.60, guarded, unguarded, rounds=5)


@pytest.mark.parametrize("times", TIMES)
def test_p26_strict_door(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strictness costs less than twice, and five times without msgspec."""
    data = to_json(document(times))
    gate(
        f"P26 from_json / trusted, x{times}",
        1.80,
        lambda: from_json(data, limits=None),
        lambda: trusted(data),
        rounds=11,
    )

    def without() -> Thread:
        with monkeypatch.context() as patch:
            patch.setattr(_codec, "fast", None)
            return from_json(data, limits=None)

    gate(
        f"P26 from_json without msgspec / trusted, x{times}",
        5.0,
        without,
        lambda: trusted(data),
        rounds=5,
        missed=5.3,
    )
