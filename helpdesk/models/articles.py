"""What the bureau publishes in its own words: notices and answers to questions."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import District


class Article(models.Model):
    """One version of a text. Never edited: a changed text is the next version, and the old one can still be read."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("Notice")
        QUESTION = "question", _("Question and answer")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="articles")
    code = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.CharField(max_length=60, blank=True, default="")  # of the document, as the bureau counts them
    published_on = models.DateField()
    title = models.JSONField()  # {"zh", "en"}
    body = models.JSONField()  # {"zh", "en"}: plain text, an empty line between paragraphs
    video = models.CharField(max_length=100, blank=True, default="")  # a file of the site's own: static/video/<name>
    stored_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-published_on", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "code", "version"], name="one_article_version")
        ]
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
