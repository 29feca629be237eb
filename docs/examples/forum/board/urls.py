"""The addresses of the board."""

from django.urls import path, register_converter

from .ids import IdConverter
from .views import feeds, lists, moderating, people, posts, questions, wordings

register_converter(IdConverter, "id")

app_name = "board"

_q = "q/<id:thread_id>/"
_p = f"{_q}p/<id:post_id>/"

urlpatterns = [
    path("", lists.questions, name="list"),
    path("ask/", questions.asking, name="ask"),
    path("search/", lists.search, name="search"),
    path("tags/", lists.tags, name="tags"),
    path("feed/", feeds.QuestionsFeed(), name="feed"),
    path("notices/", people.notices, name="notices"),
    path("notices/seen/", people.notices_seen, name="notices_seen"),
    path("flags/", moderating.queue, name="flags"),
    path("u/<id:user_id>/", people.profile, name="profile"),
    path(_q, questions.question, name="question"),
    path(f"{_q}feed/", feeds.ThreadFeed(), name="thread_feed"),
    path(f"{_q}past/", questions.past, name="past"),
    path(f"{_q}answer/", posts.answer, name="answer"),
    path(f"{_q}close/", moderating.close, name="close"),
    path(f"{_q}reopen/", moderating.reopen, name="reopen"),
    path(f"{_q}lock/", moderating.lock, name="lock"),
    path(f"{_q}flags/<id:flag_id>/", moderating.resolve_flag, name="resolve_flag"),
    path(f"{_p}comment/", posts.comment, name="comment"),
    path(f"{_p}vote/", posts.vote, name="vote"),
    path(f"{_p}like/", posts.like, name="like"),
    path(f"{_p}accept/", posts.accept, name="accept"),
    path(f"{_p}delete/", posts.delete, name="delete"),
    path(f"{_p}remove/", moderating.remove, name="remove"),
    path(f"{_p}flag/", moderating.flag, name="flag"),
    path(f"{_p}edit/", wordings.edit, name="edit"),
    path(f"{_p}wordings/", wordings.wordings, name="wordings"),
    path(f"{_p}rollback/", wordings.rollback, name="rollback"),
]
