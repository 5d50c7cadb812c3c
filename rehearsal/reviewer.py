"""A synthetic reviewer who knows the truth: what an honest, careful person would decide on each case."""

from datetime import timedelta

from accounts.models import Account
from enrollment import form
from enrollment import services as enrollment
from enrollment.models import Application
from enrollment.selectors import version_of
from foundation import clock
from foundation.errors import Refused
from rehearsal.city import Applicant
from verification.selectors import findings

CORRECTABLE = {"home_address", "household_registered_on"}


def decide(reviewer: Account, application: Application, child: Applicant) -> list[str]:
    """Decide one case. Returns the items to correct when it was returned to the family, else an empty list."""
    version = version_of(application)
    found = findings(version.pk)
    wrong = [
        difference["field"]
        for agency, finding in found.items()
        if not child.truth["honest"].get(agency, True)
        for difference in finding.differences
        if difference["field"] in CORRECTABLE & form.BY_NAME.keys()
    ]
    case = {"reviewer": reviewer, "application_id": application.pk}
    if wrong and version.number == 1:
        enrollment.review_return(
            **case,  # type: ignore[arg-type]
            items=sorted(set(wrong)),
            reason="请核对并改正所列项目（合成案例）。",
            deadline=clock.now() + timedelta(days=7),
        )
        return sorted(set(wrong))
    settled = {}
    if not child.truth["honest"].get("permit", True):
        settled["permit.valid_on_check_day"] = False
    try:
        enrollment.review_approve(**case, reason="材料核实无误（合成案例）。", settled=settled)  # type: ignore[arg-type]
    except Refused as refused:
        if refused.code != "not_eligible":
            raise
        reason = "截止日前未满入学年龄，可在补报名批次再次申请（合成案例）。"
        enrollment.review_refuse(**case, reason=reason)  # type: ignore[arg-type]
    return []
