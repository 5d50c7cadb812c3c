"""``manage.py demo_guide``: the addresses and accounts of a played demonstration."""

import base64
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from enrollment.seasons.models import Application, ApplicationState
from enrollment.seasons.selectors import open_rounds
from foundation.crypto import blind_index
from identifiers import mask, normalise
from rehearsal.city import Applicant, read_families
from rehearsal.staff import load_staff, next_token


class Command(BaseCommand):
    help = "Print how to enter the demonstration as a parent, a reviewer, an official or a witness."

    def handle(self, *_args: Any, **_options: Any) -> None:
        folder = Path(settings.VAR_DIR)
        if not settings.LOCAL or not (folder / "demo-accounts.json").exists():
            raise CommandError("no demonstration has been played here: make demo")
        console = Console(width=110)
        self.parents(console, folder)
        self.staff(console, folder)
        self.report(console, folder / "demo-played.json")

    def parents(self, console: Console, folder: Path) -> None:
        """Phones of synthetic parents: with an offer, and one who has not filed."""
        site = settings.SITE_URL
        console.print(f"\n[bold]Parents[/bold]  {site}/sign-in/   codes arrive at {site}/demo/messages/")
        offered = (
            Application.objects.filter(state=ApplicationState.OFFERED)
            .select_related("guardian")
            .order_by("receipt")
            .first()
        )
        if offered is not None:
            console.print(f"  has a place to accept    {offered.guardian.phone}   receipt {offered.receipt}")
        placed = (
            Application.objects.filter(state=ApplicationState.ACCEPTED)
            .select_related("guardian")
            .order_by("receipt")
            .first()
        )
        if placed is not None:
            console.print(f"  has accepted a place     {placed.guardian.phone}   receipt {placed.receipt}")
        child = visitor(folder / "city.sqlite")
        if child is None:
            return
        about, parent = child.claim["child"], child.claim["guardian"]
        console.print(f"  has not filed yet        {child.mobile}   parent {parent['name']}, ID {parent['id_number']}")
        console.print(f"    the one-minute way: {site}/sign-in/ → 省政务服务平台, enter the mobile {child.mobile};")
        console.print("    after a code by SMS everything is typed, and compared with the registers later")
        console.print(f"    child {about['name']}, ID {about['id_number']} (shown masked elsewhere: {masked(about)})")

    def staff(self, console: Console, folder: Path) -> None:
        """Accounts with what an authenticator app needs, and the password valid just now."""
        console.print(f"\n[bold]Staff[/bold]  {settings.SITE_URL}/staff/sign-in/")
        table = Table(box=None, pad_edge=False)
        for head in ("  user", "password", "authenticator key", "code now", "duty"):
            table.add_column(head)
        for name, member in load_staff(folder / "demo-accounts.json").items():
            key = base64.b32encode(bytes.fromhex(member.totp_key)).decode()
            table.add_row(f"  {name}", member.password, key, next_token(name), member.duty)
        console.print(table)
        console.print("  A new code at any time: make codes")

    def report(self, console: Console, path: Path) -> None:
        if not path.exists():
            return
        body = json.loads(path.read_text(encoding="utf-8"))
        rates = body["rates"]
        console.print(
            f"\nPlayed: {body['families']} synthetic families, {body['children']} children, seed {body['seed']}; "
            f"checked {rates['verification']:.1%}, placed {rates['admission']:.1%}, "
            f"without any document {rates['zero_document']:.1%}, {body['seconds']['total']:.0f} s"
        )


def visitor(city: Path) -> Applicant | None:
    """A synthetic child that may apply in an open round and has not: for a visitor to try."""
    stages = set(open_rounds().values_list("stage", flat=True))
    filed = set(Application.objects.values_list("child_index", flat=True))
    found = None
    for family in read_families(city):
        child = family[0]
        if len(family) == 1 and child.stage in stages:
            index = blind_index("child", normalise("id", child.claim["child"]["id_number"]))
            found = child if index not in filed and child.claim["home"]["kind"] == "deed" else found
    return found


def masked(child: dict[str, str]) -> str:
    return mask("id", child["id_number"])
