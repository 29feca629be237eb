"""
The whole story of the seed page, as people act it, with and without JavaScript.

It is acted on SQLite and on PostgreSQL: the pages are the same.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.browser._demo import demo
from tests.browser._person import Person, Tab, expect, expect_page
from tests.forum._forum import PASSWORD, Forum, address, database_url, link_in
from tests.stores._servers import PostgreSQL

SEED = 'What is "Emergence" in AI Models?'
SECOND = "eleven quiet otters"
People = Callable[..., Person]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def forum(
    request: pytest.FixtureRequest,
    forum: Forum,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Forum]:
    """The forum of all tests here, and one on PostgreSQL."""
    if request.param == "sqlite":
        yield forum
        return
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    with PostgreSQL() as server, server.database() as name:
        url = database_url(server, name)
        folder = tmp_path_factory.mktemp("postgresql")
        with demo(folder, FORUM_DATABASE_URL=url) as other:
            yield other


def number(tab: Tab, button: str) -> int:
    """Return the number in a button's name, as in ``Like(3)``."""
    found = re.search(r"\d+", button)
    assert found, button
    return int(found[0])


def test_from_the_sign_up_to_an_account_that_is_used(
    person: People, scripts: bool
) -> None:
    name = f"Nilo {'Scripts' if scripts else 'Plain'}"
    nilo = person(name, scripts=scripts)

    nilo.open("/").follow("Sign Up", nilo.header()).shows("Sign Up")
    nilo.send("Sign Up", {"Name": name, "E-mail address": address(name)})
    nilo.shows("Look into your mail")
    nilo.open(link_in(nilo.forum.mail(address(name)))).shows("Choose a password")
    expect(nilo.field("Name")).to_have_value(name)
    nilo.send(
        "Make my account", {"Password": PASSWORD, "Password, once more": PASSWORD}
    )
    nilo.shows("Sign In")
    expect(nilo.page.get_by_role("status").first).to_contain_text(
        "Your account is made"
    )

    # The password is forgotten before it was used.
    nilo.follow("Forgot Password", nilo.header()).shows("Forgot Password")
    nilo.send("Send the link", {"E-mail address": address(name)})
    nilo.shows("Look into your mail")
    nilo.open(link_in(nilo.forum.mail(address(name), number=2)))
    nilo.shows("Choose a new password")
    again = {"New password": SECOND, "New password, once more": SECOND}
    nilo.send("Set the password", again).shows("Sign In")

    nilo.send("Sign In", {"E-mail address": address(name), "Password": PASSWORD})
    expect(nilo.page.get_by_role("alert")).to_contain_text("No account has this")
    nilo.send("Sign In", {"E-mail address": address(name), "Password": SECOND})
    expect_page(nilo.page).to_have_url(f"{nilo.url}/")
    expect(nilo.header()).to_contain_text(name)

    nilo.button("Sign Out").click()
    expect(nilo.link("Sign In", nilo.header())).to_be_visible()


def test_comment_reply_and_like_on_the_seed_page(person: People, scripts: bool) -> None:
    suffix = "with" if scripts else "without"
    iris = person(f"Iris {suffix}", new=True, scripts=scripts)
    iris.open("/").follow(SEED).shows(SEED)
    expect(iris.post("Question")).to_contain_text("Greg")
    bloom = iris.comment("what people call it").first
    expect(bloom).to_contain_text("CrimsonBloom")
    expect(bloom).to_contain_text("2025-03-08 09:57:31")

    # A comment on the question.
    comments = iris.page.get_by_role("region", name="Comments")
    comments.get_by_text("Add comment", exact=True).first.click()
    said = f"Is that a jump, or only our ruler? ({suffix} scripts)"
    iris.field("Your comment", comments).fill(said)
    iris.button("Add comment", comments).click()
    expect(iris.comment(said)).to_be_visible()
    expect(iris.comment(said)).to_contain_text("No comments")

    # A reply to CrimsonBloom, inside of the comment.
    iris.link("Reply", bloom).first.click()
    iris.shows("Reply to CrimsonBloom")
    answer = f"Water is the better picture. ({suffix} scripts)"
    iris.send("Add comment", {"Your text": answer})
    iris.shows(SEED)
    expect(bloom.get_by_role("listitem").filter(has_text=answer)).to_be_visible()

    # Like, and no longer; then it stays after the page is loaded anew.
    button = bloom.get_by_role("button", name=re.compile(r"^Like\(\d+\)$")).first
    before = number(iris, button.inner_text())
    button.click()
    expect(button).to_have_text(f"Like({before + 1})")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_text(f"Like({before})")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_text(f"Like({before + 1})")
    iris.page.reload()
    expect(button).to_have_text(f"Like({before + 1})")


def test_ask_vote_answer_and_accept(person: People, scripts: bool) -> None:
    suffix = "with" if scripts else "without"
    asker = person(f"Asker {suffix}", new=True, scripts=scripts)
    helper = person(f"Helper {suffix}", new=True, scripts=scripts)
    title = f"Why is the sky blue {suffix} scripts?"

    asker.open("/").follow("Ask a question").shows("Ask a question")
    asker.send(
        "Ask",
        {"Title": title, "Your question": "And *not* violet?", "Tags": "sky light"},
    ).shows(title)
    expect(asker.post("Question").get_by_role("emphasis")).to_have_text("not")

    helper.open("/").follow(title).shows(title)
    question = helper.post("Question")
    score = question.get_by_role("status", name="Score")
    helper.button("Vote up", question).click()
    expect(score).to_have_text("1")
    expect(helper.button("Vote up", question)).to_have_attribute("aria-pressed", "true")
    helper.button("Vote up", question).click()
    expect(score).to_have_text("0")

    # Refused in words, and nothing changes.
    helper.button("Vote down", question).click()
    refusal = helper.page.get_by_role("alert")
    expect(refusal).to_contain_text("This needs reputation 10. You have 1.")
    if not scripts:
        helper.page.go_back()
    expect(score).to_have_text("0")

    text = f"Short waves are scattered most, {suffix} scripts."
    helper.send("Post the answer", {"Your text": text})
    expect(helper.post("Answer", text)).to_be_visible()
    expect(helper.button("Accept")).to_have_count(0)

    asker.page.reload()
    expect(asker.page.get_by_role("heading", name="1 answer")).to_be_visible()
    asker.button("Accept", asker.post("Answer", text)).click()
    accepted = asker.post("Accepted answer", text)
    expect(accepted).to_be_visible()
    asker.button("Unaccept", accepted).click()
    expect(asker.post("Answer", text)).to_be_visible()
    asker.button("Accept", asker.post("Answer", text)).click()
    expect(accepted).to_be_visible()

    # Both are told, and the list shows it.
    asker.follow("Notices")
    expect(asker.heading(re.compile("^Notices"))).to_be_visible()
    expect(asker.page.get_by_role("main")).to_contain_text(f"Helper {suffix}")
    helper.open("/")
    row = helper.page.get_by_role("listitem").filter(has=helper.link(title))
    expect(row).to_contain_text("one accepted")


def test_guests_are_asked_in_and_come_back(person: People, scripts: bool) -> None:
    guest = person("Maren", scripts=scripts)
    guest.open("/q/emergence/").shows(SEED)
    guest.button("Vote up", guest.post("Question")).click()
    guest.shows("Sign In")
    guest.send("Sign In", {"E-mail address": address("Maren"), "Password": PASSWORD})
    guest.shows(SEED)
    expect(guest.header()).to_contain_text("Maren")
