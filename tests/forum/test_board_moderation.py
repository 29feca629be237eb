"""Flags, the moderators' queue, closing and locking, by HTTP."""

from collections.abc import Iterator

import pytest

from tests.forum._board import answered, asked, commented, own, pressed
from tests.forum._browser import Browser
from tests.forum._forum import Forum


@pytest.fixture(scope="module")
def judge(forum: Forum) -> Iterator[Browser]:
    """A moderator."""
    yield forum.member("BoardJudge", moderator=True)


def test_a_flag_is_seen_by_moderators_and_settled(forum: Forum, judge: Browser) -> None:
    ada, eve = forum.member("FlagAda"), forum.member("FlagEve")
    thread_id = asked(ada, "Who wants to buy watches?", "Cheap **watches**.")
    question = f"{thread_id}.1"
    assert "Flag" in own(eve.get(f"/q/{thread_id}/"), question)
    page = eve.get(f"/q/{thread_id}/p/{question}/flag/")
    assert "Cheap watches." in page.text
    page = page.submit("Send the flag", {"Spam": ""})
    assert page.notices == ["Thank you. A moderator will look at it."]
    page = eve.get(f"/q/{thread_id}/p/{question}/flag/").submit(
        "Send the flag", {"Other": ""}
    )
    assert "You have flagged this post already." in page.text
    page = ada.get(f"/q/{thread_id}/p/{question}/flag/").submit(
        "Send the flag", {"Spam": ""}
    )
    assert page.status == 403
    assert "You wrote this post." in page.text

    # Who reported is not for everybody to see.
    assert eve.get("/flags/").status == 403
    assert "spam" not in ada.get(f"/q/{thread_id}/past/").text
    assert "spam" in judge.get(f"/q/{thread_id}/past/").text

    queue = judge.get("/flags/")
    assert "Who wants to buy watches?" in queue.text
    assert "spam by FlagEve" in queue.text
    action = queue.tree.xpath(f'//form[contains(@action, "/q/{thread_id}/flags/")]')
    values = queue.values("Remove the post")
    page = judge.post(action[0].get("action"), values)
    assert page.notices == ["The flag is settled."]
    assert "Who wants to buy watches?" not in page.text
    page = eve.get(f"/q/{thread_id}/")
    assert page.heading == "A question that was taken down"
    assert "This question was removed by a moderator." in page.text
    assert "watches" not in page.text
    assert "watches" not in eve.get(f"/q/{thread_id}/past/").text
    assert "watches" in judge.get(f"/q/{thread_id}/past/").text
    assert "settled your flag" in eve.get("/notices/").text
    assert "removed your post" in ada.get("/notices/").text

    page = pressed(judge.get(f"/q/{thread_id}/"), question, "Reinstate")
    assert page.heading == "Who wants to buy watches?"


def test_a_closed_question_takes_no_answers(forum: Forum, judge: Browser) -> None:
    ada, eve = forum.member("ShutAda"), forum.member("ShutEve")
    first = asked(ada, "Which kettle is best?")
    thread_id = asked(eve, "What kettle should I buy?")
    open_page = eve.get(f"/q/{thread_id}/")
    assert f"/q/{thread_id}/close/" not in open_page.response.text
    page = eve.get(f"/q/{thread_id}/close/").submit(
        "Close the question", {"Reason": "duplicate"}
    )
    assert page.status == 403
    assert "This is for moderators." in page.text

    page = judge.get(f"/q/{thread_id}/close/")
    unknown = page.submit(
        "Close the question", {"Reason": "duplicate", "The question it repeats": "xx"}
    )
    assert unknown.errors("The question it repeats") == ["There is no such question."]
    itself = page.submit(
        "Close the question",
        {"Reason": "duplicate", "The question it repeats": f"/q/{thread_id}/"},
    )
    assert "duplicate of itself" in itself.errors("The question it repeats")[0]
    page = page.submit(
        "Close the question",
        {
            "Reason": "duplicate",
            "The question it repeats": f"{forum.url}/q/{first}/",
        },
    )
    assert "Closed: duplicate. It takes no more answers." in page.text
    assert page.tree.xpath('//a[.="The same question"]/@href') == [f"/q/{first}/"]
    assert not page.has_button("Post the answer")
    assert "Closed" in judge.get("/search/?q=kettle+buy").text
    assert "closed your question" in eve.get("/notices/").text

    # Somebody had the page open; the text comes back with the refusal.
    late = open_page.submit("Post the answer", {"Your text": "A blue one."})
    assert late.status == 403
    assert "This question is closed and takes no answers." in late.text
    assert "A blue one." in late.field("Your text").text

    page = pressed(judge.get(f"/q/{thread_id}/"), f"{thread_id}.1", "Reopen")
    assert page.notices == ["Open again."]
    assert "A blue one." in answered(eve, thread_id, "A blue one.").text


def test_a_locked_thread_changes_for_moderators_alone(
    forum: Forum, judge: Browser
) -> None:
    ada = forum.member("LockAda")
    thread_id = asked(ada, "Is it heated in here?")
    question = f"{thread_id}.1"
    pressed(judge.get(f"/q/{thread_id}/"), question, "Lock")
    page = ada.get(f"/q/{thread_id}/")
    assert "Locked" in own(page, question)
    page = page.submit("Add comment", {"Your comment": "Very."})
    assert page.status == 403
    assert "locked by a moderator" in page.text
    assert page.browser.get(f"/q/{thread_id}/p/{question}/edit/").status == 403
    page = pressed(judge.get(f"/q/{thread_id}/"), question, "Unlock")
    assert page.notices == ["The thread is unlocked."]
    assert "Very." in commented(ada, thread_id, question, "Very.").text
