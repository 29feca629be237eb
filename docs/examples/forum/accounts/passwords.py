"""What passwords must be, beside Django's own checks."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db.models import Model


class StableCharacters:
    """
    Refuses characters that no version of Unicode defines.

    A password is normalised before it is hashed, and a later version of Unicode may
    normalise those another way: the password would be lost.
    """

    def validate(self, password: str, user: Model | None = None) -> None:
        """Raise ValidationError for such a character."""
        if any(unicodedata.category(sign) in ("Cn", "Cs") for sign in password):
            raise ValidationError(
                "This password holds a character that is not defined.", "character"
            )

    def get_help_text(self) -> str:
        """Say it in a sentence."""
        return "Any character may be used."
