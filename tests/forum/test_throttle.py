"""How often one may try: counted for all processes, and never a lock on a reset."""

import math
import sqlite3
import threading
import time
from collections.abc import Callable

import pytest

from tests.forum._browser import Page
from tests.forum._forum import PASSWORD, Forum, address, link_in

WRONG = "not the password"


def fail(forum: Forum, name: str, times: int) -> list[Page]:
    """Try a wrong password, each time from another place."""
    return [forum.sign_in(forum.browser(), name, WRONG) for _ in range(times)]


def test_five_wrong_passwords_are_free_then_one_waits(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Locked")
    answers = {}
    for name in ("locked", "unlocked-for-nobody"):
        pages = fail(each_forum, name, 5)
        assert [page.status for page in pages] == 5 * [200]
        page = each_forum.sign_in(each_forum.browser(), name, WRONG)
        assert (page.status, page.heading) == (429, "Too many tries")
        assert page.response.headers["retry-after"] == "1"
        answers[name] = page.text
    # Known or not: the same words.
    assert len(set(answers.values())) == 1


def test_a_full_count_stops_the_right_password_too_but_no_reset(
    each_forum: Forum,
) -> None:
    each_forum.sign_up(each_forum.browser(), "Besieged")
    # Far from the one second that five tries cost.
    _set_count(each_forum, "besieged", 50, wait=600)
    page = each_forum.sign_in(each_forum.browser(), "besieged")
    assert page.status == 429
    assert 590 < int(page.response.headers["retry-after"]) <= 600
    browser = each_forum.browser()
    browser.get("/forgot-password/").submit(
        "Send the link", {"E-mail address": address("besieged")}
    )
    form = browser.get(link_in(each_forum.mail(address("besieged"), number=2)))
    new = "another password"
    form.submit(
        "Set the password", {"New password": new, "New password, once more": new}
    )
    assert each_forum.sign_in(browser, "besieged", new).has_button("Sign Out")


def test_after_a_hundred_only_a_reset_helps(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Hundred")
    _set_count(forum, "hundred", 99, wait=0)
    assert fail(forum, "hundred", 1)[0].status == 200
    _set_count(forum, "hundred", 100, wait=0)
    page = forum.sign_in(forum.browser(), "hundred")
    assert page.status == 429
    assert "retry-after" not in page.response.headers
    assert "new password by mail" in page.text


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(forum: Forum) -> None:
    code = """
from datetime import timedelta
from accounts import throttle
from accounts.models import Tries
waits = []
for _ in range(20):
    throttle.before_password("doubling")
    row = Tries.objects.get(key=throttle._key("password", "doubling"))
    waits.append(round((row.until - row.since).total_seconds()) if row.until else 0)
    Tries.objects.filter(pk=row.pk).update(until=row.since)
print(*waits)
"""
    printed = forum.manage("shell", "--no-imports", "--command", code)
    doubled = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert [int(word) for word in printed.split()] == doubled + 6 * [900]


def test_a_clock_that_was_set_back_lets_nobody_in(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Timeless")
    # As if the clock had stood two hours later when the tries were counted.
    _set_count(forum, "timeless", 10, wait=7200)
    assert forum.sign_in(forum.browser(), "timeless").status == 429


def test_a_right_password_forgets_the_wrong_ones(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Clumsy")
    for _ in range(2):
        assert [page.status for page in fail(forum, "clumsy", 4)] == 4 * [200]
        assert forum.sign_in(forum.browser(), "clumsy").has_button("Sign Out")


def test_many_at_once_are_counted_before_they_are_hashed(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Stormed")
    pages = [each_forum.browser().get("/sign-in/") for _ in range(50)]
    fields = {"E-mail address": address("stormed"), "Password": WRONG}
    statuses: list[int] = []

    def storm(page: Page) -> None:
        statuses.append(page.submit("Sign In", fields).status)

    threads = [threading.Thread(target=storm, args=[page]) for page in pages]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    lasted = time.monotonic() - began
    assert sorted(set(statuses)) == [200, 429]
    assert len(statuses) == 50
    # Five are free; later ones wait for 1, 2, 4... seconds.
    assert statuses.count(200) <= 5 + math.log2(lasted + 1) + 1


def test_one_place_has_thirty_tries_in_five_minutes(forum: Forum) -> None:
    browser = forum.browser()
    values = browser.get("/sign-in/").values("Sign In")
    for number in range(30):
        values |= {"email": f"guess{number}@example.org", "password": WRONG}
        assert browser.post("/sign-in/", values).status == 200
    page = browser.post("/sign-in/", values | {"email": "guess@example.org"})
    assert page.status == 429
    assert 0 < int(page.response.headers["retry-after"]) <= 300
    # What a browser says of itself before the proxy's entry is not believed.
    liar = dict(browser.client.headers)["x-forwarded-for"]
    page = Page(
        browser,
        browser.client.post(
            "/sign-in/", data=values, headers={"X-Forwarded-For": f"192.0.2.7, {liar}"}
        ),
    )
    assert page.status == 429
    # Another place is free.
    assert (
        forum.browser()
        .get("/sign-in/")
        .submit("Sign In", {"E-mail address": "guess@example.org", "Password": WRONG})
        .status
        == 200
    )


def test_a_household_of_ipv6_is_one_place(forum: Forum) -> None:
    code = """
from django.test import RequestFactory
from accounts.throttle import source
for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1",
                "192.0.2.1", "not an address", "1.2.3.4, 192.0.2.9"):
    print(source(RequestFactory().get("/", headers={"X-Forwarded-For": address})))
"""
    printed = forum.manage("shell", "--no-imports", "--command", code)
    assert printed.split("\n")[:-1] == [
        "2001:db8:1:2::/64",
        "2001:db8:1:2::/64",
        "2001:db8:1:3::/64",
        "192.0.2.1",
        "unknown",
        "192.0.2.9",
    ]


def test_three_reset_mails_in_an_hour(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Pestered")
    for _ in range(5):
        page = forum.browser().get("/forgot-password/")
        fields = {"E-mail address": address("pestered")}
        assert page.submit("Send the link", fields).heading == "Look into your mail"
    forum.settle()
    mails = [mail for mail in forum.mails() if mail["To"] == address("pestered")]
    assert [mail["Subject"] for mail in mails[1:]] == 3 * ["A new password"]
    # Mails that were not sent did not end the last link that was.
    page = forum.browser().get(link_in(mails[-1]))
    assert page.heading == "Choose a new password"


def test_posting_too_quickly(new_forum: Callable[..., Forum]) -> None:
    with new_forum(FORUM_POSTS_PER_MINUTE="3") as forum:
        ada, eve = forum.member("Ada"), forum.member("Eve")
        token = ada.get("/account/").values("Sign Out")["csrfmiddlewaretoken"]
        statuses = [
            ada.post("/ask/", {"csrfmiddlewaretoken": token}).status for _ in range(5)
        ]
        assert 429 not in statuses[:3]
        assert statuses[3:] == [429, 429]
        token = eve.get("/account/").values("Sign Out")["csrfmiddlewaretoken"]
        assert eve.post("/ask/", {"csrfmiddlewaretoken": token}).status != 429
        # Reading and leaving are never counted.
        assert ada.get("/").submit("Sign Out").status == 200


def test_current_passwords_are_counted_too(forum: Forum) -> None:
    member = forum.member("Guessed")
    page = member.get("/account/erase/")
    for _ in range(5):
        page = page.submit("Erase my account", {"Current password": WRONG})
        assert page.status == 200
    assert page.submit("Erase my account", {"Current password": PASSWORD}).status == 429


def test_tidying_throws_away_what_has_run_out(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum()
    forum.manage("migrate", "--verbosity=0")
    code = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import *
from accounts.sessions import SessionStore
now = timezone.now()
for days in (0, 2, 40):
    at = now - timedelta(days=days)
    PendingSignUp.objects.create(token_digest=days, name="n", email="e", created_at=at)
    Letter.objects.create(to="", subject=days, text="t", created_at=at)
    Tries.objects.create(key=f"few {days}", count=1, since=at)
    Tries.objects.create(key=f"many {days}", count=50, since=at)
    session = SessionStore()
    session["days"] = days
    session.set_expiry(at + timedelta(days=1))
    session.save()
"""
    forum.manage("shell", "--no-imports", "--command", code)
    assert forum.manage("tidy") == "0 mails sent\n"
    database = sqlite3.connect(forum.folder / "data" / "forum.db")
    try:
        count = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("accounts_pendingsignup", "accounts_letter", "django_session")
        }
        tries = database.execute("SELECT key FROM accounts_tries ORDER BY key")
        assert [key for (key,) in tries] == ["few 0", "many 0", "many 2"]
    finally:
        database.close()
    assert count == {
        "accounts_pendingsignup": 1,
        "accounts_letter": 0,  # without an address: nothing was to be sent
        "django_session": 1,
    }


@pytest.mark.slow
def test_time_does_not_tell_who_is_known(new_forum: Callable[..., Forum]) -> None:
    """Medians of 200 interleaved tries are within 10 % of each other."""
    with new_forum(FORUM_ARGON2="3 65536 4") as forum:
        forum.sign_up(forum.browser(), "Timed")
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        for number in range(200):
            for kind in times:
                name = "timed" if kind == "known" else f"unknown{number}"
                _set_count_quickly(forum)
                page = forum.browser().get("/sign-in/")
                fields = {"E-mail address": address(name), "Password": WRONG}
                began = time.perf_counter()
                assert page.submit("Sign In", fields).status == 200
                times[kind].append(time.perf_counter() - began)
        known, unknown = (sorted(found)[100] for found in times.values())
        assert abs(known - unknown) <= 0.1 * min(known, unknown), (known, unknown)


def _set_count(forum: Forum, name: str, count: int, *, wait: int) -> None:
    code = f"""
from datetime import timedelta
from django.utils import timezone
from accounts import throttle
from accounts.models import Tries
now = timezone.now()
Tries.objects.update_or_create(
    key=throttle._key("password", {address(name)!r}),
    defaults=dict(count={count}, since=now, until=now + timedelta(seconds={wait})),
)
"""
    forum.manage("shell", "--no-imports", "--command", code)


def _set_count_quickly(forum: Forum) -> None:
    """Forget all tries, without a command for each."""
    database = sqlite3.connect(forum.folder / "data" / "forum.db", timeout=30)
    try:
        with database:
            database.execute("DELETE FROM accounts_tries")
    finally:
        database.close()
