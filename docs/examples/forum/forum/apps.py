"""The project as an app, for its templates, static files and commands."""

from django.apps import AppConfig


class ForumConfig(AppConfig):
    """Holds the base template, the style sheet and ``demo``."""

    name = "forum"
