"""
Real servers for tests, benchmarks and crash scripts: started here, gone at the end.

Each runs on the loopback address, in a temporary folder, apart from any server that
the system runs. Nothing here needs pytest.

    with PostgreSQL() as server, server.database() as name:
        engine = create_engine(server.url("psycopg", name))
"""

from ._daemon import AddressInUseError, ServerError
from ._mariadb import MariaDB
from ._nats import Nats, NatsCluster
from ._postgresql import PostgreSQL

__all__ = [
    "AddressInUseError",
    "MariaDB",
    "Nats",
    "NatsCluster",
    "PostgreSQL",
    "ServerError",
]
