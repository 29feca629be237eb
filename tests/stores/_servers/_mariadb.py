"""A MariaDB server."""

import signal
import socket as sockets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from ._daemon import AddressInUseError, Daemon, ServerError, find
from ._ports import LOOPBACK, Port

PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb")


class MariaDB:
    """
    A server of its own: root needs no password, text is utf8mb4.

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
            settings: More options of the server, without their dashes.
        """
        if self.missing():
            raise ServerError(self.missing())
        self._daemon = Daemon("my")
        self._port: Port | None = None
        self._names = (f"test_{number}" for number in count(1))
        self._settings = {
            "datadir": str(self._data),
            "socket": str(self.socket),
            "pid-file": str(self.folder / "pid"),
            "tmpdir": str(self.folder),
            "bind-address": LOOPBACK,
            "character-set-server": "utf8mb4",
            "max-connections": "200",
            "skip-name-resolve": "1",
        }
        if not durable:
            # Each commit still is written, so that it outlives the server.
            self._settings |= {
                "innodb-flush-log-at-trx-commit": "2",
                "innodb-flush-method": "nosync",
            }
        self._settings |= settings or {}

    @staticmethod
    def missing() -> str:
        """Say what is not installed; empty if all is there."""
        lacking = [name for name in PROGRAMS if find(name) is None]
        if lacking:
            return f"MariaDB is not installed: no {', '.join(lacking)}"
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
        """The server's process id, None while it is down."""
        return self._daemon.pid

    @property
    def guard_pid(self) -> int:
        """The process that cleans up when this one is killed."""
        return self._daemon.guard_pid

    @property
    def socket(self) -> Path:
        """The Unix socket."""
        return self.folder / "socket"

    @property
    def port(self) -> int:
        """The TCP port, the same after each start."""
        if self._port is None:
            message = "the server was never started"
            raise ServerError(message)
        return self._port.number

    def url(
        self,
        driver: Literal["pymysql", "aiomysql"],
        database: str = "test",
        *,
        socket: bool = False,
    ) -> str:
        """Return SQLAlchemy's URL, over TCP or the Unix socket."""
        start = f"mysql+{driver}://root@"
        if socket:
            options = f"charset=utf8mb4&unix_socket={self.socket}"
            return f"{start}localhost/{database}?{options}"
        return f"{start}{LOOPBACK}:{self.port}/{database}?charset=utf8mb4"

    def start(self, *, timeout: float = 60) -> None:
        """
        Start, for the first time or again, and wait until connections are taken.

        Raises:
            ServerError: If it cannot; its log is in the text.
        """
        if not self._data.exists():
            self._daemon.run(
                [
                    "mariadb-install-db",
                    "--no-defaults",
                    f"--datadir={self._data}",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    "--innodb-flush-method=nosync",
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
                self.execute("CREATE DATABASE test", "")
                return
        message = "found no port to listen on in five tries"
        raise AddressInUseError(message)

    def stop(self) -> None:
        """Stop in order; the data stay. Fine if it is down."""
        self._daemon.stop(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server; the next start recovers from its log."""
        self._daemon.kill()

    def close(self) -> None:
        """Stop and remove everything; closing twice is fine."""
        self._daemon.close()
        if self._port is not None:
            self._port.close()

    def execute(self, statement: str, database: str = "test") -> str:
        """
        Run statements and return their rows, a line each, fields parted by tabs.

        Raises:
            ServerError: If one failed.
        """
        client = ["mariadb", "--no-defaults", f"--socket={self.socket}"]
        client += ["--user=root", "--batch", "--skip-column-names"]
        client += ["--default-character-set=utf8mb4", f"--execute={statement}"]
        return self._daemon.run([*client, database]).strip()

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, and end the connections to it."""
        # Locks of a connection left open would be waited for.
        self.terminate_backends(name)
        self.execute(f"DROP DATABASE {name}")

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
        only = "" if database is None else f"AND db = '{database}'"
        ids = self.execute(
            "SELECT id FROM information_schema.processlist WHERE "
            f"id <> connection_id() AND user NOT IN ('system user', '') {only}"
        ).split()
        ended = 0
        for number in ids:
            try:
                self.execute(f"KILL CONNECTION {number}")
            except ServerError as error:
                if "Unknown thread id" not in str(error):
                    raise
            else:
                ended += 1
        return ended

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
        program = find("mariadbd")
        if program is None:
            raise ServerError(self.missing())
        self._daemon.start(
            [program, "--no-defaults", *options], self._ready, timeout=timeout
        )

    def _ready(self, _pid: int) -> bool:
        """Wait for the greeting, which the system alone cannot send."""
        with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                greeting = client.recv(5)
            except OSError:
                return False
        # Three bytes of length, a number, the protocol's version.
        return greeting[4:5] == b"\x0a"
