"""The example forum as a process, and somebody who reads its mail."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from tests.forum._browser import Browser, Page
from tests.forum._serve import FORUM
from tests.stores._servers import PostgreSQL
from tests.stores._servers._ports import Port

# The floor of the hasher: what is tested here is not how slow it is.
CHEAP = "2 19456 1"
PASSWORD = "seven grey herons"


class Forum:
    """
    A running forum with a database, mails and a data folder of its own.

    Attributes:
        url: Where it listens, without a slash at the end.
        folder: Everything it writes.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        """
        Prepare a forum; entering it (``with``) makes the tables and starts it.

        Args:
            folder: An empty folder.
            environment: More variables, or others than here.
        """
        self.folder = folder
        self.url = ""
        self._people = 0
        self._stack = ExitStack()
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FORUM_")
        }
        self.environment = inherited | {
            "FORUM_DATA_DIR": str(folder / "data"),
            "FORUM_MAIL_DIR": str(folder / "mail"),
            "FORUM_ARGON2": CHEAP,
            # A browser says where it is: each has limits of its own.
            "FORUM_PROXIES": "1",
            "FORUM_POSTS_PER_MINUTE": "100000",
            "PYTHONWARNINGS": "default",
            **environment,
        }

    def start(self, *, migrate: bool = True) -> None:
        """Make the tables, unless told not to, and serve."""
        if migrate:
            self.manage("migrate", "--verbosity=0")
        ready = self.folder / "port"
        script = Path(__file__).with_name("_serve.py")
        log = self._stack.enter_context(self.log.open("wb"))
        server = subprocess.Popen(
            [sys.executable, str(script), str(ready)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self._stack.callback(_end, server)
        deadline = time.monotonic() + 60
        while not ready.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                message = f"the forum did not start:\n{self.log.read_text('utf-8')}"
                raise RuntimeError(message)
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{ready.read_text('ascii')}"

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self.folder / "log"

    def manage(self, *arguments: str, expect: int = 0, **environment: str) -> str:
        """Run a command of the forum; return what it printed, errors as well."""
        done = subprocess.run(
            [sys.executable, str(FORUM / "manage.py"), *arguments],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    def browser(self, **headers: str) -> Browser:
        """Return a browser without JavaScript, at an address of its own."""
        self._people += 1
        high, low = divmod(self._people, 250)
        headers.setdefault("X-Forwarded-For", f"10.0.{high}.{low + 1}")
        browser = Browser(self.url, headers)
        self._stack.callback(browser.close)
        return browser

    def browser_at(self, url: str) -> Browser:
        """Return a browser for another server of this forum."""
        browser = Browser(url, {})
        self._stack.callback(browser.close)
        return browser

    @contextmanager
    def demo(self) -> Iterator[str]:
        """Run the command ``demo`` for a while; gives its address."""
        port = Port()
        url = f"127.0.0.1:{port.number}"
        with self.log.open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, str(FORUM / "manage.py"), "demo", url],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            deadline = time.monotonic() + 60
            while not _listens(port.number):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text("utf-8"))
                time.sleep(0.05)
            yield f"http://{url}"
        finally:
            server.kill()
            server.wait()
            port.close()

    def member(self, name: str, *, moderator: bool = False) -> Browser:
        """Return a browser in which a new account is signed in."""
        browser = self.browser()
        self.sign_up(browser, name)
        if moderator:
            self.manage("moderator", name)
        page = self.sign_in(browser, name)
        assert page.has_button("Sign Out"), page.text
        return browser

    def sign_up(self, browser: Browser, name: str, password: str = PASSWORD) -> Page:
        """Make an account by the form, the mail and its link."""
        fields = {"Name": name, "E-mail address": address(name)}
        browser.get("/sign-up/").submit("Sign Up", fields)
        link = link_in(self.mail(address(name)))
        return browser.get(link).submit(
            "Make my account", {"Password": password, "Password, once more": password}
        )

    def sign_in(self, browser: Browser, name: str, password: str = PASSWORD) -> Page:
        """Send the form of Sign In."""
        fields = {"E-mail address": address(name), "Password": password}
        return browser.get("/sign-in/").submit("Sign In", fields)

    def mails(self) -> list[EmailMessage]:
        """Return every mail that was sent, oldest first."""
        texts: list[bytes] = []
        for file in sorted((self.folder / "mail").glob("*.log"), key=_age):
            # Each mail is followed by a line of hyphens; what is being written has none
            # yet.
            texts += re.split(rb"^-{79}\r?\n", file.read_bytes(), flags=re.M)[:-1]
        policy = email.policy.default
        return [email.message_from_bytes(text, policy=policy) for text in texts]

    def mail(self, to: str, *, number: int = 1) -> EmailMessage:
        """Wait until somebody has so many mails; return that one, counted from 1."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails() if mail["To"] == to]
            if len(found) >= number:
                return found[number - 1]
            time.sleep(0.02)
        message = f"no mail {number} to {to}; log:\n{self.log.read_text('utf-8')}"
        raise AssertionError(message)

    def settle(self) -> None:
        """Wait until all mails that were asked for are sent."""
        marker = f"settle-{time.monotonic_ns()}@example.org"
        self.browser().get("/sign-up/").submit(
            "Sign Up", {"Name": marker.partition("@")[0], "E-mail address": marker}
        )
        self.mail(marker)

    def close(self) -> None:
        """End the server and close the browsers."""
        self._stack.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def database_url(server: PostgreSQL, name: str) -> str:
    """Return the forum's address of a database."""
    return f"postgresql://postgres@127.0.0.1:{server.port}/{name}"


def address(name: str) -> str:
    """Return the mail address that a member has here."""
    return f"{name.lower().replace(' ', '-')}@example.org"


def link_in(mail: EmailMessage) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"^https?://[^/\s]+(/\S*)$", mail.get_content(), flags=re.M)
    assert found, mail.get_content()
    return found[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _age(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, file.name


def _end(server: "subprocess.Popen[bytes]") -> None:
    assert server.stdin is not None
    server.stdin.close()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
