"""The forms. Each works without scripts; errors are tied to their fields by Django."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from . import names, throttle
from .models import User

LONGEST_PASSWORD = 1024
_NEW_PASSWORD_HINT = (
    "8 characters or more; 15 are better. Any characters, no rules about their kinds. "
    "Not one of the common ones, and not like your name or address."
)


def _password(label: str, autocomplete: str, hint: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    # No maxlength in the page: a browser would cut a pasted password without a word.
    long = MaxLengthValidator(LONGEST_PASSWORD)
    return forms.CharField(
        label=label, help_text=hint, strip=False, widget=widget, validators=[long]
    )


def _address(hint: str = "", autocomplete: str = "email") -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
    return forms.EmailField(
        label="E-mail address", max_length=254, help_text=hint, widget=widget
    )


class _NamedForm(forms.Form):
    name = forms.CharField(
        label="Name",
        strip=False,
        help_text="Stands beside what you write, for everybody to see.",
        widget=forms.TextInput(
            attrs={"autocomplete": "nickname", "spellcheck": "false"}
        ),
    )

    def clean_name(self) -> str:
        """Refuse a name that is odd or taken. Names are public, so it may be told."""
        name = str(self.cleaned_data["name"])
        names.check(name)
        if User.objects.filter(name_key=names.key(name)).exists():
            raise ValidationError("Somebody else has this name.", "taken")
        return name


class SignUpForm(_NamedForm):
    """A name and an address; the password is chosen behind the mailed link."""

    email = _address("For the link that makes the account. Nobody else sees it.")


class ActivateForm(_NamedForm):
    """What follows the mailed link: the name once more, and a password."""

    new_password1 = _password("Password", "new-password", _NEW_PASSWORD_HINT)
    new_password2 = _password("Password, once more", "new-password")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords, and check the first."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = data.get("new_password1"), data.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", "The two passwords are not the same.")
        elif first:
            user = User(username=data.get("name", ""), email=self.email)
            try:
                password_validation.validate_password(first, user)
            except ValidationError as error:
                self.add_error("new_password1", error)
        return data


class SignInForm(forms.Form):
    """An address and its password."""

    email = _address(autocomplete="username")
    password = _password("Password", "current-password")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        """Look who it is. There is one answer to all that is wrong."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "email" not in data or "password" not in data:
            return data
        throttle.take("sign-in from one place", throttle.source(self.request))
        account = names.key(data["email"])
        throttle.before_password(account)
        user = authenticate(
            self.request, username=data["email"], password=data["password"]
        )
        if not isinstance(user, User):
            raise ValidationError(
                "No account has this address and this password. Mind capital letters; "
                "with Forgot Password you get a new one.",
                "wrong",
            )
        throttle.password_was_right(account)
        self.user = user
        return data

    def get_user(self) -> User | None:
        """Return who it is."""
        return self.user


class ForgotForm(forms.Form):
    """Where the link to a new password shall go."""

    email = _address("The address of your account.")


class ResetForm(auth_forms.SetPasswordForm):  # type: ignore[type-arg]
    """A new password, after the mailed link."""

    new_password1 = _password("New password", "new-password", _NEW_PASSWORD_HINT)
    new_password2 = _password("New password, once more", "new-password")


class _Proof(forms.Form):
    """The current password, before something that cannot be taken back."""

    user: User

    def proven(self, password: str) -> str:
        """Check the current password, as carefully as at the sign-in."""
        account = self.user.email_key or f"user {self.user.pk}"
        throttle.before_password(account)
        if not self.user.check_password(password):
            raise ValidationError("This is not your current password.", "wrong")
        throttle.password_was_right(account)
        return password


class ChangePasswordForm(_Proof, ResetForm):
    """The current password and a new one."""

    old_password = _password("Current password", "current-password")
    field_order = ("old_password", "new_password1", "new_password2")

    def clean_old_password(self) -> str:
        """Check the current password."""
        return self.proven(self.cleaned_data["old_password"])


class EraseForm(_Proof):
    """The end of an account."""

    texts = forms.ChoiceField(
        label="What you wrote",
        choices=[
            ("keep", "stays, without your name"),
            ("empty", "is emptied; only the place in the thread stays"),
        ],
        initial="keep",
        widget=forms.RadioSelect,
    )
    password = _password("Current password", "current-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check the current password."""
        return self.proven(self.cleaned_data["password"])
