"""Given to ``manage.py shell`` after a load run: what the time of requests goes to."""

import cProfile
import pstats
from collections import Counter

from accounts.models import User as Account  # type: ignore[import-not-found]
from board.storage import STORE  # type: ignore[import-not-found]
from django.test import Client
from lxml import html

from qathread.stores import ThreadQuery

client = Client(SERVER_NAME="127.0.0.1")
client.force_login(Account.objects.get(username="Asker"))
threads = [found.id for found in STORE.find(ThreadQuery(), None, 12).items]


def reads() -> None:
    """Open the list, and every question."""
    for path in ("/", *(f"/q/{thread_id}/" for thread_id in threads)):
        assert client.get(path).status_code == 200


def comments() -> None:
    """Comment by the form of the page."""
    for thread_id in threads:
        path = f"/q/{thread_id}/p/{thread_id}.1/comment/"
        page = html.fromstring(client.get(path).content)
        (form,) = [each for each in page.forms if each.xpath(".//textarea")]
        values = dict(form.form_values())
        values[form.xpath(".//textarea")[0].get("name")] = "One more remark."
        assert client.post(form.get("action") or path, values).status_code == 302


def part(file: str) -> str | None:
    """Return whose a file is; None: of the standard library or another package."""
    if "/django/db/" in file or "/psycopg" in file or "/sqlite3/" in file:
        return "database"
    if "/qathread/" in file and "/examples/" not in file:
        return "qathread"
    if "/examples/forum/" in file:
        return "forum"
    return "Django" if "/django/" in file else None


def shares(profile: cProfile.Profile) -> Counter[str]:
    """
    Add up own times; what is nobody's goes to its callers, by what each waited for it.

    That is repeated until all has reached somebody, or the request itself.
    """
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    left = {name: own for name, (_, _, own, _, _) in stats.items()}
    found: Counter[str] = Counter()
    for _ in range(30):
        above: Counter[tuple[str, int, str]] = Counter()
        for name, own in left.items():
            whose = part(name[0])
            callers = stats[name][4]
            total = sum(each[3] for each in callers.values())
            if whose is not None:
                found[whose] += own
            elif not total:
                found["other"] += own
            else:
                for caller, told in callers.items():
                    above[caller] += own * told[3] / total
        left = dict(above)
    found["other"] += sum(left.values())
    return found


for what, work in (("reads", reads), ("comments", comments)):
    work()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(5):
        work()
    profile.disable()
    found = shares(profile)
    told = ", ".join(
        f"{name} {time / found.total():.0%}" for name, time in found.most_common()
    )
    print(f"time in {what}: {told}")
