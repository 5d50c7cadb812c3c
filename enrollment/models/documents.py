"""Uploaded materials."""

import uuid

from django.conf import settings
from django.db import models

from enrollment.models.core import Application, Draft


class Document(models.Model):
    """An uploaded material, kept by content hash outside the web root."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="documents")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="documents")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    file = models.FileField(upload_to="%Y/%m/")
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_at = models.DateTimeField()
