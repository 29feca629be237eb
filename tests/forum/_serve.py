"""
The example forum as one process: ``_serve.py READY``.

It listens on a free port of the loopback address and writes its number to the file
READY when it does. Each connection has a thread, as in Django's own server. The process
ends when its standard input does, so it never outlives the tests.
"""

import os
import sys
import threading
from pathlib import Path

FORUM = Path(__file__).parents[2] / "docs" / "examples" / "forum"


def main(ready: Path) -> None:
    """Serve until standard input ends."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from forum.wsgi import application  # type: ignore[import-not-found]

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    part = ready.with_suffix(".part")
    part.write_text(str(server.server_address[1]), "ascii")
    part.replace(ready)
    sys.stdin.buffer.read()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    sys.path.insert(0, str(FORUM))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    main(Path(sys.argv[1]))
