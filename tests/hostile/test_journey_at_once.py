"""Two hands on one thing at the same moment: one of them wins, the other is told, and nothing is half done."""

import uuid
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AccountMerge
from enrollment.account.services.joining import accounts_join
from enrollment.assisted.models import AssistVisit
from enrollment.assisted.visits.services import visit_start
from enrollment.documents.models import Document, UploadPart
from enrollment.documents.uploads.services import upload_append, upload_finish
from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import Submission, application_submit, application_withdraw
from enrollment.review.services import review_refuse
from enrollment.seasons.models import Application, ApplicationVersion, Transition
from enrollment.shared.services import Corrected, shared_correct
from foundation.acting import AssistContext, using
from foundation.errors import Refused
from tests import factories
from tests.enrollment.assisted.test_visits import clerk, named, open_visit
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.documents.test_documents import announced, unusual
from tests.enrollment.filing.test_corrections import returned
from tests.enrollment.guardians.test_agreements import agreed, person
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def refusals(results: list[object]) -> list[Refused]:
    return [one for one in results if isinstance(one, Refused)]


def test_a_withdrawal_and_a_decision_at_once_are_one_of_both() -> None:
    application = factories.application("in_review")
    reviewer = factories.staff("reviewer", school="WL01")
    results = at_once(
        [
            partial(application_withdraw, guardian=application.guardian, application_id=application.pk),
            partial(review_refuse, reviewer=reviewer, application_id=application.pk, reason="住房份额不足"),
        ]
    )
    application.refresh_from_db()
    steps = Transition.objects.filter(application=application, event__in=["withdraw", "refuse"])
    assert len(results) - len(refusals(results)) == steps.count() >= 1
    assert application.state == {"withdraw": "withdrawn", "refuse": "not_eligible"}[steps.latest("pk").event]


def test_two_guardians_correcting_at_once_make_one_new_version() -> None:
    one, application = returned("home_share")
    other = person()
    agreed(one, other, may_act=True)
    corrected = Corrected(application.returns.get().pk, {"home_share": "40"}, uuid.uuid4())
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"home_share": "60"})
    results = at_once(
        [
            one.submit,
            partial(shared_correct, guardian=other, application_id=application.pk, corrected=corrected),
            partial(shared_correct, guardian=other, application_id=application.pk, corrected=corrected),
        ]
    )
    newest = application.versions.get(number=2)
    assert application.versions.count() == 2
    assert Transition.objects.filter(application=application, event="resubmit").get().actor == newest.submitted_by
    assert newest.claims["answers"]["home_share"] == ("40" if newest.submitted_by == other else "60")
    made = [result for result in results if isinstance(result, Application)]
    assert len(made) == (2 if newest.submitted_by == other else 1)
    assert len(made) + len(refusals(results)) == len(results)


def test_a_clerk_and_the_family_submitting_at_once_file_once() -> None:
    one, operator = factories.family(factories.world()), clerk()
    assist = AssistContext(operator.pk, operator.username, open_visit(operator).pk, "counter", factories.DISTRICT)

    def at_the_desk() -> Application:
        with using(assist):
            return one.submit()

    results = at_once([at_the_desk, one.submit, at_the_desk, one.submit])
    assert len([made for made in results if isinstance(made, Application)]) == 1
    assert {refused.code for refused in refusals(results)} == {"already_filed"}
    filed = Application.objects.get()
    assert ApplicationVersion.objects.filter(application=filed).count() == 1
    assert (filed.channel == "counter") is (filed.versions.get().visit_id is not None)


def test_one_tab_submits_while_another_saves_and_what_is_filed_is_one_whole_form() -> None:
    one = factories.family(factories.world())
    save = partial(draft_save, guardian=one.guardian, draft_id=one.draft.public_id)
    at_once([one.submit, partial(save, answers={"guardian_relation": "father", "home_share": "50"})])
    filed = ApplicationVersion.objects.get().claims["answers"]
    assert (filed["guardian_relation"], filed["home_share"]) in {("mother", "100"), ("father", "50")}


def test_an_upload_that_ends_twice_at_once_is_one_page() -> None:
    one, body = unusual(), pdf(2)
    upload = announced(one, body)
    mine: dict[str, Any] = {"guardian": one.guardian, "upload_id": upload.public_id}
    upload_append(**mine, offset=0, body=body)
    results = at_once([partial(upload_finish, **mine)] * 2)
    assert refusals(results) == []
    assert Document.objects.count() == 1
    upload.refresh_from_db()
    assert upload.document_id == Document.objects.get().pk
    assert not UploadPart.objects.exists()


def test_two_clerks_beginning_a_visit_at_once_begin_one() -> None:
    factories.world()
    who, operators = named(phone="19900008811"), [clerk(), clerk()]
    results = at_once([partial(visit_start, operator=operator, named=who) for operator in operators])
    assert [refused.code for refused in refusals(results)] == ["busy"]
    assert AssistVisit.objects.filter(ended_at__isnull=True).count() == 1


def test_joining_two_accounts_while_one_files_loses_no_application() -> None:
    one, number = factories.family(factories.world()), factories.adult_number()
    other = factories.guardian()
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"guardian_id": number})
    results = at_once(
        [
            lambda: application_submit(guardian=one.guardian, submission=Submission(one.draft.public_id, uuid.uuid4())),
            partial(accounts_join, account=other, other=one.guardian, name="合成家长", id_number=number),
        ]
    )
    one.child.refresh_from_db()
    for filed in Application.objects.all():
        assert filed.guardian_id == one.child.guardian_id
    if AccountMerge.objects.exists():
        assert one.child.guardian_id == AccountMerge.objects.get().kept_id
    assert len(refusals(results)) <= 1
    if not Application.objects.exists():  # the join came first: the draft is whole, and files at the next press
        submission = Submission(one.child.drafts.get().public_id, uuid.uuid4())
        application_submit(guardian=one.child.guardian, submission=submission)
    assert Application.objects.get().guardian_id == one.child.guardian_id
