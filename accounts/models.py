"""People: accounts of families and staff, roles, what signs somebody in, face checks, joined accounts."""

import time
import uuid
from base64 import b32encode
from binascii import unhexlify
from datetime import date
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from django_otp.models import CooldownMixin, Device, SideChannelDevice, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from foundation import clock
from foundation.fields import EncryptedTextField
from foundation.prepared import Prepared

KEY_BYTES: Final = 20  # of an authenticator app's secret


class AccountManager(BaseUserManager["Account"]):
    def get(self, *args: Any, **fields: Any) -> "Account":
        """One account. Who is signed in is asked for by every page: that query is prepared."""
        if args or fields.keys() != {"pk"}:
            return super().get(*args, **fields)
        found = SIGNED_IN.first(fields["pk"])
        if found is None:
            raise self.model.DoesNotExist
        return found

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        return self.create_user(username, password, is_staff=True, is_superuser=True, kind="staff", **fields)


class Assurance(models.IntegerChoices):
    """How surely a person is known; higher is surer. Levels 2 and 3 come from a government identity provider or from a
    face check that the person agreed to.
    """

    PHONE = 0, _("Mobile number only")
    STATED = 1, _("Name and number stated by the person")
    VERIFIED = 2, _("Identity verified by the government sign-in")
    PRESENT = 3, _("Identity verified, the person was present")


class Account(AbstractBaseUser, PermissionsMixin):
    """One person. A guardian signs in by a code to the phone; staff by password and one-time password."""

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", _("Guardian")
        STAFF = "staff", _("Staff")

    username = models.CharField(max_length=64, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GUARDIAN)
    name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(null=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True)
    id_number = EncryptedTextField(null=True)
    id_index = models.CharField(max_length=64, unique=True, null=True)
    # how surely the person is known: see Assurance; raised by a way of signing in, never lowered
    assurance = models.PositiveSmallIntegerField(choices=Assurance.choices, default=Assurance.PHONE)
    language = models.CharField(max_length=10, default="zh-hans")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    # a second account of the same person: it holds nothing any more, whoever signs in to it is this one
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")

    PROVED: ClassVar[int] = Assurance.VERIFIED  # from here on somebody else vouches for name and number
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.username

    def roles_known(self) -> "list[Role]":
        """The roles, in force or not: those that came with whoever signed in, else read now."""
        came: list[dict[str, Any]] | None = self.__dict__.get("roles_came")
        if came is None:
            return list(self.roles.all())
        return [Role(**row | {day: row[day] and date.fromisoformat(row[day]) for day in DAYS}) for row in came]


DAYS: Final = ("from_day", "until_day")


def _signed_in(pk: RawSQL) -> "models.QuerySet[Account]":
    """The account with its roles, which every page of the staff site asks about (``accounts.scopes``)."""
    columns = ("name", "district_code", "school_code", "department", *DAYS)
    roles = Role.objects.filter(account=OuterRef("pk")).order_by("pk")
    return Account.objects.filter(pk=pk).annotate(
        roles_came=ArraySubquery(roles.values(row=JSONObject(**{name: name for name in columns})))
    )


SIGNED_IN = Prepared(_signed_in, 1)


class RoleQuerySet(models.QuerySet["Role"]):
    def in_force(self) -> "RoleQuerySet":
        """Those whose days include today."""
        today = clock.today()
        began = Q(from_day=None) | Q(from_day__lte=today)
        return self.filter(began, Q(until_day=None) | Q(until_day__gte=today))


class Role(models.Model):
    """What a member of staff may do, where (a division prefix, a school, or a partner department), and when."""

    class Name(models.TextChoices):
        REVIEWER = "reviewer", _("School reviewer")
        OFFICIAL = "official", _("District official")
        CITY = "city", _("City official")
        NOTARY = "notary", _("Notary")
        WITNESS = "witness", _("Witness")
        CLERK = "clerk", _("Service-point clerk")
        HELPER = "helper", _("Helper of families")
        DEPARTMENT = "department", _("Partner department")
        SUPERVISOR = "supervisor", _("Supervisor (reads only)")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=12, choices=Name.choices)
    # GB/T 2260 code or a prefix of one: 4307 sees every county of the city
    district_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=40, blank=True)
    # the first and the last day on which it opens anything; without one it has no such end
    from_day = models.DateField(null=True)
    until_day = models.DateField(null=True)
    # who gave it (nobody: the server's command line), and for whom it is held while that person is away
    given_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="given_roles")
    leave = models.ForeignKey("Leave", null=True, on_delete=models.CASCADE, related_name="roles")

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "name", "district_code", "school_code", "department"],
                condition=Q(leave=None),
                name="one_role_once",
            ),
            models.UniqueConstraint(
                fields=["leave", "name", "district_code", "school_code", "department"],
                condition=Q(leave__isnull=False),
                name="one_role_once_a_leave",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.district_code} {self.school_code}".strip()

    def holds_on(self, day: date) -> bool:
        """Whether the role opens anything on this day."""
        return (self.from_day is None or self.from_day <= day) and (self.until_day is None or day <= self.until_day)


class Leave(models.Model):
    """Somebody is away for some days, and another person holds the same roles meanwhile."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="leaves")
    deputy = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="stands_in")
    from_day = models.DateField()
    until_day = models.DateField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back before its last day

    def __str__(self) -> str:
        return f"{self.account_id} {self.from_day} {self.until_day}"


class StaffChange(models.Model):
    """Something about a member of staff that is under way: an invitation, a reset, or a high role given.

    What a high role is concerned with waits for a second administrator. An invitation and a reset are then open: their
    link, of which the table knows a keyed digest only, lets the person in once.
    """

    class Kind(models.TextChoices):
        INVITE = "invite", _("Invitation")
        RESET = "reset", _("Reset of password and authenticator")
        ROLES = "roles", _("Roles given")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second administrator")
        OPEN = "open", _("Link may be used")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    # whom it concerns; of an invitation, who came in by it
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="changes")
    name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")  # at work, for a text; never one that signs a family in
    roles = models.JSONField(default=list)  # [[role, division, school, first day or "", last day or ""], ...]
    token_index = models.CharField(max_length=64, unique=True, null=True)
    expires_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    alone = models.BooleanField(default=False)  # a high role, where nobody else had ever administered the place
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "-proposed_at"], name="accounts_change_state_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def who(self) -> str:
        """Whom it concerns, as a page names them."""
        return self.name if self.account is None else self.account.name or self.account.username


class PhoneDevice(ThrottlingMixin, CooldownMixin, SideChannelDevice):  # type: ignore[misc,unused-ignore]
    """The code sent to a guardian's phone: a cool-down between sends, wrong codes counted by who typed them."""

    phone_index = models.CharField(max_length=64, unique=True)
    tries = models.JSONField(default=dict)  # see accounts.tries; written when a code was wrong

    def get_throttle_factor(self) -> int:
        return 0  # accounts.tries shuts an asker out instead: a message people understand, and nobody else's tries

    def get_cooldown_duration(self) -> int:
        return 60


def _fresh_key() -> str:
    return str(random_hex(KEY_BYTES))


class TokenDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc,unused-ignore]
    """The authenticator app of a member of staff (TOTP, RFC 6238): as django-otp's own device, but the key, with which
    anybody could make the passwords, is encrypted at rest.
    """

    key = EncryptedTextField(default=_fresh_key)  # hexadecimal
    step = models.PositiveSmallIntegerField(default=30)  # seconds
    t0 = models.BigIntegerField(default=0)
    digits = models.PositiveSmallIntegerField(default=6)
    tolerance = models.PositiveSmallIntegerField(default=1)  # steps before and after
    drift = models.SmallIntegerField(default=0)  # by which the app's clock is off, learned at every use
    last_t = models.BigIntegerField(default=-1)  # the newest step used: a password works once

    class Meta(Device.Meta):  # type: ignore[misc,unused-ignore]
        abstract = False
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def bin_key(self) -> bytes:
        """The key as bytes."""
        return unhexlify(self.key)

    def get_throttle_factor(self) -> int:
        return int(settings.OTP_TOTP_THROTTLE_FACTOR)

    def verify_token(self, token: str) -> bool:
        """Whether this is a one-time password of now that was not used yet; it is used up, or counted as wrong."""
        allowed, _why = self.verify_is_allowed()  # type: ignore[no-untyped-call,unused-ignore]
        if not allowed:
            return False
        totp = TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift)
        totp.time = time.time()
        right = token.isascii() and token.isdigit() and totp.verify(int(token), self.tolerance, self.last_t + 1)
        if not right:
            self.throttle_increment(commit=True)  # type: ignore[no-untyped-call,unused-ignore]
            return False
        self.last_t, self.drift = totp.t(), totp.drift
        self.throttle_reset(commit=False)  # type: ignore[no-untyped-call,unused-ignore]
        self.set_last_used_timestamp(commit=False)  # type: ignore[no-untyped-call,unused-ignore]
        self.save()
        return True

    @property
    def config_url(self) -> str:
        """What an authenticator app reads from a QR code (otpauth://)."""
        issuer = str(settings.OTP_TOTP_ISSUER)
        asked = {"secret": b32encode(self.bin_key).decode(), "algorithm": "SHA1", "digits": self.digits}
        label = quote(f"{issuer}:{self.user.get_username()}")
        return f"otpauth://totp/{label}?{urlencode({**asked, 'period': self.step, 'issuer': issuer})}"


class RecoveryDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc,unused-ignore]
    """The recovery codes of a member of staff: as django-otp's static device, but of a code only a keyed digest is
    kept, and a used one stays, so that it can be told from one that never was.
    """

    class Meta(Device.Meta):  # type: ignore[misc,unused-ignore]
        abstract = False
        verbose_name = _("recovery codes")
        verbose_name_plural = _("recovery codes")

    def get_throttle_factor(self) -> int:
        return int(settings.OTP_TOTP_THROTTLE_FACTOR)


class RecoveryCode(models.Model):
    """One recovery code; it signs in once."""

    device = models.ForeignKey(RecoveryDevice, on_delete=models.CASCADE, related_name="codes")
    code_index = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "code_index"], name="one_recovery_code_once")
        ]


class IdentityLink(models.Model):
    """An account at a government sign-in. The provider's name for the person is kept as a blind index only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="identities")
    provider = models.CharField(max_length=20)
    subject_index = models.CharField(max_length=64)
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "subject_index"], name="one_account_an_identity")
        ]


class SignIn(models.Model):
    """One sign-in of a guardian, for the person to recognise or not: when, by which way, from which part of the net."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField()
    way = models.CharField(max_length=20)  # sms, or a provider's key
    address = models.CharField(max_length=45)  # of the network, masked

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="accounts_si_account_idx")]


class AccountMerge(models.Model):
    """Two accounts of one person became one: which, how both were proved, and what was moved. Append-only."""

    kept = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="merges")
    emptied = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="merge")
    proof = models.CharField(max_length=20)
    moved = models.JSONField()  # {"children": 1, ...}
    at = models.DateTimeField()


class FaceConsent(models.Model):
    """What a person agreed to before one face check: which text as shown, of which service, in which district.

    Append-only; taking it back is a row of its own.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="face_consents")
    district_code = models.CharField(max_length=12)  # of the county that offered the check
    service = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    text_sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()


class FaceConsentWithdrawal(models.Model):
    """The end of a consent to a face check, append-only."""

    consent = models.OneToOneField(FaceConsent, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()


class FaceCheck(models.Model):
    """One face check: for which consent, whom it was about, what became of it. It holds no name, number or picture."""

    class State(models.TextChoices):
        BEGUN = "begun", _("Under way")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")
        DROPPED = "dropped", _("Given up")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="face_checks")
    consent = models.OneToOneField(FaceConsent, on_delete=models.PROTECT, related_name="check_made")
    session = models.CharField(max_length=100)  # the service's own name for it
    person_index = models.CharField(max_length=64)  # keyed digest of the name and number that were sent
    state = models.CharField(max_length=10, choices=State.choices, default=State.BEGUN)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="begun"), name="one_open_face_check")
        ]
