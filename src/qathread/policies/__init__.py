"""Named policies, one module a platform, each a value of :class:`Policy`."""

from .open import OPEN
from .stack_exchange import STACK_EXCHANGE

__all__ = ["OPEN", "STACK_EXCHANGE"]
