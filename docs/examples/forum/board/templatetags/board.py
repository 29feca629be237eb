"""What templates of the board write: times, people, addresses of posts."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import ids
from ..answering import post_address
from ..people import Person

register = template.Library()


@register.simple_tag
def when(at: datetime | None) -> SafeString:
    """Return a time of UTC for people and for programs."""
    if at is None:
        return format_html("{}", "time unknown")
    machine = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    people = at.strftime("%Y-%m-%d %H:%M:%S")
    return format_html('<time datetime="{}">{}</time>', machine, people)


@register.inclusion_tag("board/_person.html")
def who(person: Person | None) -> dict[str, Person | None]:
    """Show somebody's name with the level beside it."""
    return {"person": person}


@register.simple_tag
def post_url(thread_id: str, post_id: str) -> str:
    """Return the address of a post on the page where it stands."""
    return post_address(thread_id, post_id)


@register.filter
def anchor(post_id: str) -> str:
    """Return the id of a post's element."""
    return ids.anchor(post_id)
