"""Submitting again and again is no way to ask a register: the answers wait, filing does not."""

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from enrollment.filing.drafts.registers import ALARM
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.filing.submission.often import MOST_OF_A_CHILD, MOST_OF_AN_ACCOUNT
from enrollment.filing.submission.services import application_withdraw
from enrollment.privacy.services import data_of
from enrollment.seasons.models import Application
from foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db
ANSWERS, LATER = 'data-qa="compared"', 'data-qa="answers-later"'


def again(one: factories.Family, **guess: str) -> Application:
    """One more guess: another answer typed, submitted, and judged."""
    draft = draft_open(guardian=one.guardian, child=one.child, round_=one.world.round)
    one.draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers={**one.answers, **guess})
    return factories.judged(one)


def page(application: Application) -> str:
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(application.guardian)
    return browser.get(f"/my/applications/{application.pk}/").content.decode()


def withdraw(application: Application) -> None:
    application_withdraw(guardian=application.guardian, application_id=application.pk)


def guessed(one: factories.Family) -> Application:
    """The first submission beyond the bound."""
    for share in range(MOST_OF_A_CHILD):
        made = again(one, home_share=str(share + 1))
        assert ANSWERS in page(made)
        withdraw(made)
    return again(one)


def test_beyond_the_bound_the_answers_wait_and_nothing_is_approved_by_itself() -> None:
    one = factories.family(factories.world())
    made = guessed(one)
    assert made.state == "attention"  # the very same was approved before
    shown = page(made)
    assert ANSWERS not in shown
    assert LATER in shown
    assert "condition" not in str(data_of(one.guardian)["applications"][-1]["versions"][-1]["evaluation"])
    assert data_of(one.guardian)["applications"][-1]["versions"][-1]["evaluation"] is None
    assert Entry.objects.filter(action=ALARM, actor_id=one.guardian.pk).count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        shown = page(made)
        assert ANSWERS in shown
        assert LATER not in shown


def test_the_next_day_shows_one_application_not_all_that_were_tried() -> None:
    one = factories.family(factories.world())
    made = guessed(one)
    withdraw(made)
    last = again(one)
    assert LATER in page(last)
    with clock.at(clock.now() + timedelta(days=1)):
        assert ANSWERS not in page(made)
        assert ANSWERS in page(last)
        withdraw(last)
        assert ANSWERS in page(again(one))


def test_another_account_tries_the_same_child_in_vain() -> None:
    one = factories.family(factories.world())
    for share in range(MOST_OF_A_CHILD):
        withdraw(again(one, home_share=str(share + 1)))
    stranger = factories.family(one.world, child_id=one.child.id_number)
    assert LATER in page(factories.judged(stranger))


def test_one_account_tries_many_children_in_vain() -> None:
    one = factories.family(factories.world())
    shown = []
    for _child in range(MOST_OF_AN_ACCOUNT + 1):
        one.child = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
        shown.append(LATER in page(again(one)))
    assert shown == [False] * MOST_OF_AN_ACCOUNT + [True]
    assert Entry.objects.filter(action=ALARM).count() == 1


def test_an_ordinary_correction_is_answered_at_once() -> None:
    one = factories.family(factories.world())
    for _time in range(MOST_OF_A_CHILD - 1):
        withdraw(again(one))
    made = again(one)
    assert made.state == "approved"
    assert ANSWERS in page(made)
    assert not Entry.objects.filter(action=ALARM).exists()
