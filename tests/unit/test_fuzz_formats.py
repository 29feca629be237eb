"""Any bytes: a reader gives threads or our own error, and nothing else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs.make import samples
from qathread import formats
from qathread.errors import FormatError
from tests.unit._fuzz import FORMATS, corpus, cuts, mutations, outcome

each = pytest.mark.parametrize("format", FORMATS)
BEYOND = ("too-deep", "too-large", "encoding")
few = settings(
    max_examples=max(25, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def samples_of(format: str) -> tuple[bytes, ...]:
    """The samples of a format, or those that its writer makes of others."""
    if samples.folder() is None:
        pytest.skip("no reference samples: set QATHREAD_SHARED to their folder")
    return corpus(format)


@each
def test_a_sample_that_is_cut_short_gives_our_errors(format: str) -> None:
    found = samples_of(format)
    for data in found:
        for part in cuts(data, max(3, 60 // len(found))):
            outcome(part, format)


@each
@few
@given(st.data())
def test_a_sample_that_is_broken_gives_our_errors(
    format: str, data: st.DataObject
) -> None:
    if samples_of(format):
        outcome(data.draw(mutations(format)), format)


@each
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"null",
        b"[]",
        b"{}",
        b"[null]",
        b"[[]]",
        b'"text"',
        b"0",
        b"\0" * 50,
        b"\xff\xfe<\0r\0>\0",
        b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<a>" * 30_000,
        b"<a " * 20_000,
        b"From \n" * 10_000,
        b"- " * 40_000,
        b"&amp;" * 20_000,
        json.dumps({"a": "b" * 100_000}).encode(),
    ],
    ids=lambda data: data[:12].decode("latin-1") + f"x{len(data)}",
)
def test_what_is_no_such_thing_is_refused_or_empty(format: str, data: bytes) -> None:
    outcome(data, format)
    try:
        with formats.read(data, format) as reading:
            assert not list(reading)
    except FormatError as error:
        assert error.code in ("not-this-format", "syntax", *BEYOND)
