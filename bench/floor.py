"""The floor of a submission: a bare Django view that stores the same rows in one transaction, and nothing else.

It has its own addresses and no middleware; it is never part of the product's. No sign-in, no check of the answers, no
judging of what may be filed, no message to a worker: what is measured against it is everything the portal does
besides storing.
"""

import json
import os
import uuid
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
ACTIONS = ("child.add", "account.identify", "application.submit", "application.start_checks")


def store(request: HttpRequest) -> JsonResponse:
    """Store one family's rows: who it is, child, draft, application, version, steps, checks, message, log."""
    from django.db import transaction

    body: dict[str, Any] = json.loads(request.body)
    application_id = uuid.uuid4()
    with transaction.atomic():
        child = _family(body)
        version = _application(body, child, application_id)
        _beside(body, child, version)
    receipt = application_id.hex[:16]
    return JsonResponse({"id": str(application_id), "receipt": receipt, "state": "verifying"}, status=201)


def _family(body: dict[str, Any]) -> Any:
    from accounts.models import Account
    from enrollment.seasons.models import Child, Draft
    from foundation import clock

    answers, now, account_id = body["answers"], clock.now(), int(body["account"])
    Account.objects.filter(pk=account_id).update(
        name=answers["guardian_name"], id_number=answers["guardian_id"], id_index=uuid.uuid4().hex
    )
    child = Child.objects.create(
        guardian_id=account_id,
        document_kind="resident",
        id_number=body["child"]["id_number"],
        id_index=uuid.uuid4().hex,
        name=body["child"]["name"],
        name_index=uuid.uuid4().hex,
        typed=body["child"],
        birth_date="2019-05-04",
        sex="1",
        created_at=now,
    )
    Draft.objects.bulk_create(
        [Draft(child=child, round_id=body["round"], answers=answers, started_at=now, saved_at=now)]
    )
    return child


def _application(body: dict[str, Any], child: Any, application_id: uuid.UUID) -> Any:
    from enrollment.seasons.models import Application, ApplicationVersion, Transition
    from foundation import clock

    answers, now, account_id = body["answers"], clock.now(), int(body["account"])
    application = Application(
        id=application_id,
        receipt=application_id.hex[:16],
        round_id=body["round"],
        child=child,
        guardian_id=account_id,
        district_code="430702",
        season_year=2026,
        stage="primary",
        child_index=child.id_index,
        state="verifying",
        channel="app",
        submitted_at=now,
        state_at=now,
    )
    Application.objects.bulk_create([application])
    version = ApplicationVersion(
        application=application,
        number=1,
        policy_id=body["policy"],
        claims={"answers": answers, "needs": {}, "typed": answers, "child": body["child"]},
        claims_hash="0" * 64,
        choices=body["choices"],
        client_token=uuid.uuid4(),
        submitted_by_id=account_id,
        submitted_at=now,
    )
    ApplicationVersion.objects.bulk_create([version])
    steps = (("draft", "submit", "submitted"), ("submitted", "start_checks", "verifying"))
    Transition.objects.bulk_create(
        [Transition(application=application, source=one, event=event, target=two, at=now) for one, event, two in steps]
    )
    return version


def _beside(body: dict[str, Any], child: Any, version: Any) -> None:
    from audit.models import Entry
    from foundation import clock
    from notifications.models import Message
    from verification.models import Agency, Check

    now, account_id = clock.now(), int(body["account"])
    about = {"district_code": "430702", "claim": body["answers"], "next_attempt_at": now, "created_at": now}
    Check.objects.bulk_create([Check(subject=version.pk, agency=name, **about) for name in Agency.values])
    message = Message(
        key=f"received:{version.pk}",
        account_id=account_id,
        phone=body["phone"],
        template="received",
        language="zh-hans",
        body=f"{version.pk.hex[:16]} {child.name}",
        next_attempt_at=now,
        created_at=now,
    )
    Message.objects.bulk_create([message])
    who = {"actor_id": account_id, "actor_label": child.name_index, "object_id": str(child.pk), "digest": "0" * 64}
    Entry.objects.bulk_create([Entry(at=now, action=action, **who) for action in ACTIONS])


urlpatterns = [path("api/v1/applications/", store)]


def application() -> Any:
    """The WSGI application of the floor, for gunicorn."""
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "bench.floor", []
    return get_wsgi_application()
