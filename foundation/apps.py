"""The room of what every other room stands on, as Django knows it."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "foundation"
