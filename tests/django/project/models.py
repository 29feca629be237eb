from datetime import datetime
from typing import ClassVar, TypeAlias

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models

_Text: TypeAlias = "models.Field[str, str]"
_Truth: TypeAlias = "models.Field[bool, bool]"


class Member(AbstractBaseUser, PermissionsMixin):
    """A user known by a text; it has what Django's admin asks for."""

    id: _Text = models.CharField(max_length=40, primary_key=True)
    username: _Text = models.CharField(max_length=40, unique=True)
    email: _Text = models.EmailField(blank=True)
    full_name: _Text = models.CharField(max_length=80, blank=True)
    is_staff: _Truth = models.BooleanField(default=False)
    is_active: _Truth = models.BooleanField(default=True)
    date_joined: "models.Field[datetime | None, datetime | None]" = (
        models.DateTimeField(null=True)
    )

    objects: ClassVar[UserManager["Member"]] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(PermissionsMixin.Meta):
        abstract = False

    def get_full_name(self) -> str:
        return self.full_name


class Topic(models.Model):
    """A row of the project's own, beside a thread."""

    name: _Text = models.CharField(max_length=40, unique=True)
