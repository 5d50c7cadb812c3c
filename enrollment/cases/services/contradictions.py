"""A family said in the form that a register is wrong: the department that owns it is asked, so that it is corrected."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from enrollment.cases.models import JointCase
from enrollment.cases.owners import OWNER
from enrollment.cases.services.opening import Part, case_by_itself
from enrollment.filing.drafts.known import register_answers
from enrollment.forms.questions import N_
from enrollment.judging.judgement import Judged
from enrollment.seasons.models import ApplicationVersion, Draft

Rows = list[dict[str, str]]
ASKED = N_("The family says that this record is wrong. Is it? If so, please correct it and say what stands now.")


def contradictions_open(judged: Sequence[tuple[ApplicationVersion, Judged]]) -> None:
    """Open a case for each register whose prefilled answer a family replaced and that is in doubt because of it.

    What a reviewer settled before is no doubt any more; what was asked about once for this item is not asked again.
    Call inside a transaction.
    """
    by_child = {(one.application.child_id, one.application.round_id): one for one, _judged in judged}
    drafts = Draft.objects.filter(
        child__in={child for child, _round in by_child}, round__in={round_ for _child, round_ in by_child}
    ).select_related("round__season")
    facts = {one.pk: found.facts for one, found in judged}
    asked = set(
        JointCase.objects.filter(
            kind=JointCase.Kind.REGISTER, application__in={one.application_id for one, _judged in judged}
        ).values_list("application", "agency")
    )
    for draft in drafts:
        version = by_child.get((draft.child_id, draft.round_id))
        if version is None:
            continue
        for agency, rows in contradicted(draft, version).items():
            fact = next(
                (name for name, one in facts[version.pk].items() if one.status == "mismatch" and one.source == agency),
                "",
            )
            if fact and (version.application_id, agency) not in asked:
                case_by_itself(
                    version=version,
                    kind=JointCase.Kind.REGISTER,
                    agency=agency,
                    fact=fact,
                    about={"rows": rows},
                    parts=[Part(OWNER[agency], version.application.district_code)],
                )


def contradicted(draft: Draft, version: ApplicationVersion) -> Mapping[str, Rows]:
    """By data item the questions of the form that its register answered and the family answered otherwise."""
    held, filed = register_answers(draft), version.claims["answers"]
    found: dict[str, Rows] = defaultdict(list)
    for name, said in held.items():
        agency = _register_of(draft, name)
        declared = filed.get(name, "")
        if agency and said and declared and declared != said:
            found[agency].append({"field": name, "declared": declared, "held": said})
    return found


def _register_of(draft: Draft, name: str) -> str:
    """The register that answered a question of the form before it was asked; "" for none."""
    places = {"household": ("household",), "home": ("real_estate", "contract"), "guardian": ("household",)}
    asked = places.get(name.partition("_")[0], ())
    return next((one for one in asked if (draft.prefilled.get(one) or {}).get("outcome") == "found"), "")
