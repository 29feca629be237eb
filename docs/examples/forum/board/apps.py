"""The board as an app."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """Pages around threads; the threads are in the tables of ``qathread``."""

    name = "board"
    default_auto_field = "django.db.models.BigAutoField"
