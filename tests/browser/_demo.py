"""The forum with the threads and people of its demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.forum._forum import PASSWORD, Forum


@contextmanager
def demo(folder: Path, **environment: str) -> Iterator[Forum]:
    """Run the demo with a folder and settings of its own."""
    for name in ("django", "argon2", "httpx", "lxml"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    forum = Forum(folder, **environment)
    try:
        forum.manage("demo", "--no-server", "--password", PASSWORD)
        forum.start(migrate=False)
        yield forum
    finally:
        forum.close()
