"""Ports for servers, kept for one process until it gives them back."""

import random
import socket
from collections.abc import Iterable

LOOPBACK = "127.0.0.1"
# Below the ports that systems give to outgoing connections: while a server is down,
# no connection takes its port.
RANGE = range(15_000, 32_000)


class Port:
    """
    A free TCP port, ours until it is closed.

    A UDP socket on the same number says so to the other processes that choose a port
    here, also while our server is down. The system closes it with the process.

    Attributes:
        number: The port's number.
    """

    def __init__(self, candidates: Iterable[int] | None = None) -> None:
        if candidates is None:
            candidates = random.SystemRandom().sample(RANGE, 200)
        for number in candidates:
            mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                mark.bind((LOOPBACK, number))
                _try_tcp(number)
            except OSError:
                mark.close()
                continue
            self.number, self._mark = number, mark
            return
        message = "no free port among the candidates"
        raise OSError(message)

    def close(self) -> None:
        """Give the port back; closing twice is fine."""
        self._mark.close()


def _try_tcp(number: int) -> None:
    """Raise OSError if a server could not listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections that have just ended are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, number))
