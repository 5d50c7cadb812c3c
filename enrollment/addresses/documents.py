"""Addresses of uploaded materials."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
