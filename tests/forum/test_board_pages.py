"""What pages of the board say to search engines, to scripts and to strangers."""

import json
import re

import qathread
from tests.forum._board import (
    answered,
    asked,
    commented,
    form_of,
    own,
    pressed,
    shown,
)
from tests.forum._forum import PASSWORD, Forum


def test_who_is_not_signed_in_reads_and_is_asked_to_sign_in(forum: Forum) -> None:
    ada = forum.member("GateAda")
    thread_id = asked(ada, "Who may enter?")
    question = f"{thread_id}.1"
    stranger = forum.browser()
    page = stranger.get(f"/q/{thread_id}/")
    assert "Sign In or Sign Up to answer." in page.text
    page = pressed(page, question, "Vote up")
    assert page.path == "/sign-in/"
    assert f"next=/q/{thread_id}/" in str(page.response.url)
    assert stranger.get("/notices/").path == "/sign-in/"
    assert stranger.get("/flags/").path == "/sign-in/"
    assert stranger.get("/ask/").path == "/sign-in/"
    assert stranger.get(f"/q/{thread_id}/p/{question}/vote/").status == 405
    assert ada.get("/q/no-such/").status == 404
    assert ada.get("/u/no-such/").status == 404
    assert ada.get(f"/q/{thread_id}/p/no-such/comment/").status == 404
    # Without the token of the form nothing is taken.
    url, values = form_of(ada.get(f"/q/{thread_id}/"), question, "Like(0)")
    bare = {name: each for name, each in values.items() if "csrf" not in name}
    assert ada.post(url, bare).status == 403
    assert "Like(0)" in own(ada.get(f"/q/{thread_id}/"), question)


def test_a_script_gets_the_same_answers_as_data(forum: Forum) -> None:
    ada, eve = forum.member("DataAda"), forum.member("DataEve")
    thread_id = asked(ada, "Is this instant?")
    question = f"{thread_id}.1"
    json_wanted = {"Accept": "application/json"}
    url, values = form_of(eve.get(f"/q/{thread_id}/"), question, "Vote up")
    found = eve.client.post(url, data=dict(values), headers=json_wanted)
    state = found.json()
    assert state.pop("op")
    assert state == {"score": 1, "vote": "up", "likes": 0, "liked": False}
    url, values = form_of(eve.get(f"/q/{thread_id}/"), question, "Like(0)")
    found = eve.client.post(url, data=dict(values), headers=json_wanted)
    assert (found.json()["likes"], found.json()["liked"]) == (1, True)
    url, values = form_of(ada.get(f"/q/{thread_id}/"), question, "Vote up")
    found = ada.client.post(url, data=dict(values), headers=json_wanted)
    assert found.status_code == 403
    assert found.json() == {
        "refused": "You wrote this post, so others vote on it.",
        "rule": "self vote",
        "retry_at": None,
    }
    page = eve.get(f"/q/{thread_id}/")
    [script] = page.tree.xpath("//script[@src]")
    assert re.search(r"/board/board\.[\w.]*js$", script.get("src"))


def test_search_engines_are_told_what_the_page_shows(forum: Forum) -> None:
    ada, eve = forum.member("MetaAda"), forum.member("MetaEve")
    thread_id = asked(ada, "What is </script> for?", "It *ends* <b>things</b>.", "html")
    question = f"{thread_id}.1"
    commented(eve, thread_id, question, "Of what?")
    page = ada.get(f"/q/{thread_id}/")
    [data] = page.tree.xpath('//script[@type="application/ld+json"]/text()')
    assert json.loads(data)["@type"] == "DiscussionForumPosting"
    answered(eve, thread_id, "Scripts.")
    page = pressed(ada.get(f"/q/{thread_id}/"), f"{thread_id}.3", "Accept")
    page = ada.get(f"/q/{thread_id}/")
    [data] = page.tree.xpath('//script[@type="application/ld+json"]/text()')
    assert "<" not in data
    found = json.loads(data)
    assert found["@type"] == "QAPage"
    assert found["mainEntity"]["answerCount"] == 1
    assert found["mainEntity"]["url"] == f"{forum.url}/q/{thread_id}/"
    # Our own reader takes the whole page, and nothing in it is damaged or lost.
    with qathread.read(page.response.content, "schema-org", strict=True) as reading:
        [thread] = reading
    assert thread.question.title == "What is </script> for?"
    assert thread.question.body.source == "It *ends* <b>things</b>."
    assert [each.body.source for each in thread.answers] == ["Scripts."]
    assert [each.body.source for each in thread.comments] == ["Of what?"]
    assert len(thread.accepted) == 1
    # A page of another order says where the one to find is, and no more.
    other = ada.get(f"/q/{thread_id}/?order=newest")
    assert other.tree.xpath('//link[@rel="canonical"]/@href') == [
        f"{forum.url}/q/{thread_id}/"
    ]
    assert not other.tree.xpath('//script[@type="application/ld+json"]')


def test_replies_stand_deep_and_then_beside_each_other(forum: Forum) -> None:
    ada = forum.member("DeepAda")
    thread_id = asked(ada, "How deep is it?")
    page = ada.get(f"/q/{thread_id}/")
    for depth in range(1, 10):
        page = commented(ada, thread_id, f"{thread_id}.{depth}", f"Level {depth}.")
    lists = [
        len(list(shown(page, f"{thread_id}.{version}").iterancestors("ul")))
        for version in range(2, 11)
    ]
    assert lists == [1, 2, 3, 4, 5, 6, 6, 6, 6]
    assert "in reply to DeepAda" in own(page, f"{thread_id}.9")
    [link] = shown(page, f"{thread_id}.9").xpath(
        './/a[starts-with(., "in reply")]/@href'
    )
    assert link.endswith(f"#p-{thread_id}.8")


def test_names_change_and_posts_keep_theirs(forum: Forum) -> None:
    ada = forum.member("NameAda")
    thread_id = asked(ada, "What is in a name?")
    code = (
        "from accounts.models import User; user = User.objects.get(username='NameAda');"
        "user.username = 'NameNew'; user.save()"
    )
    forum.manage("shell", "--verbosity=0", "--command", code)
    page = commented(ada, thread_id, f"{thread_id}.1", "A rose.")
    assert own(page, f"{thread_id}.1").split()[3] == "NameAda"
    assert own(page, f"{thread_id}.2").split()[0] == "NameNew"
    profile = ada.get(
        shown(page, f"{thread_id}.1").xpath('.//a[@class="author"]/@href')[0]
    )
    assert profile.heading.startswith("NameNew")
    assert "Earlier namesNameAda" in profile.text


def test_who_leaves_is_named_nowhere(each_forum: Forum) -> None:
    ada, eve = each_forum.member("StayAda"), each_forum.member("LeaveEve")
    thread_id = asked(ada, "Who stays, who goes?")
    page = commented(eve, thread_id, f"{thread_id}.1", "I go.")
    profile = shown(page, f"{thread_id}.2").xpath('.//a[@class="author"]/@href')[0]
    assert ada.get(profile).status == 200
    assert "LeaveEve" in ada.get("/notices/").text
    page = eve.get("/account/erase/").submit(
        "Erase my account", {"Current password": PASSWORD}
    )
    assert "Your account is erased." in page.notices
    page = ada.get(f"/q/{thread_id}/")
    assert "I go." in own(page, f"{thread_id}.2")
    assert not shown(page, f"{thread_id}.2").xpath('.//a[@class="author"]')
    for path in (
        f"/q/{thread_id}/",
        f"/q/{thread_id}/past/",
        f"/q/{thread_id}/feed/",
        "/notices/",
        "/",
        "/feed/",
    ):
        assert "LeaveEve" not in ada.get(path).response.text, path
    assert ada.get(profile).status == 404
    commented(ada, thread_id, f"{thread_id}.2", "Farewell.")
