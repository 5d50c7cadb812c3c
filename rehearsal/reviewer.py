"""A synthetic reviewer who knows the truth: what an honest, careful person would decide on each case."""

from datetime import timedelta

from accounts.models import Account
from enrollment.filing import form
from enrollment.on_site.services import on_site_record
from enrollment.review.names import name_settle
from enrollment.review.services import review_approve, review_refuse, review_return
from enrollment.seasons.models import Application
from enrollment.seasons.naming.described import CHARACTER, CHILD
from enrollment.seasons.selectors import version_of
from foundation import clock
from foundation.errors import Refusal
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
        review_return(
            **case,  # type: ignore[arg-type]
            items=sorted(set(wrong)),
            reason="请核对并改正所列项目（合成案例）。",
            deadline=clock.now() + timedelta(days=7),
        )
        return sorted(set(wrong))
    if CHARACTER in child.claim.get("child_typed", {}):
        name, reason = child.claim["child"]["name"], "与户口簿照片一致（合成案例）。"
        try:
            name_settle(**case, whose=CHILD, given=name[-1], reason=reason)  # type: ignore[arg-type]
        except Refusal as refused:
            if refused.code != "name":  # settled already: found again after a break
                raise
    settled = {}
    if not child.truth["honest"].get("permit", True):
        settled["permit.valid_on_check_day"] = False
    approve = {**case, "reason": "材料核实无误（合成案例）。", "settled": settled}
    try:
        try:
            review_approve(**approve)  # type: ignore[arg-type]
        except Refusal as refused:
            if refused.code != "visit":
                raise
            visited = {**case, "staff": case["reviewer"]}
            del visited["reviewer"]
            on_site_record(**visited, at=clock.now(), result="confirmed", paper="走访记录（示例）")  # type: ignore[arg-type]
            review_approve(**approve)  # type: ignore[arg-type]
    except Refusal as refused:
        if refused.code != "not_eligible":
            raise
        reason = "截止日前未满入学年龄，可在补报名批次再次申请（合成案例）。"
        review_refuse(**case, reason=reason)  # type: ignore[arg-type]
    return []
