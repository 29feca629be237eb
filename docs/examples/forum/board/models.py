"""What the forum keeps beside qathread's tables and the accounts."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver


class NoticesSeen(models.Model):
    """
    How far somebody has read their notices.

    Attributes:
        user_id: The id as qathread has it, ``str(user.pk)``.
        position: The position in the feed up to which all is read.
    """

    user_id: "models.CharField[str, str]" = models.CharField(
        max_length=255, primary_key=True
    )
    position: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.position}"


@receiver(post_delete, sender=settings.AUTH_USER_MODEL)
def forget(instance: models.Model, **kwargs: Any) -> None:
    """Keep nothing of an account that is gone."""
    NoticesSeen.objects.filter(user_id=str(instance.pk)).delete()
