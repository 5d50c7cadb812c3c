"""The ceremony of a draw on the real database: in order, by the right people, once."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from enrollment.seasons.models import Application
from foundation.errors import NotAllowed, Refused
from lottery.admission.services import run_compute
from lottery.ceremony.digests import announcement_digest
from lottery.ceremony.models import Confirmation, Draw, PublicFile, RollEntry
from lottery.ceremony.services import (
    draw_confirm,
    entropy_close,
    nonce_commit,
    nonce_commitment,
    nonce_reveal,
    public_value_enter,
)
from lottery.roll.services import roll_freeze
from lottery.roll.stated import round_key, salt_of
from tests.lottery import factories
from tests.lottery.factories import Ceremony, ceremony, nonce_of, token
from tests.threads import at_once


def saved(round_id: int, name: str, folder: Path) -> Path:
    """A public file on disk, as somebody who downloaded it has it."""
    path = folder / name
    path.write_bytes(gzip.decompress(PublicFile.objects.get(round_id=round_id, name=name).body))
    return path


def audit(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(settings.BASE_DIR) / "lottery" / "audit.py"
    return subprocess.run(
        [sys.executable, "-I", str(program), *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.django_db
def test_the_transcript_is_verified_by_the_stand_alone_program(tmp_path: Path) -> None:
    one = ceremony()
    draw = one.drawn()
    noted = announcement_digest(draw)
    found = audit(
        "draw",
        saved(one.round.pk, "transcript.json", tmp_path),
        "--roll",
        saved(one.round.pk, "roll.csv", tmp_path),
        "--announced",
        noted,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert draw.order_digest in found.stdout
    one.round.refresh_from_db()
    draw.refresh_from_db()
    assert (one.round.state, draw.state) == ("drawn", "drawn")


@pytest.mark.django_db
def test_a_family_finds_its_own_line_and_leaf(tmp_path: Path) -> None:
    one = ceremony()
    draw = one.drawn()
    entry = RollEntry.objects.select_related("application").filter(draw=draw).order_by("position")[3]
    transcript = saved(one.round.pk, "transcript.json", tmp_path)
    mine = ("--receipt", entry.application.receipt, "--salt", entry.salt)
    found = audit("ticket", transcript, *mine, "--facts", entry.facts)
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["group"] == entry.group_id
    forged = audit("ticket", transcript, *mine, "--facts", entry.facts.replace('"tier":1', '"tier":0') + " ")
    assert forged.returncode == 1


@pytest.mark.django_db
def test_the_roll_holds_every_approved_child_once_and_twins_under_one_ticket() -> None:
    one = ceremony(pupils=9)
    draw = one.freeze()
    entries = list(RollEntry.objects.filter(draw=draw))
    assert {entry.application_id for entry in entries} == set(Application.objects.values_list("pk", flat=True))
    groups = [entry.group_id for entry in entries]
    assert (len(groups), len(set(groups))) == (9, 8)
    assert {entry.group_id for entry in entries if len(entry.group_id) == 36} == {
        str(entry.application_id) for entry in entries if not entry.application.sibling_key
    }
    assert set(Application.objects.values_list("state", flat=True)) == {"in_pool"}
    assert draw.seats == {"WL01": 6, "WL02": 6, "WL03": 6}


@pytest.mark.django_db
def test_a_child_whose_sibling_is_not_on_the_roll_is_a_group_of_its_own() -> None:
    one = ceremony(pupils=6)
    left = Application.objects.filter(sibling_key="twins").order_by("pk")
    Application.objects.filter(pk=left[0].pk).update(state="withdrawn")
    draw = one.freeze()
    entry = RollEntry.objects.get(draw=draw, application__sibling_key="twins")
    assert entry.group_id == str(entry.application_id)


@pytest.mark.django_db
def test_salts_come_from_the_secret_token_and_differ_between_rounds() -> None:
    one = ceremony(pupils=3)
    draw = one.freeze()
    entry = RollEntry.objects.filter(draw=draw).select_related("application").first()
    assert entry is not None
    secret = entry.application.versions.get(number=1).client_token
    assert entry.salt == salt_of(secret, round_key(one.round))
    assert entry.salt != salt_of(secret, "430702/2027/primary/main")


@pytest.mark.django_db
def test_the_row_order_of_the_database_changes_nothing() -> None:
    from django.db import transaction

    seeds = set()
    for backwards in (False, True):
        with transaction.atomic():
            draw = ceremony(pupils=8, backwards=backwards).drawn()
            seeds.add((draw.roll_root, draw.seed, draw.order_digest))
            transaction.set_rollback(True)
    assert len(seeds) == 1


@pytest.mark.django_db
def test_steps_out_of_order_are_refused_with_the_reason() -> None:
    one = ceremony(pupils=3)
    draw, official, witness = one.freeze(), one.officials[0], one.witnesses[0]
    steps: list[Callable[[], object]] = [
        lambda: nonce_reveal(witness=witness, draw_id=draw.pk, value=nonce_of(witness)),
        lambda: public_value_enter(official=official, draw_id=draw.pk, value="1"),
        lambda: draw_confirm(official=official, draw_id=draw.pk, token=token(official)),
    ]
    for step in steps:
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code == "illegal_step"
    with pytest.raises(Refused) as refused:
        entropy_close(official=official, draw_id=draw.pk)
    assert refused.value.code == "no_witness"
    with pytest.raises(Refused) as refused:
        run_compute(official=official, round_id=one.round.pk)
    assert refused.value.code == "illegal_step"


@pytest.mark.django_db
def test_an_undecided_application_stops_the_freezing_and_nothing_is_kept() -> None:
    one = ceremony(pupils=3)
    factories.apply(one.round, 77, state="in_review")
    with pytest.raises(Refused) as refused:
        one.freeze()
    assert refused.value.code == "unsettled"
    one.round.refresh_from_db()
    assert one.round.state == "closed"
    assert not Draw.objects.exists()


@pytest.mark.django_db
def test_a_round_without_approved_children_is_not_frozen() -> None:
    one = ceremony(pupils=2)
    Application.objects.update(state="withdrawn")
    with pytest.raises(Refused) as refused:
        one.freeze()
    assert refused.value.code == "empty"


@pytest.mark.django_db
def test_a_reveal_that_was_not_committed_to_is_refused() -> None:
    one = ceremony(pupils=3)
    draw, (notary, witness) = one.freeze(), one.witnesses
    digest = nonce_commitment(draw=draw, witness=notary, value=nonce_of(notary))
    nonce_commit(witness=notary, draw_id=draw.pk, commitment=digest)
    with pytest.raises(Refused) as refused:
        nonce_commit(witness=notary, draw_id=draw.pk, commitment=digest)
    assert refused.value.code == "committed"
    entropy_close(official=one.officials[0], draw_id=draw.pk)
    with pytest.raises(Refused) as refused:
        nonce_reveal(witness=notary, draw_id=draw.pk, value="another secret, just as long")
    assert refused.value.code == "seed.reveal"
    with pytest.raises(Refused) as refused:
        nonce_reveal(witness=witness, draw_id=draw.pk, value=nonce_of(witness))
    assert refused.value.code == "no_commitment"
    assert nonce_reveal(witness=notary, draw_id=draw.pk, value=nonce_of(notary)).revealed_at


@pytest.mark.django_db
@pytest.mark.parametrize("commitment", ["", "12", "g" * 64, "0" * 65])
def test_a_commitment_that_is_no_digest_is_refused(commitment: str) -> None:
    one = ceremony(pupils=3)
    draw = one.freeze()
    with pytest.raises(Refused) as refused:
        nonce_commit(witness=one.witnesses[0], draw_id=draw.pk, commitment=commitment)
    assert refused.value.field == "commitment"
    draw.refresh_from_db()
    assert draw.state == "frozen"


@pytest.mark.django_db
def test_a_silent_witness_is_named_in_a_transcript_that_still_verifies(tmp_path: Path) -> None:
    one = ceremony(pupils=4)
    draw, (notary, silent) = one.freeze(), one.witnesses
    digest = nonce_commitment(draw=draw, witness=notary, value=nonce_of(notary))
    nonce_commit(witness=notary, draw_id=draw.pk, commitment=digest)
    entropy_close(official=one.officials[0], draw_id=draw.pk)
    public_value_enter(official=one.officials[0], draw_id=draw.pk, value="3245.67")
    for official in one.officials[:2]:
        draw_confirm(official=official, draw_id=draw.pk, token=token(official))
    path = saved(one.round.pk, "transcript.json", tmp_path)
    assert audit("draw", path).returncode == 0
    reveals = {row["witness"]: row["nonce"] for row in json.loads(path.read_text())["reveals"]}
    assert reveals == {notary.username: None, silent.username: None}


@pytest.mark.django_db
def test_only_the_right_people_take_a_step() -> None:
    one = ceremony(pupils=3)
    stranger = factories.staff("official-far", "reviewer", "WL02")
    with pytest.raises(NotAllowed):
        roll_freeze(official=one.reviewer, round_id=one.round.pk, second=one.officials[0])
    with pytest.raises(NotAllowed):
        # the city confirms, it does not run
        roll_freeze(official=one.officials[2], round_id=one.round.pk, second=one.officials[0])
    draw = one.freeze()
    late = factories.staff("witness-late", "witness")
    digest = "0" * 64
    for account in (one.reviewer, stranger, one.officials[0], late):
        with pytest.raises(NotAllowed):
            nonce_commit(witness=account, draw_id=draw.pk, commitment=digest)
    for account in (one.reviewer, one.witnesses[0], one.officials[2]):
        with pytest.raises(NotAllowed):
            entropy_close(official=account, draw_id=draw.pk)
    with pytest.raises(NotAllowed):
        draw_confirm(official=one.reviewer, draw_id=draw.pk, token="000000")
    with pytest.raises(NotAllowed):
        draw_confirm(official=one.officials[0], draw_id=draw.pk + 1, token="000000")


@pytest.mark.django_db
def test_one_person_cannot_confirm_twice_and_a_wrong_password_confirms_nothing() -> None:
    one = ceremony(pupils=3)
    draw, (first, second, _city) = one.ready(), one.officials
    with pytest.raises(Refused) as refused:
        draw_confirm(official=first, draw_id=draw.pk, token="abcdef")
    assert (refused.value.field, Confirmation.objects.count()) == ("token", 0)
    unlock(first)
    draw_confirm(official=first, draw_id=draw.pk, token=token(first))
    with pytest.raises(Refused) as refused:
        draw_confirm(official=first, draw_id=draw.pk, token=token(first))
    assert refused.value.code == "same_person"
    draw.refresh_from_db()
    assert (draw.state, draw.seed) == ("ready", "")
    draw_confirm(official=second, draw_id=draw.pk, token=token(second))
    with pytest.raises(Refused) as refused:
        draw_confirm(official=one.officials[2], draw_id=draw.pk, token=token(one.officials[2]))
    assert refused.value.code == "illegal_step"


@pytest.mark.django_db
def test_a_mistyped_public_value_is_entered_again_and_confirmed_again() -> None:
    one = ceremony(pupils=3)
    draw, (first, second, third) = one.ready(), one.officials
    draw_confirm(official=first, draw_id=draw.pk, token=token(first))
    public_value_enter(official=first, draw_id=draw.pk, value="3245.76")
    draw = draw_confirm(official=second, draw_id=draw.pk, token=token(second))
    assert (draw.state, draw.seed) == ("ready", "")  # nobody else has confirmed this value yet
    draw = draw_confirm(official=third, draw_id=draw.pk, token=token(third))
    assert (draw.state, draw.public_value) == ("drawn", "3245.76")
    with pytest.raises(Refused) as refused:
        public_value_enter(official=first, draw_id=draw.pk, value="1")
    assert refused.value.code == "illegal_step"


def unlock(account: object) -> None:
    """Forget the throttle of a wrong one-time password, as if its second had passed."""
    from accounts.models import TokenDevice

    TokenDevice.objects.filter(user=account).update(throttling_failure_count=0)


@pytest.mark.django_db(transaction=True)
def test_two_officials_pressing_at_once_make_one_draw() -> None:
    one = ceremony(pupils=6)
    draw = one.ready()
    first, second, _city = one.officials
    tokens = {official.pk: token(official) for official in (first, second)}
    jobs = [
        partial(draw_confirm, official=official, draw_id=draw.pk, token=tokens[official.pk])
        for official in (first, second)
    ]
    results = at_once(jobs)
    assert all(isinstance(found, Draw) for found in results), results
    draw.refresh_from_db()
    assert draw.state == "drawn"
    assert Confirmation.objects.filter(step="draw").count() == 2
    assert PublicFile.objects.filter(name="transcript.json").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_official_pressing_twice_at_once_confirms_once() -> None:
    one = ceremony(pupils=3)
    draw, official = one.ready(), one.officials[0]
    once = token(official)
    at_once([lambda: draw_confirm(official=official, draw_id=draw.pk, token=once)] * 4)
    assert Confirmation.objects.count() == 1
    draw.refresh_from_db()
    assert draw.state == "ready"


@pytest.mark.django_db
def test_the_announcement_fixes_everything_before_any_entropy(tmp_path: Path) -> None:
    one: Ceremony = ceremony(pupils=3)
    draw = one.freeze()
    body = draw.commitment
    assert body["roll"]["root"] == draw.roll_root
    assert body["school_seats"] == draw.seats
    assert (body["sibling_rule"], body["mechanism"]) == ("expand", "parallel")
    assert body["entropy"]["witnesses"] == ["notary-1", "witness-1"]
    assert "audit.py" in body["programs"]
    assert len(set(body["school_domains"].values())) == 4
    published = json.loads(saved(one.round.pk, "announcement.json", tmp_path).read_text())
    draw.refresh_from_db()
    assert published == draw.commitment
