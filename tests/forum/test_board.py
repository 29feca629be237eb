"""The board as a person without JavaScript sees it: the whole story, by HTTP."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import httpx

from tests.forum._board import (
    answered,
    asked,
    commented,
    form_of,
    own,
    pressed,
    rows,
    score,
    shown,
    words,
)
from tests.forum._forum import Forum

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_seeded_page_looks_like_the_one_it_rebuilds(
    new_forum: Callable[..., Forum],
) -> None:
    forum = new_forum()
    forum.manage("demo", "--no-server")
    again = forum.manage("demo", "--no-server")
    assert "greg@example.org" in again
    forum.start(migrate=False)
    page = forum.browser().get("/q/emergence/")
    assert page.heading == 'What is "Emergence" in AI Models?'
    comment, question = shown(page, "emergence.2"), own(page, "emergence.1")
    assert "Greg level 3" in question
    assert "Like(0)" in question
    assert words(comment).startswith("CrimsonBloom level 5 Reply")
    assert "2025-03-08 09:57:31 No comments Like(0)" in words(comment)
    assert comment.xpath('.//time[@datetime="2025-03-08T09:57:31Z"]')
    assert "Comments Add comment" in page.text
    header = page.header
    for expected in ("Q&A", "Sign In", "Forgot Password", "Sign Up"):
        assert expected in header
    assert "Welcome! We've been working hard." in words(page.tree.body)
    # Called twice it made nothing twice.
    found = rows(forum.browser().get("/"))
    assert len(found) == len(set(found)) == 4
    assert rows(forum.browser().get("/?tab=hot")) != []


def test_an_empty_forum_says_what_to_do(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum()
    forum.start()
    browser = forum.browser()
    assert "Nobody has asked anything yet." in browser.get("/").text
    assert "Nobody has asked anything yet." in browser.get("/?tab=hot").text
    assert "No question has a tag yet." in browser.get("/tags/").text
    assert "No post has all of these words." in browser.get("/search/?q=tea").text
    assert browser.get("/search/").status == 200
    ElementTree.fromstring(browser.get("/feed/").response.content)


def test_a_question_is_answered_discussed_and_solved(each_forum: Forum) -> None:
    ada = each_forum.member("StoryAda")
    bloom = each_forum.member("StoryBloom")
    chen = each_forum.member("StoryChen")
    thread_id = asked(ada, "How hot is green tea?", "Mine is *bitter*.", "tea water")
    question = f"{thread_id}.1"
    page = ada.get(f"/q/{thread_id}/")
    assert "No answers yet." in page.text
    assert "No comments" in page.text
    assert "Like(0)" in own(page, question)
    assert [words(tag) for tag in page.tree.xpath('//main//a[@class="tag"]')] == [
        "tea",
        "water",
    ]
    assert page.tree.xpath("//main//em[.='bitter']")
    assert page.tree.xpath('//link[@rel="canonical"]/@href') == [
        f"{each_forum.url}/q/{thread_id}/"
    ]

    page = answered(bloom, thread_id, "At **70 degrees**.")
    assert page.path == f"/q/{thread_id}/"
    answer = f"{thread_id}.2"
    assert "At 70 degrees." in own(page, answer)
    page = commented(chen, thread_id, answer, "And how long?")
    remark = f"{thread_id}.3"
    assert "No comments" in own(page, remark)
    page = commented(bloom, thread_id, remark, "Two minutes, @StoryChen.")
    reply = f"{thread_id}.4"
    assert shown(page, reply) in list(shown(page, remark).iter("li"))
    assert "1 comment" in own(page, remark)

    # A like is a state: two of one person count once.
    page = pressed(page, remark, "Like(0)")
    liked = shown(page, remark).xpath('.//button[@class="like"]')[0]
    assert (words(liked), liked.get("aria-pressed")) == ("Like(1)", "true")
    url, values = form_of(page, remark, "Like(1)")
    assert bloom.post(url, {**values, "wanted": "like"}).status == 200
    page = pressed(bloom.get(f"/q/{thread_id}/"), remark, "Like(1)")
    assert "Like(0)" in own(page, remark)

    # Votes, and why some are refused.
    page = pressed(bloom.get(f"/q/{thread_id}/"), question, "Vote up")
    assert score(page, question) == 1
    page = pressed(page, question, "Vote up")
    assert score(page, question) == 0
    assert score(pressed(page, question, "Vote up"), question) == 1
    page = pressed(ada.get(f"/q/{thread_id}/"), question, "Vote up")
    assert page.status == 403
    assert "You wrote this post, so others vote on it." in page.text
    page = pressed(chen.get(f"/q/{thread_id}/"), question, "Vote down")
    assert page.status == 403
    assert "This needs reputation 10. You have 1." in page.text
    assert "Rulereputation Needed10 You have1" in page.text
    assert score(ada.get(f"/q/{thread_id}/"), question) == 1

    # Only the asker accepts.
    url, values = form_of(ada.get(f"/q/{thread_id}/"), answer, "Accept")
    theirs = form_of(chen.get(f"/q/{thread_id}/"), answer, "Vote up")[1]
    page = chen.post(url, {**theirs, "wanted": "accept"})
    assert page.status == 403
    assert "Only whoever asked the question accepts an answer." in page.text
    page = ada.post(url, values)
    assert shown(page, answer).get("aria-label") == "Accepted answer"
    page = pressed(page, answer, "Unaccept")
    assert shown(page, answer).get("aria-label") == "Answer"
    page = pressed(page, answer, "Accept")

    # Who hears of what, and that it was read.
    told = bloom.get("/notices/")
    assert "StoryAda 11 level" not in told.text
    assert told.text.count("accepted your answer") == 2
    assert "commented on your post" in told.text
    assert "New" in told.text
    told = told.submit("Mark all as read")
    assert "New" not in told.text
    assert "accepted your answer" in told.text
    assert "answered your question" in ada.get("/notices/").text
    assert "replied to your comment" in chen.get("/notices/").text

    # Points, one by one.
    profile = bloom.get(bloom.get("/").tree.xpath('//a[@class="me"]/@href')[0])
    assert profile.heading.startswith("StoryBloom")
    assert "Reputation16" in profile.text
    points = [
        [words(cell) for cell in row.iter("td")][1:4]
        for row in profile.tree.xpath("//tbody/tr")
    ]
    # Accepted, unaccepted, accepted: each entry has its own line.
    assert points == [
        ["answer accepted", "+15", "16"],
        ["answer accepted taken back", "-15", "1"],
        ["answer accepted", "+15", "16"],
        ["everybody starts with", "", "1"],
    ]
    assert "starts with 1" in profile.text

    # The past is public, ballots are not.
    past = chen.get(f"/q/{thread_id}/past/").text
    assert "accept" in past
    assert "vote" not in past
    assert "upvote" not in past


def test_lists_tags_search_and_feeds_lead_to_questions(forum: Forum) -> None:
    ada = forum.member("ListAda")
    titles = [f"Sorting question {number:02}" for number in range(23)]
    half = ada, forum.member("ListEve")
    ids = [
        asked(half[place >= 12], title, "About shelves.", "shelving")
        for place, title in enumerate(titles)
    ]
    answered(ada, ids[0], "By colour.")
    page = ada.get("/?tab=newest&tag=shelving")
    assert rows(page) == titles[:2:-1]
    after = page.tree.xpath('//a[@rel="next"]/@href')[0]
    assert rows(ada.get(f"/{after}")) == titles[2::-1]
    assert ada.get("/?tab=newest&tag=shelving&after=nonsense").status == 400
    assert rows(ada.get("/?tab=active&tag=shelving"))[0] == titles[0]
    unanswered = ada.get("/?tab=unanswered&tag=shelving")
    more = unanswered.tree.xpath('//a[@rel="next"]/@href')[0]
    both = rows(unanswered) + rows(ada.get(f"/{more}"))
    assert sorted(both) == sorted(titles[1:])
    assert len(rows(ada.get("/?tab=score&tag=shelving"))) == 20
    assert ada.get("/?tab=unheard-of").status == 404
    assert "shelving 23 questions" in ada.get("/tags/").text
    assert rows(ada.get("/search/?q=question+07+sorting")) == [titles[7]]
    assert rows(ada.get("/search/?q=COLOUR")) == [titles[0]]
    assert "with “colour”" in ada.get("/search/?q=colour").heading
    assert "more than can be searched" in ada.get(f"/search/?q={'x' * 300}").text
    assert ada.get("/search/?q=a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q").status == 400

    feed = ElementTree.fromstring(ada.get("/feed/").response.content)
    links = [link.get("href") for link in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
    assert f"{forum.url}/q/{ids[-1]}/" in links
    answer = ada.get(f"/q/{ids[0]}/feed/")
    assert answer.response.headers["Content-Type"].startswith("application/atom+xml")
    thread = ElementTree.fromstring(answer.response.content)
    summaries = [each.text for each in thread.iter(f"{ATOM}summary")]
    assert summaries == ["<p>By colour.</p>\n", "<p>About shelves.</p>\n"]


def test_a_form_sent_twice_counts_once(each_forum: Forum) -> None:
    ada = each_forum.member("TwiceAda")
    page = ada.get("/ask/")
    fields = {"Title": "Twice asked", "Your question": "Really?"}
    first, second = page.submit("Ask", fields), page.submit("Ask", fields)
    assert first.path == second.path
    # Back in the browser, another text, the same form: another question.
    third = page.submit("Ask", {**fields, "Your question": "Really not?"})
    assert third.path != first.path

    thread_id = first.path.split("/")[2]
    page = ada.get(f"/q/{thread_id}/")
    for _ in range(3):
        page.submit("Post the answer", {"Your text": "Once only."})
    page.submit("Post the answer", {"Your text": "And once more."})
    text = ada.get(f"/q/{thread_id}/").text
    assert (text.count("Once only."), text.count("And once more.")) == (1, 1)


def test_the_same_form_from_many_connections_counts_once(each_forum: Forum) -> None:
    ada = each_forum.member("RushAda")
    thread_id = asked(ada, "In a rush")
    page = ada.get(f"/q/{thread_id}/")
    values = page.values("Add comment", {"Your comment": "Just this."})
    url = f"{each_forum.url}/q/{thread_id}/p/{thread_id}.1/comment/"
    cookies, headers = dict(ada.client.cookies), dict(ada.client.headers)

    def send(_: int) -> int:
        found = httpx.post(
            url, data=values, cookies=cookies, headers=headers, timeout=60
        )
        return found.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {302}
    assert ada.get(f"/q/{thread_id}/").text.count("Just this.") == 1


def test_two_tabs_that_edit_give_a_page_with_both_texts(each_forum: Forum) -> None:
    ada = each_forum.member("TabsAda")
    thread_id = asked(ada, "Which tab wins?", "One two three.", "tabs")
    path = f"/q/{thread_id}/p/{thread_id}.1/edit/"
    left, right = ada.get(path), ada.get(path)
    page = left.submit("Save", {"Text": "One four three.", "What you changed": "two"})
    assert "One four three." in page.text
    # Sent twice, it is no conflict with itself.
    assert (
        left.submit(
            "Save", {"Text": "One four three.", "What you changed": "two"}
        ).status
        == 200
    )
    page = right.submit("Save", {"Text": "One two <b>five</b>."})
    assert page.status == 409
    assert page.heading == "Somebody edited this while you were writing"
    assert "One four three." in page.text
    assert "One two <b>five</b>." in page.text
    assert page.tree.xpath('//*[@class="diff"]//del')
    assert page.tree.xpath('//*[@class="diff"]//ins')
    assert not page.tree.xpath('//*[@class="diff"]//b')
    assert page.field("Text").text.removeprefix("\n") == "One two <b>five</b>."
    assert "One four three." in ada.get(f"/q/{thread_id}/").text
    page = page.submit("Save over it", {"Text": "One four five."})
    assert page.status == 200
    assert "One four five." in page.text

    past = ada.get(f"/q/{thread_id}/p/{thread_id}.1/wordings/")
    assert [words(each) for each in past.tree.xpath("//main//h2")] == [
        "Wording 3 Now",
        "Wording 2",
        "Wording 1",
    ]
    assert "two" in past.text
    page = past.browser.post(
        f"/q/{thread_id}/p/{thread_id}.1/rollback/",
        {**past.values("Bring this back"), "to": "1"},
    )
    assert "One two three." in page.text


def test_what_the_rules_refuse_comes_back_with_the_text(forum: Forum) -> None:
    ada = forum.member("RulesAda")
    page = ada.get("/ask/").submit(
        "Ask", {"Title": "Tea?", "Your question": "A long text."}
    )
    assert page.status == 403
    assert "the limit is 6" in page.text
    assert page.field("Your question").text.removeprefix("\n") == "A long text."
    page = page.submit("Ask", {"Title": "Tea, and why?", "Tags": "a a b"})
    assert page.heading == "Tea, and why?"
    page = ada.get("/ask/").submit("Ask", {"Title": "Tagged twice?", "Tags": "ab AB"})
    assert page.status == 422
    assert "are the same" in page.errors("Tags")[0]
    page = ada.get("/ask/").submit(
        "Ask", {"Title": "Many tags?", "Tags": "a b c d e f"}
    )
    assert "the wrong number of tags: 6, and the limit is 5" in page.text


def test_what_can_be_done_in_a_day_is_bounded(forum: Forum) -> None:
    ada = forum.member("QuotaAda")
    for number in range(20):
        asked(ada, f"Question of today {number}")
    page = ada.get("/ask/").submit("Ask", {"Title": "One too many?"})
    assert page.status == 403
    assert "You have done this 20 times, and the limit is 20." in page.text
    [later] = page.tree.xpath('//*[@class="refusal"]//time/@datetime')
    assert later.endswith("T00:00:00Z")
    assert re.search(r"Try again in \d+ (hour|minute)s?\.", page.text)


def test_only_the_author_changes_a_post(forum: Forum) -> None:
    ada, eve = forum.member("OwnAda"), forum.member("OwnEve")
    thread_id = asked(ada, "Whose is this?", "Mine.")
    question = f"{thread_id}.1"
    page = eve.get(f"/q/{thread_id}/")
    assert "Edit" not in own(page, question)
    assert "Delete" not in own(page, question)
    page = eve.get(f"/q/{thread_id}/p/{question}/edit/")
    assert page.status == 403
    assert "This needs reputation 200. You have 1." in page.text
    token = {"csrfmiddlewaretoken": page.tree.xpath("//input/@value")[-1]}
    fields = {"title": "Eve's", "body": "Eve's.", "base_revision": "1"}
    for path, values in (
        ("edit", fields),
        ("delete", {"wanted": "delete"}),
        ("remove", {"wanted": "remove"}),
        ("rollback", {"to": "1"}),
    ):
        page = eve.post(f"/q/{thread_id}/p/{question}/{path}/", token | values)
        if path != "rollback":
            assert page.status == 403, path
            assert "not allowed" in page.text
    assert "Mine." in ada.get(f"/q/{thread_id}/").text
    stranger = forum.browser()
    assert "/sign-in/" in stranger.get(f"/q/{thread_id}/p/{question}/edit/").path


def test_what_is_deleted_leaves_its_place_and_comes_back(forum: Forum) -> None:
    ada, eve = forum.member("GoneAda"), forum.member("GoneEve")
    thread_id = asked(ada, "Shall this go?")
    commented(ada, thread_id, f"{thread_id}.1", "A word too many.")
    remark = f"{thread_id}.2"
    commented(eve, thread_id, remark, "Under it.")
    page = pressed(ada.get(f"/q/{thread_id}/"), remark, "Delete")
    assert page.notices == ["Deleted. You can restore it."]
    assert "This comment was deleted." in own(page, remark)
    theirs = eve.get(f"/q/{thread_id}/")
    assert "A word too many." not in theirs.text
    assert "Under it." in theirs.text
    assert "Restore" not in own(theirs, remark)
    assert eve.get(f"/q/{thread_id}/p/{remark}/wordings/").status == 410
    page = pressed(page, remark, "Restore")
    assert "A word too many." in eve.get(f"/q/{thread_id}/").text
