"""Threads in templates: ``{% load qathread %}``; needs the extra ``html`` as well."""

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from qathread import Body, Thread

# Django imports all libraries of tags before the first template, so what needs an extra
# is imported by the tags that use it: other templates must not break without it.

register = template.Library()


@register.inclusion_tag("qathread/thread.html")
def qathread_thread(thread: "Thread", **options: Any) -> dict[str, object]:
    """
    Show a whole thread, safe whatever is in it: ``{% qathread_thread thread %}``.

    Options are those of :func:`qathread.html.fragment`: ``heading=3``, ``now=now``,
    ``images="none"``, ``nesting=4``.
    """
    from qathread.html import fragment

    return {"thread": thread, "fragment": fragment(thread, **options)}


@register.filter
def qathread_body(body: "Body", heading: int = 2) -> SafeString:
    """Show one body, safe whatever is in it: ``{{ post.body|qathread_body }}``."""
    from qathread.html import render

    return SafeString(render(body, heading=heading))


@register.inclusion_tag("qathread/tally.html")
def qathread_tally(thread: "Thread", post_id: str) -> dict[str, object]:
    """Show score and reactions of a post: ``{% qathread_tally thread post.id %}``."""
    tally = thread.tally(post_id)
    return {"thread": thread, "post": thread[post_id], "tally": tally}


@register.inclusion_tag("qathread/reply_target.html")
def qathread_reply_target(thread: "Thread", post_id: str) -> dict[str, object]:
    """
    Say in a form what it is about: ``{% qathread_reply_target thread post.id %}``.

    The hidden inputs are ``thread_id``, ``post_id`` and ``base_version``: the version
    that the person saw. What comes back is the browser's word: look it up.
    """
    return {"thread": thread, "post": thread[post_id], "version": thread.version}
