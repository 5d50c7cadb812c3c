"""Requests of people about their own data."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DataRequest(models.Model):
    """A person's request about their own data, with its answer."""

    class Kind(models.TextChoices):
        COPY = "copy", _("Copy of all my data")
        DELETION = "deletion", _("Deletion")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    # copy: {"sha256", "size"}; deletion: {"deleted": {what: count}, "kept": [{"what", "count", "why", "until"}]}
    answer = models.JSONField(default=dict)
