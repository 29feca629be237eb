"""The store of this forum: the database of the project."""

from typing import Final

from qathread.contrib.django.stores import DjangoStore

#: One for the process; it keeps the threads that were read last at hand.
STORE: Final = DjangoStore()
