"""What follows publication, inside pages of other rooms: the family's application, the public page of a round."""

from functools import partial
from typing import Any
from uuid import UUID

from django import template
from django.core.cache import cache

from enrollment.seasons.models import Application
from foundation.wording import content_language
from lottery.admission.models import AdmissionRun
from lottery.afterwards import selectors
from lottery.classes.selectors import class_of
from schools.models import School

FRESH = 60  # seconds a list's length may be old: on the day of the results everybody opens the page at once
register = template.Library()


@register.inclusion_tag("lottery/afterwards/waiting_family.html", takes_context=True)
def afterwards_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """A seat from the waiting list that waits for an answer, why it came, and the places on the lists."""
    found = selectors.afterwards_of(application)
    words = found.words.of(context["LANGUAGE_CODE"]) if found and found.words else ""
    return {
        "afterwards": found,
        "words": words,
        "application": application,
        "csrf_token": context.get("csrf_token"),
        "csp_nonce": context.get("csp_nonce"),
    }


@register.inclusion_tag("lottery/classes/shared.html")
def shared_class(application_id: UUID) -> dict[str, Any]:
    """The class of a child on the page of somebody who sees it by agreement; nothing before publication."""
    return {"one": class_of(application_id, content_language())}


@register.inclusion_tag("lottery/afterwards/corrections_public.html")
def published_afterwards(round_id: int) -> dict[str, Any]:
    """How many wait for each school, and the corrections: no child can be told from either."""
    run = AdmissionRun.objects.filter(round_id=round_id, state=AdmissionRun.State.PUBLISHED).first()
    found = cache.get_or_set(f"waiting-lengths:{run.pk}", partial(selectors.list_lengths, run), FRESH) if run else None
    lengths: dict[str, int] = found or {}
    schools = School.objects.in_bulk(list(lengths))
    return {
        "published": run is not None,
        "lengths": [(schools[code], count) for code, count in lengths.items()],
        "corrections": selectors.public_corrections(round_id) if run else (),
        "taken_back": selectors.public_taken_back(round_id) if run else (),
    }
