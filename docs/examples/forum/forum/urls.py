"""Addresses: the board at the root, accounts beside it."""

from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", include("accounts.urls")),
    path("admin/login/", views.admin_sign_in),
    path("admin/", admin.site.urls),
    path("", include("board.urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
