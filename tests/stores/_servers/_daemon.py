"""One server process with a folder, a log and a guard of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

# Waits for the end of the process that started it, then ends the server and removes
# the folder: so nothing is left when a test process is killed. It reads the server's
# process id (or nothing) after each start and stop, and "end" when all went well.
GUARD = """
trap '' HUP INT TERM
leader=
while read -r line; do
    if [ "$line" = end ]; then leader=; break; fi
    leader=$line
done
if [ -n "$leader" ]; then
    kill -s "$2" "$leader"
    tries=50
    while [ $tries -gt 0 ] && kill -s 0 "$leader"; do
        sleep 0.1
        tries=$((tries - 1))
    done
    kill -s KILL "$leader"
fi 2>/dev/null
rm -rf -- "$1"
"""


class ServerError(Exception):
    """A server did not start, stop or answer; the text ends with its log."""


class AddressInUseError(ServerError):
    """Another process listens on the port."""


class Daemon:
    """
    A server process in a temporary folder, and the means to end both.

    Servers refuse to run as root, so root starts them as ``nobody``, who then owns
    the folder. A daemon is for one thread at a time.

    Attributes:
        folder: Made at once, removed by `close`.
        log: What the server and its tools printed.
    """

    def __init__(self, name: str, *, last: signal.Signals = signal.SIGKILL) -> None:
        """
        Make the folder.

        Args:
            name: A few letters for the folder's name.
            last: What ends the server, with all its traces, in no time.
        """
        self._uid = self._gid = self._groups = None
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._uid, self._gid = nobody.pw_uid, nobody.pw_gid
            self._groups = list[int]()
        self._last = last
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=f"qathread-{name}-"))
        self.log = self.folder / "log"
        try:
            if self._uid is not None and self._gid is not None:
                os.chown(self.folder, self._uid, self._gid)
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "guard", self.folder, last.name[3:]],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it is down."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    @property
    def guard_pid(self) -> int:
        """The process that cleans up when this one is killed."""
        return self._guard.pid

    def run(self, command: Sequence[str | Path], *, timeout: float = 60) -> str:
        """
        Run a tool of the server to its end and return what it printed.

        Raises:
            ServerError: If it failed.
        """
        try:
            done = subprocess.run(
                command,
                user=self._uid,
                group=self._gid,
                extra_groups=self._groups,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as error:
            message = f"{command[0]} did not end in {timeout} s"
            raise ServerError(message) from error
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            message = f"{command[0]} failed with {done.returncode}: {said}"
            raise ServerError(message)
        return done.stdout

    def start(
        self,
        command: Sequence[str | Path],
        ready: Callable[[int], bool],
        *,
        timeout: float = 60,
    ) -> None:
        """
        Start the server and wait until it is ready.

        Args:
            command: The program, which must stay in the foreground.
            ready: Tells from the process id whether this very server answers.
            timeout: Seconds to wait, at most.

        Raises:
            AddressInUseError: If it could not listen on its port.
            ServerError: If it ended or was not ready in time; it is down then.
        """
        if self.pid is not None:
            message = "the server is running already"
            raise ServerError(message)
        deadline = time.monotonic() + timeout
        with self.log.open("ab") as log:
            before = log.tell()
            self._process = process = subprocess.Popen(
                command,
                user=self._uid,
                group=self._gid,
                extra_groups=self._groups,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._tell_guard(str(process.pid))
            while not ready(process.pid):
                status = process.poll()
                if status is not None:
                    raise self._failure(f"ended with {status}", command, before)
                if time.monotonic() > deadline:
                    why = f"was not ready in {timeout} s"
                    raise self._failure(why, command, before)
                time.sleep(0.01)
        except BaseException:
            self.kill()
            raise

    def stop(self, how: signal.Signals, *, timeout: float = 60) -> None:
        """
        End the server by a signal that it obeys; fine if it is down.

        Raises:
            ServerError: If it had to be killed.
        """
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            self.kill()
            message = f"the server did not stop in {timeout} s:\n{self.tail()}"
            raise ServerError(message) from error
        self._gone()

    def kill(self, *, timeout: float = 10) -> None:
        """End the server and the processes it made by SIGKILL; fine if it is down."""
        if self._process is None:
            return
        family = list[int]()
        if self._process.poll() is None:
            # Halted first, so that it makes no more of them meanwhile.
            self._process.send_signal(signal.SIGSTOP)
            family = children(self._process.pid)
            self._process.kill()
            for pid in family:
                _kill(pid)
        self._process.wait(timeout)
        deadline = time.monotonic() + timeout
        while any(map(alive, family)):
            if time.monotonic() > deadline:
                message = f"processes outlive SIGKILL: {family}"
                raise ServerError(message)
            time.sleep(0.005)
        self._gone()

    def close(self) -> None:
        """End everything and remove the folder; closing twice is fine."""
        if self._guard.stdin is None or self._guard.stdin.closed:
            return
        try:
            self.stop(self._last, timeout=10)
        finally:
            # Not by the pipe's end: a forked child may hold it open.
            self._tell_guard("end")
            self._guard.stdin.close()
            self._guard.wait()
            # Not there any more, unless somebody ended the guard.
            shutil.rmtree(self.folder, ignore_errors=True)

    def tail(self, since: int = 0) -> str:
        """Return the end of the log, at most 4,000 bytes."""
        said = self.log.read_bytes()[since:] if self.log.exists() else b""
        return said[-4_000:].decode(errors="replace").strip()

    @property
    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's: PGHOST and the like must not steer a server."""
        return {
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PATH": os.pathsep.join(_search_path()),
            "TMPDIR": str(self.folder),
        }

    def _gone(self) -> None:
        self._process = None
        self._tell_guard("")

    def _tell_guard(self, line: str) -> None:
        if self._guard.stdin is None or self._guard.stdin.closed:
            return
        # Somebody may have ended it: then `close` does its work.
        with suppress(BrokenPipeError):
            self._guard.stdin.write(line.encode() + b"\n")

    def _failure(
        self, why: str, command: Sequence[str | Path], since: int
    ) -> ServerError:
        said = self.tail(since)
        message = f"{Path(command[0]).name} {why}; its log:\n{said}"
        if "address already in use" in said.lower():
            return AddressInUseError(message)
        return ServerError(message)


def find(name: str) -> Path | None:
    """Return a program's path; those of administrators need not be on PATH."""
    found = shutil.which(name, path=os.pathsep.join(_search_path()))
    return None if found is None else Path(found)


def _search_path() -> list[str]:
    known = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [*known, "/usr/local/sbin", "/usr/sbin", "/usr/bin", "/bin"]


def children(pid: int) -> list[int]:
    """Return the processes that *pid* started, where the system has /proc."""
    found = list[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        state, parent = _state(int(folder.name))
        if parent == pid and state != "Z":
            found.append(int(folder.name))
    return found


def alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be read does not."""
    if Path("/proc/self/stat").exists():
        return _state(pid)[0] not in {"", "X", "Z"}
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _state(pid: int) -> tuple[str, int]:
    """Return a process's state and its parent, or nothing if it is gone."""
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return "", 0
    # The second field, the name in parentheses, may hold anything.
    state, parent = line.rpartition(b")")[2].split()[:2]
    return state.decode(), int(parent)


def _kill(pid: int) -> None:
    # It may have seen its parent's end by itself.
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
