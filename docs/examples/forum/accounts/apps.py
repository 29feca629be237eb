"""The app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Holds the user model and everything about signing in."""

    name = "accounts"

    def ready(self) -> None:
        """Note when somebody signs in."""
        from . import middleware  # noqa: F401 - connects a signal
