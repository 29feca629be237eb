"""Laws of single values: how they are built, checked, compared, copied and kept."""

import copy
import json
import pickle
import unicodedata
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given, settings
from hypothesis import strategies as st

import qathread
from qathread import Reaction, Thread, User, errors, events, losses, policy
from qathread._bulk import changer, maker
from qathread._checks import identifier
from qathread.errors import FormatError, QathreadError, ValidationError
from qathread.limits import EARLIEST, LATEST, MAX_INTEGER
from qathread.losses import Loss, LossReport
from qathread.rules import Rule
from qathread.testing import _plugin, strategies
from qathread.users import face, is_face

AT = datetime(2026, 1, 1, tzinfo=UTC)

#: Every record with a strategy for it; Thread is no record and has its own tests.
RECORDS: dict[type, st.SearchStrategy[Any]] = {
    **{
        cls: getattr(strategies, name)()
        for cls, name in _plugin.STRATEGIES.items()
        if cls is not Thread
    },
    **{cls: strategies.events(cls) for cls in get_args(events.Event)},
    **{cls: strategies.events(cls) for cls in get_args(events.AccountEvent)},
}
each_record = pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
few = settings(max_examples=max(5, settings().max_examples // 20))
once = settings(max_examples=max(2, settings().max_examples // 50))


def values_of(record: Any) -> dict[str, Any]:
    """The fields of a record by name."""
    return {
        each.name: getattr(record, each.name) for each in attrs.fields(type(record))
    }


def fields_taking(cls: type, wanted: type) -> list[str]:
    """The fields of *cls* that hold a *wanted*, or None instead."""
    found = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        options = get_args(hint) or (hint,)
        if get_origin(hint) is Annotated:
            options = options[:1]
        plain = {
            get_args(option)[0] if get_origin(option) is Annotated else option
            for option in options
        }
        if get_origin(hint) is not tuple and wanted in plain and name in names_of(cls):
            found.append(name)
    return found


def names_of(cls: type) -> list[str]:
    return [each.name for each in attrs.fields(cls)]


def each_record_with(wanted: type) -> pytest.MarkDecorator:
    chosen = [cls for cls in RECORDS if fields_taking(cls, wanted)]
    return pytest.mark.parametrize("cls", chosen, ids=lambda cls: cls.__name__)


def accepts(record: Any, name: str, value: object) -> bool:
    """Whether the record takes *value* in a field; a refusal must be of ours."""
    try:
        attrs.evolve(record, **{name: value})
    except ValidationError as error:
        assert f"{type(record).__name__}." in str(error)
        return False
    return True


# -- completeness ----------------------------------------------------------------


def test_every_public_class_has_a_strategy() -> None:
    """A class without one is a class that no law looks at."""
    known = {*RECORDS, Thread}
    for module in (qathread, events, policy, losses):
        for name in module.__all__:
            found = getattr(module, name, None)
            if isinstance(found, type) and attrs.has(found):
                assert found in known, name


# -- equality, hash, copies ------------------------------------------------------


@each_record
@few
@given(data=st.data())
def test_a_record_built_again_from_its_fields_is_equal(
    cls: type, data: st.DataObject
) -> None:
    """What a constructor settles, it must not settle differently the next time."""
    record = data.draw(RECORDS[cls])
    again = cls(**values_of(record))
    assert again == record
    assert hash(again) == hash(record)
    assert repr(again) == repr(record)


@each_record
@few
@given(data=st.data())
def test_copies_and_pickles_are_equal(cls: type, data: st.DataObject) -> None:
    """Caches, queues and process pools keep values."""
    record = data.draw(RECORDS[cls])
    copies = [copy.copy(record), copy.deepcopy(record)]
    copies += [pickle.loads(pickle.dumps(record, kind)) for kind in range(2, 6)]
    for each in copies:
        assert type(each) is cls
        assert each == record
        assert hash(each) == hash(record)


@each_record
@few
@given(data=st.data())
def test_equal_means_equal_fields_of_one_class(cls: type, data: st.DataObject) -> None:
    """Two records are one value exactly when nothing tells them apart."""
    a, b = data.draw(RECORDS[cls]), data.draw(RECORDS[cls])
    assert (a == b) is (values_of(a) == values_of(b))
    assert a != b or hash(a) == hash(b)
    assert a != tuple(values_of(a).values())


@each_record
@once
@given(data=st.data())
def test_nothing_of_a_record_can_be_set_or_deleted(
    cls: type, data: st.DataObject
) -> None:
    """A value that changes under its readers is no value."""
    record = data.draw(RECORDS[cls])
    before = values_of(record)
    for name in [*before, "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(record, name)
    assert values_of(record) == before
    assert not hasattr(record, "__dict__")
    with pytest.raises(TypeError):
        weakref.ref(record)


@few
@given(thread=strategies.open_threads())
def test_nothing_of_a_thread_can_be_set_or_deleted(thread: Thread) -> None:
    """Threads are shared between requests."""
    for name in (*Thread.__slots__, "posts", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(thread, name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(thread, name)
    assert not hasattr(thread, "__dict__")


# -- the constructor for bulk loads ----------------------------------------------


@each_record
@few
@given(data=st.data())
def test_the_bulk_constructor_builds_what_the_public_one_does(
    cls: type, data: st.DataObject
) -> None:
    """Loaders and folds use it: their values must be indistinguishable."""
    record = data.draw(RECORDS[cls])
    values = values_of(record)
    built: Any = maker(cls)(*values.values())
    assert type(built) is cls
    assert (built, hash(built), repr(built)) == (record, hash(record), repr(record))
    assert pickle.loads(pickle.dumps(built)) == record
    with pytest.raises(FrozenInstanceError):
        setattr(built, next(iter(values)), None)


@each_record
@few
@given(data=st.data())
def test_the_bulk_changer_changes_what_it_is_told_to(
    cls: type, data: st.DataObject
) -> None:
    """It stands for attrs.evolve where the new fields are known to be right."""
    record, other = data.draw(RECORDS[cls]), data.draw(RECORDS[cls])
    assert changer(cls)(record) == record
    name = data.draw(st.sampled_from(names_of(cls)))
    value = getattr(other, name)
    changed: Any = changer(cls)(record, **{name: value})
    assert values_of(changed) == {**values_of(record), name: value}


# -- checks ----------------------------------------------------------------------


@each_record_with(datetime)
@once
@given(data=st.data())
def test_no_record_takes_a_time_without_zone_or_out_of_range(
    cls: type, data: st.DataObject
) -> None:
    """Such a time has no place in UTC, and no form in JSON."""
    record = data.draw(RECORDS[cls])
    odd = [
        datetime(2026, 1, 1),
        EARLIEST - timedelta(microseconds=1),
        LATEST + timedelta(microseconds=1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ]
    taken = [
        (name, at)
        for name in fields_taking(cls, datetime)
        for at in odd
        if accepts(record, name, at)
    ]
    assert not taken


@each_record_with(datetime)
@few
@given(data=st.data(), at=strategies.instants())
def test_a_time_is_kept_as_its_utc_time(
    cls: type, data: st.DataObject, at: datetime
) -> None:
    """Equal instants must be equal bytes, whatever offset they came with."""
    record = data.draw(RECORDS[cls])
    for name in fields_taking(cls, datetime):
        if cls.__name__ == "Bounty":
            record = attrs.evolve(record, starts_at=None, ends_at=None)
        kept = getattr(attrs.evolve(record, **{name: at}), name)
        assert kept == at
        assert kept.tzinfo is UTC


@each_record_with(str)
@once
@given(data=st.data())
def test_no_record_takes_text_that_a_store_cannot_hold(
    cls: type, data: st.DataObject
) -> None:
    """PostgreSQL refuses U+0000, UTF-8 has no lone surrogates."""
    record = data.draw(RECORDS[cls])
    taken = [
        (name, odd)
        for name in fields_taking(cls, str)
        for odd in ("\0", "a\0b", "\ud800", "a\udfffb")
        if accepts(record, name, odd)
    ]
    assert not taken


@each_record
@once
@given(data=st.data())
def test_no_record_takes_an_empty_id(cls: type, data: st.DataObject) -> None:
    """An empty id names nothing."""
    record = data.draw(RECORDS[cls])
    ids = [
        each.name
        for each in attrs.fields(cls)
        if each.metadata.get("check") is identifier
    ]
    assert [name for name in ids if accepts(record, name, "")] == []


@each_record_with(int)
@once
@given(data=st.data())
def test_no_record_takes_a_number_of_another_kind(
    cls: type, data: st.DataObject
) -> None:
    """True is no count, 1.0 no version, and 2**63 fits no column."""
    record = data.draw(RECORDS[cls])
    taken = [
        (name, odd)
        for name in fields_taking(cls, int)
        for odd in (True, 1.0, "1", MAX_INTEGER + 1, -MAX_INTEGER - 1)
        if accepts(record, name, odd)
    ]
    assert not taken


@each_record
@once
@given(data=st.data())
def test_no_record_takes_what_is_not_of_a_fields_type(
    cls: type, data: st.DataObject
) -> None:
    """A wrong value must be refused where it enters, not where it is written."""
    record = data.draw(RECORDS[cls])
    taken = [
        (name, type(odd).__name__)
        for name in names_of(cls)
        for odd in (object(), b"bytes", ["list"])
        if accepts(record, name, odd)
    ]
    assert not taken


@each_record
@once
@given(data=st.data())
def test_a_choice_may_be_given_as_its_text(cls: type, data: st.DataObject) -> None:
    """`Vote(direction="up")` is what a request brings."""
    record = data.draw(RECORDS[cls])
    for name, value in values_of(record).items():
        if type(value).__mro__[1].__name__ == "StrEnum":
            again = attrs.evolve(record, **{name: str(value)})
            assert getattr(again, name) is value


@given(text=st.text(min_size=1, max_size=4), at=strategies.instants())
def test_one_emoji_is_one_kind(text: str, at: datetime) -> None:
    """An e with an accent typed in two ways must not count as two reactions."""
    kinds: set[str | None] = set()
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, text)
        try:
            kinds.add(Reaction(post_id="q", user_id="ada", kind=typed, at=at).kind)
        except ValidationError:
            kinds.add(None)
    assert len(kinds) == 1


@given(user=strategies.users())
def test_a_face_shows_what_everybody_may_see_and_nothing_else(user: User) -> None:
    """Events carry faces: reputation, roles and dates stay with the host."""
    shown = face(user)
    assert is_face(shown)
    assert face(shown) is shown
    public = ("id", "name", "handle", "level", "kind")
    assert [getattr(shown, name) for name in public] == [
        getattr(user, name) for name in public
    ]
    private = set(values_of(user)) - set(public)
    bare = User(id="somebody")
    assert all(getattr(shown, name) == getattr(bare, name) for name in private)


# -- errors ----------------------------------------------------------------------

REPORT = LossReport(losses=(Loss(kind="lost", code="body-html", message="gone"),))
MADE: list[QathreadError] = [
    errors.PolicyViolation(Rule.REPUTATION, "too new", 15, 3, AT),
    errors.PolicyViolation(Rule.SELF_VOTE, "own post", "another voter", "ada"),
    errors.PolicyViolation(Rule.ARCHIVED, "archived"),
    errors.VersionConflictError("q", 1, 2),
    errors.VersionConflictError("q", None, 2),
    errors.VersionConflictError("q", 1, None),
    errors.FormatError("syntax", "no JSON", "qathread", "a.json", "line 1"),
    errors.FormatError("syntax", "no JSON"),
    errors.LossError(REPORT),
    errors.OperationReusedError("op", "q"),
    *(
        getattr(errors, name)("what is wrong, and what to do")
        for name in errors.__all__
        if name
        not in {
            "FormatError",
            "LossError",
            "OperationReusedError",
            "PolicyViolation",
            "VersionConflictError",
        }
    ),
]
each_error = pytest.mark.parametrize(
    "error", MADE, ids=[f"{type(each).__name__}-{at}" for at, each in enumerate(MADE)]
)


def facts_of(error: QathreadError) -> dict[str, object]:
    return {**vars(error), "text": str(error), "members": error.to_dict()}


def test_every_error_is_tried() -> None:
    """The list above is whole."""
    assert {type(error).__name__ for error in MADE} == set(errors.__all__)


@each_error
def test_errors_survive_copies_and_pickles(error: QathreadError) -> None:
    """A process pool hands them to its parent."""
    again = [pickle.loads(pickle.dumps(error, kind)) for kind in range(2, 6)]
    for each in (*again, copy.copy(error), copy.deepcopy(error)):
        assert type(each) is type(error)
        assert facts_of(each) == facts_of(error)
        assert each.args == error.args


@each_error
def test_the_arguments_of_an_error_make_it_again(error: QathreadError) -> None:
    """Task queues rebuild errors from their class and `args`."""
    assert facts_of(type(error)(*error.args)) == facts_of(error)


@each_error
def test_errors_give_the_members_of_a_problem_document(error: QathreadError) -> None:
    """A web host answers with them as they are."""
    members = error.to_dict()
    assert json.loads(json.dumps(members)) == members
    assert members["type"] == f"urn:qathread:{error.kind}"
    assert members["title"] and members["detail"] == str(error)
    assert None not in members.values()


def test_errors_are_the_built_in_ones_that_callers_reach_for() -> None:
    """`except LookupError` around a look-up must work."""
    pairs: list[tuple[type, type]] = [
        (ValidationError, ValueError),
        (errors.BadCursorError, ValidationError),
        (errors.NotFoundError, LookupError),
        (errors.PolicyViolation, PermissionError),
        (FormatError, ValueError),
        (errors.MissingExtraError, ImportError),
        (errors.CycleError, errors.IntegrityError),
        (errors.MissingParentError, errors.IntegrityError),
        (errors.DuplicateIdError, errors.IntegrityError),
        (errors.SequenceError, errors.IntegrityError),
        (errors.StoreBusyError, errors.StoreError),
    ]
    for cls, base in pairs:
        assert issubclass(cls, base)
        assert issubclass(cls, QathreadError)


def every_error() -> Iterator[type[QathreadError]]:
    yield from (getattr(errors, name) for name in errors.__all__)


def test_every_error_has_a_kind_and_a_title_of_its_own_family() -> None:
    """The type of a problem document tells a client what to do."""
    kinds = [cls.kind for cls in every_error()]
    assert len(set(kinds)) == len(kinds)
    assert all(cls.title for cls in every_error())


def test_a_missing_id_is_what_templates_expect() -> None:
    """Django and Jinja try a look-up before an attribute, and go on at a KeyError."""
    error = errors.NotFoundError("no post 'x'")
    assert isinstance(error, KeyError)
    assert str(error) == "no post 'x'"
