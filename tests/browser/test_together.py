"""Several people, or several tabs, at the same time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser._person import Person, Tab, expect, expect_page

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Route

People = Callable[..., Person]


def ask(who: Person, title: str, text: str = "One line.\n\nAnother line.") -> str:
    """Ask a question; return the path of its page."""
    who.open("/ask/").send("Ask", {"Title": title, "Your question": text})
    who.shows(title)
    return who.path


def like(tab: Tab) -> Locator:
    """Return the button below the question."""
    name = re.compile(r"^Like\(\d+\)$")
    return tab.post("Question").get_by_role("button", name=name)


def test_two_people_who_like_at_once_count_two(person: People) -> None:
    title = "Who likes at once?"
    ada = person("Ada Likes", new=True)
    path = ask(person("Liked", new=True), title)
    bob = person("Bob Likes", new=True)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) == 2:
            # Both have pressed; now both requests leave.
            for each in held:
                each.continue_()

    for who in (ada, bob):
        who.context.route("**/like/", hold)
        who.open(path).shows(title)
    for who in (ada, bob):
        like(who).click()
    for who in (ada, bob):
        expect(like(who)).to_have_attribute("aria-pressed", "true")
        who.page.reload()
        expect(like(who)).to_have_text("Like(2)")


def test_two_people_without_scripts_count_two(person: People) -> None:
    path = ask(person("Liked Plainly", new=True), "Who likes without scripts?")
    ada = person("Ada Plain", new=True, scripts=False)
    bob = person("Bob Plain", new=True, scripts=False)
    for who in (ada, bob):
        who.open(path)
        expect(like(who)).to_have_text("Like(0)")
    # Both pages are of before either vote.
    for who in (ada, bob):
        like(who).click()
        expect(like(who)).to_have_attribute("aria-pressed", "true")
    expect(like(bob)).to_have_text("Like(2)")


def test_one_person_in_two_tabs_counts_once(person: People, scripts: bool) -> None:
    suffix = "with" if scripts else "without"
    path = ask(person(f"Twice {suffix}", new=True), f"Twice {suffix} scripts?")
    ada = person(f"Ada Twice {suffix}", new=True, scripts=scripts)
    other = ada.tab()
    for tab in (ada, other):
        tab.open(path)
        expect(like(tab)).to_have_text("Like(0)")
    for tab in (ada, other):
        like(tab).click()
        expect(like(tab)).to_have_attribute("aria-pressed", "true")
        expect(like(tab)).to_have_text("Like(1)")
    ada.page.reload()
    expect(like(ada)).to_have_text("Like(1)")


def test_a_double_click_writes_one_comment(person: People, scripts: bool) -> None:
    suffix = "with" if scripts else "without"
    who = person(f"Nervous {suffix}", new=True, scripts=scripts)
    ask(who, f"Clicked how often, {suffix} scripts?")
    comments = who.page.get_by_role("region", name="Comments")
    comments.get_by_text("Add comment", exact=True).first.click()
    text = f"Clicked twice {suffix} scripts."
    who.field("Your comment", comments).fill(text)
    who.button("Add comment", comments).dblclick(no_wait_after=True)
    expect(who.comment(text)).to_be_visible()
    who.page.reload()
    expect(comments.get_by_role("listitem").filter(has_text=text)).to_have_count(1)


def test_an_edit_of_a_stale_wording_is_a_conflict(
    person: People, scripts: bool
) -> None:
    suffix = "with" if scripts else "without"
    who = person(f"Two Tabs {suffix}", new=True, scripts=scripts)
    title = f"Which tab wins {suffix} scripts?"
    path = ask(who, title)
    other = who.tab()
    for tab in (who, other):
        tab.open(path).follow("Edit", tab.post("Question"))
        tab.shows("Edit this question")
    other.send("Save", {"Text": "One line, of the other tab.\n\nAnother line."})
    other.shows(title)
    # The text is looked at in the other tab meanwhile; here it is older.
    who.send("Save", {"Text": "One line.\n\nAnother line, of this tab."})

    who.shows("Somebody edited this while you were writing")
    assert who.document is not None
    assert who.document.status == 409
    theirs = who.page.get_by_role("region", name="What stands there now")
    expect(theirs).to_contain_text("One line, of the other tab.")
    mine = who.page.get_by_role("region", name="What you wrote")
    expect(mine).to_contain_text("Another line, of this tab.")
    inserted = who.page.get_by_role("insertion").all_inner_texts()
    deleted = who.page.get_by_role("deletion").all_inner_texts()
    assert "of this tab" in "".join(inserted)
    assert "of the other tab" in "".join(deleted)
    # What was written is still in the form; nothing was saved.
    expect(who.field("Text")).to_have_value("One line.\n\nAnother line, of this tab.")
    other.page.reload()
    expect(other.post("Question")).to_contain_text("One line, of the other tab.")

    both = "One line, of the other tab.\n\nAnother line, of this tab."
    who.send("Save over it", {"Text": both, "What you changed": "both tabs"})
    who.shows(title)
    expect(who.post("Question")).to_contain_text("of the other tab.")
    expect(who.post("Question")).to_contain_text("of this tab.")
    who.follow("Edited", who.post("Question")).shows("Wordings of this question")
    expect(who.page.get_by_role("region", name="Wording 3")).to_contain_text(
        "both tabs"
    )
    expect(who.page.get_by_role("region", name="Wording 1")).to_be_visible()


def test_other_peoples_posts_have_no_edit(person: People) -> None:
    path = ask(person("Owning", new=True), "Whose is this?")
    eve = person("Eve Edits", new=True).open(path)
    expect(eve.link("Edit", eve.post("Question"))).to_have_count(0)
    expect(eve.button("Delete", eve.post("Question"))).to_have_count(0)
    eve.follow("History", eve.post("Question")).shows("What happened here")
    thread = path.split("/")[2]
    eve.open(f"/q/{thread}/p/{thread}.1/edit/").shows("Not now")
    expect(eve.page.get_by_role("alert")).to_contain_text("This needs reputation")


def test_signing_out_in_one_tab_is_noticed_in_the_other(person: People) -> None:
    who = person("Leaves Here", new=True)
    other = who.tab()
    other.open("/q/temperature/")
    who.open("/account/").shows("Your account")
    who.button("Sign Out").click()
    expect(who.link("Sign In", who.header())).to_be_visible()
    # Going back shows nothing of the account.
    who.page.go_back()
    who.shows("Sign In")
    # The other tab is told to sign in, and comes back to where it was.
    other.button("Vote up", other.post("Question")).click()
    other.shows("Sign In")
    expect_page(other.page).not_to_have_url(re.compile("/vote/$"))
