"""
The example forum as one process: ``_serve.py READY``.

It listens on a free port of the loopback address and writes its number to the file
READY when it does. Each connection has a thread, as in Django's own server. The process
ends when its standard input does, so it never outlives the tests.
"""

import os
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

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
    sampled = os.environ.get("FORUM_SAMPLES")
    if sampled:
        told = _sampled()
        Path(sampled).write_text(told, "ascii")
    else:
        sys.stdin.buffer.read()
    server.shutdown()
    server.server_close()


def _sampled() -> str:
    """
    Look at what the threads of requests do until standard input ends.

    Every few milliseconds each thread that answers a request counts for the part that
    its innermost function of ours or of Django's is in.
    """
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    own = threading.get_ident()
    counts: Counter[str] = Counter()
    while not ended.wait(0.005):
        for ident, frame in sys._current_frames().items():
            if ident != own:
                counts[_part(frame)] += 1
    del counts["idle"]
    total = sum(counts.values()) or 1
    shares = (f"{name} {count / total:.0%}" for name, count in counts.most_common())
    return f"time in requests, {total} samples: {', '.join(shares)}"


def _part(frame: FrameType | None) -> str:
    """Return the part that a thread is in; waiting for the next request is idle."""
    names = []
    while frame is not None:
        names.append(frame.f_code.co_filename)
        frame = frame.f_back
    if not any("/django/core/handlers/" in name for name in names):
        return "idle"
    for name in names:
        if "/django/db/" in name:
            return "database"
        if "/qathread/" in name and "/examples/" not in name:
            return "qathread"
        if "/examples/forum/" in name:
            return "forum"
        if "/django/" in name:
            return "Django"
    return "other"


if __name__ == "__main__":
    sys.path.insert(0, str(FORUM))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    main(Path(sys.argv[1]))
