"""A person's rights over their data (PIPL art. 44-47): a copy of all of it, and deletion of what no law keeps."""

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

import identifiers
from accounts.askers import account_asker
from accounts.models import Account
from accounts.services import code_verify
from audit.models import Entry
from audit.services import record
from enrollment.documents.models import Document
from enrollment.filing.selectors import own_rows
from enrollment.filing.submission.receipts import receipt_document
from enrollment.filing.submission.standing import timeline
from enrollment.judging.models import SecondLook
from enrollment.judging.told import told
from enrollment.outcome.answers import is_held_back
from enrollment.outcome.letter_print import LANGUAGES
from enrollment.outcome.models import Letter, PlaceLook, RegistryRecord, Reminder
from enrollment.outcome.services.letters import letter_made
from enrollment.privacy.accesses import access_words
from enrollment.privacy.models import DataRequest
from enrollment.privacy.own_data import people_data
from enrollment.seasons.models import Application, Child, Draft
from enrollment.seasons.rules.policies import compiled
from foundation import clock, files
from foundation.errors import NotAllowed, Refused
from notifications.models import Message

if TYPE_CHECKING:
    from zipfile import ZipFile

LARGEST: Final = 60_000_000  # bytes of own documents in one copy; what is more is listed and given at the desk


KEEP_YEARS: Final = 6  # after the season: as long as the seat of a home may be asked about (six-year rule)


OTHERS: Final = ("second_guardian_id", "home_owner_id", "second_id", "second_phone", "second_name")


def step_up(*, guardian: Account, code: str) -> None:
    """A fresh code to the person's own phone, before their data leave the house. Raises Refused (field code)."""
    if not guardian.phone:
        raise Refused(_("Your account has no mobile number. Please go to a service point."), code="phone", field="code")
    if code_verify(phone=guardian.phone, code=code, asker=account_asker(guardian)).pk != guardian.pk:
        raise NotAllowed


def _masked(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without what belongs to another person: the owner of a home, the other guardian."""
    hidden = {name: "＊" for name in OTHERS if answers.get(name)}
    return {**answers, **hidden}


def _application(application: Application) -> dict[str, Any]:
    offers = application.offers.select_related("school").order_by("pk")
    stored = RegistryRecord.objects.filter(application=application).first()
    return {
        "receipt": application.receipt,
        "season": application.season_year,
        "stage": application.stage,
        "round": str(application.round),
        "state": application.get_state_display(),
        "channel": application.channel,
        "submitted_at": _time(application.submitted_at),
        "versions": [
            {
                "number": version.number,
                "submitted_at": _time(version.submitted_at),
                "answers": _masked(version.claims.get("answers", {})),
                "own_questions": [{"question": row.label, "answer": row.value} for row in own_rows(version)],
                "choices": version.choices,
                "evaluation": told(version.evaluation) if version.evaluation and not is_held_back(version) else None,
            }
            for version in application.versions.order_by("number")
        ],
        "steps": [{"at": _time(one.at), "state": one.state, "reason": one.reason} for one in timeline(application)],
        "results": [
            {"at": _time(one.published_at), "school": one.school.name if one.school else "", "kind": one.kind}
            for one in offers
        ],
        "reminders": [
            {"at": _time(one.at), "number": one.number, "way": one.get_way_display()}
            for one in Reminder.objects.filter(offer__application=application).order_by("pk")
        ],
        "looks_at_an_unanswered_place": [
            {"at": _time(one.at), "result": one.get_result_display(), "note": one.note}
            for one in PlaceLook.objects.filter(offer__application=application).order_by("pk")
        ],
        "appeals": [
            {
                "filed_at": _time(one.filed_at),
                "state": one.get_state_display(),
                "reason": one.reason,
                "answer": one.decision_reason,
            }
            for one in application.appeals.order_by("pk")
        ],
        "looked_at_again": [
            {"at": _time(look.reopened_at), "why": look.get_cause_display()}
            for look in SecondLook.objects.filter(application=application, reopened_at__isnull=False)
        ],
        "looked_at_beside_another": [
            {"at": _time(one.at), "found": one.get_about_display()} for one in application.seen_together.order_by("pk")
        ],
        "settled_names": [
            {"at": _time(one.at), "whose": one.get_whose_display(), "name": one.name, "reason": one.reason}
            for one in application.settled_names.all()
        ],
        "attendance": [{"at": _time(one.at), "coming": one.coming} for one in application.attendances.order_by("pk")],
        "registry": _masked(stored.answers) if stored else {},
    }


def _time(at: datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds") if at else ""


def data_of(guardian: Account) -> dict[str, Any]:
    """Everything stored about a guardian and the children in the account, as plain data."""
    applications = list(
        Application.objects.filter(guardian=guardian)
        .select_related("child", "guardian", "round__season__district")
        .order_by("submitted_at")
    )
    return {
        "made_at": _time(clock.now()),
        "account": {
            "name": guardian.name,
            "phone": guardian.phone or "",
            "id_number": guardian.id_number or "",
            "language": guardian.language,
            "since": _time(guardian.created_at),
        },
        "children": [
            {
                "name": child.name,
                "id_number": child.id_number,
                "document": child.document_kind,
                "birth_date": child.birth_date.isoformat(),
                "sex": child.sex,
                "added_at": _time(child.created_at),
            }
            for child in Child.objects.filter(guardian=guardian).order_by("pk")
        ],
        "drafts": [
            {"child": draft.child.name, "saved_at": _time(draft.saved_at), "answers": _masked(draft.answers)}
            for draft in Draft.objects.filter(child__guardian=guardian).select_related("child").order_by("pk")
        ],
        "applications": [_application(application) for application in applications],
        "documents": [
            {"kind": one.kind, "size": one.size, "sha256": one.sha256, "at": _time(one.uploaded_at)}
            for one in Document.objects.filter(owner=guardian).order_by("pk")
        ],
        "messages": [
            {"at": _time(one.sent_at or one.created_at), "text": one.body, "state": one.get_state_display()}
            for one in Message.objects.filter(account=guardian, secret=False).order_by("pk")
        ],
        "read_by": read_by(guardian, applications),
        **people_data(guardian),
    }


def read_by(guardian: Account, applications: list[Application]) -> list[dict[str, str]]:
    """Who else saw or changed these applications, when: roles, not names - officials are persons, too."""
    ids = [str(application.pk) for application in applications]
    rows = Entry.objects.filter(object_type="application", object_id__in=ids, actor_id__isnull=False)
    entries = list(rows.exclude(actor_id=guardian.pk).order_by("pk"))
    people = Account.objects.filter(pk__in={entry.actor_id for entry in entries}).prefetch_related("roles")
    roles = {one.pk: "、".join(sorted({str(role.get_name_display()) for role in one.roles.all()})) for one in people}
    return [
        {
            "at": _time(entry.at),
            "who": roles.get(entry.actor_id or 0, "") or _("Staff"),
            "what": entry.action,
            "words": access_words(entry.action),
        }
        for entry in entries
    ]


@transaction.atomic
def copy_make(*, guardian: Account) -> bytes:
    """A zip of all a person's data: JSON, a readable page, own documents, receipts and letters.

    The caller has confirmed the person by ``step_up``.
    """
    from zipfile import ZIP_DEFLATED, ZipFile

    data, made = data_of(guardian), io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        _prints(archive, guardian)
        data["left_out"] = _documents(archive, guardian)
        archive.writestr("data.html", render_to_string("enrollment/privacy/my_data_copy.html", {"data": data}))
    body, now = made.getvalue(), clock.now()
    asked = DataRequest.objects.create(
        account=guardian,
        kind=DataRequest.Kind.COPY,
        asked_at=now,
        answered_at=now,
        answer={"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)},
    )
    record(actor=guardian, action="data.copy", object_type="data_request", object_id=asked.pk)
    return body


def _prints(archive: "ZipFile", guardian: Account) -> None:
    for application in Application.objects.filter(guardian=guardian).order_by("submitted_at"):
        number, receipt = receipt_document(guardian=guardian, application_id=application.pk, language="zh")
        archive.writestr(f"receipts/{number}.pdf", receipt)
    for letter in Letter.objects.filter(application__guardian=guardian).order_by("pk"):
        for language in LANGUAGES:
            archive.writestr(f"letters/{letter.number}-{language}.pdf", letter_made(letter, language))


def _documents(archive: "ZipFile", guardian: Account) -> list[str]:
    """Write the own documents; the ids of those beyond the limit, or without a file, come back."""
    total, left = 0, []
    for document in Document.objects.filter(owner=guardian).order_by("pk"):
        if not document.content_type or total + document.size > LARGEST:
            left.append(f"{document.kind} {document.public_id}")
            continue
        total += document.size
        suffix = document.content_type.rpartition("/")[2]
        archive.writestr(f"documents/{document.kind}-{document.public_id}.{suffix}", files.load(document.sha256))
    return left


@transaction.atomic
def deletion_make(*, guardian: Account) -> DataRequest:
    """Delete at once what was never submitted, and answer what the law keeps, why and until when.

    Deleted: drafts without an application, their uploads, and children who were never filed. Nothing a decision
    rests on is touched. The caller has confirmed the person by ``step_up``.
    """
    Account.objects.select_for_update().get(pk=guardian.pk)
    drafts = [draft for draft in Draft.objects.filter(child__guardian=guardian) if not _filed(draft)]
    uploads = Document.objects.filter(owner=guardian, application__isnull=True, appeal__isnull=True)
    children = Child.objects.filter(guardian=guardian, applications__isnull=True)
    deleted = {"uploads": uploads.count(), "drafts": len(drafts), "children": children.count()}
    uploads.delete()
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    children.delete()
    now = clock.now()
    asked = DataRequest.objects.create(
        account=guardian,
        kind=DataRequest.Kind.DELETION,
        asked_at=now,
        answered_at=now,
        answer={"deleted": deleted, "kept": kept(guardian)},
    )
    record(actor=guardian, action="data.delete", object_type="data_request", object_id=asked.pk, details={**deleted})
    return asked


def _filed(draft: Draft) -> bool:
    return Application.objects.filter(child=draft.child_id, round=draft.round_id).exists()


def kept(guardian: Account) -> list[dict[str, Any]]:
    """What is kept, by code: how much, and until when (ISO date). Words for the codes are the page's."""
    mine = Application.objects.filter(guardian=guardian).select_related("round__policy")
    years = [one.season_year for one in mine]
    if not years:
        return []
    # only a district whose rules lock the seat of a home keeps anything for it, and says so
    locks = any(compiled(one.round.policy).seat_lock is not None for one in mine)
    until = date(max(years) + KEEP_YEARS, 12, 31).isoformat()
    filed = Q(application__isnull=False) | Q(appeal__isnull=False)
    documents = Document.objects.filter(filed, owner=guardian).count()
    messages = Message.objects.filter(account=guardian, secret=False).count()
    rows = [("applications", len(years)), ("documents", documents), ("messages", messages)]
    lock = {"applications": {"seat_lock": locks}}
    return [{"what": what, "count": count, "until": until, **lock.get(what, {})} for what, count in rows if count]


def masked_own_phone(guardian: Account) -> str:
    """The person's own number as the page names it."""
    return identifiers.mask("mobile", guardian.phone) if guardian.phone else ""
