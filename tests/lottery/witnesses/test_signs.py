"""Signatures, objections, replies and the certificate of a ceremony, and that none of them is ever changed."""

import gzip

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from foundation.errors import NotAllowed, Refused
from lottery.admission.models import AdmissionRun
from lottery.ceremony.models import Draw, PublicFile
from lottery.ceremony.services import public_value_enter, public_value_fallback
from lottery.engine.minutes import pdf
from lottery.witnesses.models import Certification, SignReply
from lottery.witnesses.services import ceremony_certify, sign_reply
from lottery.witnesses.services.minutes import facts_of
from lottery.witnesses.states import SIGNED
from tests.lottery.factories import token
from tests.lottery.played import planned


@pytest.mark.django_db
def test_a_step_is_signed_once_by_those_named() -> None:
    played = planned().bring("frozen")
    played.sign(played.inspector, "frozen")
    with pytest.raises(Refused) as refused:
        played.sign(played.inspector, "frozen", "object", "second thoughts")
    assert refused.value.code == "signed"
    with pytest.raises(Refused) as refused:
        played.sign(played.notary, "frozen", "object", "")
    assert refused.value.field == "note"
    with pytest.raises(Refused) as refused:
        played.sign(played.notary, "frozen", "abstain")
    assert refused.value.field == "decision"
    with pytest.raises(NotAllowed):
        played.sign(played.official, "frozen")


@pytest.mark.django_db
def test_a_corrected_value_is_signed_again() -> None:
    played = planned().bring("ready")
    first = played.sign(played.inspector, "reveals")
    public_value_enter(official=played.official, draw_id=played.draw.pk, value="3245.76")
    assert played.sign(played.inspector, "reveals").subject != first.subject


@pytest.mark.django_db
def test_certifying_needs_the_notary_named_every_signature_and_the_publication() -> None:
    played = planned().bring("published")
    with pytest.raises(Refused) as refused:
        played.certify()
    assert refused.value.code == "unsigned"
    for account in (played.official, played.inspector, played.one.officials[2]):
        with pytest.raises(NotAllowed):
            ceremony_certify(notary=account, draw_id=played.draw.pk, token=token(account), certificate_number="1")
    from tests.lottery import factories

    other = factories.staff("notary-2", "notary")
    with pytest.raises(NotAllowed):
        played.certify(other)
    for step in SIGNED:
        played.sign(played.notary, step)
    with pytest.raises(Refused) as refused:
        ceremony_certify(notary=played.notary, draw_id=played.draw.pk, token="abcdef", certificate_number="1")
    assert refused.value.field == "token"
    assert (played.draw.state, Certification.objects.count()) == ("published", 0)


@pytest.mark.django_db
def test_an_objection_is_answered_once_by_an_official() -> None:
    played = planned().bring("frozen")
    sign = played.sign(played.inspector, "frozen", "object", "why so late?")
    with pytest.raises(NotAllowed):
        sign_reply(official=played.notary, sign_id=sign.pk, text="because")
    sign_reply(official=played.official, sign_id=sign.pk, text="because")
    with pytest.raises(Refused) as refused:
        sign_reply(official=played.official, sign_id=sign.pk, text="and also")
    assert (refused.value.code, SignReply.objects.count()) == ("answered", 1)
    signed = played.sign(played.notary, "frozen")
    with pytest.raises(NotAllowed):
        sign_reply(official=played.official, sign_id=signed.pk, text="thanks")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["drawstep", "stepsign", "certification"])
def test_what_was_done_and_signed_is_never_changed(table: str) -> None:
    planned(3).bring("certified")
    for statement in (f"DELETE FROM lottery_{table}", f"UPDATE lottery_{table} SET note = 'x', at = now()"):
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_run_that_is_signed_is_the_one_published() -> None:
    played = planned().bring("published")
    run = AdmissionRun.objects.get(state="published")
    assert played.sign(played.inspector, "published").subject == run.digest


@pytest.mark.django_db
def test_the_minutes_hold_what_happened_and_every_hostile_note_as_it_was_written() -> None:
    """A withheld reveal, a fallback with its reason, an objection with its answer, notes full of markup."""
    hostile = '#panic("x") $x$ @ref <b> \\ "q" `raw` *bold* // 𠀀𪚥 😀 ' + "W" * 200
    played = planned(12, reveal_by=None, value_by=None).bring("revealing")
    played.reveal(played.notary)
    public_value_fallback(official=played.official, draw_id=played.draw.pk, value="3250.01", reason=hostile)
    for account in (played.official, played.notary):
        played.confirm(account)
    played.publish()
    for step in SIGNED:
        played.sign(played.notary, step, note=hostile)
    objection = played.sign(played.inspector, "drawn", "object", hostile)
    sign_reply(official=played.official, sign_id=objection.pk, text=hostile)
    draw = played.certify(note=hostile)
    facts = facts_of(Draw.objects.select_related("round__season__district").get(pk=draw.pk))
    written = " ".join(hostile.split())
    assert (facts.note, facts.fallback_reason, facts.public_value) == (written, written, "3250.01")
    assert {part.witness: bool(part.value) for part in facts.parts} == {"notary-1": True, "witness-1": False}
    assert [(one.person, one.note, one.reply) for one in facts.signatures if one.decision == "object"] == [
        ("合成职员（witness-1）", written, written)
    ]
    counts = dict(facts.counts)
    assert (counts["pupils"], counts["groups"], counts["sibling_groups"], counts["seats"]) == (12, 11, 1, 18)
    assert {name for name, _value in facts.digests} >= {"announcement", "root", "seed", "order", "run", "transcript"}
    assert [one.actor for one in facts.confirmations] == ["official-1", "notary-1", "official-1", "official-2"]
    assert {one.duty for one in facts.people} == {"notary", "inspector", "official"}
    stored = gzip.decompress(PublicFile.objects.get(round=played.one.round, name="minutes.pdf").body)
    assert pdf(facts) == stored


@pytest.mark.django_db
def test_a_note_that_would_disturb_the_minutes_is_refused() -> None:
    played = planned().bring("frozen")
    for note in ("\u202e reversed", "bell \x07", "x" * 501):
        with pytest.raises(Refused) as refused:
            played.sign(played.inspector, "frozen", "object", note)
        assert refused.value.field == "note"
