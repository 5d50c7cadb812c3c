"""What data spared families: counted when they are judged, once a family, and not where a person settled it."""

import uuid
from collections import Counter

import pytest
from django.test import Client

from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import Submission, application_submit
from enrollment.judging.judgement import judge
from enrollment.judging.services import applications_assess
from enrollment.judging.spared import spared
from enrollment.review.services import review_approve
from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.rules.policies import compiled
from tests import factories
from verification.models import Check, Finding, MaterialTally

pytestmark = pytest.mark.django_db


def counted() -> dict[str, tuple[int, int, int]]:
    sums: dict[str, Counter[str]] = {}
    for row in MaterialTally.objects.all():
        one = sums.setdefault(row.agency, Counter())
        one.update({"families": row.families, "named": row.named, "replaced": row.replaced})
    return {agency: (one["families"], one["named"], one["replaced"]) for agency, one in sums.items()}


def version_of(made: Application) -> ApplicationVersion:
    return ApplicationVersion.objects.get(application=made, number=made.version)


def test_what_registers_confirm_is_not_asked_for_and_counted_for_them() -> None:
    one = factories.family(factories.world())
    made = factories.judged(one)
    made.refresh_from_db()
    group = next(g for g in compiled(made.round.policy).groups if g.id == made.group_code)
    judged = version_of(made).evaluation
    assert judged is not None
    left = [row["id"] for row in judged["materials"] if row["needed"]]
    assert made.materials is not None
    assert made.materials["named"] == len(group.materials) > 0
    assert made.materials["replaced"] == len(group.materials) - len(left) > 0
    found = counted()
    assert found[""] == (1, made.materials["named"], made.materials["replaced"])
    assert {agency: row[2] for agency, row in found.items() if agency} == made.materials["by"]
    assert MaterialTally.objects.filter(agency="").get().round_id == made.round_id
    client = Client(headers={"accept-language": "en"})
    client.force_login(one.guardian)
    shown = client.get(f"/my/applications/{made.pk}/").content.decode()
    assert f"Data answered {made.materials['replaced']} of them" in shown
    assert applications_assess(version_ids=[version_of(made).pk]) == 0
    assert counted() == found


def test_what_a_person_settles_is_not_called_data() -> None:
    one = factories.family(factories.world())
    address = {"field": "home_address", "declared": factories.HOME, "source": "武陵区别处1号"}
    made = factories.judged(one, real_estate={"outcome": "mismatch", "differences": [address]})
    before = counted()[""]
    review_approve(
        reviewer=factories.staff("official"),
        application_id=made.pk,
        reason="房产份额已核对",
        settled={"home.zone_relation": "in_zone"},
    )
    judged = judge(version_of(made))
    assert sum(not one.needed for one in judged.evaluation.materials) > before[2]  # it is asked for no more
    assert spared(judged).replaced == before[2]
    assert counted()[""] == (1, len(judged.evaluation.materials), before[2])


def test_a_change_counts_the_family_once_and_by_what_is_true_now() -> None:
    one = factories.family(factories.world())
    made = factories.judged(one)
    whole = counted()
    submission = Submission(one.draft.public_id, uuid.uuid4(), change=True)
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"guardian_relation": "father"})
    made = application_submit(guardian=one.guardian, submission=submission)
    version = version_of(made)
    for check in Check.objects.filter(subject=version.pk):
        Finding.objects.create(
            check_made=check,
            outcome="unavailable",
            evidence_hash="0" * 64,
            source="",
            trace_id="",
            seconds=1.0,
            at=check.created_at,
        )
    Check.objects.filter(subject=version.pk).update(state="done")
    assert applications_assess(version_ids=[version.pk]) == 1
    made.refresh_from_db()
    assert made.version == 2
    assert made.materials is not None
    assert counted()[""] == (1, made.materials["named"], made.materials["replaced"])
    assert made.materials["replaced"] < whole[""][2]
