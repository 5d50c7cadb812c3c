"""Help from afar: both see what is missing, the helper never the answers, and guessing codes leads nowhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from enrollment.assisted.models import HelpSession
from enrollment.assisted.remote_help.selectors import ANSWERED, WRONG, help_pages
from enrollment.assisted.remote_help.services import help_ask, help_end, help_join, hint_leave
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk, clerk

pytestmark = pytest.mark.django_db


def test_the_helper_sees_states_and_never_an_answer(client: Client) -> None:
    family = factories.family(factories.world(), guardian_id="430702198501010000")
    helper = clerk(role="helper")
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=False)
    session = help_join(helper=helper, code=f"{code[:3]} {code[3:]}")
    states = {one.name: one.state for page in help_pages(session) for one in page.questions}
    assert (states["home_address"], states["guardian_id"]) == (ANSWERED, WRONG)
    page = at_desk(client, helper).get(f"/assist/help/{session.public_id}/").text
    for value in family.answers.values():
        if len(value) > 4:
            assert value not in page
    assert family.child.name not in page


def test_answers_are_shown_only_if_the_family_ticks_it(client: Client) -> None:
    family, helper = factories.family(factories.world()), clerk()
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=True)
    session = help_join(helper=helper, code=code)
    page = at_desk(client, helper).get(f"/assist/help/{session.public_id}/").text
    assert factories.HOME in page
    assert family.answers["guardian_id"] not in page  # masked, like on every screen of staff


def test_a_hint_is_on_the_familys_page_at_once_and_nothing_else_changes() -> None:
    family, helper = factories.family(factories.world()), clerk()
    phone = Client()
    phone.force_login(family.guardian)
    code = phone.post(f"/my/apply/{family.draft.public_id}/help/").context["code"]
    session = help_join(helper=helper, code=code)
    hint_leave(helper=helper, session_id=session.public_id, field="home_address", text="写到门牌号")
    assert "写到门牌号" in phone.get("/my/help/panel/", headers={"HX-Request": "true"}).text
    family.draft.refresh_from_db()
    assert family.draft.answers["home_address"] == factories.HOME
    assert phone.post("/my/help/end/").status_code == 302
    with pytest.raises(NotAllowed):
        hint_leave(helper=helper, session_id=session.public_id, field="home_address", text="还有")
    assert phone.get("/my/help/panel/", headers={"HX-Request": "true"}).status_code == 286


def test_guessing_codes_locks_the_helper_out_even_of_the_right_one() -> None:
    family, helper = factories.family(factories.world()), clerk()
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=False)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    codes = []
    for _time in range(5):
        with pytest.raises(Refused) as refused:
            help_join(helper=helper, code=wrong)
        codes.append(refused.value.code)
    assert codes == ["wrong_code"] * 4 + ["locked"]
    with pytest.raises(Refused) as refused:
        help_join(helper=helper, code=code)
    assert refused.value.code == "locked"
    with clock.at(clock.now() + timedelta(minutes=16)), pytest.raises(Refused) as refused:
        help_join(helper=helper, code=code)
    assert refused.value.code == "wrong_code"  # by now it has run out


def test_a_code_works_once_and_only_in_its_district() -> None:
    family = factories.family(factories.world())
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=False)
    with pytest.raises(Refused) as refused:
        help_join(helper=clerk(district="430721"), code=code)
    assert refused.value.code == "wrong_code"
    help_join(helper=clerk(), code=code)
    with pytest.raises(Refused) as refused:
        help_join(helper=clerk(), code=code)
    assert refused.value.code == "wrong_code"


def test_nobody_else_opens_a_help(client: Client) -> None:
    family = factories.family(factories.world())
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=True)
    session = help_join(helper=clerk(), code=code)
    assert at_desk(client, clerk()).get(f"/assist/help/{session.public_id}/").status_code == 404
    stranger = Client()
    stranger.force_login(factories.guardian())
    assert stranger.get(f"/my/apply/{family.draft.public_id}/help/").status_code == 404
    with pytest.raises(NotAllowed):
        help_end(account=factories.guardian(), session_id=session.public_id)


def test_a_help_ends_after_half_an_hour(client: Client) -> None:
    family, helper = factories.family(factories.world()), clerk()
    _session, code = help_ask(guardian=family.guardian, draft_id=family.draft.public_id, show_answers=False)
    session = help_join(helper=helper, code=code)
    at_desk(client, helper)
    path = f"/assist/help/{session.public_id}/"
    with clock.at(clock.now() + timedelta(minutes=29)):
        assert client.get(path).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert client.get(path).status_code == 404


def test_a_new_code_ends_the_one_before() -> None:
    family = factories.family(factories.world())
    who: dict[str, Any] = {"guardian": family.guardian, "draft_id": family.draft.public_id}
    _first, old = help_ask(**who, show_answers=False)
    _second, new = help_ask(**who, show_answers=False)
    if old != new:
        with pytest.raises(Refused):
            help_join(helper=clerk(), code=old)
    assert help_join(helper=clerk(), code=new).helper is not None
    assert HelpSession.objects.filter(ended_at__isnull=True).count() == 1
