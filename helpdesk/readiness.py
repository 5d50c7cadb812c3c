"""What a district has to have told its families before a round opens: a notice, and whom to call."""

from django.utils.translation import gettext as _

from foundation import clock
from helpdesk.models import Article, ServicePoint


def notices_missing(district: str) -> list[str]:
    """In words; [] if nothing is missing."""
    missing = []
    if not Article.objects.filter(district=district, published_on__lte=clock.today()).exists():
        missing.append(_("No notice is published: families have nothing to read."))
    bureau = ServicePoint.objects.filter(district=district, level=ServicePoint.Level.DISTRICT).exclude(phone="")
    if not bureau.exists():
        missing.append(_("No telephone of the bureau is known: families have nobody to call."))
    return missing
