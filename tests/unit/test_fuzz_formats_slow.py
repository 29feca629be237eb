"""The long profile: a minute of fuzzing and 200 cuts of every sample, per reader."""

import os
import re
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from tests.unit._fuzz import FORMATS, corpus, cuts, outcome

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("format", FORMATS)

SECONDS = os.environ.get("QATHREAD_FUZZ_SECONDS", "60")
#: What 100 kB of input may take, lenient and strict together; see reliability.
MOST_SECONDS = 2.0
#: Of the whole process, which holds the samples and the fuzzer too.
MOST_MEGABYTES = 256 + 100


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
    """Steered by coverage, nothing breaks a promise; time and memory stay bounded."""
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", format, SECONDS],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stderr))
    print(format, found)
    assert int(found["number_of_executed_units"]) > 100
    assert int(found["slowest_unit_time_sec"]) <= MOST_SECONDS
    assert int(found["peak_rss_mb"]) <= MOST_MEGABYTES
