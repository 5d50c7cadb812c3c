"""The people of a rehearsal: officials, reviewer, notary and witnesses, with one-time passwords."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django_otp.oath import TOTP

from accounts.models import Account, TokenDevice
from accounts.services import staff_create
from enrollment.assisted.visits.services import training_record
from enrollment.guardians.services.agreements import protection_order
from enrollment.seasons.models import Application
from foundation import clock
from foundation.secret_files import replace
from rehearsal.city import Applicant
from schools.switches import Wish, switch_set

PEOPLE = {
    "official": ("official", "official"),
    "official2": ("official", "second official"),
    "reviewer": ("reviewer", "school reviewer"),
    "notary": ("notary", "notary"),
    "witness": ("witness", "witness"),
    "supervisor": ("supervisor", "supervisor"),
    "clerk": ("clerk", "service-point clerk"),
    "helper": ("helper", "helper of families"),
    "department": ("department", "officer of natural resources"),
}
OFFICE = "natural_resources"  # whose the officer is
HELPERS = ("clerk", "helper")
OFFICIALS = ("official", "official2")  # the two who close a round, freeze its roll and publish
DUTIES = {"notary": "notary", "witness": "inspector"}  # in which duty the plan of a ceremony names them


@dataclass(frozen=True, slots=True)
class Member:
    """An account as the guide prints it."""

    username: str
    password: str
    totp_key: str  # hexadecimal
    duty: str


def create_staff(district: str) -> dict[str, Member]:
    """Create the staff of a rehearsal; passwords and keys are random."""
    members = {}
    for username, (role, duty) in PEOPLE.items():
        member = Member(
            username,
            f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-{secrets.token_hex(3)}",
            secrets.token_hex(20),
            duty,
        )
        staff_create(
            username=username,
            password=member.password,
            name=duty,
            roles=[(role, district, "")],
            totp_key=member.totp_key,
        )
        members[username] = member
    account("department").roles.update(department=OFFICE)
    for username in HELPERS:
        training_record(official=account("official"), account=account(username), on=clock.now())
    return members


def save_staff(members: dict[str, Member], path: Path) -> None:
    """Keep the accounts for the guide of the demonstration (0600)."""
    replace(path, json.dumps({name: asdict(member) for name, member in members.items()}, indent=1))


def load_staff(path: Path) -> dict[str, Member]:
    return {name: Member(**row) for name, row in json.loads(path.read_text()).items()}


def next_token(username: str) -> str:
    """The next one-time password the server takes from this person, without waiting half a minute."""
    device = TokenDevice.objects.get(user__username=username)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    if totp.t() <= device.last_t:
        totp.drift = device.drift + 1
    return f"{totp.token():06d}"


def open_face_check(district: str) -> None:
    """The official opens the one door that is closed until somebody decides on it, so that the way can be seen."""
    wish = Wish("face_check", on=True, since="", until="", reason="演示：人脸核验作为可选方式，另有其他方式（合成）")
    switch_set(official=account("official"), district=district, wish=wish, password=next_token("official"))


def protect(filed: Iterable[tuple[Applicant, str]]) -> None:
    """The official enters the order of an authority where a family has one; ``filed`` are children with receipts."""
    for child, receipt in filed:
        if reference := child.claim.get("order"):
            application = Application.objects.get(receipt=receipt)
            protection_order(official=account("official"), application_id=application.pk, reference=reference)


def reset_tokens() -> None:
    """After a played season the devices show the real time again."""
    TokenDevice.objects.update(drift=0, last_t=-1)


def account(username: str) -> Account:
    return Account.objects.get(username=username)
