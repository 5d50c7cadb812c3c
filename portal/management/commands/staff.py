"""``manage.py staff``: members of staff from the server's command line; the first administrator is made here.

manage.py staff create li.na --name "Li Na" --role official:430702
manage.py staff roles li.na --add reviewer:430702:WL01 --remove official:430702
manage.py staff reset li.na          a new password and authenticator
manage.py staff disable li.na        at once; enable brings the account back
manage.py staff list --district 4307
"""

import io
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from accounts.models import Account, TokenDevice
from accounts.people import members, terms
from accounts.people.terms import RoleRow
from accounts.services import staff_create
from foundation import clock
from foundation.errors import Refusal, Refused
from schools.models import District, School

PARTS = range(2, 4)


def role_of(text: str) -> RoleRow:
    """``role:division[:school]``. Raises Refused."""
    parts = text.split(":")
    if len(parts) not in PARTS:
        raise Refused(f"{text!r}: write a role as role:division or role:division:school, such as official:430702")
    return parts[0], parts[1], parts[2] if len(parts) == PARTS.stop - 1 else ""


class Command(BaseCommand):
    help = "Create, list and switch off members of staff; give roles; reset an authenticator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="a new member of staff; prints password and authenticator once")
        create.add_argument("username")
        create.add_argument("--name", required=True, help="as colleagues and the log show it")
        create.add_argument("--role", action="append", required=True, metavar="ROLE:DIVISION[:SCHOOL]")
        reset = verbs.add_parser("reset", help="a new password and authenticator")
        reset.add_argument("username")
        for verb in (create, reset):
            verb.add_argument("--password-stdin", action="store_true", help="read the password, do not make one")
        roles = verbs.add_parser("roles", help="give and take roles")
        roles.add_argument("username")
        roles.add_argument("--add", action="append", default=[], metavar="ROLE:DIVISION[:SCHOOL]")
        roles.add_argument("--remove", action="append", default=[], metavar="ROLE:DIVISION[:SCHOOL]")
        for name in ("disable", "enable"):
            verbs.add_parser(name, help=f"{name} an account").add_argument("username")
        verbs.add_parser("list", help="who can do what, where").add_argument("--district", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with translation.override("en"):  # what this command prints is in one language, refusals too
                getattr(self, f"on_{options['verb']}")(options)
        except Refusal as refused:
            raise CommandError(str(refused)) from refused

    def on_create(self, options: dict[str, Any]) -> None:
        roles = self._placed([role_of(text) for text in options["role"]])
        username = terms.username_checked(options["username"])
        password = self._password(options, username)
        with transaction.atomic():
            _account, device = staff_create(
                username=username, password=password, name=options["name"].strip(), roles=roles
            )
        self._shown(username, password, device, made=not options["password_stdin"])

    def on_reset(self, options: dict[str, Any]) -> None:
        password = self._password(options, options["username"])
        device = members.staff_reset(account=members.staff_member(options["username"]), password=password)
        self._shown(options["username"], password, device, made=not options["password_stdin"])

    def on_roles(self, options: dict[str, Any]) -> None:
        add, remove = ([role_of(text) for text in options[name]] for name in ("add", "remove"))
        account = members.staff_member(options["username"])
        members.staff_roles(account=account, add=self._placed(add), remove=remove)
        self.on_list({"district": ""}, only=options["username"])

    def on_disable(self, options: dict[str, Any]) -> None:
        members.staff_active(actor=None, account=members.staff_member(options["username"]), active=False)
        self.stdout.write(f"{options['username']} is disabled; every session ends with its next page")

    def on_enable(self, options: dict[str, Any]) -> None:
        members.staff_active(actor=None, account=members.staff_member(options["username"]), active=True)
        self.stdout.write(f"{options['username']} may sign in again")

    def on_list(self, options: dict[str, Any], only: str = "") -> None:
        rows = [one for one in members.staff_listed(district=options["district"]) if not only or one.username == only]
        for account in rows:
            self.stdout.write(f"{account.username:<24} {'' if account.is_active else '(disabled) '}{_held(account)}")
        if not rows:
            self.stdout.write("nobody")

    def _placed(self, roles: list[RoleRow]) -> list[RoleRow]:
        """Rows whose places exist; a division that no season has brought yet is told, not refused."""
        checked = terms.roles_checked(roles)
        for _role, district, school in checked:
            if school and not School.objects.filter(code=school, district__code__startswith=district).exists():
                raise Refused(f"there is no school {school} in {district}: load the season first", field="school")
            if not District.objects.filter(code__startswith=district).exists():
                self.stderr.write(f"note: no season has been loaded for {district} yet")
        return checked

    def _password(self, options: dict[str, Any], username: str) -> str:
        given = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else _made_password()
        return terms.password_checked(given, username)

    def _shown(self, username: str, password: str, device: TokenDevice, *, made: bool) -> None:
        """What the person needs to sign in; it is shown this once."""
        import segno  # not at the top: only these pages draw a code

        self.stdout.write(f"{username} signs in at {settings.SITE_URL}/staff/sign-in/")
        if made:
            self.stdout.write(f"password: {password}")
        self.stdout.write("authenticator: scan this, or type the key behind secret= into the app")
        drawn = io.StringIO()
        segno.make(device.config_url, error="l").terminal(out=drawn, compact=True)
        self.stdout.write(drawn.getvalue())
        self.stdout.write(device.config_url)
        self.stdout.write("This is shown once. `manage.py staff reset` makes new ones.")


def _made_password() -> str:
    return "-".join(secrets.token_hex(3) for _part in range(4))


def _held(account: Account) -> str:
    rows = (
        ":".join(part for part in (role.name, role.district_code, role.school_code) if part)
        for role in account.roles.all()
        if role.holds_on(clock.today())
    )
    return ", ".join(sorted(rows)) or "no role"
