"""Roles that the named policies share."""

from ..policy import Needs

__all__ = ["MODERATORS", "NOBODY", "points"]

#: Moderators and administrators.
MODERATORS = Needs(roles=frozenset({"moderator", "admin"}))
#: A role that no one has: the platform does not let anybody.
NOBODY = Needs(roles=frozenset({"nobody"}))


def points(reputation: int) -> Needs:
    """Return the need of so many points; moderators go without."""
    return Needs(reputation=reputation, roles=MODERATORS.roles)
