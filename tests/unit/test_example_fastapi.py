"""The example of FastAPI, by its test client: what a client sees."""

import runpy
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("httpx")

with warnings.catch_warnings():
    # Starlette says which client it would rather have; ours is enough.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from qathread import Thread, from_json
from qathread.stores import SQLiteStore

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "fastapi_app.py"
ADA, BOB = {"X-User": "ada"}, {"X-User": "bob"}
PROBLEM = "application/problem+json"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """A client of the example, on an empty store."""
    create_app = runpy.run_path(str(SCRIPT))["create_app"]
    with SQLiteStore(tmp_path / "threads.db") as store:
        yield TestClient(create_app(store))


def asked(client: Any) -> tuple[str, str, str]:
    """Ask a question: its address, its id, the tag of the thread."""
    sent = {"title": "How hot?", "body": "Mine is bitter."}
    done = client.post("/threads", json=sent, headers=ADA)
    assert done.status_code == 201
    thread = from_json(done.content)
    return f"/threads/{thread.id}", f"{thread.id}.1", done.headers["etag"]


def test_the_script_is_short() -> None:
    """It fits on two screens."""
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 80


def test_a_thread_grows_by_requests(client: Any) -> None:
    """Answer, comment and vote, each in a request, are in the thread read back."""
    where, question, _ = asked(client)
    for act, sent in (
        ("answer", {"body": "80 degrees."}),
        ("comment", {"on": question, "body": "Green or black?"}),
        ("up", {"on": question}),
    ):
        done = client.post(f"{where}/{act}", json=sent, headers=BOB)
        assert done.status_code == 200, done.text
    thread = from_json(client.get(where).content, Thread)
    assert thread.version == 4
    assert [answer.body.source for answer in thread.answers] == ["80 degrees."]
    assert [each.body.source for each in thread.comments] == ["Green or black?"]
    assert thread.score(question) == 1


def test_an_unchanged_thread_is_not_sent_again(client: Any) -> None:
    """The tag of a thread gives 304 until the thread changes."""
    where, question, tag = asked(client)
    again = client.get(where, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    client.post(f"{where}/up", json={"on": question}, headers=BOB)
    assert client.get(where, headers={"If-None-Match": tag}).status_code == 200


def test_a_change_meant_for_another_version_is_refused(client: Any) -> None:
    """Two clients read one version: the second change does not go through."""
    where, question, tag = asked(client)
    vote = {"on": question}
    first = client.post(f"{where}/up", json=vote, headers=BOB | {"If-Match": tag})
    assert first.status_code == 200
    late = {"body": "Cold."}
    second = client.post(f"{where}/answer", json=late, headers=BOB | {"If-Match": tag})
    assert second.status_code == 412
    assert second.headers["content-type"] == PROBLEM
    told = second.json()
    assert (told["type"], told["expected"], told["actual"]) == (
        "urn:qathread:version-conflict",
        1,
        2,
    )
    assert from_json(client.get(where).content, Thread).version == 2


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/threads/none", None, 404),
        ("GET", "/threads?cursor=forged", None, 400),
        ("GET", "/threads?limit=0", None, 422),
        ("POST", "/threads", {"title": 1, "body": "x"}, 422),
        ("POST", "/threads", {"title": "x" * 5000, "body": "x"}, 403),
        ("POST", "/threads", {"title": "a\0b", "body": "x"}, 422),
        ("POST", "/threads/none/answer", {"body": "x"}, 404),
    ],
)
def test_every_refusal_is_a_problem_document(
    client: Any, method: str, path: str, sent: Any, status: int
) -> None:
    """A client needs one way of reading errors."""
    done = client.request(method, path, json=sent, headers=ADA)
    assert done.status_code == status, done.text
    assert done.headers["content-type"] == PROBLEM
    assert done.json()["status"] == status
    assert {"type", "title", "detail"} <= done.json().keys()


def test_a_body_that_is_no_json_is_a_problem_too(client: Any) -> None:
    """What FastAPI refuses itself reads like the rest."""
    for body, status in ((b"{", 422), (b'{"title":"\xff"}', 400)):
        headers = ADA | {"Content-Type": "application/json"}
        done = client.post("/threads", content=body, headers=headers)
        assert done.status_code == status, done.text
        assert done.headers["content-type"] == PROBLEM


def test_the_links_lead_through_all_threads(client: Any) -> None:
    """Following rel=next gives every thread once."""
    names = {asked(client)[0] for _ in range(5)}
    address, found = "/threads?limit=2", []
    while address:
        page = client.get(address)
        found += [f"/threads/{each['id']}" for each in page.json()]
        address = page.links.get("next", {}).get("url")
    assert (len(found), set(found)) == (5, names)


def test_the_document_describes_our_values(client: Any) -> None:
    """OpenAPI refers to our components."""
    document = client.get("/openapi.json").json()
    shown = document["paths"]["/threads/{name}"]["get"]["responses"]["200"]
    assert shown["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/qathread.Thread"
    }
    assert "qathread.Vote" in document["components"]["schemas"]
