"""One family from its first question to the class of its child, in a browser without scripts.

Only what others do is done by their services: the draw, the places and the classes. The office decides in its own
browser (the staff site needs scripts); the school marks the child's arrival without them.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from enrollment.seasons.models import Application, Round
from foundation import clock
from foundation.crypto import blind_index
from lottery.admission.models import AdmissionRun
from notifications.models import Message
from schools.models import School
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person, believe_household, newest_code
from tests.enrollment.documents.test_content import pdf
from tests.enrollment.outcome.test_letters import text_of
from tests.enrollment.outcome.test_student_registry import RIGHT
from tests.lottery.afterwards.test_waiting_lists import accept_all
from tests.lottery.classes.factories import Assignment
from tests.lottery.factories import Ceremony, apply, staff
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHERS = 24
REASON = "合同备案编号查不到，请对照购房合同再看一遍。"
MISTYPED, CONTRACT = "WL2026000321", "WL2026000123"
BOUGHT = {
    "home_kind": "contract",
    "home_address": factories.HOME,
    "home_contract": MISTYPED,
    "home_owner_relation": "parent",
    "home_share": "100",
    "permit_holder": "none",
    "insurance_holder": "none",
}


@dataclass(slots=True)
class Journey:
    """The family's window, the office's window and the school's; each step begins where the one before it ended."""

    place: factories.World
    family: Parent
    office: Parent
    desk: Parent
    who: Person
    people: Ceremony

    @property
    def application(self) -> Application:
        return Application.objects.get(child_index=blind_index("child", self.who.child_id))

    @property
    def school(self) -> School:
        """Where the child was placed."""
        offer = self.application.offer
        assert offer is not None
        assert offer.school is not None
        return offer.school

    @property
    def path(self) -> str:
        return f"/my/applications/{self.application.pk}/"

    def ask_what_to_expect(self) -> None:
        born = factories.SIX_YEAR_OLD
        self.family.open("/eligibility/")
        for part in ("year", "month", "day"):
            self.family.type(f"#{part}", str(getattr(born, part)))
        for name, value in (("round", str(self.place.round.pk)), ("household", "zone"), ("home", "contract")):
            self.family.pick(name, value)
        self.family.go()
        assert self.family.page.locator("[data-standing=yes]").count() == 1

    def register_the_child(self) -> None:
        self.family.sign_in_by_government(self.who)
        assert self.who.child in self.family.text()
        self.family.go()
        assert self.family.page.url.endswith("/guardian/")

    def state_a_bought_home(self) -> None:
        for _page in range(6):
            if "/documents/" in self.family.page.url:
                return
            self.family.fill_in(BOUGHT)
            self.family.go()
        raise AssertionError(f"no paper is asked for: {self.family.pages}")

    def give_the_one_paper(self, folder: Path) -> None:
        card = self.family.page.locator("[data-material]")
        assert card.count() == 1
        scan = folder / "contract.pdf"
        scan.write_bytes(pdf(2))
        card.locator('input[multiple][type="file"]').set_input_files(scan)
        self.family.go()
        assert self.family.page.url.endswith("/check/")

    def check_and_file(self) -> None:
        assert MISTYPED in self.family.text()
        self.family.declare()
        self.family.go()
        assert self.family.receipt() == self.application.receipt
        assert self.application.documents.count() == 1
        self.family.wait_for_state("转人工核实")

    def _case(self) -> None:
        self.office.enter_as(self.people.officials[0])
        self.office.open(f"/admin/enrollment/application/{self.application.pk}/change/")

    def be_asked_for_a_correction(self) -> None:
        self._case()
        self.office.tap("summary:has(~ fieldset [name=items])")
        self.office.tap("label:has([value=home_contract])")
        self.office.type("#reason-return", REASON)
        self.office.press("button[value=return]")
        self.family.open(self.path)
        assert REASON in self.family.text()

    def correct(self) -> None:
        self.family.press('main a[href$="/correct/"]')
        self.family.page.fill("#home_contract", CONTRACT)
        self.family.go()
        self.family.wait_for_state("转人工核实")
        assert self.application.version == 2

    def be_approved(self) -> None:
        self._case()
        self.office.type("#reason-approve", "合同备案中心已电话确认。")
        self.office.press("button[value=approve]")
        self.family.open(self.path)
        self.family.wait_for_state("审核通过")

    def be_drawn(self) -> None:
        """The round of everybody: closed, frozen, drawn, run and published by two officials."""
        now = clock.now()
        days = {"opens_at": now - timedelta(days=9), "closes_at": now - timedelta(days=2), "results_at": now}
        Round.objects.filter(pk=self.place.round.pk).update(state="closed", **days)
        for number in range(OTHERS):
            apply(self.place.round, number)
        assert self.people.published().state == AdmissionRun.State.PUBLISHED

    def read_the_result(self) -> None:
        self.family.open(self.path)
        assert self.application.state == "offered"
        assert self.school.name in self.family.text()
        why = self.family.page.locator("[data-qa=why] details")
        why.first.locator("summary").click()
        assert "第" in why.first.locator("li").first.inner_text()
        why.last.locator("summary").click()
        self.family.press(f'a[href="/results/{self.place.round.pk}/my-ticket/"]')
        assert "步证明" in self.family.page.locator("[data-qa=proven]").inner_text()
        assert self.application.receipt in self.family.text()
        self.family.press(f'main a[href="/results/{self.place.round.pk}/"]')
        assert self.school.name in self.family.text()

    def accept(self) -> None:
        self.family.open(self.path)
        self.family.press('main a[href$="/accept/"]')
        self.family.go()
        assert self.application.state == "accepted"

    def read_the_letter(self) -> None:
        self.family.open(f"{self.path}letter/")
        href = self.family.page.locator('main a[href$="letter-zh.pdf"]').get_attribute("href")
        letter = self.family.context.request.get(f"{self.family.site.url}{href}").body()
        assert self.who.child in text_of(letter).replace("\n", "")

    def answer_for_the_registry(self) -> None:
        self.family.open(f"{self.path}registry/")
        for _page in range(3):
            self.family.fill_in(RIGHT)
            self.family.go()
        assert self.application.registry.completed_at is not None

    def check_in(self) -> None:
        self.desk.enter_as(self.people.reviewer)
        self.desk.open(f"/official/check-in/{self.school.pk}/")
        self.desk.page.fill("[name=receipt]", self.application.receipt)
        self.desk.press("[data-qa=search] button")
        self.desk.press(f'form[action*="{self.application.pk}/arrived/"] button')
        assert self.application.state == "enrolled"

    def read_the_class(self) -> None:
        accept_all()
        pupils = list(Application.objects.filter(state__in=("accepted", "enrolled")))
        leader, notary = self.people.reviewer, self.people.witnesses[0]
        school = Assignment(
            self.place.round, pupils, leader, self.people.officials[0], notary, self.application.guardian
        )
        school.published(classes="3", size="10")
        self.family.open(self.path)
        self.family.press('a[href$="/class/"]')
        assert str(self.application.class_seat.number) in self.family.page.locator("[data-qa=class]").inner_text()

    def take_a_copy(self) -> None:
        sent = Message.objects.filter(template="sign_in_code").count()

        def code_came() -> bool:
            """A second code is sent a minute after the first at the soonest."""
            self.family.press('form[action="/my/data/code/"] button')
            self.family.page.wait_for_timeout(500)
            return Message.objects.filter(template="sign_in_code").count() > sent

        self.family.open("/my/data/")
        until(code_came, "a code for the copy")
        self.family.type("#code_copy", newest_code())
        with self.family.page.expect_download() as waiting:
            self.family.tap('form[action="/my/data/copy/"] button')
        copy = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes()))
        kept = json.loads(copy.read("data.json"))["applications"][0]
        assert [version["answers"]["home_contract"] for version in kept["versions"]] == [MISTYPED, CONTRACT]


def people(place: factories.World) -> Ceremony:
    """Who leads and witnesses the round of this place."""
    return Ceremony(
        place.round,
        (staff("official-1", "official"), staff("official-2", "official"), staff("city-1", "city")),
        (staff("notary-1", "notary"), staff("witness-1", "witness")),
        staff("reviewer-1", "reviewer", "WL01"),
    )


def test_from_the_first_question_to_the_class_without_scripts(
    open_browser: Open, place: factories.World, tmp_path: Path
) -> None:
    who = Person()
    family, desk = open_browser(scripts=False), open_browser(scripts=False, width=1280)
    believe_household(family.site.city, place, who, home=False)
    one = Journey(place, family, open_browser(width=1280), desk, who, people(place))
    steps: tuple[Callable[[], None], ...] = (
        one.ask_what_to_expect,
        one.register_the_child,
        one.state_a_bought_home,
        lambda: one.give_the_one_paper(tmp_path),
        one.check_and_file,
        one.be_asked_for_a_correction,
        one.correct,
        one.be_approved,
        one.be_drawn,
        one.read_the_result,
        one.accept,
        one.read_the_letter,
        one.answer_for_the_registry,
        one.check_in,
        one.read_the_class,
        one.take_a_copy,
    )
    for step in steps:
        step()
        assert not family.is_wider_than_the_screen(), family.page.url
