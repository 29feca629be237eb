"""Who moderates, and who is kept out."""

from django.contrib import admin
from django.http import HttpRequest

from .models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Roles and the end of an account; names and addresses belong to their owners."""

    list_display = ("username", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("username", "email")
    fields = ("username", "email", "date_joined", "is_active", "is_staff", "groups")
    readonly_fields = ("username", "email", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Erasing an account is its owner's, since it reaches into the threads."""
        return False
