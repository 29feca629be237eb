"""The long profile: a minute of fuzzing and 200 cuts of every sample, per reader."""

import os
import resource
from time import monotonic, process_time

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit._fuzz import FORMATS, corpus, cuts, mutations, outcome

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("format", FORMATS)

SECONDS = float(os.environ.get("QATHREAD_FUZZ_SECONDS", "60"))
#: What 100 kB of input may take, lenient and strict together; see reliability.
MOST_SECONDS = 2.0
MOST_BYTES = 256 * 2**20


def bounded(data: bytes, format: str) -> None:
    """Read *data*, and hold it to its time."""
    start = process_time()
    outcome(data, format)
    taken = process_time() - start
    assert taken < MOST_SECONDS, f"{taken:.2f} s for {len(data)} bytes"


@each
def test_two_hundred_cuts_of_every_sample(format: str) -> None:
    for data in corpus(format):
        for part in cuts(data, 200):
            bounded(part, format)


@each
def test_a_minute_of_fuzzing(format: str) -> None:
    """Bytes that a fuzzer makes steer what is broken; memory stays bounded."""
    if not corpus(format):
        pytest.skip("no samples and no writer")

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutations(format))
    def target(data: bytes) -> None:
        bounded(data, format)

    fuzz = target.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    end, tries = monotonic() + SECONDS, 0
    while monotonic() < end:
        tries += fuzz(os.urandom(2000)) is not None
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{format}: {tries} inputs")
    assert tries > 10
    assert after - before < MOST_BYTES
