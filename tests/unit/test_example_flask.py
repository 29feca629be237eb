"""The example of Flask, by its test client: what a client sees."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask")

from qathread import Thread, from_json
from qathread.stores import SQLiteStore

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "flask_app.py"
ADA, BOB = {"X-User": "ada"}, {"X-User": "bob"}
PROBLEM = "application/problem+json"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """A client of the example, on a store with one question."""
    create_app = runpy.run_path(str(SCRIPT))["create_app"]
    with SQLiteStore(tmp_path / "threads.db") as store:
        client = create_app(store).test_client()
        sent = {"id": "tea", "title": "How hot?", "body": "Mine is bitter."}
        done = client.post("/threads", json=sent, headers=ADA)
        assert (done.status_code, done.headers["ETag"]) == (201, '"tea.1"')
        yield client


def test_the_script_is_short() -> None:
    """It fits on two screens."""
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 80


def test_a_thread_grows_by_requests(client: Any) -> None:
    """Answer, comment and vote, each in a request, are in the thread read back."""
    for act, sent in (
        ("answers", {"body": "80 degrees."}),
        ("comments", {"on": "tea.1", "body": "Green or black?"}),
        ("votes", {"on": "tea.1", "direction": "up"}),
    ):
        done = client.post(f"/threads/tea/{act}", json=sent, headers=BOB)
        assert done.status_code == 200, done.text
    thread = from_json(client.get("/threads/tea").data, Thread)
    assert (thread.version, thread.score("tea.1")) == (4, 1)
    assert (len(thread.answers), len(thread.comments)) == (1, 1)


def test_tags_say_what_has_changed(client: Any) -> None:
    """304 for the version at hand, 412 for a change to another one."""
    same = client.get("/threads/tea", headers={"If-None-Match": 'W/"tea.1"'})
    assert (same.status_code, same.data) == (304, b"")
    old = BOB | {"If-Match": '"tea.9"'}
    late = client.post("/threads/tea/answers", json={"body": "Cold."}, headers=old)
    assert (late.status_code, late.content_type) == (412, PROBLEM)
    assert late.get_json()["actual"] == 1
    assert len(from_json(client.get("/threads/tea").data, Thread).answers) == 0


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/threads", {"id": "tea", "title": "Again", "body": "x"}, 409),
        ("/threads", {"title": "No id", "body": "x"}, 422),
        ("/threads", [], 422),
        ("/threads/none/answers", {"body": "x"}, 404),
        ("/threads/tea/votes", {"on": "tea.1", "direction": "left"}, 422),
        ("/threads", {"id": "t", "title": "x" * 5000, "body": "x"}, 403),
    ],
)
def test_every_refusal_is_a_problem_document(
    client: Any, path: str, sent: Any, status: int
) -> None:
    """A client needs one way of reading errors."""
    done = client.post(path, json=sent, headers=ADA)
    assert done.status_code == status, done.text
    assert done.content_type == PROBLEM
    assert done.get_json()["status"] == status


def test_the_list_has_all_threads(client: Any) -> None:
    """Following rel=next gives every thread once."""
    for number in range(24):
        sent = {"id": f"t{number}", "title": "Again", "body": "x"}
        assert client.post("/threads", json=sent, headers=ADA).status_code == 201
    address, found = "/threads", []
    while address:
        page = client.get(address)
        found += [each["id"] for each in page.get_json()]
        address = page.headers.get("Link", "<>").partition(">")[0][1:]
    assert (len(found), len(set(found))) == (25, 25)
