"""The tab of what is hot: pages that are the whole list, whatever happens between."""

from itertools import chain, pairwise

from tests.forum._board import asked, pressed, rows
from tests.forum._browser import Browser, Page
from tests.forum._forum import Forum


def following(page: Page) -> str | None:
    """Return the address of the next page."""
    found = page.tree.xpath('//a[@rel="next"]/@href')
    return f"/{found[0]}" if found else None


def walked(browser: Browser, path: str) -> list[list[str]]:
    """Return the titles of all pages from this one on."""
    pages: list[list[str]] = []
    address: str | None = path
    while address is not None:
        page = browser.get(address)
        assert page.status == 200, page.text
        pages.append(rows(page))
        address = following(page)
    return pages


def asked_in_turn(askers: list[Browser], titles: list[str], tags: str) -> list[str]:
    """Ask one after the other, since nobody may ask so often; return the ids."""
    return [
        asked(askers[place % len(askers)], title, tags=tags)
        for place, title in enumerate(titles)
    ]


def test_hot_questions_come_in_pages(each_forum: Forum) -> None:
    people = [each_forum.member(f"Hot{name}") for name in ("Ada", "Eve", "Ida")]
    ada, eve, ida = people
    titles = [f"Simmering {place:02}?" for place in range(43)]
    ids = asked_in_turn(people, titles, "simmering")
    # The first one asked, by Ada, would be the last; one vote counts as much as none,
    # two count as more than three hours.
    for voter in (eve, ida):
        pressed(voter.get(f"/q/{ids[0]}/"), f"{ids[0]}.1", "Vote up")
    start = "/?tab=hot&tag=simmering"
    wanted = [titles[0], *titles[:0:-1]]
    pages = walked(ada, start)
    assert [len(page) for page in pages] == [20, 20, 3]
    assert list(chain(*pages)) == wanted

    # What is asked, answered and voted up meanwhile is shown no second time, and
    # nothing else is passed over.
    first = ada.get(start)
    asked(ada, "Boiling over?", tags="simmering")
    late = ids[-1]  # Ada's as well
    answer = {"Your text": "Turn it down."}
    eve.get(f"/q/{late}/").submit("Post the answer", answer)
    for voter in (eve, ida):
        pressed(voter.get(f"/q/{late}/"), f"{late}.1", "Vote up")
    after = following(first)
    assert after is not None
    assert list(chain(rows(first), *walked(ada, after))) == wanted
    # From the start, all of it is where it belongs now: two have two votes.
    hottest = [titles[-1], titles[0], "Boiling over?"]
    assert walked(ada, start)[0][:3] == hottest


def test_hot_pages_without_a_tag_name_each_question_once(each_forum: Forum) -> None:
    people = [each_forum.member(f"Hot{name}") for name in ("Otto", "Odo")]
    titles = [f"Lukewarm {place:02}?" for place in range(21)]
    asked_in_turn(people, titles, "")
    pages = walked(people[0], "/?tab=hot")
    found = list(chain(*pages))
    assert len(found) > 20
    assert all(len(page) == 20 for page, _ in pairwise(pages))
    mine = [title for title in found if title.startswith("Lukewarm")]
    assert mine == titles[::-1]


def test_a_cursor_of_another_list_is_refused(each_forum: Forum) -> None:
    people = [each_forum.member(f"Hot{name}") for name in ("Ulla", "Udo")]
    asked_in_turn(people, [f"Tepid {place:02}?" for place in range(21)], "tepid")
    ada = people[0]
    after = following(ada.get("/?tab=hot&tag=tepid"))
    assert after is not None
    cursor = after.partition("&after=")[2]
    for path in (
        f"/?tab=hot&after={cursor}",
        f"/?tab=hot&tag=tea&after={cursor}",
        f"/?tab=newest&tag=tepid&after={cursor}",
        f"/?tab=hot&tag=tepid&after={cursor[:-1]}",
        "/?tab=hot&after=",
        "/?tab=hot&after=nonsense",
    ):
        assert ada.get(path).status == 400, path
    newest = following(ada.get("/?tab=newest&tag=tepid"))
    assert newest is not None
    other = newest.partition("&after=")[2]
    assert ada.get(f"/?tab=hot&tag=tepid&after={other}").status == 400
