"""The Django project: settings, addresses, the Celery application, the built-in servers and their supervisor."""
