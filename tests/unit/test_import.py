"""The front door: what an import loads, and what it gives."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import qathread

SOURCE = Path(qathread.__file__).parents[1]
FOREIGN = {
    "altair",
    "cattrs",
    "cyclopts",
    "dateutil",
    "hypothesis",
    "lxml",
    "msgspec",
    "narwhals",
    "networkx",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
    "pytest",
    "rich",
    "sqlalchemy",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement imports, whatever the start itself did."""
    code = (
        "import sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "print('\\n'.join(set(sys.modules) - before))"
    )
    return set(run("-c", code).stdout.split())


def test_importing_the_package_loads_attrs_and_nothing_else_of_others() -> None:
    """A web worker that starts must not wait for pandas."""
    report = run("-X", "importtime", "-c", "import qathread").stderr
    names = {line.rpartition("|")[2].strip() for line in report.splitlines()}
    tops = {name.partition(".")[0] for name in names}
    assert "qathread" in tops
    assert not tops & FOREIGN
    loaded = {name.partition(".")[0] for name in loaded_by("import qathread")}
    others = {name for name in loaded if name not in sys.stdlib_module_names}
    assert others <= {"attr", "attrs", "qathread"}


def test_the_core_loads_no_edge_and_nothing_that_reaches_out() -> None:
    """Values and verbs read no file, no clock and no chance."""
    loaded = loaded_by("import qathread")
    for edge in ("serialization", "formats", "stores", "frames", "html", "testing"):
        assert not any(name.startswith(f"qathread.{edge}") for name in loaded)
    assert not loaded & {"asyncio", "logging", "random", "socket", "sqlite3", "ssl"}


def test_star_import_works() -> None:
    """People at a prompt do it."""
    code = "from qathread import *\nprint(Thread.__name__, UP, posting.__name__)"
    assert run("-c", code).stdout.split() == ["Thread", "up", "qathread.posting"]


@pytest.mark.parametrize("name", qathread.__all__)
def test_every_public_name_resolves(name: str) -> None:
    """What `__all__` and `dir` promise is there."""
    assert getattr(qathread, name) is not None
    assert name in dir(qathread)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        qathread.nothing  # noqa: B018
    assert not hasattr(qathread, "__wrapped__")


@pytest.mark.parametrize("name", ["read", "write", "to_json", "from_json", "to_dict"])
def test_a_function_at_the_top_is_that_of_its_module(name: str) -> None:
    module = {"read": "formats", "write": "formats"}.get(name, "serialization")
    home = importlib.import_module(f"qathread.{module}")
    assert getattr(qathread, name) is getattr(home, name)


@pytest.mark.parametrize("module", ["errors", "events", "posting", "voting", "rules"])
def test_every_name_of_a_module_resolves(module: str) -> None:
    found = importlib.import_module(f"qathread.{module}")
    assert found.__doc__
    for name in found.__all__:
        assert hasattr(found, name), name
