"""The servers of the tests: they answer, keep their data, and leave nothing behind."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.stores._servers import (
    AddressInUseError,
    MariaDB,
    Nats,
    NatsCluster,
    PostgreSQL,
    ServerError,
    _mariadb,
    _nats,
    _postgresql,
)
from tests.stores._servers._daemon import Daemon, alive, children
from tests.stores._servers._ports import LOOPBACK, Port
from tests.stores.conftest import skip_without

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from sqlalchemy import Engine

ROOT = Path(__file__).parents[2]
SQL = {"postgresql": PostgreSQL, "mariadb": MariaDB}
sql = pytest.mark.parametrize("kind", SQL.values(), ids=SQL)
each = pytest.mark.parametrize("kind", [PostgreSQL, MariaDB, Nats])
TABLE = "CREATE TABLE kept (value VARCHAR(20) PRIMARY KEY)"


def soon(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def segments(folder: Path) -> set[str]:
    """Return the segments of shared memory that a PostgreSQL server in there uses."""
    lock = folder / "data" / "postmaster.pid"
    if not lock.exists():
        return set()
    used = {lock.read_text("utf-8").splitlines()[6].split()[1]}
    assert used <= all_segments()
    return used


def all_segments() -> set[str]:
    lines = Path("/proc/sysvipc/shm").read_text("ascii").splitlines()[1:]
    return {line.split()[1] for line in lines}


# -- each server answers -----------------------------------------------------------


@pytest.mark.parametrize("over_socket", [False, True], ids=["tcp", "socket"])
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_postgresql_answers(
    postgresql: PostgreSQL, driver: Literal["psycopg", "asyncpg"], over_socket: bool
) -> None:
    pytest.importorskip(driver)
    with postgresql.database() as name:
        url = postgresql.url(driver, name, socket=over_socket)
        statement = (
            "SELECT current_database() || ' ' || current_setting('server_encoding') "
            "|| ' ' || datcollate || ' ' || (inet_server_addr() IS NULL) "
            "FROM pg_database WHERE datname = current_database()"
        )
        found = asyncio.run(ask(url, statement))
        assert found == f"{name} UTF8 C.UTF-8 {str(over_socket).lower()}"


@pytest.mark.parametrize("over_socket", [False, True], ids=["tcp", "socket"])
@pytest.mark.parametrize("driver", ["pymysql", "aiomysql"])
def test_mariadb_answers(
    mariadb: MariaDB, driver: Literal["pymysql", "aiomysql"], over_socket: bool
) -> None:
    pytest.importorskip(driver)
    with mariadb.database() as name:
        url = mariadb.url(driver, name, socket=over_socket)
        statement = (
            "SELECT CONCAT_WS(' ', database(), @@character_set_database, "
            "@@character_set_client)"
        )
        assert asyncio.run(ask(url, statement)) == f"{name} utf8mb4 utf8mb4"
        connections = (
            "SELECT SUBSTRING_INDEX(host, ':', 1) FROM "
            "information_schema.processlist WHERE id = connection_id()"
        )
        expected = "localhost" if over_socket else LOOPBACK
        assert asyncio.run(ask(url, connections)) == expected


async def ask(url: str, statement: str) -> str:
    """Return the one value that a statement selects, by the URL's driver."""
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from sqlalchemy.ext.asyncio import create_async_engine

    if "+pymysql" in url:
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.connect() as connection:
                return str(connection.scalar(sqlalchemy.text(statement)))
        finally:
            engine.dispose()
    asynchronous = create_async_engine(url)
    try:
        async with asynchronous.connect() as connection:
            return str(await connection.scalar(sqlalchemy.text(statement)))
    finally:
        await asynchronous.dispose()


def test_nats_answers(nats: Nats) -> None:
    assert publish([nats.url], "one", replicas=1) == ["one"]


def test_a_nats_cluster_answers_on_each_server(nats_cluster: NatsCluster) -> None:
    for number, url in enumerate(nats_cluster.urls, start=1):
        found = publish([url], f"n{number}", replicas=3)
        assert found == [f"n{n}" for n in range(1, number + 1)]


def publish(urls: list[str], text: str, *, replicas: int) -> list[str]:
    """Publish a message, the first makes the stream, and return all that it holds."""
    return asyncio.run(publishing(urls, text, replicas))


async def publishing(urls: list[str], text: str, replicas: int) -> list[str]:
    nats = pytest.importorskip("nats")
    client = await nats.connect(urls, connect_timeout=10)
    try:
        stream = client.jetstream(timeout=2)
        deadline = time.monotonic() + 60
        while True:
            try:
                await known(stream, replicas)
                # Under an id, so that a second try makes no second message.
                last = await stream.publish(
                    "kept.one", text.encode(), headers={"Nats-Msg-Id": text}
                )
                numbers = range(1, last.seq + 1)
                found = [await stream.get_msg("kept", number) for number in numbers]
                return [(message.data or b"").decode() for message in found]
            except nats.errors.Error:
                # Servers that look for a new leader do not answer for a while.
                if time.monotonic() > deadline:
                    raise
    finally:
        await client.close()


async def known(stream: "JetStreamContext", replicas: int) -> None:
    """Make the stream if it is not there."""
    from nats.js.errors import NotFoundError

    try:
        await stream.stream_info("kept")
    except NotFoundError:
        await stream.add_stream(name="kept", subjects=["kept.>"], num_replicas=replicas)


# -- data outlive the server -------------------------------------------------------


@sql
@pytest.mark.parametrize("durable", [False, True], ids=["quick", "durable"])
def test_commits_outlive_a_kill_and_a_stop(
    kind: type[PostgreSQL | MariaDB], durable: bool
) -> None:
    skip_without(kind)
    with kind(durable=durable) as server:
        name, port = server.create_database(), server.port
        server.execute(TABLE, name)
        for number, end in enumerate([server.kill, server.stop, server.kill]):
            server.execute(f"INSERT INTO kept VALUES ('{number}')", name)
            pid = server.pid
            assert pid is not None
            end()
            assert server.pid is None
            assert not alive(pid)
            with pytest.raises(ServerError):
                server.execute("SELECT 1", name)
            server.start()
            assert server.port == port
            found = server.execute("SELECT value FROM kept ORDER BY value", name)
            assert found.split() == [str(n) for n in range(number + 1)]


def test_postgresql_stops_at_once_with_clients_connected(
    own_postgresql: PostgreSQL,
) -> None:
    psycopg = pytest.importorskip("psycopg")
    url = own_postgresql.url("psycopg").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        connection.execute("INSERT INTO kept VALUES ('committed')")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO kept VALUES ('not')")
        own_postgresql.stop("immediate")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("COMMIT")
    own_postgresql.start()
    assert own_postgresql.execute("SELECT value FROM kept") == "committed"
    assert "not properly shut down" in own_postgresql.log.read_text("utf-8")


def test_messages_outlive_a_kill_and_a_stop(own_nats: Nats) -> None:
    url = own_nats.url
    for number, end in enumerate([own_nats.kill, own_nats.stop, own_nats.kill]):
        found = publish([url], str(number), replicas=1)
        assert found == [str(n) for n in range(number + 1)]
        end()
        assert own_nats.pid is None
        own_nats.start()
        assert own_nats.url == url


def test_a_cluster_works_without_one_and_not_without_two(
    own_nats_cluster: NatsCluster,
) -> None:
    nodes = own_nats_cluster.nodes
    assert publish([nodes[0].url], "all", replicas=3) == ["all"]
    # Neither the servers' leader nor the stream's: nobody has to wait for a new one.
    leaders = {own_nats_cluster.leader(), own_nats_cluster.node(leader_of(nodes[0]))}
    one = next(node for node in nodes if node not in leaders)
    two, three = (node for node in nodes if node is not one)
    one.kill()
    own_nats_cluster.wait()
    found = publish([three.url], "without one", replicas=3)
    assert found == ["all", "without one"]
    two.kill()
    with pytest.raises(ServerError, match="no agreement"):
        own_nats_cluster.wait(timeout=0.5)
    own_nats_cluster.start()
    found = publish([one.url], "again", replicas=3)
    assert found == ["all", "without one", "again"]


def leader_of(node: Nats) -> str:
    """Return the name of the server that leads the stream."""

    async def asking() -> str:
        nats = pytest.importorskip("nats")
        client = await nats.connect(node.url)
        try:
            facts = await client.jetstream().stream_info("kept")
            return str(facts.cluster.leader)
        finally:
            await client.close()

    return asyncio.run(asking())


@pytest.mark.slow
def test_a_cluster_finds_another_leader_and_outlives_a_kill_of_all(
    own_nats_cluster: NatsCluster,
) -> None:
    leader = own_nats_cluster.leader()
    assert leader is not None
    assert publish([leader.url], "all", replicas=3) == ["all"]
    leader.kill()
    own_nats_cluster.wait()
    another = own_nats_cluster.leader()
    assert another is not None
    assert another is not leader
    found = publish([another.url], "without one", replicas=3)
    assert found == ["all", "without one"]
    own_nats_cluster.kill()
    own_nats_cluster.start()
    found = publish([leader.url], "again", replicas=3)
    assert found == ["all", "without one", "again"]


# -- nothing is left behind --------------------------------------------------------


@each
@pytest.mark.parametrize("end", ["close", "error", "kill"])
def test_no_process_and_no_folder_is_left(
    kind: type[PostgreSQL | MariaDB | Nats], end: str
) -> None:
    skip_without(kind)
    server = kind()
    with pytest.raises(ZeroDivisionError), server:
        pid, folder, guard = server.pid, server.folder, server.guard_pid
        assert pid is not None
        family, used = [pid, guard, *children(pid)], segments(folder)
        assert bool(used) is (kind is PostgreSQL)
        if end == "kill":
            server.kill()
        elif end == "close":
            server.close()
        raise ZeroDivisionError
    assert not any(map(alive, family))
    assert not folder.exists()
    assert not used & all_segments()
    server.close()


@each
def test_nothing_is_left_when_the_test_process_is_killed(
    kind: type[PostgreSQL | MariaDB | Nats],
) -> None:
    skip_without(kind)
    script = (
        f"from tests.stores._servers import {kind.__name__} as Server\n"
        "server = Server()\n"
        "server.start()\n"
        "print(server.pid, server.guard_pid, server.folder, flush=True)\n"
        "input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    pid, guard, folder = process.stdout.readline().split()
    family = [int(pid), int(guard), *children(int(pid))]
    used = segments(Path(folder))
    assert all(map(alive, family))
    process.kill()
    process.communicate()
    assert soon(lambda: not any(map(alive, family)))
    assert not Path(folder).exists()
    assert not used & all_segments()


def test_a_forked_child_keeps_nothing_alive() -> None:
    """It inherits the pipe to the guard, which must not wait for its end."""
    skip_without(Nats)
    script = (
        "import os, time\n"
        "from tests.stores._servers import Nats\n"
        "with Nats() as server:\n"
        "    folder = server.folder\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "    server.close()\n"
        "    print(not folder.exists(), os.waitpid(child, os.WNOHANG) == (0, 0))\n"
        "    os.kill(child, 9)\n"
        "    os.waitpid(child, 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")


def test_the_folder_goes_even_without_the_guard() -> None:
    skip_without(Nats)
    with Nats() as server:
        folder = server.folder
        subprocess.run(["kill", "-KILL", str(server.guard_pid)], check=True)
    assert not folder.exists()


# -- starting ----------------------------------------------------------------------


@each
def test_a_server_that_cannot_start_shows_its_log(
    kind: type[PostgreSQL | MariaDB | Nats],
) -> None:
    skip_without(kind)
    with pytest.raises(ServerError, match="ended with") as caught:
        kind(settings={"no_such_thing": "at_all"}).__enter__()
    assert "no_such_thing" in str(caught.value).replace("-", "_")


def test_a_server_that_is_never_ready_is_ended() -> None:
    daemon = Daemon("test")
    try:
        with pytest.raises(ServerError, match=r"not ready in 0.2 s(.|\n)*I am here"):
            daemon.start(
                ["/bin/sh", "-c", "echo I am here; exec sleep 60"],
                lambda pid: False,
                timeout=0.2,
            )
        assert daemon.pid is None
    finally:
        daemon.close()


def test_a_server_that_does_not_obey_is_killed() -> None:
    daemon = Daemon("test")
    try:
        script = "trap '' TERM; echo > ready; while :; do sleep 0.1; done"
        daemon.start(
            ["/bin/sh", "-c", script], lambda _: (daemon.folder / "ready").exists()
        )
        pid = daemon.pid
        with pytest.raises(ServerError, match="did not stop"):
            daemon.stop(signal.SIGTERM, timeout=0.2)
        assert pid is not None
        assert not alive(pid)
    finally:
        daemon.close()


@each
def test_a_port_taken_in_the_last_moment_is_passed_over(
    kind: type[PostgreSQL | MariaDB | Nats], monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without(kind)
    modules = {PostgreSQL: _postgresql, MariaDB: _mariadb, Nats: _nats}
    with socket.create_server((LOOPBACK, 0)) as taken:
        number = taken.getsockname()[1]
        ports = iter([TakenPort(number)])
        monkeypatch.setattr(modules[kind], "Port", lambda: next(ports, None) or Port())
        with kind() as server:
            used = server.ports if isinstance(server, Nats) else [server.port]
            assert number not in used
            assert next(ports, None) is None
            log = server.log.read_text("utf-8")
            assert "address already in use" in log.lower()


class TakenPort(Port):
    """A port that somebody took after it was chosen."""

    def __init__(self, number: int) -> None:
        self.number = number

    def close(self) -> None:
        pass


def test_a_server_comes_back_to_its_port_or_says_why(own_nats: Nats) -> None:
    own_nats.kill()
    with (
        socket.create_server((LOOPBACK, own_nats.ports[0])),
        pytest.raises(AddressInUseError),
    ):
        own_nats.start(timeout=10)
    own_nats.start()
    assert own_nats.healthy()


def test_a_chosen_port_is_chosen_once_and_free() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(OSError, match="no free port"):
            Port([number])
    first = Port()
    with pytest.raises(OSError, match="no free port"):
        Port([first.number])
    first.close()
    again = Port([first.number])
    again.close()
    assert again.number == first.number


@each
def test_without_its_programs_a_server_says_so_and_tests_skip(
    kind: type[PostgreSQL | MariaDB | Nats], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (_mariadb, _nats):
        monkeypatch.setattr(module, "find", lambda name: None)
    monkeypatch.setattr(_postgresql, "_programs", lambda: None)
    reason = f"{kind.__name__.replace('Nats', 'NATS')} is not installed: no .+"
    assert re.fullmatch(reason, kind.missing())
    with pytest.raises(ServerError, match=reason):
        kind()
    with pytest.raises(pytest.skip.Exception, match=reason):
        skip_without(kind)


# -- databases and connections -----------------------------------------------------


@sql
def test_a_database_is_empty_and_goes_with_its_connections(
    kind: type[PostgreSQL | MariaDB], request: pytest.FixtureRequest
) -> None:
    server: PostgreSQL | MariaDB = request.getfixturevalue(kind.__name__.lower())
    with server.database() as one, server.database() as two:
        assert one != two
        server.execute(TABLE, one)
        server.execute(TABLE, two)
        engine = engine_for(server, one)
        connection = engine.connect()
        connection.exec_driver_sql("SELECT * FROM kept")
        assert server.execute("SELECT 1", one) == "1"
    with pytest.raises(ServerError):
        server.execute("SELECT 1", one)
    connection.invalidate()
    connection.close()
    engine.dispose()


@sql
def test_connections_are_ended_in_one_database_or_all(
    kind: type[PostgreSQL | MariaDB],
) -> None:
    skip_without(kind)
    sqlalchemy = pytest.importorskip("sqlalchemy")
    with kind() as server, server.database() as one, server.database() as two:
        engines = [engine_for(server, name) for name in (one, two)]
        first, second = (engine.connect() for engine in engines)
        for connection in (first, second):
            connection.exec_driver_sql("SELECT 1")
        assert server.terminate_backends(one) == 1
        with pytest.raises(sqlalchemy.exc.OperationalError):
            first.exec_driver_sql("SELECT 1")
        assert second.exec_driver_sql("SELECT 1").scalar() == 1
        assert server.terminate_backends() == 1
        with pytest.raises(sqlalchemy.exc.OperationalError):
            second.exec_driver_sql("SELECT 1")
        for connection, engine in zip((first, second), engines, strict=True):
            connection.close()
            engine.dispose()


def engine_for(server: PostgreSQL | MariaDB, database: str) -> "Engine":
    sqlalchemy = pytest.importorskip("sqlalchemy")
    if isinstance(server, PostgreSQL):
        pytest.importorskip("psycopg")
        url = server.url("psycopg", database)
    else:
        pytest.importorskip("pymysql")
        url = server.url("pymysql", database)
    engine: Engine = sqlalchemy.create_engine(url)
    return engine


def test_a_tool_that_fails_says_what_is_wrong(postgresql: PostgreSQL) -> None:
    with pytest.raises(ServerError, match="no_such_table"):
        postgresql.execute("SELECT * FROM no_such_table")
