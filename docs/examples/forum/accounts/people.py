"""People made by a program, as for a demonstration."""

from . import names
from .models import User

DEMO = ("Greg", "CrimsonBloom", "Maren", "Tadeo", "Odile")
MODERATOR = "Odile"


def person(name: str, *, password: str | None = None, moderator: bool = False) -> User:
    """
    Return the account of a name, made if there is none.

    Args:
        name: The public name; the address is made from it.
        password: Set if given; without one nobody can sign in.
        moderator: Whether the account may moderate.
    """
    user = User.objects.filter(name_key=names.key(name)).first()
    if user is None:
        user = User(username=name, email=f"{name.lower()}@example.org")
        user.set_unusable_password()
    if password is not None:
        user.set_password(password)
    user.is_staff = user.is_staff or moderator
    user.save()
    return user
