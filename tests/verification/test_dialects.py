"""Other exchanges by configuration alone: over real HTTP, each way of speaking is read into the same records."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as django_settings
from pytest_django import Settings

from foundation import clock
from tests.agencies import City, free_port
from tests.verification.test_agencies import AWAY, CHILD, CLAIMS, DEED, HOUSEHOLD, MOTHER, PAID, PERMIT
from tests.waiting import end
from verification import client
from verification.agencies import Doubt, adapter
from verification.checking import checks_run
from verification.item_services import ItemRow, items_store
from verification.models import AgencyCall, AgencySwitch, Check, Finding

COUNTY, TODAY = "430702", date(2027, 6, 15)
FIELDS = {"id_number": "SFZHM", "name": "XM", "address": "HJDZ", "registered_on": "QRRQ", "householder_id": "HZSFZ"}
pytestmark = pytest.mark.django_db(transaction=True)


def ask(agency: str = "household", keys: tuple[str, ...] = (CHILD,)) -> client.Call:
    return client.ask_all({agency: keys}, purpose="check", district=COUNTY)[agency]


def line(agencies: City, agency: str, theirs: dict[str, Any], ours: dict[str, Any], **more: Any) -> None:
    """Let the agency speak in one way, and write it down in the catalogue in the other."""
    agencies.speaks(**{agency: theirs})
    items_store(division=COUNTY, rows=[ItemRow(agency, endpoint=agencies.url, dialect=ours, **more)])


PLAIN = {"dates": "iso"}
SPOKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "SM3": ({"signature": "hmac-sm3"}, {"signature": "hmac-sm3"}),
    "SM4 in CBC": ({"cipher": "sm4-cbc"}, {"cipher": "sm4-cbc"}),
    "SM4 in GCM, SM3": (
        {"cipher": "sm4-gcm", "signature": "hmac-sm3"},
        {"cipher": "sm4-gcm", "signature": "hmac-sm3"},
    ),
    "GBK": ({"charset": "gbk"}, {"charset": "gbk"}),
    "GBK, sealed": ({"charset": "gb18030", "cipher": "sm4-cbc"}, {"charset": "gb18030", "cipher": "sm4-cbc"}),
    "compact dates": ({"dates": "compact"}, {}),
    "Chinese dates": ({"dates": "chinese"}, {}),
    "full width": ({"wide": True}, {}),
    "pages": ({"page_size": 1}, {"page_size": 1}),
    "an envelope with a code": (
        {"envelope": True},
        {"records": "data.list", "code": "code", "source": "", "at": ""},
    ),
    "names of their own": ({"names": FIELDS}, {"fields": FIELDS}),
    "codes": (
        {"values": {"status": {"normal": "1"}, "type": {"family": "01"}}},
        {"codes": {"status": {"1": "normal"}, "type": {"01": "family"}}},
    ),
    "a token": ({"token": True}, {"token_path": "/household/token"}),
    "another name for the keys": ({"keys": "sfzhm"}, {"keys": "sfzhm", "constants": {"appId": "enrollment"}}),
    "a batch of one": ({"batch": 10}, {"batch": 10}),
    "all at once": (
        {
            "signature": "hmac-sm3",
            "cipher": "sm4-cbc",
            "charset": "gbk",
            "dates": "chinese",
            "wide": True,
            "batch": 20,
            "page_size": 1,
            "token": True,
            "envelope": True,
            "names": {"address": "HJDZ", "name": "XM"},
        },
        {
            "signature": "hmac-sm3",
            "cipher": "sm4-cbc",
            "charset": "gbk",
            "batch": 20,
            "page_size": 1,
            "more": "data.hasMore",
            "token_path": "/household/token",
            "records": "data.list",
            "source": "",
            "at": "",
            "code": "code",
            "fields": {"address": "HJDZ", "name": "XM"},
            "nested": {"members": {"name": "members", "fields": {"name": "XM"}}},
        },
    ),
}


@pytest.mark.parametrize(("theirs", "ours"), SPOKEN.values(), ids=SPOKEN)
def test_the_same_records_are_read_of_each_dialect(
    agencies: City, theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    older = {**HOUSEHOLD, "address": AWAY, "registered_on": "2018-02-01", "status": "moved_out"}
    agencies.put("household", HOUSEHOLD, older)
    line(agencies, "household", theirs, ours)
    answer = ask().answer
    assert answer is not None
    assert sorted(answer.records, key=str) == sorted((HOUSEHOLD, older), key=str)
    assert adapter("household").judge(CLAIMS["household"], answer.records, TODAY).outcome == "match"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"signature": "hmac-sm3"}, {}),
        ({"cipher": "sm4-cbc"}, {}),
        ({"cipher": "sm4-gcm"}, {"cipher": "sm4-cbc"}),
        ({"token": True}, {}),
        ({"envelope": True}, {}),
        ({}, {"cipher": "sm4-cbc"}),
        ({}, {"records": "data.list"}),
        ({"batch": 5}, {}),
    ],
)
def test_what_is_spoken_otherwise_than_it_is_written_down_is_silence(
    agencies: City, theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    agencies.put("household", HOUSEHOLD)
    line(agencies, "household", {**PLAIN, **theirs}, ours)
    assert ask().answer is None


def test_a_masked_name_is_unreadable_at_that_place(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    line(agencies, "household", {"masked": True}, {})
    answer = ask().answer
    assert answer is not None
    assert "*" in answer.records[0]["name"]
    found = adapter("household").judge(CLAIMS["household"], answer.records, TODAY)
    assert [one.field for one in found.differences] == [Doubt.UNREADABLE_NAME]


def test_the_moves_of_a_household_are_entries_that_are_over(agencies: City) -> None:
    older = {**HOUSEHOLD, "address": AWAY, "registered_on": "2018-02-01", "status": "moved_out"}
    agencies.put("household", HOUSEHOLD, older)
    line(agencies, "household", {"moves": "QYLS", "dates": "compact"}, {"history": "QYLS"})
    answer = ask().answer
    assert answer is not None
    assert [(one.get("status", ""), one["registered_on"]) for one in answer.records] == [
        (HOUSEHOLD.get("status", ""), HOUSEHOLD["registered_on"]),
        ("moved_out", "2018-02-01"),
    ]
    assert adapter("household").judge(CLAIMS["household"], answer.records, TODAY).outcome == "match"


def test_several_homes_with_shares_in_percent_under_other_names(agencies: City) -> None:
    second = {**DEED, "certificate": "湘(2011)常德市不动产权第0000001号", "address": AWAY}
    agencies.put("real_estate", DEED, second)
    names = {"certificate": "BDCQZH", "owners": "QLRS", "share": "GYFE", "id_number": "ZJH"}
    inner = {"share": "GYFE", "id_number": "ZJH"}
    line(
        agencies,
        "real_estate",
        {"names": names, "percent": True, "values": {"mortgaged": {"False": "0", "True": "1"}}},
        {
            "fields": {"certificate": "BDCQZH"},
            "nested": {"owners": {"name": "QLRS", "fields": inner}},
            "codes": {"mortgaged": {"0": "false", "1": "true"}},
        },
    )
    answer = ask("real_estate", (MOTHER,)).answer
    assert answer is not None
    assert sorted(answer.records, key=str) == sorted((DEED, second), key=str)
    assert adapter("real_estate").judge(CLAIMS["real_estate"], answer.records, TODAY).outcome == "match"


def test_many_families_are_asked_about_in_one_request(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    line(agencies, "household", {"batch": 20}, {"batch": 20})
    asked = [client.Request("household", (CHILD if at % 2 else "nobody",), COUNTY) for at in range(50)]
    calls = client.ask_many(client.with_lines(asked), purpose="check").calls()
    assert [len(one.answer.records) for one in calls if one.answer] == [at % 2 for at in range(50)]
    assert len({one.trace_id for one in calls}) == 3


def test_a_token_is_fetched_once_and_again_when_it_is_refused(agencies: City) -> None:
    agencies.put("permit", PERMIT)
    line(agencies, "permit", {"token": True, "token_seconds": 300}, {"token_path": "/permit/token"})
    assert ask("permit", (MOTHER,)).answer is not None
    # said to be good for ten minutes, and over at once
    agencies.speaks(permit={"token": True, "token_seconds": -1})
    assert ask("permit", (MOTHER,)).answer is not None  # the one that is kept
    from verification.wire import _wire

    wire = _wire(os.getpid(), django_settings.AGENCY_TIMEOUT_SECONDS)
    wire.tokens.kept[f"permit@{COUNTY}"] = ("1.0.forged", float("inf"))
    made = ask("permit", (MOTHER,))
    assert (made.answer, made.status) == (None, 401)
    agencies.speaks(permit={"token": True})
    wire.tokens.kept[f"permit@{COUNTY}"] = ("1.0.forged", float("inf"))
    assert ask("permit", (MOTHER,)).answer is not None


@pytest.mark.parametrize("by_code", [False, True])
def test_asked_too_often_is_no_silence(agencies: City, by_code: bool) -> None:
    agencies.put("household", HOUSEHOLD)
    theirs = {"busy": 1, "busy_code": "4290" if by_code else "", "envelope": by_code}
    ours = {"records": "data.list", "code": "code", "busy": ["4290"], "source": "", "at": ""} if by_code else {}
    line(agencies, "household", theirs, ours)
    for _time in range(10):
        assert ask().status == client.BUSY
    assert not AgencySwitch.objects.filter(failures__gt=0).exists()
    now = clock.now()
    check = Check.objects.create(
        subject="00000000-0000-4000-8000-000000000001",
        district_code=COUNTY,
        agency="household",
        claim=CLAIMS["household"],
        next_attempt_at=now,
        created_at=now,
    )
    assert checks_run(subject=check.subject) == 0
    check.refresh_from_db()
    assert check.attempts == 0
    assert check.next_attempt_at < now + timedelta(seconds=10)
    agencies.speaks(household={"envelope": True} if by_code else {})
    with clock.at(now + timedelta(seconds=10)):
        assert checks_run(subject=check.subject) == 1
    assert Finding.objects.get().outcome == "match"
    assert AgencyCall.objects.filter(status=client.BUSY).count() == 11


@pytest.mark.parametrize("form", ["2025-01", "202501", "2025年1月"])
def test_months_are_read_in_each_form(form: str) -> None:
    from verification.dialect import parse
    from verification.reading import record

    assert record({**PAID, "months": [form], "backpaid": ""}, parse({}))["months"] == ["2025-01"]
    assert record({**PAID, "months": f"{form},{form}"}, parse({}))["months"] == ["2025-01"] * 2


# -- certificates of both sides ------------------------------------------------------------------------------------


def _certificate(folder: Path, name: str, signer: Any = None) -> Any:
    """A key and a certificate in the folder, signed by ``signer`` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority, signing = signer or (None, key)
    now = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the clock of the machine
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made, key


@pytest.fixture
def mutual(agency_service: City, agencies: City, tmp_path: Path, settings: Settings) -> Iterator[City]:
    """The mock agencies over TLS, for those only who show a certificate of the authority."""
    authority = _certificate(tmp_path, "authority")
    for name in ("server", "portal"):
        _certificate(tmp_path, name, authority)
    settings.AGENCY_CERTIFICATES = str(tmp_path)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "verification.mock_agencies.service:application",
        "--log-level",
        "error",
    ]
    command += ["--bind", f"127.0.0.1:{port}", "--certfile", str(tmp_path / "server.pem")]
    command += ["--keyfile", str(tmp_path / "server.key"), "--ca-certs", str(tmp_path / "authority.pem")]
    command += ["--cert-reqs", str(int(ssl.CERT_REQUIRED)), "--log-level", "error"]
    environment = {
        **os.environ,
        "CITY_FILE": str(agency_service.path),
        "AGENCY_SECRET": django_settings.AGENCY_SECRET,
    }
    process = subprocess.Popen(command, env=environment, cwd=django_settings.BASE_DIR)
    try:
        yield City(agency_service.path, f"https://127.0.0.1:{port}")
    finally:
        end(process)


def test_both_sides_show_a_certificate(mutual: City) -> None:
    from tests.waiting import until

    mutual.put("household", HOUSEHOLD)
    both = {"certificate": "portal.pem", "certificate_key": "portal.key", "authority": "authority.pem"}
    items_store(division=COUNTY, rows=[ItemRow("household", endpoint=mutual.url, dialect=both)])
    until(lambda: ask().answer is not None, "an answer over mutual TLS")
    AgencySwitch.objects.all().delete()
    for known in ({}, {"authority": "authority.pem"}, {**both, "authority": ""}, {**both, "certificate": "lost.pem"}):
        items_store(division=COUNTY, rows=[ItemRow("household", endpoint=mutual.url, dialect=known)])
        assert ask().answer is None, known
