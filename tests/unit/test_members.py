"""Members of JSON objects and times: what is taken, and what is kept as it is."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from dateutil.parser import isoparse
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import FormatError
from qathread.formats import Collector
from qathread.formats._instants import epoch, finest, iso
from qathread.formats._json import Place
from qathread.formats._members import Members
from qathread.provenance import TimePrecision

instants = st.datetimes(
    datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)
)
anything: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=2),
)


def members(value: object, report: Collector | None = None) -> Members:
    return Members({"a": value}, Place("file"), report or Collector())


@pytest.mark.parametrize(
    "name",
    ["text", "name", "integer", "count", "flag", "texts", "items", "members", "epoch"],
)
@given(value=anything)
def test_a_value_is_taken_or_kept(name: str, value: object) -> None:
    """Nothing gets lost, and whatever is not taken is told."""
    report = Collector()
    found = members(value, report)
    taken = getattr(found, name)("a")
    if "a" in found:
        assert found.rest == {"a": value}
        assert not taken and taken is not False
        assert bool(report.report) is (value is not None)
    else:
        assert value is not None
        assert not report.report.losses


def test_a_strict_reading_refuses_a_wrong_kind() -> None:
    with pytest.raises(FormatError) as caught:
        members([], Collector(strict=True)).text("a")
    assert (caught.value.code, caught.value.where) == ("field", "file, /a: an array")


def test_a_null_is_remembered() -> None:
    found = members(None)
    assert found.text("a") is None
    assert found.extra() == '{"a":null}'


def test_drop_if_tells_true_from_one() -> None:
    found = Members({"a": 1, "b": True, "c": 0}, Place(""), Collector())
    found.drop_if(a=True, b=True, c=0)
    assert found.rest == {"a": 1}


@given(instants, st.sampled_from([0, 3, 6]), st.integers(-23, 23))
def test_a_time_with_an_offset_is_what_dateutil_reads(
    at: datetime, digits: int, hours: int
) -> None:
    zone = timezone(timedelta(hours=hours))
    kind = {0: "seconds", 3: "milliseconds", 6: "microseconds"}[digits]
    try:
        text = at.astimezone(zone).isoformat(timespec=kind)
    except OverflowError:
        return
    found = iso(text)
    expected = isoparse(text).astimezone(UTC)
    assert found is not None
    assert found.at == expected
    assert found.zone_stated


@given(instants)
def test_seconds_since_1970_come_back(at: datetime) -> None:
    whole = at.replace(microsecond=0)
    seconds = (whole - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    for value in (seconds, str(seconds)):
        found = epoch(value)
        assert found is not None
        assert found.at == whole
    thousand = epoch(seconds * 1000 + 5, unit=1000)
    assert thousand is not None
    assert thousand.at == whole + timedelta(milliseconds=5)


@pytest.mark.parametrize(
    ("text", "precision", "stated"),
    [
        ("2024-02-29", TimePrecision.DAY, False),
        ("2010-11-04T20:07Z", TimePrecision.MINUTE, True),
        ("2010-04-09 11:09:03 -0600", TimePrecision.SECOND, True),
        ("2023-06-12T19:05:33.123456", TimePrecision.MICROSECOND, False),
        ("2021-03-30T19:17:18.000-04:00", TimePrecision.MILLISECOND, True),
        ("2024-01-01T00:00:00.123456789Z", TimePrecision.MICROSECOND, True),
    ],
)
def test_times_that_sources_write(
    text: str, precision: TimePrecision, stated: bool
) -> None:
    found = iso(text)
    assert found is not None
    assert (found.precision, found.zone_stated) == (precision, stated)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-02-29",
        "2024-13-01T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T00:00:00+99:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "٢٠٢٤-01-01",
        "now",
        "2024-01-01T00:00:00Z and more",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert iso(text) is None


@pytest.mark.parametrize(
    "value", [True, None, [], "", "1_0", " 7", "٣", "1e9", 1e300, float("inf"), 10**20]
)
def test_what_is_no_number_of_seconds(value: object) -> None:
    assert epoch(value) is None


def test_the_finest_unit_of_several_times() -> None:
    both = finest(iso("2024-01-01"), iso("2024-01-01T00:00:00Z"), None)
    assert both == (TimePrecision.SECOND, False)
    assert finest(None) == (None, None)


def test_a_time_without_a_zone_is_told_once_per_place() -> None:
    report = Collector()
    found = Members({"a": "2024-01-01T00:00:00"}, Place(""), report)
    assert found.iso("a") == datetime(2024, 1, 1, tzinfo=UTC)
    assert found.zone_stated is False
    assert [loss.code for loss in report.report] == ["zone-not-stated"]
    zone = timezone(timedelta(hours=2))
    settled = Members({"a": "2024-01-01T00:00:00"}, Place(""), report, zone)
    assert settled.iso("a") == datetime(2023, 12, 31, 22, tzinfo=UTC)
    assert len(report.report) == 1
