"""Uploaded materials, and the uploads that are still under way."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.appeals.models import Appeal
from enrollment.seasons.models import Application, Draft
from foundation.acting import current_visit
from foundation.fields import EncryptedJSONField, EncryptedTextField


class Document(models.Model):
    """One photo, one PDF or one electronic certificate of a material. Frozen once its application is submitted.

    A page of an appeal belongs to no draft and no version of the application; it is frozen once the appeal is closed.
    The database refuses every later change and deletion (triggers of migrations 0006 and 0013); only ``rotation``,
    which is how it is shown, may still change.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="documents")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="documents")
    version = models.PositiveIntegerField(default=0)  # of the application it was first submitted with
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="documents")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)  # the policy's id of the material
    certificate = EncryptedJSONField(null=True)  # instead of a file: {"number", "issuer", "valid_until"}
    filename = EncryptedTextField(default="")
    content_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)  # of the stored content, in bytes
    pages = models.PositiveSmallIntegerField(default=1)
    rotation = models.PositiveSmallIntegerField(default=0)  # degrees clockwise, for showing it
    sha256 = models.CharField(max_length=64, db_index=True)  # of the stored content, or a keyed digest of a certificate
    received_sha256 = models.CharField(max_length=64, blank=True)  # of the bytes as the family sent them
    uploaded_at = models.DateTimeField()
    visit = models.ForeignKey(  # in which a clerk did it for the family; null: the family itself
        "enrollment.AssistVisit", null=True, default=current_visit, on_delete=models.PROTECT, related_name="documents"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(rotation__in=(0, 90, 180, 270)), name="document_quarter_turns"),
            # a file chosen twice for one material is one page
            models.UniqueConstraint(
                fields=["draft", "kind", "sha256"],
                name="one_page_once",
                condition=models.Q(application__isnull=True, draft__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["appeal", "sha256"], name="one_page_an_appeal", condition=models.Q(appeal__isnull=False)
            ),
            models.CheckConstraint(
                condition=models.Q(appeal__isnull=True) | models.Q(draft__isnull=True, application__isnull=True),
                name="document_apart_from_appeal",
            ),
        ]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    @property
    def about(self) -> Application | None:
        """The application whose staff may see the page: submitted with it, or with an appeal about it."""
        return self.appeal.application if self.appeal is not None else self.application

    @property
    def is_picture(self) -> bool:
        return self.content_type == "image/jpeg"

    @property
    def kept_as_pictures(self) -> bool:
        """A PDF with links or other actions: what is kept of it are the pictures of its pages."""
        return self.content_type == "application/pdf" and self.received_sha256 not in {"", self.sha256}


class Upload(models.Model):
    """A file on its way: how many of its bytes have arrived. Ends as a Document, or is swept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="uploads")
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=40)
    client_token = models.UUIDField()
    filename = EncryptedTextField(default="")
    size = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL)
    refusal = models.CharField(max_length=20, blank=True)  # why the finished file was not taken
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "draft", "kind", "client_token"], name="one_upload_a_token"),
            models.UniqueConstraint(
                fields=["owner", "appeal", "client_token"],
                name="one_appeal_upload_a_token",
                condition=models.Q(appeal__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(draft__isnull=False, appeal__isnull=True)
                | models.Q(draft__isnull=True, appeal__isnull=False),
                name="upload_to_one_place",
            ),
            models.CheckConstraint(condition=models.Q(received__lte=models.F("size")), name="upload_within_size"),
        ]


class UploadPart(models.Model):
    """A run of received bytes, encrypted. In the database, so that any web server can go on with the upload."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "offset"], name="one_part_an_offset")]
        ordering: ClassVar = ["offset"]
