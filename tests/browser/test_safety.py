"""What only a browser can tell: that nothing runs, and that other sites cannot act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from tests.browser._elsewhere import Elsewhere, elsewhere
from tests.browser._person import Person, expect
from tests.forum._browser import Browser
from tests.forum._forum import PASSWORD, Forum, address
from tests.unit._html_payloads import vectors

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import ConsoleMessage

People = Callable[..., Person]

#: Every element alone, and every 23rd way to write an address: primes meet all parts.
ELEMENTS: Final = tuple(dict.fromkeys(vectors()))[:70]
PAYLOADS: Final = (*ELEMENTS, *tuple(dict.fromkeys(vectors()))[70::23])
_TRAP: Final = """
for (const name of ['alert', 'confirm', 'prompt', 'print'])
    window[name] = () => console.error('TRAPPED ' + name);
"""
# Touch all there is, follow nothing that leads away.
_TOUCH: Final = """
() => {
    const stay = event => event.preventDefault();
    for (const kind of ['click', 'submit']) document.addEventListener(kind, event => {
        const link = event.target.closest && event.target.closest('a[href]');
        if (!link || /^(https?|mailto):/.test(link.href)) stay(event);
    }, true);
    for (const one of document.querySelectorAll('main *')) {
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'click', 'toggle'])
            one.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
        if (one.focus) one.focus();
        if (one.tagName === 'DETAILS') one.open = true;
    }
    const known = ['http:', 'https:', 'mailto:'];
    return [
        [...document.links].map(link => link.protocol).filter(p => !known.includes(p)),
        document.querySelectorAll('main :is(script, style, iframe, svg)').length,
    ];
}
"""


@pytest.fixture(scope="module")
def attacked(forum: Forum) -> list[str]:
    """Paths of pages that show what an attacker wrote everywhere."""
    eve = forum.member("Eve Attacks")
    paths = ["/", "/?tab=newest", "/tags/", "/u/1/", "/flags/", "/notices/"]
    for start in range(0, len(PAYLOADS), 40):
        some = PAYLOADS[start : start + 40]
        title = next(
            (each for each in some if len(each) < 120 and "\n" not in each), "x"
        )
        thread = _ask(eve, f"{title} {start}", "\n\n".join(some))
        path = f"/q/{thread}/p/{thread}.1/comment/"
        form = eve.get(path).values("Add comment")
        for payload in some:
            data = form | {"body": payload}
            done = eve.client.post(path, data=data, follow_redirects=False)
            assert done.status_code == 302, done.text
        edit = eve.get(f"/q/{thread}/p/{thread}.1/edit/")
        edit.submit("Save", {"Title": f"{some[1]}", "What you changed": some[2]})
        paths += [
            f"/q/{thread}/",
            f"/q/{thread}/past/",
            f"/q/{thread}/p/{thread}.1/wordings/",
            f"/q/{thread}/p/{thread}.2/flag/",
            f"/q/{thread}/p/{thread}.1/edit/",
        ]
    assert len(paths) > 12
    return paths


def _ask(browser: Browser, title: str, text: str) -> str:
    fields = {"Title": title, "Your question": text, "Tags": "<b>tag</b> x"}
    done = browser.get("/ask/").submit("Ask", fields)
    if done.path == "/ask/":
        fields["Tags"] = ""
        done = done.submit("Ask", fields)
    assert done.path.startswith("/q/"), done.text
    return done.path.split("/")[2]


@pytest.mark.parametrize("guarded", [True, False], ids=["policy", "no-policy"])
def test_nothing_that_somebody_wrote_runs(
    guarded: bool, attacked: list[str], person: People
) -> None:
    """With the page's policy nothing even tries; without it nothing runs either."""
    who = person("Odile", member=True, guarded=guarded)
    who.context.add_init_script(_TRAP)
    for path in attacked:
        who.open(path)
        odd, foreign = who.page.evaluate(_TOUCH)
        assert (path, odd, foreign) == (path, [], 0)
    assert who.troubles == []


def test_the_trap_would_snap(chromium: Chromium) -> None:
    heard = []
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(_TRAP)
    page.on("console", lambda message: heard.append(message.text))
    page.goto("about:blank")
    page.set_content(
        "<main><b onclick='alert(1)'>x</b><a href='javascript:0'>y</a></main>"
    )
    odd, _ = page.evaluate(_TOUCH)
    context.close()
    assert (odd, heard) == (["javascript:"], ["TRAPPED alert"])


def test_a_search_for_a_script_shows_it_as_text(person: People, scripts: bool) -> None:
    who = person(scripts=scripts)
    for payload in ELEMENTS[:12]:
        who.open(f"/search/?q={quote(payload)}")
        expect(who.page.get_by_role("searchbox")).to_have_value(payload)
    who.open(f"/sign-in/?next={quote('javascript:alert(1)')}")
    expect(who.button("Sign In")).to_be_visible()


def test_a_script_in_a_question_reads_as_it_was_typed(
    person: People, scripts: bool
) -> None:
    suffix = "with" if scripts else "without"
    who = person(f"Types Tags {suffix}", new=True, scripts=scripts)
    text = "<script>alert('hello')</script> & <b>not bold</b>"
    title = f"What does <script>alert(1)</script> do {suffix} scripts?"
    who.open("/ask/").send("Ask", {"Title": title, "Your question": text})
    who.shows(title)
    expect(who.post("Question")).to_contain_text(text)
    who.open("/")
    expect(who.link(title)).to_be_visible()


# -- other sites -----------------------------------------------------------------------


@pytest.fixture
def evil() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


def test_another_site_cannot_vote_for_a_member(evil: Elsewhere, person: People) -> None:
    who = person("Tadeo", member=True, visits=evil.url).open("/q/emergence/")
    score = who.post("Question").get_by_role("status", name="Score")
    before = score.inner_text()
    evil.html = (
        f"<form method=post action='{who.url}/q/emergence/p/emergence.1/vote/'>"
        "<input name=direction value=up><button>Win a prize</button></form>"
    )
    who.page.goto(evil.url)
    who.button("Win a prize").click()
    who.shows("This form is too old")
    who.open("/q/emergence/")
    expect(who.button("Sign Out")).to_be_visible()
    expect(score).to_have_text(before)


def test_another_site_cannot_show_the_forum_in_a_frame(
    evil: Elsewhere, person: People
) -> None:
    who = person("Tadeo", member=True, visits=evil.url)
    evil.html = f"<iframe src='{who.url}/' title=forum></iframe>"
    with who.page.expect_console_message(_about_frames):
        who.page.goto(evil.url)
    assert [each for each in who.troubles if "frame-ancestors 'none'" not in each] == []
    assert all(not frame.url.startswith(who.url) for frame in who.page.frames)
    who.troubles.clear()


def _about_frames(message: ConsoleMessage) -> bool:
    return "frame-ancestors 'none'" in message.text


def test_the_sign_in_goes_on_to_no_other_site(evil: Elsewhere, person: People) -> None:
    who = person("Tadeo")
    who.open(f"/sign-in/?next={quote(evil.url)}")
    who.send("Sign In", {"E-mail address": address("Tadeo"), "Password": PASSWORD})
    expect(who.button("Sign Out")).to_be_visible()
    assert who.path == "/"


def test_scripts_read_no_session_and_no_token_cookie(person: People) -> None:
    who = person("Tadeo", member=True).open("/q/emergence/")
    assert who.page.evaluate("document.cookie") == ""
    kept = {each.get("name"): each for each in who.context.cookies()}
    assert set(kept) == {"forum", "forum-csrf"}
    assert all(each.get("httpOnly") for each in kept.values())
    assert who.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
