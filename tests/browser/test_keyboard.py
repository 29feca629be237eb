"""The story of the seed page with a keyboard alone, and where the focus goes."""

import re
from collections.abc import Callable

import pytest

from tests.browser._keys import Keys
from tests.browser._person import Person, expect
from tests.forum._board import answered, asked
from tests.forum._forum import PASSWORD, Forum, address, link_in

SEED = 'What is "Emergence" in AI Models?'
People = Callable[..., Person]


def signed_in(keys: Keys) -> None:
    """Fill in the form of Sign In, which is shown."""
    who = keys.tab.owner
    who.shows("Sign In")
    keys.write("E-mail address", address(who.name)).write("Password", PASSWORD)
    keys.press(who.button("Sign In", who.page.get_by_role("main")), "Space")
    expect(who.button("Sign Out")).to_be_visible()


def test_the_story_by_keys_alone(person: People, scripts: bool) -> None:
    name = f"Keyla {'Scripts' if scripts else 'Plain'}"
    who = person(name, scripts=scripts)
    who.open("/")
    keys = Keys(who)

    keys.press(who.link("Sign Up", who.header()))
    who.shows("Sign Up")
    keys.write("Name", name).write("E-mail address", address(name))
    keys.board.press("Enter")
    who.shows("Look into your mail")
    who.open(link_in(who.forum.mail(address(name)))).shows("Choose a password")
    keys.write("Password", PASSWORD).write("Password, once more", PASSWORD)
    keys.press(who.button("Make my account"))
    signed_in(keys)

    keys.press(who.link(SEED))
    who.shows(SEED)
    comments = who.page.get_by_role("region", name="Comments")
    keys.press(comments.get_by_text("Add comment", exact=True).first)
    said = f"Typed, not clicked: {name}."
    keys.write("Your comment", said)
    keys.press(who.button("Add comment", comments))
    mine = who.comment(said)
    expect(mine).to_be_visible()

    bloom = who.comment("what people call it").first
    keys.press(who.link("Reply", bloom).first)
    who.shows("Reply to CrimsonBloom")
    keys.write("Your text", f"A reply by {name}.")
    keys.press(who.button("Add comment"), "Space")
    who.shows(SEED)

    like = bloom.get_by_role("button", name=re.compile(r"^Like\(\d+\)$")).first
    keys.press(like, "Space")
    expect(like).to_have_attribute("aria-pressed", "true")
    keys.press(like, "Enter")
    expect(like).to_have_attribute("aria-pressed", "false")

    question = who.post("Question")
    keys.press(who.button("Vote up", question), "Space")
    expect(who.button("Vote up", question)).to_have_attribute("aria-pressed", "true")
    keys.press(who.button("Vote up", question), "Enter")
    expect(who.button("Vote up", question)).to_have_attribute("aria-pressed", "false")

    keys.press(who.button("Sign Out"))
    expect(who.link("Sign In", who.header())).to_be_visible()
    assert keys.unseen == []


def test_an_answer_is_accepted_by_keys_alone(
    person: People, forum: Forum, scripts: bool
) -> None:
    suffix = "with" if scripts else "without"
    name, text = f"Accepter {suffix}", f"Press them one by one, {suffix} scripts."
    title = f"How are keys pressed {suffix} scripts?"
    asker, helper = forum.member(name), forum.member(f"Keys Helper {suffix}")
    answered(helper, thread_id := asked(asker, title), text)
    answered(helper, thread_id, "All at once.")

    who = person(name, scripts=scripts).open("/")
    keys = Keys(who)
    keys.press(who.link("Sign In", who.header()))
    signed_in(keys)
    keys.press(who.link(title))
    who.shows(title)
    keys.press(who.button("Accept", who.post("Answer", text)))
    accepted = who.post("Accepted answer", text)
    expect(accepted).to_be_visible()
    expect(who.post("Accepted answer")).to_have_count(1)
    # Taken back and given again, by the other key of a button.
    keys.press(who.button("Unaccept", accepted), "Space")
    expect(accepted).to_have_count(0)
    keys.press(who.button("Accept", who.post("Answer", text)), "Space")
    expect(accepted).to_be_visible()
    assert keys.unseen == []


def test_two_edits_at_once_are_put_together_by_keys_alone(
    person: People, forum: Forum, scripts: bool
) -> None:
    name = f"Editor {'with' if scripts else 'without'}"
    asker = forum.member(name)
    thread_id = asked(asker, f"Who edits, {name}?", "One line.")
    who = person(name, scripts=scripts).open("/")
    keys = Keys(who)
    keys.press(who.link("Sign In", who.header()))
    signed_in(keys)
    keys.press(who.link(f"Who edits, {name}?"))
    who.shows(f"Who edits, {name}?")
    keys.press(who.link("Edit", who.post("Question")))
    expect(who.field("Text")).to_have_value("One line.")
    # Meanwhile the same person edits at another machine.
    edit = asker.get(f"/q/{thread_id}/p/{thread_id}.1/edit/")
    edit.submit("Save", {"Text": "One line, from elsewhere."})
    keys.write("Text", "One line, from here.")
    keys.press(who.button("Save"))

    who.shows("Somebody edited this while you were writing")
    both = who.page.get_by_role("region")
    expect(both.filter(has_text="One line, from elsewhere.")).to_be_visible()
    expect(both.filter(has_text="One line, from here.")).to_be_visible()
    expect(who.field("Text")).to_have_value("One line, from here.")
    keys.write("Text", "One line, from here and from elsewhere.")
    keys.press(who.button("Save over it"), "Space")
    who.shows(f"Who edits, {name}?")
    expect(who.post("Question")).to_contain_text("from here and from elsewhere.")
    assert keys.unseen == []


def test_the_first_key_skips_to_the_content(person: People) -> None:
    who = person().open("/q/emergence/")
    keys = Keys(who)
    skip = who.link("Skip to the content")
    who.page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keys.board.press("Enter")
    expect(who.page.get_by_role("main")).to_be_focused()
    # What comes next is in the content, not in the header.
    keys.board.press("Tab")
    expect(who.link("Ask a question")).to_be_focused()


def test_the_focus_stays_on_a_button_that_acts_in_place(person: People) -> None:
    who = person("Maren", member=True).open("/q/emergence/")
    vote = who.button("Vote up", who.post("Question"))
    Keys(who).press(vote, "Enter")
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_be_focused()
    said = who.page.get_by_role("status").filter(has_text=re.compile(r"^Score \d+$"))
    expect(said).to_have_count(1)
    who.page.keyboard.press("Enter")
    expect(vote).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("path", ["/", "/q/temperature/", "/ask/", "/account/"])
def test_every_control_is_reached_and_left(path: str, person: People) -> None:
    who = person("CrimsonBloom", member=True).open(path)
    controls = who.page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), textarea, select, summary')]
            .filter(one => one.checkVisibility()).length"""
    )
    seen = set()
    who.page.evaluate("document.activeElement.blur()")
    for _ in range(controls + 5):
        who.page.keyboard.press("Tab")
        seen.add(
            who.page.evaluate(
                "[...document.querySelectorAll('*')].indexOf(document.activeElement)"
            )
        )
    # Beside the controls, the page's body and what scrolls may have the focus.
    assert len(seen) >= controls
