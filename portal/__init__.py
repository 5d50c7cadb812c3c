"""The Django project: settings, addresses, the Celery application, the built-in servers and their supervisor."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
