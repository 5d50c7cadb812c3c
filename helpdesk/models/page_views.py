"""How often the public pages are read, by page and day; nothing about who reads."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PageViews(models.Model):
    """Views of one public page on one day (Beijing time)."""

    day = models.DateField()
    page = models.CharField(max_length=60)
    views = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-day", "page"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "page"], name="one_count_a_page_and_day")]
        verbose_name = _("page views")
        verbose_name_plural = _("page views")

    def __str__(self) -> str:
        return f"{self.day} {self.page}: {self.views}"


class VisitFlush(models.Model):
    """A batch of counts that has been added to the table: one that is found again is not added again."""

    batch = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_index=True)
