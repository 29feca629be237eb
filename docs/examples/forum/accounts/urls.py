"""Addresses of accounts. No page of them is kept by a cache."""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from . import views

app_name = "accounts"


def _page(address: str, view: Any, name: str) -> URLPattern:
    page: URLPattern = path(
        address, never_cache(sensitive_post_parameters()(view)), name=name
    )
    return page


def _text(address: str, name: str) -> URLPattern:
    view = TemplateView.as_view(template_name=f"accounts/{name}.html")
    return _page(address, view, name)


urlpatterns = [
    _page("sign-up/", views.SignUp.as_view(), "sign_up"),
    _text("sign-up/sent/", "sign_up_sent"),
    _page("sign-up/<str:token>/", views.Activate.as_view(), "activate"),
    _page("sign-in/", views.SignIn.as_view(), "sign_in"),
    _page("sign-out/", LogoutView.as_view(), "sign_out"),
    _page("forgot-password/", views.Forgot.as_view(), "forgot"),
    _text("forgot-password/sent/", "forgot_sent"),
    _page("forgot-password/<uidb64>/<token>/", views.Reset.as_view(), "reset"),
    _page("account/", views.Account.as_view(), "account"),
    _page("account/password/", views.ChangePassword.as_view(), "change_password"),
    _page("account/sessions/", views.SignOutElsewhere.as_view(), "sign_out_elsewhere"),
    _page("account/erase/", views.Erase.as_view(), "erase"),
]
