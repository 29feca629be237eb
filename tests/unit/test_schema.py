"""The JSON Schemas: up to date, true of what we write, and as strict as can be."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("msgspec")
pytest.importorskip("jsonschema")
pytest.importorskip("rfc3339_validator")  # without it, formats are not looked at

from qathread import Body, Policy, Question, Thread, from_dict, schema, to_dict
from qathread.errors import FormatError, ValidationError
from qathread.events import Event
from qathread.serialization._documents import EVENT_OF, TYPE_OF
from qathread.testing import strategies as ours

jsonschema = pytest.importorskip("jsonschema")
COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "schema"
VALUES = [
    ours.answers(),
    ours.awards(),
    ours.bodies(),
    ours.comments(),
    ours.limits(),
    ours.notices(),
    ours.policies(),
    ours.questions(),
    ours.stubs(),
    ours.tallies(),
    ours.usages(),
    ours.users(),
    ours.votes(),
]


def judge(document: dict[str, Any]) -> Any:
    """A validator of another hand, with formats on."""
    cls = jsonschema.Draft202012Validator
    cls.check_schema(document)
    return cls(document, format_checker=cls.FORMAT_CHECKER)


THREAD = judge(schema.thread())
EVENT = judge(schema.event())


@pytest.mark.parametrize("name", ["thread", "event"])
def test_the_committed_file_is_up_to_date(name: str) -> None:
    """Others read the file: a change of the format must show in it."""
    text = (COMMITTED / f"{name}-1.json").read_text(encoding="utf-8")
    found = getattr(schema, name)()
    assert json.loads(text) == found
    assert text == json.dumps(found, indent=1, ensure_ascii=False) + "\n"


@given(ours.threads())
def test_every_thread_is_valid(thread: Thread) -> None:
    """What we write is what the schema promises."""
    THREAD.validate(to_dict(thread))


@given(ours.events())
def test_every_event_is_valid(event: Event) -> None:
    """The same for events, which differ by their class."""
    EVENT.validate(to_dict(event))


@given(st.one_of(VALUES))
def test_every_other_value_is_valid(value: object) -> None:
    """The same for whatever else has a document."""
    judge(schema.document(type(value))).validate(to_dict(value))


@given(ours.moderated_threads(), st.data())
def test_a_broken_shape_is_refused_by_both(thread: Thread, data: st.DataObject) -> None:
    """Types, missing and unknown members: the schema refuses them as we do."""
    document = json.loads(json.dumps(to_dict(thread)))
    places = list(objects(document))
    place = data.draw(st.sampled_from(places))
    name = data.draw(st.sampled_from(sorted(place)))
    match data.draw(st.sampled_from(["missing", "unknown", "type"])):
        case "missing":
            del place[name]
        case "unknown":
            place["more"] = place[name]
        case _:
            place[name] = 0.5
    with pytest.raises(FormatError):
        from_dict(document)
    assert not THREAD.is_valid(document)


def objects(node: Any) -> Any:
    """All objects within a document."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node:
        if isinstance(each, dict | list):
            yield from objects(each)


@given(ours.questions(), st.text() | st.sampled_from(["2026-01-01T00:00:00", "now"]))
def test_a_time_is_one_for_both(question: Any, text: str) -> None:
    """A schema that took other times would promise what we refuse."""
    document = to_dict(question) | {"created_at": text}
    try:
        from_dict(document, type(question))
    except FormatError:
        assert not judge(schema.document(type(question))).is_valid(document)


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", ""), ("author_id", ""), ("views", 2**63), ("tags", "tea"), ("body", None)],
)
def test_limits_of_values_are_in_the_schema(name: str, value: object) -> None:
    """Empty ids and numbers beyond 64 bits are refused by both."""
    question = Question(id="q", author_id="ada", body=Body(source="Why?"))
    document = to_dict(question) | {name: value}
    with pytest.raises(FormatError):
        from_dict(document, Question)
    assert not judge(schema.document(Question)).is_valid(document)


def test_events_are_told_apart_by_name() -> None:
    """A reader can find the class of an event without trying all."""
    found = schema.event()
    assert found["discriminator"]["propertyName"] == "event"
    mapping = found["discriminator"]["mapping"]
    assert mapping == {
        name: f"#/$defs/{cls.__name__}" for cls, name in EVENT_OF.items()
    }


def test_all_components_refer_to_each_other() -> None:
    """OpenAPI needs every name that is referred to, and no other place."""
    found = schema.components("#/components/schemas/{name}")
    text = json.dumps(found)
    for part in text.split('"$ref": "')[1:]:
        target = part.partition('"')[0]
        assert target.removeprefix("#/components/schemas/") in found
    assert {schema.name(cls) for cls in (Thread, *EVENT_OF, *TYPE_OF)} <= set(found)
    assert schema.name(Policy) == "PolicyDocument"


def test_what_has_no_document_has_no_schema() -> None:
    """A mistake of the caller's is named."""
    with pytest.raises(ValidationError, match="no document form"):
        schema.document(int)
