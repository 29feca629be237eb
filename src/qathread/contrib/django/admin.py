"""Threads in Django's admin, to look at: they are changed by verbs alone."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse

from ...errors import MissingExtraError, QathreadError
from ...history import timeline
from ...ids import ThreadId
from ...stores._summaries import UNKNOWN, instant_of, status_of
from .models import Standing, ThreadRow
from .stores import DjangoStore


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows to those who may view them; nobody can change any."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row."""
        return False


@admin.register(ThreadRow)
class ThreadAdmin(ReadOnlyAdmin):
    """Lists threads; the page of one shows it and all that happened to it."""

    list_display = (
        *("__str__", "id", "kind", "author_id", "points", "answers", "comments"),
        *("is_accepted", "marks", "asked_at", "active_at"),
    )
    fields = (
        *("id", "version", "kind", "title", "author_id", "points", "answers"),
        *("comments", "is_accepted", "marks", "asked_at", "active_at"),
    )
    readonly_fields = fields
    list_filter = ("kind", "accepted")
    search_fields = ("id", "title", "author_id")
    ordering = ("-active", "-id")
    list_per_page = 50
    show_full_result_count = False
    change_form_template = "admin/qathread/threadrow/change_form.html"

    @admin.display(description="score", ordering="score")
    def points(self, row: ThreadRow) -> int | None:
        """Return the score, if it is known."""
        return None if row.score == UNKNOWN else row.score

    @admin.display(description="accepted", ordering="accepted", boolean=True)
    def is_accepted(self, row: ThreadRow) -> bool:
        """Say whether an answer is accepted."""
        return bool(row.accepted)

    @admin.display(description="status")
    def marks(self, row: ThreadRow) -> str:
        """Return the marks of the thread."""
        return ", ".join(sorted(status_of(row.flags)))

    @admin.display(description="asked", ordering="created")
    def asked_at(self, row: ThreadRow) -> datetime | None:
        """Return when it was asked."""
        return instant_of(row.created)

    @admin.display(description="active", ordering="active")
    def active_at(self, row: ThreadRow) -> datetime | None:
        """Return when a post was last added or worded anew."""
        return instant_of(row.active)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the thread and its history beside the fields of the row."""
        context = dict(extra_context or {})
        row = (
            None if object_id is None else self.get_object(request, unquote(object_id))
        )
        if row is not None and self.has_view_permission(request, row):
            context.update(_shown(str(row.pk), str(row._state.db)))
        found: HttpResponse = super().changeform_view(
            request, object_id, form_url, context
        )
        return found


def _shown(thread_id: ThreadId, using: str) -> dict[str, Any]:
    """Return what the page of a thread shows; a damaged one says what is wrong."""
    store = DjangoStore(using)
    try:
        shown: dict[str, Any] = {"moments": timeline(store.history(thread_id))}
        thread = store.load(thread_id)
    except QathreadError as error:
        return {"problem": str(error)}
    try:
        from ...html import fragment
    except MissingExtraError as error:
        return {**shown, "problem": str(error)}
    return {**shown, "fragment": fragment(thread)}


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    """Lists the points of users."""

    list_display = ("user_id", "reputation")
    search_fields = ("user_id",)
    ordering = ("-reputation", "user_id")
    show_full_result_count = False
