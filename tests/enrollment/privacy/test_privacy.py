"""A person's own data: a whole copy after a fresh code, deletion of what no law keeps, nobody else's."""

import io
import json
import re
import zipfile

import pytest
from django.test import Client

from accounts.models import Account
from audit.services import record
from enrollment.assisted.models import AssistVisit, HelpSession
from enrollment.filing.drafts.services import child_add, draft_open
from enrollment.guardians.services.agreements import protection_set
from enrollment.outcome.services.letters import letter_issue
from enrollment.privacy.models import DataRequest
from enrollment.privacy.services import copy_make, data_of, step_up
from enrollment.seasons.models import Application, Child, Draft, Round
from enrollment.seasons.services.seasons import policy_store
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import Refused
from helpdesk.models import CallBack
from notifications.models import Message
from tests import factories
from tests.enrollment.guardians.test_agreements import agreed, person
from tests.enrollment.outcome.test_letters import enter, placed

pytestmark = pytest.mark.django_db
SECOND = factories.adult_number()


def code_for(client: Client) -> str:
    client.post("/my/data/code/")
    body = Message.objects.filter(template="sign_in_code").latest("pk").body
    return "".join(char for char in body if char.isdigit())[:6]


def reachable(guardian: Account) -> Account:
    """The guardian under the number as signing in stores it, so that a code reaches the account."""
    guardian.phone = f"+86{guardian.phone}"
    guardian.phone_index = blind_index("phone", guardian.phone)
    guardian.save()
    return guardian


def archive(guardian: Account) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(copy_make(guardian=guardian)))


def test_the_copy_holds_everything_of_this_family_and_nothing_of_others() -> None:
    place = factories.world()
    application, stranger = placed(place=place), factories.family(place)
    stranger.submit()
    letter_issue(guardian=application.guardian, application_id=application.pk)
    reader = factories.staff("reviewer", school="WL01")
    record(actor=reader, action="application.view", object_type="application", object_id=application.pk)
    made = archive(application.guardian)
    names = set(made.namelist())
    assert {"data.json", "data.html", f"receipts/{application.receipt}.pdf"} <= names
    assert f"letters/{application.receipt}-A1-zh.pdf" in names
    data = json.loads(made.read("data.json"))
    assert data["children"][0]["id_number"] == application.child.id_number
    assert data["applications"][0]["versions"][0]["answers"]["home_address"] == factories.HOME
    assert [row["what"] for row in data["read_by"]] == ["application.view"]
    assert reader.username not in made.read("data.json").decode()
    everything = made.read("data.json").decode() + made.read("data.html").decode()
    assert stranger.child.id_number not in everything
    assert any(row["text"] for row in data["messages"])
    assert not any("sign_in" in str(row) for row in data["messages"])


def test_what_belongs_to_the_other_guardian_is_left_out() -> None:
    one = factories.family(factories.world(), second_guardian_id=SECOND)
    one.submit()
    made = archive(one.guardian)
    for name in ("data.json", "data.html"):
        assert SECOND not in made.read(name).decode()


def test_a_copy_needs_a_fresh_code() -> None:
    application = placed()
    client = enter(reachable(application.guardian), "en")
    wrong = client.post("/my/data/copy/", {"code_copy": "000000"})
    assert wrong.status_code == 422
    assert DataRequest.objects.count() == 0
    code = code_for(client)
    answer = client.post("/my/data/copy/", {"code_copy": code})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/my/data/copy/", {"code_copy": code}).status_code == 422
    assert DataRequest.objects.get().kind == "copy"


def test_deletion_takes_what_was_never_filed_and_says_what_stays() -> None:
    place = factories.world()
    one = factories.family(place)
    application = one.submit()
    other = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    draft_open(guardian=one.guardian, child=other, round_=place.round)
    bystander = factories.family(place)
    client = enter(reachable(one.guardian), "en")
    done = client.post("/my/data/delete/", {"code_delete": code_for(client)})
    assert done.status_code == 302
    assert not Child.objects.filter(pk=other.pk).exists()
    assert Application.objects.filter(pk=application.pk).exists()
    assert Child.objects.filter(pk=bystander.child.pk).exists()
    assert Draft.objects.filter(pk=bystander.draft.pk).exists()
    answer = DataRequest.objects.get().answer
    assert answer["deleted"] == {"uploads": 0, "drafts": 1, "children": 1}
    assert answer["kept"][0] == {
        "what": "applications",
        "count": 1,
        "until": "2032-12-31",
        "seat_lock": True,
    }
    page = client.get("/my/data/").content.decode()
    assert "2032-12-31" in page


@pytest.mark.parametrize("locked", [True, False])
def test_one_seat_for_one_home_is_named_only_where_the_rules_have_it(locked: bool) -> None:
    place = factories.world()
    if not locked:
        text = re.sub(r"(?m)^seat_lock:\n(?:  .*\n)+", "", place.round.policy.text)
        policy = policy_store(district=place.round.policy.district, code="unlocked", text=text)
        Round.objects.update(policy=policy)
        place.round.refresh_from_db()
    one = factories.family(place)
    one.submit()
    client = enter(reachable(one.guardian), "en")
    client.post("/my/data/delete/", {"code_delete": code_for(client)})
    page = client.get("/my/data/").content.decode()
    assert "archives law" in page
    assert ("one school place for one home" in page) is locked


def test_without_a_phone_the_way_is_the_desk() -> None:
    account = factories.guardian()
    account.phone = None
    with pytest.raises(Refused) as refused:
        step_up(guardian=account, code="123456")
    assert refused.value.code == "phone"


def test_the_copy_tells_of_sign_ins_agreements_consents_visits_and_help() -> None:
    one = factories.family(factories.world())
    one.submit()
    other = person()
    agreed(one, other, may_act=True)
    reachable(one.guardian)
    now = clock.now()
    district = one.world.round.season.district
    one.guardian.sign_ins.create(at=now, way="sms", address="10.1.x.x")
    visit = AssistVisit.objects.create(
        number="V-1",
        operator=factories.staff("clerk"),
        guardian=one.guardian,
        district=district,
        place="合成服务点",
        named={"name": "合成家长", "id_number": one.answers["guardian_id"]},
        needs_code=False,
        started_at=now,
        closes_at=now,
        touched_at=now,
    )
    visit.events.create(kind="started", at=now)
    asked = HelpSession.objects.create(
        guardian=one.guardian, district=district, code_index="", code_until=now, asked_at=now, ends_at=now
    )
    asked.hints.create(field="home_address", text="请写门牌号", at=now)
    CallBack.objects.create(
        district=district,
        phone=str(one.guardian.phone),
        phone_index=blind_index("call", str(one.guardian.phone)),
        topic="form",
        best_time="morning",
        asked_at=now,
    )
    data = data_of(one.guardian)
    kept = ("sign_ins", "agreements", "invitations", "consents", "visits", "help_from_afar", "call_backs")
    assert {name: len(data[name]) for name in kept} == dict.fromkeys(kept, 1)
    assert data["visits"][0]["events"][0]["at"] != ""
    assert data["help_from_afar"][0]["hints"][0]["text"] == "请写门牌号"
    assert data["consents"][0]["text"] != ""
    page = archive(one.guardian).read("data.html").decode()
    assert [word for word in ("合成服务点", "请写门牌号", "10.1.x.x") if word not in page] == []


@pytest.mark.parametrize("protect", [False, True])
def test_the_copy_of_one_guardian_hides_the_other(protect: bool) -> None:
    one = factories.family(factories.world())
    one.submit()
    other = person()
    Account.objects.filter(pk=other.pk).update(id_number=SECOND)
    other.refresh_from_db()
    agreed(one, other, may_act=True)
    one.guardian.refresh_from_db()
    if protect:
        for account in (one.guardian, other):
            protection_set(account=account, on=True)
    for reader, hidden in ((one.guardian, other), (other, one.guardian)):
        data = data_of(reader)
        assert len(data["agreements"]) == 1
        everything = json.dumps(data, ensure_ascii=False)
        secrets = [str(hidden.phone), str(hidden.id_number), hidden.name]
        if reader == other:
            secrets.append(factories.HOME)
        if protect:
            assert str(hidden.phone)[-4:] not in data["agreements"][0]["with"]
        assert [secret for secret in secrets if secret in everything] == []
