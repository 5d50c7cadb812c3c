"""Which questions a family is asked: the form, as the district has it for the round."""

from enrollment.filing import form
from enrollment.forms.questions import Field
from enrollment.seasons.models import Draft
from enrollment.seasons.rules.forms import form_id_for, form_of
from enrollment.seasons.rules.own_form import OwnForm
from foundation.wording import content_language


def questions_of(form_id: int | None) -> tuple[Field, ...]:
    """The questions of a stored form in the language that is read now; None: the form for everybody."""
    return form.fields_with(form_of(form_id), content_language()) if form_id else form.FIELDS


def questions_for(draft: Draft) -> tuple[Field, ...]:
    """The questions of a draft."""
    return questions_of(form_id_for(draft))


def own_form_for(draft: Draft) -> OwnForm:
    """What the district changed of the form of a draft."""
    return form_of(form_id_for(draft))
