"""People who work at schools and service points as a table: each is invited by a link, as one by one on the page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

import identifiers
from accounts.abilities import Ability
from accounts.models import Account, Role, StaffChange
from accounts.people.appointing import change_withdraw, staff_listed, terms_of
from accounts.people.ranks import own_roles, refuse_clash
from accounts.people.terms import Terms
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import Refused
from foundation.wording import refusal
from imports.cells import day_of
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from schools.kinds import district_place, district_places
from schools.models import School

ROLES: Final[Mapping[str, str]] = {
    "审核": Role.Name.REVIEWER.value,
    "受理": Role.Name.CLERK.value,
    "帮办": Role.Name.HELPER.value,
}
DAYS: Final = ("from", "until")
MOST_NAME: Final = 40
OPEN: Final = (StaffChange.State.WAITING, StaffChange.State.OPEN)
Key = tuple[str, str, str]  # number, role, school


def key_of(phone: str, role: str, school: str) -> str:
    """Under which a row stands: nobody who reads a journal's keys learns a number."""
    return f"{blind_index('staff-listed', phone)}:{role}:{school}"


class Standing:
    """Who is invited or works in a county, by number: loaded once, because numbers are stored encrypted."""

    def __init__(self, district: str) -> None:
        self.rows: dict[str, Data] = {}
        self.invited: dict[str, list[StaffChange]] = {}
        self.accounts: dict[str, Account] = {}
        for change in StaffChange.objects.filter(kind=StaffChange.Kind.INVITE, state__in=OPEN).order_by("pk"):
            if change.phone:
                self.invited.setdefault(change.phone, []).append(change)
                self._add(change.name, change.phone, terms_of(change), district)
        for account in Account.objects.filter(is_staff=True, phone__isnull=False).prefetch_related("roles"):
            self.accounts[account.phone or ""] = account
            self._add(account.name, account.phone or "", [Terms.of(one) for one in own_roles(account)], district)

    def _add(self, name: str, phone: str, terms: Iterable[Terms], district: str) -> None:
        for one in terms:
            if one.district == district and one.role in ROLES.values():
                self.rows[key_of(phone, one.role, one.school)] = data_of(name, phone, one)


def data_of(name: str, phone: str, terms: Terms) -> dict[str, Any]:
    days = {at: day.isoformat() if day else "" for at, day in zip(DAYS, (terms.from_day, terms.until_day), strict=True)}
    return {"name": name, "phone": phone, "role": terms.role, "school": terms.school, **days}


def terms_in(place: Place, data: Data) -> Terms:
    first, last = (date.fromisoformat(data[at]) if data[at] else None for at in DAYS)
    return Terms(data["role"], place.district, data["school"], first, last)


class ReviewerReader(Reader):
    """Reads one person a row, with all that is there of the county loaded before."""

    def __init__(self, place: Place, schools: Collection[str]) -> None:
        self._place, self._schools, self._there = place, schools, Standing(place.district)

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        checked = identifiers.check("mobile", cells["phone"])
        if not checked.ok:
            fail("phone", refusal(checked))
            return None
        if not cells["name"] or len(cells["name"]) > MOST_NAME:
            fail("name", gettext("Please give the name, 40 characters at most."))
        role = ROLES.get(cells["role"] or "审核", "")
        if not role:
            fail("role", gettext("Write one of: %(known)s.") % {"known": "、".join(ROLES)})
        self._school(role, cells["school"], fail)
        days = {at: self._day(cells, at, fail) for at in DAYS}
        if days["until"] and days["until"] < max(days["from"], clock.today().isoformat()):
            fail("until", gettext("The last day is over already, or lies before the first one."))
        data = {"name": cells["name"], "phone": checked.value, "role": role, "school": cells["school"], **days}
        key = key_of(checked.value, role, cells["school"])
        if role and key not in self._there.rows:
            self._beside(data, fail)
        return Entry(key, f"{cells['name']} {identifiers.mask('mobile', checked.value)}", data)

    def _school(self, role: str, school: str, fail: Fail) -> None:
        if role == Role.Name.REVIEWER and school not in self._schools:
            fail("school", gettext("%(value)s is no school of this district.") % {"value": school or "—"})
        if role and role != Role.Name.REVIEWER and school:
            fail("school", gettext("Only who reviews is of one school: leave it empty."))

    def _day(self, cells: Mapping[str, str], name: str, fail: Fail) -> str:
        if not cells[name]:
            return ""
        found = day_of(cells[name])
        if found is None:
            fail(name, gettext("%(value)s is no day such as 2026-05-01.") % {"value": cells[name][:40]})
            return ""
        return found.isoformat()

    def _beside(self, data: Data, fail: Fail) -> None:
        """What stands against a new row because of what this number has already."""
        if data["phone"] in self._there.invited:
            fail("phone", gettext("This number has an open invitation. Let it be used or take it back first."))
        account = self._there.accounts.get(data["phone"])
        if account is None:
            return
        if not account.is_active:
            fail("phone", gettext("This person is switched off. Switch the account on first."))
        try:
            refuse_clash([Terms.of(one) for one in own_roles(account)], [terms_in(self._place, data)])
        except Refused as problem:
            fail("role", problem.message)


class Reviewers(Kind):
    """Reviewers of schools, clerks and helpers of a county; no role that decides what is final."""

    name = "reviewers"
    title = _("Reviewers, clerks and helpers")
    purpose = _(
        "People who begin to work here, each with one role. Whoever is new is invited: an administrator makes the link "
        "on the page of people. Who is invited or works here already stays as it is."
    )
    until = _("Can be undone until somebody has come in by an invitation of it.")
    ability = Ability.STAFF_MANAGE
    most_rows = 2_000
    columns = (
        Column("name", ("姓名", "name"), _("Name of the person."), "李娜"),
        Column(
            "phone",
            ("手机号", "手机号码", "phone"),
            _("Number at work; it names the person."),
            "13900001111",
            digits=True,
        ),
        Column(
            "role",
            ("岗位", "角色", "role"),
            _("审核 reviews for a school, 受理 works at a service point, 帮办 helps families. Empty: 审核."),
            "审核",
            needed=False,
            choices=tuple(ROLES),
        ),
        Column("school", ("学校代码", "school"), _("Of who reviews; empty for the others."), "430702P01", needed=False),
        Column("from", ("起始日期", "from"), _("First day; empty: at once."), "2026-06-01", needed=False),
        Column("until", ("截止日期", "until"), _("Last day; empty: without an end."), "2026-09-30", needed=False),
    )

    def places(self, account: Account) -> Sequence[Place]:
        return district_places(account, self.ability)

    def place(self, key: str) -> Place | None:
        return district_place(key)

    def reader(self, place: Place) -> Reader:
        codes = School.objects.filter(district=place.district).values_list("code", flat=True)
        return ReviewerReader(place, set(codes))

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        there = Standing(place.district).rows
        return {key: there[key] for key in keys or () if key in there}

    def joined(self, before: Data | None, data: Data) -> Data:
        return before or data  # names and days of who is there are changed on the page of the person

    def shown(self, data: Data) -> dict[str, str]:
        words = {value: word for word, value in ROLES.items()}
        phone = identifiers.mask("mobile", data["phone"])
        return super().shown({**data, "role": words[data["role"]], "phone": phone})

    def store(self, place: Place, rows: Mapping[str, Data | None], made: Import, *, undo: bool = False) -> None:
        there = Standing(place.district)
        if undo:
            self._withdraw(place, there, rows, made)
            return
        people: dict[str, list[Data]] = {}
        for data in rows.values():
            if data is not None:
                people.setdefault(data["phone"], []).append(data)
        for phone, several in people.items():
            staff_listed(
                two=(made.uploaded_by, made.decided_by),
                name=several[0]["name"],
                phone=phone,
                roles=[terms_in(place, one) for one in several],
                account=there.accounts.get(phone),
            )

    def _withdraw(self, place: Place, there: Standing, rows: Mapping[str, Data | None], made: Import) -> None:
        if made.undone_by is None:
            return
        wanted = {key for key, data in rows.items() if data is None}
        for phone, several in there.invited.items():
            for change in several:
                keys = {
                    key_of(phone, one.role, one.school) for one in terms_of(change) if one.district == place.district
                }
                if keys & wanted:
                    change_withdraw(actor=made.undone_by, change_id=change.public_id)

    def used(self, made: Import) -> str:
        there = Standing(made.district_code)
        open_ = {
            key_of(phone, one.role, one.school)
            for phone, several in there.invited.items()
            for change in several
            for one in terms_of(change)
        }
        new = {key for batch in made.batches.all() for key, (before, _after) in batch.body.items() if before is None}
        if new <= open_:
            return ""
        return gettext("Somebody of this table works here by now: end the role on the page of that person.")
