"""Gathers the addresses of the JSON API, version 1, for other entries (provincial app, helper mini-program)."""

from enrollment.account.api_urls import urlpatterns as account
from enrollment.filing.api_urls import urlpatterns as filing
from enrollment.public.api_urls import urlpatterns as public

urlpatterns = [*public, *account, *filing]
