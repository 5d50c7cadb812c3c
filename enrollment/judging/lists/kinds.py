"""The bureau's lists as tables that are brought in: who is on them, points, and the district's own facts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

import identifiers
from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account
from enrollment.judging.lists.listed import DISABLED
from enrollment.judging.models import ListEntry
from enrollment.seasons.lists.services import lists_forget, lists_keep
from enrollment.seasons.models import ApplicationVersion, Round, Season
from enrollment.seasons.rules.policies import compiled
from foundation import clock
from foundation.crypto import blind_index
from foundation.wording import content_language, refusal
from imports.cells import day_of, number_of
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader, may
from imports.models import Import
from policy.facts import FactSpec
from schools.kinds import counties, in_years, year_place
from schools.models import District
from verification.agencies.disability import degree

CHILD: Final = Column(
    "child_id",
    ("儿童证件号", "学生证件号", "儿童身份证号", "child_id"),
    _("The child's ID number."),
    digits=True,
    key=True,
)
BASIS: Final = Column(
    "basis", ("依据", "文号", "basis"), _("Document or certificate it rests on, if there is one."), needed=False
)
MOST_TEXT: Final = 100
MOST_POINTS: Final = 100_000


class PersonReader(Reader):
    """Reads a child's number; what else the row says is read by who inherits."""

    def __init__(self, today: date) -> None:
        self.today = today

    def person(self, cells: Mapping[str, str], column: str, fail: Fail) -> str:
        """The number in its one spelling, "" for none; never shown again, however wrong it is."""
        if not cells[column]:
            return ""
        checked = identifiers.check("id", cells[column], today=self.today)
        if not checked.ok:
            fail(column, refusal(checked))
            return ""
        return checked.value

    def text(self, cells: Mapping[str, str], column: str, fail: Fail) -> str:
        found = cells.get(column, "")
        if len(found) > MOST_TEXT:
            fail(column, gettext("At most %(most)d characters.") % {"most": MOST_TEXT})
        return found

    def day(self, cells: Mapping[str, str], column: str, fail: Fail) -> str:
        """The day as it is stored, "" for none."""
        if not cells[column]:
            return ""
        found = day_of(cells[column])
        if found is None:
            text = gettext("%(value)s is no day such as 2026-05-01.")
            fail(column, text % {"value": cells[column][:40]})
            return ""
        return found.isoformat()


class ListReader(PersonReader):
    """A row of a list says that a child is on it, and why."""

    def __init__(self, today: date, texts: Collection[str]) -> None:
        super().__init__(today)
        self._texts = texts

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        number = self.person(cells, CHILD.name, fail)
        texts = {name: self.text(cells, name, fail) for name in self._texts}
        if not number:
            return None
        data = {name: text for name, text in texts.items() if text}
        return Entry(f"{blind_index('child', number)}:", identifiers.mask("id", number), data)


class ChildrenOnAList(Kind):
    """Entries of children in a year of a district: stored under the child's keyed digest, the rest encrypted."""

    list_kind: ClassVar[str]
    ability = Ability.LISTS_IMPORT
    until = _("Can be undone until a child on it was judged after it came in.")

    def places(self, account: Account) -> Sequence[Place]:
        return in_years([one for one in counties() if may(account, self, one)], _years())

    def place(self, key: str) -> Place | None:
        return year_place(key)

    def reader(self, place: Place) -> Reader:  # noqa: ARG002 - points and facts of the district need it
        return ListReader(clock.today(), [one.name for one in self.columns if one.name != CHILD.name])

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        district, year = where(place)
        wanted = set(keys or ())
        rows = ListEntry.objects.filter(
            district=district,
            year=year,
            kind=self.list_kind,
            child_index__in={key.partition(":")[0] for key in wanted},
        )
        found = {f"{row.child_index}:{row.part}": row.body for row in rows}
        return {key: body for key, body in found.items() if key in wanted}

    def store(self, place: Place, rows: Mapping[str, Data | None], made: Import, *, undo: bool = False) -> None:  # noqa: ARG002
        entries_put(place=place, kind=self.list_kind, rows=rows)

    def used(self, made: Import) -> str:
        for batch in made.batches.order_by("number"):
            children = {key.partition(":")[0] for key in batch.body}
            judged = ApplicationVersion.objects.filter(
                application__child_index__in=children,
                application__district_code=made.district_code,
                assessed_at__gte=made.applied_at,
            )
            if judged.exists():
                return str(_("A child of this table has been judged since: it cannot be undone any more."))
        return ""

    def after(self, made: Import, *, undo: bool) -> None:
        kept = self.kept(made)
        district = District.objects.get(pk=made.district_code)
        if not undo:
            lists_keep(district=district, kinds=kept)
        elif made.applied_at is not None:
            lists_forget(district=district, kinds=kept, since=made.decided_at or made.applied_at)

    def kept(self, made: Import) -> list[str]:  # noqa: ARG002 - of the district's own facts each is a list
        """The lists that the district keeps from now on: who is not on them is known not to be."""
        return [self.list_kind]


def where(place: Place) -> tuple[str, int]:
    district, _colon, year = place.key.partition(":")
    return district, int(year)


def _years() -> list[int]:
    return sorted({*Season.objects.values_list("year", flat=True), clock.today().year}, reverse=True)


def entries_put(*, place: Place, kind: str, rows: Mapping[str, Data | None]) -> None:
    """Put entries in the place of those under the same keys; None takes one off the list."""
    district, year = where(place)
    named = {tuple(key.split(":", 1)): data for key, data in rows.items()}
    old = ListEntry.objects.filter(
        district=district, year=year, kind=kind, child_index__in={child for child, _part in named}
    )
    ListEntry.objects.filter(pk__in=[row.pk for row in old if (row.child_index, row.part) in named]).delete()
    ListEntry.objects.bulk_create(
        [
            ListEntry(district_id=district, year=year, kind=kind, child_index=child, part=part, body=dict(data))
            for (child, part), data in named.items()
            if data is not None
        ],
        batch_size=2000,
    )


class Military(ChildrenOnAList):
    name = list_kind = "military"
    departments = frozenset({Department.MILITARY, Department.VETERANS})
    title = _("List: children of military personnel")
    purpose = _("Children whom the military office confirmed. Schools never see the unit.")
    columns = (
        CHILD,
        Column("unit", ("单位", "部队单位", "unit"), _("The unit; encrypted, never shown to a school."), needed=False),
        BASIS,
    )


class Martyr(ChildrenOnAList):
    name = list_kind = "martyr"
    departments = frozenset({Department.VETERANS, Department.MILITARY})
    title = _("List: martyrs and sacrifice on duty")
    purpose = _(
        "Children of martyrs and of those who died or were disabled on duty, as the veterans' office confirmed."
    )
    columns = (
        CHILD,
        Column(
            "category",
            ("类别", "category"),
            _("As the certificate calls it."),
            "烈士",
            needed=False,
            choices=("烈士", "因公牺牲", "病故", "因公伤残"),
        ),
        BASIS,
    )


class Rescue(ChildrenOnAList):
    name = list_kind = "rescue"
    departments = frozenset({Department.EMERGENCY, Department.PUBLIC_SECURITY})
    title = _("List: fire, rescue and police heroes")
    purpose = _("Children of fire and rescue personnel and of police heroes, as their offices confirmed.")
    columns = (
        CHILD,
        Column("unit", ("单位", "unit"), _("The unit; encrypted, never shown to a school."), needed=False),
        BASIS,
    )


class Talent(ChildrenOnAList):
    name = list_kind = "talent"
    departments = frozenset({Department.TALENT, Department.HUMAN_RESOURCES})
    title = _("List: talent")
    purpose = _("Children of listed talent, as the talent office confirmed.")
    columns = (
        CHILD,
        Column(
            "category", ("人才类别", "人才层次", "类别", "category"), _("As in the certificate."), "C类", needed=False
        ),
        BASIS,
    )


class DisabledReader(ListReader):
    """The grade is one of the four of the certificate."""

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        found = super().read(cells, fail)
        if degree({"grade": cells["grade"]}) is None:
            text = gettext("%(value)s is no grade of a disability certificate. Write 一级, 二级, 三级 or 四级.")
            fail("grade", text % {"value": cells["grade"][:40]})
            return None
        return found


class Disabled(ChildrenOnAList):
    """Children of school age whom the disabled persons' federation and the bureau counted before the season.

    Source: the regulation on the education of persons with disabilities (State Council decree 674), article 15, by
    which a county registers these children before they enter school, together with the federation.
    """

    name = list_kind = DISABLED
    departments = frozenset({Department.DISABLED})
    title = _("List: children with a disability")
    purpose = _("Children of school age with a disability, as the disabled persons' federation counted them.")
    columns = (
        CHILD,
        Column(
            "grade",
            ("残疾等级", "等级", "grade"),
            _("As in the certificate."),
            "三级",
            choices=("一级", "二级", "三级", "四级"),
        ),
        Column("category", ("残疾类别", "category"), _("As in the certificate."), "听力", needed=False),
        BASIS,
    )

    def reader(self, place: Place) -> Reader:  # noqa: ARG002 - of any place
        return DisabledReader(clock.today(), ["grade", "category", "basis"])


class PointsReader(PersonReader):
    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        number, holder = (self.person(cells, column, fail) for column in (CHILD.name, "holder_id"))
        town, residence = (self.text(cells, column, fail) for column in ("town", "residence_town"))
        issued, until = (self.day(cells, column, fail) for column in ("issued_on", "valid_until"))
        total = number_of(cells["total"])
        if total is None or not 0 <= total <= MOST_POINTS:
            fail("total", gettext("Points are a number from 0 to %(most)d.") % {"most": MOST_POINTS})
        if issued and until and until < issued:
            fail("valid_until", gettext("It ends before it was issued."))
        if issued > self.today.isoformat():
            fail("issued_on", gettext("This day lies in the future."))
        if holder and holder == number:
            fail("holder_id", gettext("The child and the parent have the same number."))
        if not number or total is None:
            return None
        data: dict[str, Any] = {
            "total": int(total) if total == int(total) else total,
            "town": town,
            "issued_on": issued,
            "valid_until": until,
            "matches": not residence or residence == town,
        }
        if residence and residence != town:
            data["residence_town"] = residence  # between which towns it is coordinated
        # two parents, and one parent in two towns: each certificate is an entry of its own
        part = blind_index("points", f"{holder}|{town}")[:40]
        return Entry(f"{blind_index('child', number)}:{part}", identifiers.mask("id", number), data)


class Points(ChildrenOnAList):
    name = list_kind = "points"
    title = _("Points")
    purpose = _(
        "Certificates of points, one a row: a child may have several, of two parents or of several towns, and the "
        "highest that is valid on the check day counts. Who has none is asked about, and never has 0."
    )
    columns = (
        CHILD,
        Column("total", ("积分", "总积分", "分值", "total"), _("The points of this certificate."), "86"),
        Column("town", ("积分镇街", "镇街", "积分所在镇街", "town"), _("Town that gave the points."), "石湾镇街道"),
        Column(
            "holder_id",
            ("积分人证件号", "家长证件号", "holder_id"),
            _("The parent's ID number."),
            needed=False,
            digits=True,
        ),
        Column("issued_on", ("出具日期", "核发日期", "issued_on"), _("Day on which it was issued."), "2026-04-20"),
        Column(
            "valid_until",
            ("有效期至", "截止日期", "valid_until"),
            _("Last day on which it is valid."),
            "2026-12-31",
            needed=False,
        ),
        Column(
            "residence_town",
            ("居住镇街", "residence_town"),
            _("Town where the family lives, if another: the case is then coordinated, never ranked lower."),
            needed=False,
        ),
    )

    def reader(self, place: Place) -> Reader:  # noqa: ARG002 - of any place
        return PointsReader(clock.today())

    def shown(self, data: Data) -> dict[str, str]:
        found = super().shown(data)
        words = gettext("yes") if data.get("matches", True) else gettext("no")
        return {**found, gettext("Town of residence"): words}


class LocalReader(PersonReader):
    """Facts that the policies of this year declare for themselves."""

    def __init__(self, today: date, specs: Mapping[str, FactSpec]) -> None:
        super().__init__(today)
        self._specs = specs

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        number = self.person(cells, CHILD.name, fail)
        spec = self._spec(cells["fact"])
        if spec is None:
            known = "、".join(sorted(one.label.of(content_language()) for one in self._specs.values())) or "—"
            text = gettext("%(value)s is no fact of a policy here. Write one of: %(known)s.")
            fail("fact", text % {"value": cells["fact"][:40], "known": known})
            return None
        value = self._value(spec, cells["value"], fail)
        if not number or value is None:
            return None
        child = blind_index("child", number)
        return Entry(f"{child}:{spec.name}", identifiers.mask("id", number), {"fact": spec.name, "value": value})

    def _spec(self, typed: str) -> FactSpec | None:
        names = {word: one for one in self._specs.values() for word in (one.name, one.label.zh, one.label.en)}
        return names.get(typed)

    def _value(self, spec: FactSpec, typed: str, fail: Fail) -> str | bool | float | None:
        if spec.kind == "flag":
            found: str | bool | float | None = {"是": True, "yes": True, "true": True, "否": False, "no": False}.get(
                typed.lower()
            )
            words = gettext("Write 是 or 否.")
        elif spec.kind == "choice":
            named = {word: key for key, text in spec.choices.items() for word in (key, text.zh, text.en)}
            found = named.get(typed)
            words = gettext("Write one of: %(known)s.") % {
                "known": "、".join(text.zh for text in spec.choices.values())
            }
        elif spec.kind == "date":
            day = day_of(typed)
            found, words = day.isoformat() if day else None, gettext("Write a day such as 2026-05-01.")
        elif spec.kind in {"number", "share"}:
            found, words = number_of(typed), gettext("Write a number.")
        else:
            found, words = typed[:MOST_TEXT], ""
        if found is None:
            fail("value", words)
        return found


class LocalFacts(ChildrenOnAList):
    name = list_kind = "local"
    title = _("The district's own facts")
    purpose = _("What only this district's policy asks (facts named local.…), one fact of one child a row.")
    columns = (
        CHILD,
        Column("fact", ("事项", "fact"), _("As the policy calls it, in words or by its name."), "local.island"),
        Column(
            "value", ("内容", "取值", "value"), _("是 or 否, a choice, a day or a number, as the policy says."), "是"
        ),
    )

    def reader(self, place: Place) -> Reader:
        district, year = where(place)
        rounds = Round.objects.filter(season__district=district, season__year=year).select_related("policy")
        specs = {name: one for round_ in rounds for name, one in compiled(round_.policy).local_facts.items()}
        return LocalReader(clock.today(), specs)

    def kept(self, made: Import) -> list[str]:
        return sorted({key.partition(":")[2] for batch in made.batches.order_by("number") for key in batch.body})


LISTS: Final[tuple[Kind, ...]] = (Military(), Martyr(), Rescue(), Talent(), Disabled(), Points(), LocalFacts())
