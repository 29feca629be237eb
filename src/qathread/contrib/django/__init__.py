"""
A Django app that keeps threads beside a project's own tables.

Add ``"qathread.contrib.django"`` to ``INSTALLED_APPS`` and run ``migrate``. Needs the
extra ``django``: ``pip install 'qathread[django]'``.
"""

try:
    import django as _django  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "django":  # installed but broken
        raise
    from ...errors import MissingExtraError

    message = "qathread.contrib.django needs django: pip install 'qathread[django]'"
    raise MissingExtraError(message) from error
