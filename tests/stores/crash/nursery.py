"""
Processes that start within milliseconds, to be killed by the hundred.

One process imports everything once and forks a child for each request; a request is
a line of JSON. The children end with it, and it ends with the test.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import qathread

ROOT = Path(__file__).parents[3]
PRELOADED = ("tests.stores.crash.planted", "tests.stores.crash.writers")


class Nursery:
    """
    Starts children that run one function each.

    Args:
        modules: What else children will need, imported for all of them.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules

    def __enter__(self) -> Self:
        source = str(Path(qathread.__file__).parents[1])
        paths = [source, str(ROOT), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, *PRELOADED, *self._modules],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0

    def start(self, function: str, *arguments: object) -> int:
        """
        Run ``module:name`` in a child.

        Args:
            function: Where it is.
            arguments: What it takes, as JSON can carry it.

        Returns:
            The child's process id.
        """
        return self._ask({"start": function, "arguments": arguments})

    def wait(self, child: int) -> int:
        """Wait for a child; return its exit status, negative for a signal."""
        return self._ask({"wait": child})

    def run(self, function: str, *arguments: object) -> int:
        """Run a function in a child and wait for it; return how it ended."""
        return self.wait(self.start(function, *arguments))

    def kill(self, child: int) -> bool:
        """Kill a child; False: it had ended on its own, in order."""
        os.kill(child, signal.SIGKILL)  # not waited for yet, so the id is still its own
        status = self.wait(child)
        assert status in (0, -signal.SIGKILL), f"a child failed with status {status}"
        return status != 0

    def _ask(self, request: Mapping[str, object]) -> int:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, "the process that starts others has ended"
        return int(answer)


def main() -> None:
    """Serve requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what children print goes where errors go
    for name in sys.argv[1:]:
        import_module(name)
    children: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            child = os.fork()
            if child == 0:
                _run(request, answers)
            children.add(child)
            answer = child
        else:
            _, status = os.waitpid(request["wait"], 0)
            children.discard(request["wait"])
            answer = os.waitstatus_to_exitcode(status)
        print(answer, file=answers, flush=True)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _run(request: Mapping[str, Any], answers: IO[str]) -> None:
    """Do a child's work, and end without what a parent would clean up."""
    status = 1
    try:
        os.close(answers.fileno())
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        module, name = request["start"].split(":")
        getattr(import_module(module), name)(*request["arguments"])
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
