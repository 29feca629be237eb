"""Every page of the forum, and how one comes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import frozen

from tests.browser._furniture import Furniture
from tests.browser._person import Crowd, Person
from tests.forum._forum import PASSWORD, address, link_in


@frozen
class Cast:
    """
    Who looks, and at what.

    Attributes:
        guest: Somebody who is not signed in.
        owner: Who owns the furniture.
        moderator: Who sees all buttons.
        broken: Somebody at a forum whose database is empty.
        made: The furniture.
        crowd: For one more person.
    """

    guest: Person
    owner: Person
    moderator: Person
    broken: Person
    made: Furniture
    crowd: Crowd


Way: TypeAlias = Callable[[Cast], Person]


def _at(who: str, path: str) -> Way:
    """Return the way to an address, in which ``{...}`` names a piece of furniture."""

    def way(cast: Cast) -> Person:
        person: Person = getattr(cast, who)
        made = cast.made
        person.open(
            path.format(
                thread=made.thread,
                question=made.question,
                answer=made.answer,
                comment=made.comment,
                gone=made.gone,
                closed=made.closed,
            )
        )
        return person

    return way


def _sent(who: str, path: str, button: str, fields: dict[str, str]) -> Way:
    """Return the way through a form to what is said to it."""
    reach = _at(who, path)

    def way(cast: Cast) -> Person:
        person = reach(cast)
        # What a browser itself would not send comes from others.
        person.page.eval_on_selector_all(
            "form", "all => all.forEach(f => f.noValidate = true)"
        )
        with person.page.expect_navigation():
            person.send(button, fields)
        return person

    return way


def _mailed_sign_up(cast: Cast) -> Person:
    who, to = cast.guest, address("Mailed Person")
    who.open("/sign-up/")
    who.send("Sign Up", {"Name": "Mailed Person", "E-mail address": to})
    who.shows("Look into your mail")
    who.open(link_in(who.forum.mail(to)))
    return who


def _mailed_reset(cast: Cast) -> Person:
    who, to = cast.guest, address("Tadeo")
    who.open("/forgot-password/").send("Send the link", {"E-mail address": to})
    who.shows("Look into your mail")
    who.open(link_in(who.forum.mail(to)))
    return who


def _too_many_tries(cast: Cast) -> Person:
    who = cast.guest
    for _ in range(6):
        who.open("/sign-in/")
        fields = {"E-mail address": "nobody@example.org", "Password": "wrong words"}
        with who.page.expect_navigation():
            who.send("Sign In", fields)
    who.shows("Too many tries")
    return who


def _form_without_cookies(cast: Cast) -> Person:
    who = cast.crowd.person()
    who.open("/sign-in/")
    who.context.clear_cookies()
    who.send("Sign In", {"E-mail address": address("Greg"), "Password": PASSWORD})
    who.shows("This form is too old")
    return who


def _more_than_is_taken(cast: Cast) -> Person:
    who = cast.owner.open("/ask/")
    # Django takes 1 MiB; typing that would take its time.
    who.field("Your question").evaluate("one => one.value = 'x'.repeat(2 ** 20 + 1)")
    who.send("Ask", {"Title": "How much is too much?"})
    who.shows("That request made no sense")
    return who


def _broken_form(cast: Cast) -> Person:
    """Sign up where no table is: no view of ours is to blame, nor prepared."""
    who = cast.broken.open("/sign-up/")
    fields = {"Name": "Early Bird", "E-mail address": address("Early Bird")}
    who.send("Sign Up", fields)
    who.shows("Something broke")
    return who


def conflict(cast: Cast) -> Person:
    """Edit one post in two tabs."""
    who, path = cast.owner, f"/q/{cast.made.thread}/p/{cast.made.question}/edit/"
    other = who.tab()
    who.open(path)
    other.open(path)
    text = who.field("Text")
    old = text.input_value()
    stem = old.rpartition("Last line")[0]
    for tab, end in ((other, "Last line, by the other tab"), (who, "My last line")):
        with tab.page.expect_navigation():
            tab.send("Save", {"Text": f"{stem}{end} {len(old)}.\n"})
    other.page.close()
    return who


def _refused(cast: Cast) -> Person:
    """Vote for oneself, where no script shows the answer in place."""
    who = cast.crowd.person("Tadeo", member=True, scripts=False)
    who.open("/q/token-count/")
    who.button("Vote up", who.post("Question")).click()
    who.shows("Not now")
    return who


_ASKED = "/q/{thread}/"

SIGHTS: Final[dict[str, Way]] = {
    # The board, for guests.
    "list": _at("guest", "/"),
    "list of a tag": _at("guest", "/?tag=tea"),
    "list of a tag without questions": _at("guest", "/?tag=nothing"),
    "list of a page that is not there": _at("guest", "/?after=nonsense"),
    "seed page": _at("guest", "/q/emergence/"),
    "question": _at("guest", _ASKED),
    "closed question": _at("guest", "/q/{closed}/"),
    "history": _at("guest", "/q/{thread}/past/"),
    "wordings": _at("guest", "/q/{thread}/p/{answer}/wordings/"),
    "wordings of what is gone": _at("guest", "/q/{thread}/p/{gone}/wordings/"),
    "search": _at("guest", "/search/?q=temperature"),
    "search without words": _at("guest", "/search/"),
    "search without finds": _at("guest", "/search/?q=%3Cb%3E+nothing"),
    "tags": _at("guest", "/tags/"),
    "profile": _at("guest", "/u/2/"),
    # What cannot be answered, each by a page of its own: 404, 400, 403, 500, 503.
    "nothing here": _at("guest", "/nothing/here/"),
    "more than is taken": _more_than_is_taken,
    "not for members": _at("owner", "/admin/"),
    "something broke": _broken_form,
    "no database": _at("broken", "/"),
    # Accounts, for guests.
    "sign in": _at("guest", "/sign-in/?next=/ask/"),
    "sign in, wrong": _sent(
        "guest",
        "/sign-in/",
        "Sign In",
        {"E-mail address": "somebody@example.org", "Password": "wrong words"},
    ),
    "sign up": _at("guest", "/sign-up/"),
    "sign up, empty": _sent("guest", "/sign-up/", "Sign Up", {}),
    "sign up, sent": _at("guest", "/sign-up/sent/"),
    "sign up, mailed": _mailed_sign_up,
    "sign up, dead link": _at("guest", "/sign-up/nonsense/"),
    "forgot password": _at("guest", "/forgot-password/"),
    "forgot password, sent": _at("guest", "/forgot-password/sent/"),
    "forgot password, mailed": _mailed_reset,
    "forgot password, dead link": _at("guest", "/forgot-password/MQ/nonsense/"),
    "too many tries": _too_many_tries,
    "form without cookies": _form_without_cookies,
    # The board, for members.
    "own question": _at("owner", _ASKED),
    "oldest answers first": _at("owner", "/q/{thread}/?order=oldest"),
    "ask": _at("owner", "/ask/"),
    "ask, empty": _sent("owner", "/ask/", "Ask", {}),
    "ask, refused": _sent(
        "owner", "/ask/", "Ask", {"Title": "Tags?", "Tags": "a b c d e f"}
    ),
    "answer, empty": _sent("owner", "/q/{thread}/answer/", "Post the answer", {}),
    "reply": _at("owner", "/q/{thread}/p/{comment}/comment/"),
    "edit": _at("owner", "/q/{thread}/p/{question}/edit/"),
    "edit, empty": _sent(
        "owner", "/q/{thread}/p/{question}/edit/", "Save", {"Title": ""}
    ),
    "conflict": conflict,
    "not allowed to edit": _at("owner", "/q/{thread}/p/{answer}/edit/"),
    "refused vote": _refused,
    "flag": _at("owner", "/q/{thread}/p/{answer}/flag/"),
    "notices": _at("owner", "/notices/"),
    "own profile": _at("owner", "/u/1/"),
    "flags, for members": _at("owner", "/flags/"),
    # Accounts, for members.
    "account": _at("owner", "/account/"),
    "change password": _at("owner", "/account/password/"),
    "change password, wrong": _sent(
        "owner",
        "/account/password/",
        "Set the password",
        {
            "Current password": "wrong words",
            "New password": "short",
            "New password, once more": "other",
        },
    ),
    "erase": _at("owner", "/account/erase/"),
    "erase, wrong": _sent("owner", "/account/erase/", "Erase my account", {}),
    # For moderators.
    "question, for moderators": _at("moderator", _ASKED),
    "closed question, for moderators": _at("moderator", "/q/{closed}/"),
    "flags": _at("moderator", "/flags/"),
    "close": _at("moderator", "/q/{thread}/close/"),
}
