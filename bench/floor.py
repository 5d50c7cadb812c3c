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

    from accounts.models import Account
    from audit.models import Entry
    from enrollment.models import Application, ApplicationVersion, Child, Draft, Transition
    from foundation import clock
    from notifications.models import Message
    from verification.models import Agency, Check

    body: dict[str, Any] = json.loads(request.body)
    answers, now, application_id = body["answers"], clock.now(), uuid.uuid4()
    number, receipt = body["child"]["id_number"], application_id.hex[:16]
    account_id, at = int(body["account"]), {"created_at": now}
    with transaction.atomic():
        Account.objects.filter(pk=account_id).update(
            name=answers["guardian_name"], id_number=answers["guardian_id"], id_index=uuid.uuid4().hex
        )
        child = Child.objects.create(
            guardian_id=account_id,
            document_kind="resident",
            id_number=number,
            id_index=uuid.uuid4().hex,
            name=body["child"]["name"],
            name_index=receipt,
            typed=body["child"],
            birth_date="2019-05-04",
            sex="1",
            **at,
        )
        Draft.objects.bulk_create(
            [Draft(child=child, round_id=body["round"], answers=answers, started_at=now, saved_at=now)]
        )
        application = Application(
            id=application_id,
            receipt=receipt,
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
        claims = {"answers": answers, "needs": {}, "typed": answers, "child": body["child"]}
        version = ApplicationVersion(
            application=application,
            number=1,
            policy_id=body["policy"],
            claims=claims,
            claims_hash="0" * 64,
            choices=body["choices"],
            client_token=uuid.uuid4(),
            submitted_by_id=account_id,
            submitted_at=now,
        )
        ApplicationVersion.objects.bulk_create([version])
        Transition.objects.bulk_create(
            [
                Transition(application=application, source=source, event=event, target=target, at=now)
                for source, event, target in (
                    ("draft", "submit", "submitted"),
                    ("submitted", "start_checks", "verifying"),
                )
            ]
        )
        Check.objects.bulk_create(
            [
                Check(subject=version.pk, district_code="430702", agency=name, claim=answers, next_attempt_at=now, **at)
                for name in Agency.values
            ]
        )
        Message.objects.bulk_create(
            [
                Message(
                    key=f"received:{version.pk}",
                    account_id=account_id,
                    phone=body["phone"],
                    template="received",
                    language="zh-hans",
                    body=f"{receipt} {body['child']['name']}",
                    next_attempt_at=now,
                    **at,
                )
            ]
        )
        Entry.objects.bulk_create(
            [
                Entry(
                    at=now, actor_id=account_id, actor_label=receipt, action=action, object_id=number, digest="0" * 64
                )
                for action in ACTIONS
            ]
        )
    return JsonResponse({"id": str(application_id), "receipt": receipt, "state": "verifying"}, status=201)


urlpatterns = [path("api/v1/applications/", store)]


def application() -> Any:
    """The WSGI application of the floor, for gunicorn."""
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "bench.floor", []
    return get_wsgi_application()
