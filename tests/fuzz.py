"""
Fuzz one reader, steered by which branches it has taken.

    python -m tests.fuzz FORMAT SECONDS

Needs atheris. The bytes that it tries decide what is broken in which sample, so that
what the reader gets is nearly what it expects; what breaks a promise is printed with a
traceback, and the exit status is not 0.
"""

import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["qathread.formats"]):
    from tests.unit._fuzz import corpus, mutations, outcome

from hypothesis import HealthCheck, given, settings


def main(format: str, seconds: str) -> None:
    """Fuzz until the time is over, or an input breaks a promise."""
    assert corpus(format), f"there is no sample of {format}"

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutations(format))
    def target(data: bytes) -> None:
        outcome(data, format)

    one = target.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as artifacts:
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={seconds}",
                "-max_len=4096",
                "-len_control=0",
                "-timeout=10",
                "-rss_limit_mb=2048",
                f"-artifact_prefix={artifacts}/",
                "-print_final_stats=1",
            ],
            lambda data: one(data),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
