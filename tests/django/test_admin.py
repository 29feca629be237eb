"""The admin shows threads and their history, and changes nothing."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

pytest.importorskip("django")

from django.contrib.admin.utils import quote as admin_quote
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from lxml import html

from qathread import DOWN, posting
from qathread.contrib.django.standings import catch_up
from qathread.contrib.django.stores import DjangoStore
from qathread.policies import STACK_EXCHANGE
from qathread.testing._samples import ADA, START, a_thread, a_vote, an_import
from tests.django.project.models import Member

LIST = "/admin/qathread/threadrow/"
HOSTILE = "<script>alert('x')</script>"

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def client() -> Iterator[Client]:
    """Somebody who may do everything that an admin may."""
    Member.objects.create_superuser(username="root", id="root")
    made = Client()
    made.force_login(Member.objects.get(pk="root"))
    yield made


def page_of(thread_id: str) -> str:
    return f"{LIST}{quote(admin_quote(thread_id))}/change/"


def text_of(content: bytes) -> str:
    return " ".join(html.fromstring(content.decode()).text_content().split())


def save_some() -> None:
    store = DjangoStore()
    thread = posting.ask("q", title=HOSTILE, body=HOSTILE, by=ADA, at=START)
    thread = posting.answer(thread, "Hot.", by=ADA, at=START)
    thread = posting.accept(thread, "q.2", by=ADA, at=START)
    store.save(a_vote(thread, "li", DOWN))
    store.save(an_import("a/b_c?d e\u00e9", title="An import"))


def test_the_list_filters_and_searches(client: Client) -> None:
    save_some()
    found = client.get(LIST)
    assert found.status_code == 200
    assert "<script>alert(" not in found.content.decode()
    text = text_of(found.content)
    assert HOSTILE in text and "An import" in text
    for query, title, other in (
        ("accepted__exact=1", HOSTILE, "An import"),
        ("q=import", "An import", HOSTILE),
    ):
        text = text_of(client.get(f"{LIST}?{query}").content)
        assert title in text and other not in text
    assert client.get(f"{LIST}?kind__exact=discussion").status_code == 200
    assert client.get(f"{LIST}?o=3.-5.9.10").status_code == 200


def test_the_page_of_a_thread_tells_its_history(client: Client) -> None:
    save_some()
    found = client.get(page_of("q"))
    assert found.status_code == 200
    content = found.content.decode()
    assert "<script>alert(" not in content
    tree = html.fromstring(content)
    rows = tree.xpath("//table[caption='All that happened']/tbody/tr")
    told = [" ".join(" ".join(row.itertext()).split()) for row in rows]
    assert len(told) == 4
    assert told[0].startswith("1 2026-01-01 00:00:00 Ada asked")
    assert "accepted" in told[2] and "li" in told[3]
    assert "Hot." in tree.xpath("string(//article)")
    assert not tree.xpath("//input[@type='submit']")


def test_ids_of_any_kind_have_a_page(client: Client) -> None:
    save_some()
    found = client.get(page_of("a/b_c?d e\u00e9"))
    assert found.status_code == 200
    text = text_of(found.content)
    assert "All that happened" in text and "9223372036854775808" not in text
    assert client.get(page_of("none")).status_code == 302  # as Django has it


def test_nothing_can_be_changed(client: Client) -> None:
    save_some()
    before = DjangoStore().history("q")
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}add/", {"id": "x"}).status_code == 403
    assert client.post(page_of("q"), {"title": "other"}).status_code == 403
    delete = page_of("q").replace("change", "delete")
    assert client.get(delete).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": "q", "post": "yes"}
    client.post(LIST, chosen)
    assert DjangoStore().history("q") == before
    assert DjangoStore().load("q").version == 4
    text = client.get(LIST).content.decode()
    assert "threadrow/add" not in text and "delete_selected" not in text


def test_only_who_may_view_threads_sees_them() -> None:
    save_some()
    member = Member.objects.create(id="m", username="m", is_staff=True)
    client = Client()
    client.force_login(member)
    assert client.get(LIST).status_code == 403
    refused = client.get(page_of("q"))
    assert refused.status_code == 403 and b"Hot." not in refused.content
    member.user_permissions.add(Permission.objects.get(codename="view_threadrow"))
    assert client.get(page_of("q")).status_code == 200
    anonymous = Client().get(page_of("q"))
    assert anonymous.status_code == 302 and "login" in anonymous["Location"]


def test_a_damaged_thread_says_what_is_wrong(client: Client) -> None:
    save_some()
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE qathread_events SET body = %s", [b"{"])
    found = client.get(page_of("q"))
    assert found.status_code == 200
    assert "restore the store from a backup" in text_of(found.content)


def test_standings_are_listed(client: Client) -> None:
    save_some()
    catch_up(STACK_EXCHANGE)
    text = text_of(client.get("/admin/qathread/standing/").content)
    assert "ada" in text
    assert client.post("/admin/qathread/standing/add/").status_code == 403


def test_a_page_costs_the_same_queries_with_many_posts(client: Client) -> None:
    from django.test.utils import CaptureQueriesContext

    from qathread.testing._samples import comments

    client.get(LIST)  # what Django looks up once is at hand
    save_some()
    client.get(page_of("q"))
    counts = []
    for posts in (20, 200):
        name = f"t{posts}"
        DjangoStore().save(comments(a_thread(name), *map(str, range(posts))))
        with CaptureQueriesContext(connections["default"]) as queries:
            assert client.get(page_of(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
