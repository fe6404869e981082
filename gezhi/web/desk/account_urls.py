"""Log-in and second factor. Of the log-in library only these pages are open; the other names must exist for it to run."""

from allauth.account import views
from django.urls import include, path

from gezhi.web.desk import passwords, tokens

urlpatterns = [
    path("login/", passwords.Login.as_view(), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/", passwords.change_password, name="account_change_password"),
    path("code/", passwords.use_code, name="account_reset_password"),
    path("me/", passwords.me, name="account_me"),
    path("tokens/", tokens.tokens, name="account_tokens"),
    path("tokens/new/", tokens.new_token, name="account_new_token"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke_token, name="account_revoke_token"),
    path("2fa/", include("allauth.mfa.urls")),
    path("signup/", passwords.nowhere, name="account_signup"),
    path("email/", passwords.nowhere, name="account_email"),
    path("confirm-email/", passwords.nowhere, name="account_email_verification_sent"),
    path("password/set/", passwords.nowhere, name="account_set_password"),
    path("login/code/confirm/", passwords.nowhere, name="account_confirm_login_code"),
]
