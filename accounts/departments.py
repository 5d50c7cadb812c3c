"""The partner departments that are asked about one case, each under a word of its own.

An officer's role names one; which data items a department owns is said by ``enrollment.cases.owners``.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Department(models.TextChoices):
    PUBLIC_SECURITY = "public_security", _("Public security")
    NATURAL_RESOURCES = "natural_resources", _("Natural resources")
    HOUSING = "housing", _("Housing and construction")
    HUMAN_RESOURCES = "human_resources", _("Human resources and social security")
    HEALTH = "health", _("Public health")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")
    MARKET = "market", _("Market supervision")
    DISABLED = "disabled", _("Disabled persons' federation")
    EDUCATION = "education", _("Education")
    MILITARY = "military", _("Military office")
    VETERANS = "veterans", _("Veterans' affairs")
    EMERGENCY = "emergency", _("Fire, rescue and emergency")
    TALENT = "talent", _("Talent office")
