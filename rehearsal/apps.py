"""The room that plays a season, as Django knows it."""

from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "rehearsal"
