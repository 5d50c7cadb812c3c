"""Addresses of who acts for a child, and of other ways to sign in."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
