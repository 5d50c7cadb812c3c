"""Addresses of what follows a submission."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
