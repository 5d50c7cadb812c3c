"""What a district's policy says before anything is filed."""

from django.utils.translation import gettext as _

from enrollment.filing.expectations.eligibility import home_rules
from enrollment.seasons.models import Draft
from enrollment.seasons.rules.policies import compiled
from foundation.wording import content_language


def home_notes(draft: Draft) -> list[str]:
    """What the district's policy says of a home whose owner is a grandparent, in its own words."""
    language = content_language()
    rule = home_rules(compiled(draft.round.policy), draft.round.stage, draft.round.kind)["grandparents"]
    if rule is None:
        return [_("A home of the grandparents: this district's policy leaves it to a person. Apply all the same.")]
    text = _("A home of the grandparents counts in this district as: %(group)s.")
    return [text % {"group": rule.name.of(language)}]
