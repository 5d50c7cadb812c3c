"""The form of a round and of what was filed: the version that counts, and storing another one."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from enrollment.seasons.models import ApplicationVersion, Draft, FormVersion, Round, Season
from enrollment.seasons.rules.own_form import CLASS, NUMBER_OF_CLASS, PLAIN, Content, OwnForm, empty
from enrollment.seasons.selectors import filed_application
from enrollment.seasons.states import BEFORE_CLOSING
from foundation import clock
from foundation.canonical import digest_of
from foundation.errors import Refused
from foundation.locks import lock
from foundation.wording import content_language
from schools.models import District

CHANGEABLE: Final = BEFORE_CLOSING  # the states of a round whose form may be another one


@lru_cache(maxsize=256)
def form_of(pk: int | None) -> OwnForm:
    """A stored version; a version is never edited, so each is read once a process. None: the form for everybody."""
    return OwnForm.of(FormVersion.objects.values_list("content", flat=True).get(pk=pk)) if pk else PLAIN


def content_of(pk: int | None) -> Content:
    """A stored version as data, the caller's own."""
    return dict(FormVersion.objects.values_list("content", flat=True).get(pk=pk)) if pk else empty()


def form_id_for(draft: Draft) -> int | None:
    """The version a draft is filled in by: an application keeps the one it was filed with, corrected or not."""
    if draft.round.form_id is None:
        return None  # a round that has a form never goes back to none
    filed = filed_application(draft)
    if filed is None:
        return draft.round.form_id
    return ApplicationVersion.objects.filter(application=filed).order_by("-number").values_list("form_id", flat=True)[0]


def class_name(season: Season, stage: str, number: int) -> str:
    """What the district calls a class in the language that is read now; "" where it has no word of its own."""
    rows = Round.objects.filter(season=season, stage=stage, kind=Round.Kind.MAIN)
    own = form_of(rows.values_list("form_id", flat=True).first())
    return own.text(CLASS, content_language()).replace(NUMBER_OF_CLASS, str(number))


@transaction.atomic
def form_store(*, district: District, content: Mapping[str, Any]) -> FormVersion:
    """The version with this content: an existing one, or the next number. The caller has checked it."""
    lock(f"form versions {district.pk}")
    mark = digest_of(content)
    rows = FormVersion.objects.filter(district=district)
    same = rows.filter(digest=mark).first()
    if same is not None:
        return same
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    return FormVersion.objects.create(
        district=district, number=number, content=dict(content), digest=mark, created_at=clock.now()
    )


def round_form_set(round_: Round, form: FormVersion | None, refused: str) -> None:
    """Give a locked round another form. Raises Refused, with these words, once its applications are closed."""
    if round_.state not in CHANGEABLE:
        raise Refused(refused, code="form_fixed")
    round_.form = form
    round_.save(update_fields=["form"])
