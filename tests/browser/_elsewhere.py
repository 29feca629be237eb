"""A site of somebody else: another host for browsers, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class _Answer(BaseHTTPRequestHandler):
    """Answers every address with the page that the server holds."""

    def do_GET(self) -> None:
        """Send the page."""
        assert isinstance(self.server, Elsewhere)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Elsewhere(ThreadingHTTPServer):
    """
    The other site. It is called localhost and the forum 127.0.0.1: two sites.

    Attributes:
        html: What it shows.
    """

    html = ""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://localhost:{self.server_address[1]}/"


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Serve until the block ends."""
    with Elsewhere(("127.0.0.1", 0), _Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
