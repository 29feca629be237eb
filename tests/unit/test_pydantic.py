"""Our values as fields of pydantic and FastAPI."""

import json
import warnings
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given

pytest.importorskip("pydantic")
pytest.importorskip("fastapi")
pytest.importorskip("httpx")
pytest.importorskip("msgspec")
pytest.importorskip("jsonschema")

import pydantic
from fastapi import Body as Sent
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter

with warnings.catch_warnings():
    # Starlette says which client it would rather have; ours is enough.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from qathread import Limits, Policy, Thread, User, policies, posting, to_dict
from qathread.contrib.pydantic import EventField, ThreadField, Wire, install
from qathread.events import Event
from qathread.testing import strategies as ours

jsonschema = pytest.importorskip("jsonschema")
AT = datetime(2026, 3, 1, tzinfo=UTC)
ASKED = posting.ask("q", title="Why?", body="Say.", by=User(id="ada"), at=AT)
THREADS: TypeAdapter[Thread] = TypeAdapter(ThreadField)
EVENTS: TypeAdapter[Event] = TypeAdapter(EventField)


class Note(BaseModel):
    thread: ThreadField
    event: EventField | None = None
    rules: Annotated[Policy, Wire()] | None = None


@given(ours.threads())
def test_threads_survive(thread: Thread) -> None:
    """What a field dumps it loads again, from objects and from text."""
    assert THREADS.validate_python(THREADS.dump_python(thread)) == thread
    assert THREADS.validate_json(THREADS.dump_json(thread)) == thread
    assert THREADS.validate_python(thread) is thread


@given(ours.events())
def test_events_survive(event: Event) -> None:
    """The same for the union of all events."""
    assert EVENTS.validate_json(EVENTS.dump_json(event)) == event


def test_a_model_holds_values() -> None:
    """Plain pydantic, without FastAPI, and any public value."""
    note = Note(thread=ASKED, event=ASKED.pending[0], rules=policies.OPEN)
    again = Note.model_validate_json(note.model_dump_json())
    assert again == note
    assert again.rules == policies.OPEN


def test_a_models_schema_stands_alone() -> None:
    """It is true of what the model dumps, and refuses what it refuses."""
    judge = jsonschema.Draft202012Validator(Note.model_json_schema())
    sent = json.loads(Note(thread=ASKED).model_dump_json())
    judge.validate(sent)
    sent["thread"]["question"]["revision"] = "1"
    assert not judge.is_valid(sent)


@pytest.mark.parametrize(
    ("change", "loc", "code"),
    [
        ({"kind": "forum"}, ("kind",), "field"),
        ({"more": 1}, (), "field"),
        ({"accepted": ["a\0"]}, ("accepted", 0), "forbidden-character"),
        ({"accepted": ["\ud800"]}, ("accepted", 0), "encoding"),
        ({"arrival": [float("nan")]}, ("arrival", 0), "number"),
    ],
)
def test_the_bad_member_is_named(
    change: dict[str, object], loc: tuple[object, ...], code: str
) -> None:
    """The place is a path of pydantic's and a JSON pointer."""
    with pytest.raises(pydantic.ValidationError) as caught:
        Note.model_validate({"thread": to_dict(ASKED) | change})
    (found,) = caught.value.errors()
    assert found["loc"] == ("thread", *loc)
    assert found["ctx"]["code"] == code
    assert found["ctx"]["pointer"] == "".join(f"/{step}" for step in loc)


@pytest.mark.parametrize("value", [None, 1, "text", [], {}, object(), {1: {2}}])
def test_anything_else_is_refused(value: object) -> None:
    """And never with another error than pydantic's."""
    with pytest.raises(pydantic.ValidationError):
        THREADS.validate_python(value)


def test_limits_are_honoured() -> None:
    """Size, number and depth, each where the field says so."""
    for limits in (Limits(document=100), Limits(records=1), Limits(json_depth=1)):
        small = TypeAdapter(Annotated[Thread, Wire(limits=limits)])
        with pytest.raises(pydantic.ValidationError):
            small.validate_python(to_dict(ASKED))
    free = TypeAdapter(Annotated[Thread, Wire(limits=None)])
    assert free.validate_python(to_dict(ASKED)) == ASKED
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(pydantic.ValidationError):
        THREADS.validate_python({"a": deep})
    while deep:  # taken apart: freeing it whole would recurse as deep
        deep = deep.pop()


def an_app() -> FastAPI:
    """Bodies, lists and events."""
    app = FastAPI()

    @app.post("/one")
    def one(thread: Annotated[ThreadField, Sent()]) -> ThreadField:
        return thread

    @app.post("/many")
    def many(threads: list[ThreadField]) -> list[ThreadField]:
        return threads

    @app.post("/event")
    def event(event: Annotated[EventField, Sent()]) -> EventField:
        return event

    return app


def test_fastapi_takes_and_gives_values() -> None:
    """As body, as response, and in lists."""
    client = TestClient(an_app())
    sent, event = to_dict(ASKED), to_dict(ASKED.pending[0])
    assert client.post("/one", json=sent).json() == sent
    assert client.post("/many", json=[sent, sent]).json() == [sent, sent]
    assert client.post("/event", json=event).json() == event
    done = client.post("/many", json=[sent, sent | {"version": 0.5}])
    assert done.status_code == 422
    assert done.json()["detail"][0]["loc"] == ["body", 1, "version"]


def test_the_openapi_document_has_our_components() -> None:
    """References in place of copies, events with a discriminator, asked twice."""
    app = an_app()
    install(app)
    document = app.openapi()
    assert app.openapi() == document
    schemas = document["components"]["schemas"]
    body = document["paths"]["/many"]["post"]["requestBody"]["content"]
    items = body["application/json"]["schema"]["items"]
    assert items == {"$ref": "#/components/schemas/qathread.Thread"}
    mapping = schemas["qathread.Event"]["discriminator"]["mapping"]
    assert mapping["vote_cast"] == "#/components/schemas/qathread.VoteCast"
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        name = part.partition('"')[0].removeprefix("#/components/schemas/")
        assert name in schemas
    assert "x-qathread" not in text
