import time
import uuid
from base64 import b32encode
from binascii import unhexlify
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import CooldownMixin, Device, SideChannelDevice, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

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
    """How surely a person is known; higher is surer. Levels 2 and 3 come from a government identity provider."""

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

    PROVED: ClassVar[int] = Assurance.VERIFIED  # from here on a government sign-in vouches for name and number
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.username


SIGNED_IN = Prepared(lambda pk: Account.objects.filter(pk=pk), 1)


class Role(models.Model):
    """What a member of staff may do, and where: a division prefix, a school, or a partner department."""

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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "name", "district_code", "school_code", "department"], name="one_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.district_code} {self.school_code}".strip()


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
