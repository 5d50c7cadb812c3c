"""Addresses of assisted filing, remote help and the terminal."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
