"""Addresses of the way to a submission."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
