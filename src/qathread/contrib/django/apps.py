"""The app as Django knows it."""

from django.apps import AppConfig


class QathreadConfig(AppConfig):
    """Threads with their events, lists, searches and standings; it has no views."""

    name = "qathread.contrib.django"
    label = "qathread"
    verbose_name = "Questions and answers"
    default_auto_field = "django.db.models.BigAutoField"
