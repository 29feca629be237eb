"""A PostgreSQL server."""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from ._daemon import AddressInUseError, Daemon, ServerError, find
from ._ports import LOOPBACK, Port

SIGNALS = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}


def _programs() -> Path | None:
    """Return the folder of the server's programs: of PATH's, or the newest."""
    found = [path for path in [find("initdb")] if path is not None]
    # Debian keeps them off PATH, one folder for each major version.
    packaged = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found += sorted(packaged, key=lambda path: _version(path), reverse=True)
    for path in found:
        folder = path.resolve().parent
        if all((folder / name).exists() for name in ("postgres", "psql")):
            return folder
    return None


def _version(path: Path) -> tuple[int, ...]:
    parts = path.parents[1].name.split(".")
    return tuple(int(part) for part in parts if part.isdecimal())


class PostgreSQL:
    """
    A server of its own: ``trust`` for everybody on this machine, C.UTF-8.

    It keeps its port and its data from `start` to `stop` or `kill` and on to the
    next `start`, until `close`.
    """

    def __init__(
        self, *, durable: bool = False, settings: Mapping[str, str] | None = None
    ) -> None:
        """
        Prepare a server; entering it (``with``) or `start` starts it.

        Args:
            durable: Sync to disk, as servers do. Without it a commit survives the end
                of the server, not of the machine.
            settings: More configuration parameters.
        """
        programs = _programs()
        if programs is None:
            raise ServerError(self.missing())
        self._programs = programs
        self._daemon = Daemon("pg", last=signal.SIGQUIT)
        self._port: Port | None = None
        self._names = (f"test_{number}" for number in count(1))
        self._settings = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            # In the folder, not in /dev/shm, where a killed server leaves it.
            "dynamic_shared_memory_type": "mmap",
        }
        if not durable:
            self._settings |= {"fsync": "off", "full_page_writes": "off"}
        self._settings |= settings or {}

    @staticmethod
    def missing() -> str:
        """Say what is not installed; empty if all is there."""
        if _programs() is None:
            return "PostgreSQL is not installed: no initdb, postgres and psql"
        return ""

    @property
    def folder(self) -> Path:
        """The server's folder; its socket and its log are there."""
        return self._daemon.folder

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self._daemon.log

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, None while it is down."""
        return self._daemon.pid

    @property
    def guard_pid(self) -> int:
        """The process that cleans up when this one is killed."""
        return self._daemon.guard_pid

    @property
    def port(self) -> int:
        """The TCP port, the same after each start."""
        if self._port is None:
            message = "the server was never started"
            raise ServerError(message)
        return self._port.number

    def url(
        self,
        driver: Literal["psycopg", "asyncpg"],
        database: str = "postgres",
        *,
        socket: bool = False,
    ) -> str:
        """Return SQLAlchemy's URL, over TCP or the Unix socket."""
        start = f"postgresql+{driver}://postgres@"
        if socket:
            return f"{start}/{database}?host={self.folder}&port={self.port}"
        return f"{start}{LOOPBACK}:{self.port}/{database}"

    def start(self, *, timeout: float = 60) -> None:
        """
        Start, for the first time or again, and wait until connections are taken.

        Raises:
            ServerError: If it cannot; its log is in the text.
        """
        if not self._data.exists():
            self._daemon.run(
                [
                    self._programs / "initdb",
                    f"--pgdata={self._data}",
                    "--auth=trust",
                    "--username=postgres",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                ]
            )
        if self._port is not None:
            self._start(timeout)
            return
        for _ in range(5):
            self._port = Port()
            try:
                self._start(timeout)
            except AddressInUseError:
                self._port.close()
                self._port = None
            else:
                return
        message = "found no port to listen on in five tries"
        raise AddressInUseError(message)

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """
        Stop; the data stay. Fine if it is down.

        Args:
            mode: As for pg_ctl: wait for the clients, end them in order, or end all at
                once, so that the next start recovers from the log.
        """
        self._daemon.stop(SIGNALS[mode])

    def kill(self) -> None:
        """Kill all of the server's processes; the data stay."""
        self._daemon.kill()

    def close(self) -> None:
        """Stop and remove everything; closing twice is fine."""
        try:
            self._daemon.stop(signal.SIGQUIT)
            self._free_shared_memory()
        finally:
            self._daemon.close()
            if self._port is not None:
                self._port.close()

    def execute(self, statement: str, database: str = "postgres") -> str:
        """
        Run one statement and return its rows, a line each, fields parted by "|".

        Raises:
            ServerError: If it failed.
        """
        psql = [str(self._programs / "psql"), "--no-psqlrc", "--quiet"]
        psql += ["--no-align", "--tuples-only", f"--host={self.folder}"]
        psql += [f"--port={self.port}", "--username=postgres", f"--dbname={database}"]
        psql += ["--set=ON_ERROR_STOP=1", f"--command={statement}"]
        return self._daemon.run(psql).strip()

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, and end the connections to it."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def database(self) -> Iterator[str]:
        """Have an empty database for a while; gives its name."""
        name = self.create_database()
        try:
            yield name
        finally:
            self.drop_database(name)

    def terminate_backends(self, database: str | None = None) -> int:
        """End the connections of all clients, or to one database; return how many."""
        only = "" if database is None else f"AND datname = '{database}'"
        return int(
            self.execute(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) "
                "FROM pg_stat_activity WHERE backend_type = 'client backend' "
                f"AND pid <> pg_backend_pid() {only}"
            )
        )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _start(self, timeout: float) -> None:
        settings = self._settings | {"port": str(self.port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        program = self._programs / "postgres"
        self._daemon.start(
            [program, "-D", self._data, *options], self._ready, timeout=timeout
        )

    def _status(self) -> list[str]:
        """Return the lines of the lock file, none if there is no such file."""
        try:
            text = (self._data / "postmaster.pid").read_text("utf-8")
        except FileNotFoundError:
            return []
        return text.splitlines()

    def _ready(self, pid: int) -> bool:
        status = self._status()
        # The file of a killed server names another process.
        return status[:1] == [str(pid)] and status[7:8] == ["ready   "]

    def _free_shared_memory(self) -> None:
        """Remove the segment that marks the data as in use, left by a killed server."""
        for line in self._status()[6:7]:
            subprocess.run(
                ["ipcrm", "-m", line.split()[1]],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
