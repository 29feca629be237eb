"""Pages of accounts: what Django has is Django's, with the forum's rules around it."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from . import erasing, forms, letters, throttle
from .models import PendingSignUp, User


class SignUp(FormView):  # type: ignore[type-arg]
    """Asks for a name and an address; the answer does not tell if it is known."""

    form_class = forms.SignUpForm
    template_name = "accounts/sign_up.html"

    def form_valid(self, form: forms.SignUpForm) -> HttpResponse:
        """Have a link mailed."""
        throttle.take("sign-up from one place", throttle.source(self.request))
        with transaction.atomic():
            data = form.cleaned_data
            letters.sign_up(self.request, data["name"], data["email"])
        return redirect("accounts:sign_up_sent")


class Activate(FormView):  # type: ignore[type-arg]
    """The page behind the link of a sign-up: it makes the account, once."""

    form_class = forms.ActivateForm
    template_name = "accounts/activate.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Find the sign-up; a dead link gets a page that says so."""
        self.pending = PendingSignUp.objects.filter(
            token_digest=letters.digest(kwargs["token"]),
            created_at__gt=timezone.now() - letters.SIGN_UP_LASTS,
        ).first()
        if self.pending is None:
            page = {"heading": "This link is not valid", "again": "accounts:sign_up"}
            return self.response_class(
                request, ["accounts/dead_link.html"], page, status=410
            )
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the address, which is not asked again."""
        return super().get_form_kwargs() | {"email": self.the_pending.email}

    def get_initial(self) -> dict[str, Any]:
        """Offer the name that was asked for."""
        return {"name": self.the_pending.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the address, which password managers keep beside the password."""
        return super().get_context_data(email=self.the_pending.email, **kwargs)

    def form_valid(self, form: forms.ActivateForm) -> HttpResponse:
        """Make the account. Two at once: the row that is deleted decides."""
        data, email = form.cleaned_data, self.the_pending.email
        user = User(username=data["name"], email=email)
        user.set_password(data["new_password1"])
        try:
            with transaction.atomic():
                deleted, _ = PendingSignUp.objects.filter(
                    token_digest=self.the_pending.pk
                ).delete()
                if deleted:
                    user.save(force_insert=True)
        except IntegrityError:
            # Somebody was quicker, with the name or, by another link, the address.
            form.add_error(None, "The name or the address is taken by now.")
            return self.form_invalid(form)
        if deleted:
            messages.success(self.request, "Your account is made. You can sign in now.")
        return redirect("accounts:sign_in")

    @property
    def the_pending(self) -> PendingSignUp:
        """The sign-up that dispatch has found."""
        return cast(PendingSignUp, self.pending)


class SignIn(auth_views.LoginView):
    """Django's view, by address, counted; then on to a page of this host only."""

    authentication_form = forms.SignInForm  # type: ignore[assignment]
    redirect_authenticated_user = True
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leave the site's name as it is on other pages."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        del context["site_name"]
        return context


class Forgot(FormView):  # type: ignore[type-arg]
    """Asks where to send a link; the answer is the same for all addresses."""

    form_class = forms.ForgotForm
    template_name = "accounts/forgot.html"

    def form_valid(self, form: forms.ForgotForm) -> HttpResponse:
        """Have a link mailed, if there is an account."""
        throttle.take("reset from one place", throttle.source(self.request))
        with transaction.atomic():
            letters.reset(self.request, form.cleaned_data["email"])
        return redirect("accounts:forgot_sent")


class Reset(auth_views.PasswordResetConfirmView):
    """Django's view; the token works once, also for two browsers at the same time."""

    form_class = forms.ResetForm
    success_url = reverse_lazy("accounts:sign_in")
    template_name = "accounts/reset.html"
    token_generator = letters.reset_tokens

    def form_valid(  # type: ignore[override]
        self, form: forms.ResetForm
    ) -> HttpResponse:
        """Set the password, end all sessions and all links."""
        token = self.request.session.get(auth_views.INTERNAL_RESET_SESSION_TOKEN)
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=form.user.pk).first()
            if user is None or not self.token_generator.check_token(user, token):
                self.validlink = False
                return self.render_to_response(self.get_context_data(form=None))
            form.user = user
            user.reset_serial += 1
            response = super().form_valid(form)
            letters.password_changed(self.request, user)
        if user.email_key:
            throttle.password_was_right(user.email_key)
        if self.request.user.is_authenticated:
            # Whoever was signed in here: the new password is not theirs to use unasked.
            logout(self.request)
        messages.success(self.request, "The new password is set. Sign in with it.")
        return response


class Account(LoginRequiredMixin, TemplateView):
    """What is kept about the reader, and what can be done about it."""

    template_name = "accounts/account.html"


class ChangePassword(LoginRequiredMixin, auth_views.PasswordChangeView):
    """Django's view; all other sessions end."""

    form_class = forms.ChangePasswordForm  # type: ignore[assignment]
    success_url = reverse_lazy("accounts:account")
    template_name = "accounts/change_password.html"

    def form_valid(  # type: ignore[override]
        self, form: forms.ChangePasswordForm
    ) -> HttpResponse:
        """Set the password and tell the owner."""
        with transaction.atomic():
            form.user.reset_serial += 1
            response = super().form_valid(form)  # type: ignore[arg-type]
            letters.password_changed(self.request, form.user)
        messages.success(
            self.request, "The new password is set. You are signed out elsewhere."
        )
        return response


class SignOutElsewhere(LoginRequiredMixin, View):
    """Ends every session of the reader but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End them: a session must hold the new serial."""
        user = cast(User, request.user)
        User.objects.filter(pk=user.pk).update(session_serial=F("session_serial") + 1)
        user.refresh_from_db(fields=["session_serial"])
        began = request.session["signed_in_at"]
        login(request, user)
        # The same session goes on, under a new key.
        request.session["signed_in_at"] = began
        messages.success(request, "You are signed out everywhere else.")
        return redirect("accounts:account")


class Erase(LoginRequiredMixin, FormView):  # type: ignore[type-arg]
    """Ends the account."""

    form_class = forms.EraseForm
    template_name = "accounts/erase.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the reader, whose password it checks."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: forms.EraseForm) -> HttpResponse:
        """Erase, and say goodbye by mail."""
        user = form.user
        name, email = user.username, user.email
        with transaction.atomic():
            erasing.erase(user, empty=form.cleaned_data["texts"] == "empty")
            letters.erased(self.request, name, email)
        logout(self.request)
        messages.success(self.request, "Your account is erased.")
        return redirect("board:list")
