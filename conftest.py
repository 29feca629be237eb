"""Set up the tests: profiles, shared samples, and the examples of the docs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from _pytest._code.code import Traceback
from hypothesis import settings
from pytest import ExceptionInfo
from sybil import Document, Example, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.example import NotEvaluated
from sybil.integration.pytest import SybilItem
from sybil.parsers.abstract import DocTestStringParser
from sybil.parsers.myst import (
    CodeBlockParser,
    DocTestDirectiveParser,
    PythonCodeBlockParser,
    SkipParser,
)
from sybil.parsers.rest import DocTestParser
from sybil.python import import_path
from sybil.sybil import SybilCollection

ROOT = Path(__file__).parent
DOCS = ROOT / "docs"
SHARED = Path(os.environ.get("QATHREAD_SHARED", ROOT.parent / "shared")).absolute()
BEER_DUMP = SHARED / "data/formats/stackexchange_dump/beer.stackexchange.com_2020-06.7z"

# A change is judged by the same examples each time; nightly runs look for new ones,
# and what they find becomes an example.
settings.register_profile(
    "ci", derandomize=True, print_blob=True, deadline=None, max_examples=100
)
settings.register_profile(
    "nightly", settings.get_profile("ci"), derandomize=False, max_examples=2000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference samples, read in place."""
    if not SHARED.is_dir():
        pytest.skip("no reference samples: set QATHREAD_SHARED to their folder")
    return SHARED.resolve()


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """
    Run one page's examples in an empty folder, with a copy of docs/examples.

    A page that is about a real site finds its dump under the site's name.
    """
    folder = tmp_path_factory.mktemp("page")
    if BEER_DUMP.is_file():
        (folder / "beer.stackexchange.com.7z").symlink_to(BEER_DUMP)
    examples = DOCS / "examples"
    if examples.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(examples, folder / "docs" / "examples", ignore=ignore)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


class PyconParser:
    """Finds `>>>` examples in blocks marked pycon."""

    def __init__(self) -> None:
        self.blocks = CodeBlockParser("pycon", PythonEvaluator())
        self.examples = DocTestStringParser(DocTestEvaluator())

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield the examples of every pycon block."""
        for block in self.blocks(document):
            found = list(self.examples(block.parsed, document.path))
            if not found:
                # Run as it stands it is a syntax error, unless it is plain Python:
                # either way, not passed over.
                yield block
            for region in found:
                region.adjust(block, block.parsed)
                yield region


class ConsoleParser(CodeBlockParser):
    """
    Finds console blocks: commands after `$ `, each followed by what it prints.

    A command that ends in a backslash goes on in the next line. Every command must
    succeed; one that shows a failure says so: `$ qathread show none || echo "exit $?"`.
    """

    language = "console"

    def __init__(self) -> None:
        super().__init__()

    def evaluate(self, example: Example) -> str | None:
        """Run the commands one by one, up to the first surprise."""
        commands = list(_commands(example.parsed))
        if not commands:
            return "a console block needs a line that starts with '$ '"
        for command, expected in commands:
            done = subprocess.run(
                ["/bin/sh", "-c", command],
                env=_console_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=120,
            )
            printed = [line.rstrip() for line in done.stdout.splitlines()]
            if done.returncode != 0:
                shown = "\n".join(printed)
                return f"$ {command}\nexit status {done.returncode}, printed:\n{shown}"
            if printed != expected:
                return f"$ {command}\n{_side_by_side(expected, printed)}"
        return None


def _commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Split a console block into commands and the lines expected from each."""
    lines = block.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    command, expected, unfinished = "", list[str](), False
    for line in lines:
        if unfinished:
            command += "\n" + line.removeprefix("> ")
        elif line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line.removeprefix("$ "), []
        elif command:
            expected.append(line.rstrip())
            continue
        else:
            message = f"a console block must start with '$ ', not {line!r}"
            raise ValueError(message)
        unfinished = command.endswith("\\")
    if command:
        yield command, expected


def _console_environment() -> dict[str, str]:
    """Find the commands of this interpreter's environment first, in plain text."""
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    return os.environ | {"PATH": path, "NO_COLOR": "1", "COLUMNS": "80"}


def _side_by_side(expected: list[str], printed: list[str]) -> str:
    for number, (want, got) in enumerate(zip_longest(expected, printed), start=1):
        if want != got:
            shown = "\n".join(printed)
            return f"line {number}: expected {want!r}, got {got!r}; all of it:\n{shown}"
    return ""


class DocstringDocument(PythonDocStringDocument):
    """A module's docstrings, each with a fresh copy of the module's names."""

    def import_document(self, example: Example) -> None:
        """Import the module for the first example of a docstring."""
        if "__name__" not in example.namespace:
            example.namespace.update(vars(import_path(Path(self.path))))
        raise NotEvaluated

    def examples(self) -> Iterator[Example]:
        """Yield the examples with the namespace of their docstring."""
        spaces: dict[int, dict[str, object]] = {}
        starts = [start for start, _, _ in self.extract_docstrings(self.text)]
        for example in super().examples():
            place = max(start for start in starts if start <= example.region.start)
            example.namespace = spaces.setdefault(place, {})
            yield example


class PageSybil(Sybil):
    """Looks at README.md and the pages under docs, nowhere else."""

    def should_parse(self, path: Path) -> bool:
        """Say whether *path* is one of our pages."""
        in_docs = path.is_relative_to(DOCS) and path.suffix == ".md"
        return in_docs or path == ROOT / "README.md"


pages = PageSybil(
    [
        PythonCodeBlockParser(),
        DocTestDirectiveParser(),
        PyconParser(),
        ConsoleParser(),
        SkipParser(),
    ],
    setup=lambda namespace: namespace.update(beer_dump=BEER_DUMP.is_file()),
    fixtures=["page_folder"],
)


def _whole_traceback(
    self: SybilItem, excinfo: ExceptionInfo[BaseException]
) -> Traceback:
    try:
        return _sybil_traceback(self, excinfo)
    except IndexError:
        return excinfo.traceback


# Sybil 10.1 fails while it reports an error raised outside the example itself, as
# pytest does for a file left open: show that error instead.
_sybil_traceback = SybilItem._traceback_filter
SybilItem._traceback_filter = _whole_traceback  # type: ignore[method-assign]

docstrings = Sybil(
    [DocTestParser()],
    path="src",
    pattern="*.py",
    document_types={".py": DocstringDocument},
    fixtures=["page_folder"],
)
pytest_collect_file = SybilCollection([pages, docstrings]).pytest()
