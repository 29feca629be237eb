"""NATS servers with JetStream, alone or three together."""

import json
import signal
import socket
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from ._daemon import AddressInUseError, Daemon, ServerError, find
from ._ports import LOOPBACK, Port

SIZE = 3


class Nats:
    """
    One server with JetStream, which keeps its streams in its folder.

    It keeps its ports and its data from `start` to `stop` or `kill` and on to the
    next `start`, until `close`.
    """

    def __init__(
        self, name: str = "alone", *, settings: Mapping[str, str] | None = None
    ) -> None:
        """
        Prepare a server; entering it (``with``) or `start` starts it.

        Args:
            name: The start of the server's name.
            settings: More lines of its configuration, such as ``max_payload: 8MB``.
        """
        if self.missing():
            raise ServerError(self.missing())
        self._daemon = Daemon("nats")
        self._ports: tuple[Port, Port, Port] | None = None
        self._settings = settings or {}
        self._cluster = ""
        # Told apart from every other server, so that none answers in its place.
        self.name = f"{name}-{self.folder.name.rpartition('-')[2]}"

    @staticmethod
    def missing() -> str:
        """Say what is not installed; empty if all is there."""
        return "" if find("nats-server") else "NATS is not installed: no nats-server"

    @property
    def folder(self) -> Path:
        """The server's folder; its streams and its log are there."""
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
    def url(self) -> str:
        """Where clients connect, the same after each start."""
        return f"nats://{LOOPBACK}:{self.ports[0]}"

    @property
    def ports(self) -> tuple[int, int, int]:
        """The ports for clients, for HTTP, and for the other servers."""
        if self._ports is None:
            message = "the server was never started"
            raise ServerError(message)
        clients, web, routes = self._ports
        return clients.number, web.number, routes.number

    def start(self, *, timeout: float = 60) -> None:
        """
        Start, for the first time or again.

        Waits until clients are answered, and JetStream too unless the server is one
        of several: that depends on the others (see `NatsCluster.wait`).

        Raises:
            ServerError: If it cannot; its log is in the text.
        """
        if self._ports is not None:
            self._start(timeout)
            return
        for _ in range(5):
            self.choose_ports()
            try:
                self._start(timeout)
            except AddressInUseError:
                self._free_ports()
            else:
                return
        message = "found no port to listen on in five tries"
        raise AddressInUseError(message)

    def choose_ports(self) -> None:
        """Choose the ports before the first start."""
        self._free_ports()
        self._ports = (Port(), Port(), Port())

    def join(self, cluster: str, others: "list[Nats]") -> None:
        """Make the server, before its first start, one of several."""
        routes = [f"nats-route://{LOOPBACK}:{node.ports[2]}" for node in others]
        self._cluster = (
            f'cluster {{ name: "{cluster}", listen: "{LOOPBACK}:{self.ports[2]}", '
            f"routes: {json.dumps(routes)} }}\n"
        )

    def stop(self) -> None:
        """Stop in order; the data stay. Fine if it is down."""
        self._daemon.stop(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server; the data stay."""
        self._daemon.kill()

    def close(self) -> None:
        """Stop and remove everything; closing twice is fine."""
        self._daemon.close()
        self._free_ports()

    def ask(self, path: str) -> tuple[int, dict[str, object]]:
        """
        Return the status and the answer of a page for monitoring, such as ``/jsz``.

        Raises:
            OSError: If the server does not answer.
        """
        connection = HTTPConnection(LOOPBACK, self.ports[1], timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, dict(json.loads(answer.read()))
        except HTTPException as error:
            raise ConnectionError(path) from error
        finally:
            connection.close()

    def healthy(self) -> bool:
        """Say whether JetStream works, here and with the other servers."""
        if self.pid is None:
            return False
        try:
            status, _ = self.ask("/healthz")
        except OSError:
            return False
        return status == 200

    def leader(self) -> str:
        """Return the name of the server that leads JetStream; empty if none does."""
        try:
            _, facts = self.ask("/jsz")
        except OSError:
            return ""
        cluster = facts.get("meta_cluster", {})
        return str(cluster.get("leader", "")) if isinstance(cluster, dict) else ""

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

    def _start(self, timeout: float) -> None:
        program = find("nats-server")
        if program is None:
            raise ServerError(self.missing())
        clients, web, _ = self.ports
        # Written by us, maybe root: the server only reads it.
        configuration = self.folder / "nats.conf"
        configuration.write_text(
            f'server_name: "{self.name}"\n'
            f'listen: "{LOOPBACK}:{clients}"\n'
            f'http: "{LOOPBACK}:{web}"\n'
            f'jetstream {{ store_dir: "{self.folder / "data"}", '
            "max_memory_store: 256MB, max_file_store: 4GB }\n"
            + self._cluster
            + "".join(f"{key}: {value}\n" for key, value in self._settings.items()),
            encoding="utf-8",
        )
        self._daemon.start(
            [program, "--config", configuration], self._ready, timeout=timeout
        )

    def _ready(self, _pid: int) -> bool:
        if self._greeting().get("server_name") != self.name:
            return False
        return bool(self._cluster) or self.healthy()

    def _greeting(self) -> dict[str, object]:
        """Return what a client is told first, nothing if there is no such thing."""
        try:
            with (
                socket.create_connection((LOOPBACK, self.ports[0]), 1) as client,
                client.makefile("rb") as lines,
            ):
                word, _, facts = lines.readline().partition(b" ")
        except OSError:
            return {}
        return dict(json.loads(facts)) if word == b"INFO" else {}

    def _free_ports(self) -> None:
        for port in self._ports or ():
            port.close()
        self._ports = None


class NatsCluster:
    """
    Three servers that agree: JetStream works as long as two of them do.

    Attributes:
        nodes: The servers; stop, kill and start them one by one.
    """

    def __init__(self, *, settings: Mapping[str, str] | None = None) -> None:
        """
        Prepare the servers; entering (``with``) or `start` starts them.

        Args:
            settings: More lines for the configuration of each.
        """
        self.nodes = list[Nats]()
        try:
            for number in range(SIZE):
                self.nodes.append(Nats(f"n{number + 1}", settings=settings))
        except BaseException:
            self.close()
            raise
        self._started = False

    missing = staticmethod(Nats.missing)

    @property
    def urls(self) -> list[str]:
        """Where clients connect: to any of them."""
        return [node.url for node in self.nodes]

    def node(self, name: str) -> Nats:
        """Return the server of a name, such as that of a stream's leader."""
        return next(node for node in self.nodes if node.name == name)

    def start(self, *, timeout: float = 60) -> None:
        """
        Start those that are down, and wait until all agree.

        Raises:
            ServerError: If they do not in time; a log is in the text.
        """
        if self._started:
            self._start(timeout)
            return
        for _ in range(5):
            for node in self.nodes:
                node.choose_ports()
            for node in self.nodes:
                # A name of its own keeps servers of other tests out.
                node.join(self.nodes[0].name, self.nodes)
            try:
                self._start(timeout)
            except AddressInUseError:
                for node in self.nodes:
                    node.kill()
            else:
                self._started = True
                return
        message = "found no ports to listen on in five tries"
        raise AddressInUseError(message)

    def leader(self) -> Nats | None:
        """Return the server that all which run call leader, None if they differ."""
        running = [node for node in self.nodes if node.pid is not None]
        named = {node.leader() for node in running}
        # Those that are left name a leader that was killed for some seconds.
        leaders = [node for node in running if {node.name} == named]
        return leaders[0] if leaders else None

    def wait(self, *, timeout: float = 60) -> None:
        """
        Wait until the servers that run, at least two, agree on a leader.

        Raises:
            ServerError: If they do not in time.
        """
        deadline = time.monotonic() + timeout
        while not self._agree():
            if time.monotonic() > deadline:
                logs = "\n\n".join(node._daemon.tail() for node in self.nodes)
                message = f"no agreement in {timeout} s; the logs:\n{logs}"
                raise ServerError(message)
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop all in order; the data stay."""
        for node in self.nodes:
            node.stop()

    def kill(self) -> None:
        """Kill all; the data stay."""
        for node in self.nodes:
            node.kill()

    def close(self) -> None:
        """Stop and remove everything; closing twice is fine."""
        for node in self.nodes:
            node.close()

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

    def _agree(self) -> bool:
        running = [node for node in self.nodes if node.pid is not None]
        if len(running) <= SIZE // 2 or self.leader() is None:
            return False
        return all(node.healthy() for node in running)

    def _start(self, timeout: float) -> None:
        for node in self.nodes:
            if node.pid is None:
                node.start(timeout=timeout)
        self.wait(timeout=timeout)
