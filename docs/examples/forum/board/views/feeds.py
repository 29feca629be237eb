"""Atom feeds of all questions, and of what is posted under one."""

import re
from collections.abc import Sequence
from datetime import datetime

from attrs import frozen
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from qathread import Thread
from qathread.errors import NotFoundError
from qathread.posts import Post
from qathread.stores import ThreadQuery

from ..answering import post_address
from ..listing import Row, found
from ..reading import body_html
from ..saving import load
from .questions import title_of

_ITEMS = 30
# XML has no way to write these.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return a text that XML can hold."""
    return _ODD.sub("\ufffd", text)


class QuestionsFeed(Feed):  # type: ignore[type-arg]  # only the stubs are generic
    """The questions asked last."""

    feed_type = Atom1Feed
    title = "Questions"
    subtitle = "The questions asked last"

    def link(self) -> str:
        """Return the list."""
        return reverse("board:list")

    def items(self) -> Sequence[Row]:
        """Return the questions."""
        return found(ThreadQuery(), None).rows

    def item_title(self, item: Row) -> str:
        """Return the title of one."""
        return plain(item.thread.title or "Untitled")

    def item_description(self, item: Row) -> str:
        """Return how far it is."""
        return f"{item.thread.answers} answers, {item.thread.comments} comments"

    def item_link(self, item: Row) -> str:
        """Return its address."""
        return reverse("board:question", args=[item.thread.id])

    def item_author_name(self, item: Row) -> str:
        """Return who asked."""
        return plain(item.asker.name) if item.asker else "somebody"

    def item_pubdate(self, item: Row) -> datetime | None:
        """Return when."""
        return item.thread.created_at

    def item_updateddate(self, item: Row) -> datetime | None:
        """Return when something was written last."""
        return item.thread.active_at

    def item_categories(self, item: Row) -> tuple[str, ...]:
        """Return its tags."""
        return tuple(map(plain, item.thread.tags))


@frozen
class Item:
    """A post with its thread."""

    thread: Thread
    post: Post


class ThreadFeed(Feed):  # type: ignore[type-arg]
    """What was posted under one question last; texts are safe HTML."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, thread_id: str) -> Thread:
        """Return the thread."""
        try:
            return load(thread_id)
        except NotFoundError as error:
            raise Http404(str(error)) from error

    def title(self, obj: Thread) -> str:
        """Return its title."""
        return plain(title_of(obj))

    def link(self, obj: Thread) -> str:
        """Return its address."""
        return post_address(obj.id)

    def items(self, obj: Thread) -> Sequence[Item]:
        """Return what stands there, the newest first."""
        standing = [Item(obj, post) for post in obj.posts[-2 * _ITEMS :] if post.stands]
        return standing[::-1][:_ITEMS]

    def item_title(self, item: Item) -> str:
        """Return what kind of post it is, and whose."""
        return plain(f"{item.post.kind.capitalize()} by {self.item_author_name(item)}")

    def item_description(self, item: Item) -> str:
        """Return its text."""
        return plain(body_html(item.post.body))

    def item_link(self, item: Item) -> str:
        """Return its address."""
        return post_address(item.thread.id, item.post.id)

    def item_author_name(self, item: Item) -> str:
        """Return who wrote it."""
        author = item.thread.author(item.post.id)
        return plain(item.post.author_name or author.name or "somebody")

    def item_pubdate(self, item: Item) -> datetime | None:
        """Return when it was written."""
        return item.post.created_at

    def item_updateddate(self, item: Item) -> datetime | None:
        """Return when its wording changed last."""
        return item.post.edited_at or item.post.created_at
