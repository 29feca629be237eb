"""What the forum's script adds: votes and likes without a new page."""

import re
from collections.abc import Callable

from tests.browser._person import Person, Tab, expect

People = Callable[..., Person]


def stays(tab: Tab) -> Callable[[], bool]:
    """Return what tells whether the page is still the same one."""
    tab.page.evaluate("document.body.dataset.loaded = 'once'")
    return lambda: tab.page.evaluate("document.body.dataset.loaded") == "once"


def test_a_like_changes_the_page_in_place_and_is_announced(person: People) -> None:
    who = person("Instant Like", new=True).open("/q/split-by-thread/")
    same = stays(who)
    answer = who.post("Accepted answer")
    like = answer.get_by_role("button", name=re.compile(r"^Like\(\d+\)$"))
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(who.page.get_by_role("status").last).to_contain_text("You like this.")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(who.page.get_by_role("status").last).to_contain_text("Like taken back.")
    assert same()


def test_a_refusal_stands_beside_the_post_until_it_is_settled(person: People) -> None:
    who = person("Instant Refusal", new=True).open("/q/token-count/")
    same = stays(who)
    question = who.post("Question")
    who.button("Vote down", question).click()
    alert = question.get_by_role("alert")
    expect(alert).to_have_text("This needs reputation 10. You have 1.")
    who.button("Vote down", question).click()
    expect(alert).to_have_count(1)
    who.button("Vote up", question).click()
    expect(who.button("Vote up", question)).to_have_attribute("aria-pressed", "true")
    expect(alert).to_have_count(0)
    assert same()


def test_without_a_network_it_says_so_and_can_be_tried_again(person: People) -> None:
    who = person("Instant Offline", new=True).open("/q/token-count/")
    question = who.post("Question")
    up = who.button("Vote up", question)
    before = up.get_attribute("aria-pressed")
    who.context.set_offline(True)
    up.click()
    expect(question.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(up).to_have_attribute("aria-pressed", before or "")
    who.context.set_offline(False)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(question.get_by_role("alert")).to_have_count(0)
    assert [
        each for each in who.troubles if "ERR_INTERNET_DISCONNECTED" not in each
    ] == []
    who.troubles.clear()


def test_up_then_down_shows_one_vote(person: People) -> None:
    # Whoever has the points may vote down: the two buttons go together.
    who = person("CrimsonBloom", member=True).open("/q/token-count/")
    question = who.post("Question")
    up, down = who.button("Vote up", question), who.button("Vote down", question)
    score = question.get_by_role("status", name="Score")
    before = int(score.inner_text())
    up.click()
    expect(score).to_have_text(str(before + 1))
    down.click()
    expect(score).to_have_text(str(before - 1))
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(down).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(score).to_have_text(str(before))
