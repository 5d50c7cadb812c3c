"""Where tables of districts are brought in, and the table of schools."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from imports.cells import number_of
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from schools.models import District, School, SeatPlan, Zone
from schools.services import schools_delete, schools_store

YEAR: Final = re.compile(r"20\d\d")


def counties() -> list[Place]:
    """All counties, by code."""
    return _places(_counties())


def district_places(account: Account, ability: Ability) -> list[Place]:
    """The counties that the person's ability reaches."""
    return _places(scope(account).rows(_counties(), ability, district="code"))


def _counties() -> QuerySet[District]:
    return District.objects.filter(parent__parent__isnull=False).order_by("code")


def _places(rows: Iterable[District]) -> list[Place]:
    return [Place(one.code, str(one), one.code) for one in rows]


def year_places(account: Account, ability: Ability, years: Iterable[int]) -> list[Place]:
    """The counties that the person's ability reaches, in each of these years."""
    return in_years(district_places(account, ability), years)


def in_years(found: Iterable[Place], years: Iterable[int]) -> list[Place]:
    """These counties in each of these years."""
    kept = list(found)
    return [Place(f"{one.key}:{year}", f"{one.label} {year}", one.district) for year in years for one in kept]


def year_place(key: str) -> Place | None:
    """The county and year of this key."""
    code, _colon, year = key.partition(":")
    place = district_place(code) if YEAR.fullmatch(year) else None
    return Place(key, f"{place.label} {year}", place.district) if place else None


def district_place(key: str) -> Place | None:
    """The county of this code."""
    found = District.objects.filter(pk=key, parent__parent__isnull=False).first()
    return Place(found.code, str(found), found.code) if found else None


KINDS: Final[Mapping[str, str]] = {"公办": "public", "民办": "private", "民工子弟": "migrant", "特殊": "special"}
CHINA: Final[Mapping[str, tuple[float, float]]] = {"longitude": (73.0, 136.0), "latitude": (3.0, 54.0)}
CODE: Final = re.compile(r"[0-9A-Za-z_-]{1,20}")
LENGTHS: Final[Mapping[str, int]] = {
    "name": 80,
    "group": 60,
    "town": 60,
    "address": 200,
    "phone": 30,
    "features": 1000,
    "facilities": 1000,
    "consult_hours": 100,
    "english": 120,
    "fees": 200,
}
FIELDS: Final[Mapping[str, str]] = {**{name: name for name in LENGTHS}, "group": "education_group", "kind": "kind"}
NOTHING: Final[Mapping[str, str]] = {**dict.fromkeys(LENGTHS, ""), "kind": "public"}  # of a column that is not there
SCHOOL_COLUMNS: Final = (
    Column(
        "code",
        ("学校代码", "代码", "code"),
        _("The code under which every other table names it."),
        "430702P01",
        key=True,
    ),
    Column("name", ("学校名称", "名称", "name"), _("As it is published."), "启明街道小学"),
    Column(
        "kind",
        ("办学性质", "性质", "kind"),
        _("公办, 民办, 民工子弟 or 特殊."),
        "公办",
        needed=False,
        choices=tuple(KINDS),
    ),
    Column("group", ("教育集团", "group"), _("If it belongs to one."), needed=False),
    Column("town", ("镇街", "街道", "town"), _("Town or subdistrict."), needed=False),
    Column("address", ("地址", "address"), _("As it is published."), "武陵区启明街道洞庭大道104号"),
    Column("longitude", ("经度", "longitude"), _("In degrees, 73 to 136."), "111.63961"),
    Column("latitude", ("纬度", "latitude"), _("In degrees, 3 to 54."), "28.99006"),
    Column("phone", ("电话", "phone"), _("For questions of families."), needed=False),
    Column("features", ("特色", "features"), _("What it offers, never a grade; several with 、."), needed=False),
    Column("facilities", ("设施", "facilities"), _("Several with 、."), needed=False),
    Column("consult_hours", ("咨询时间", "consult_hours"), _("When somebody answers the phone."), needed=False),
    Column(
        "english",
        ("英文名称", "英文名", "english"),
        _("As the school writes its name in English; without it pages in English say it in pinyin."),
        needed=False,
    ),
    Column("fees", ("收费", "收费标准", "fees"), _("What parents pay, and how often."), needed=False),
)


def coordinate(cells: Mapping[str, str], name: str, fail: Fail) -> float:
    """A degree within the country; 0 after ``fail``."""
    low, high = CHINA[name]
    found = number_of(cells[name])
    if found is None or not low <= found <= high:
        text = gettext("%(value)s is no number from %(low)d to %(high)d.")
        fail(name, text % {"value": cells[name][:40], "low": low, "high": high})
        return 0.0
    return found


class SchoolReader(Reader):
    """Reads schools; a code that another district has is not taken from it."""

    def __init__(self, others: Collection[str]) -> None:
        self._others = others

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        code, kind = cells["code"], KINDS.get(cells["kind"], cells["kind"] or "public")
        if not CODE.fullmatch(code):
            fail("code", gettext("A code has 1 to 20 letters and digits, without spaces."))
        if code in self._others:
            fail("code", gettext("%(value)s is a school of another district.") % {"value": code})
        if kind not in KINDS.values():
            fail("kind", gettext("Write one of: %(known)s.") % {"known": "、".join(KINDS)})
        for name, most in LENGTHS.items():
            if len(cells[name]) > most:
                fail(name, gettext("At most %(most)d characters.") % {"most": most})
        axes = {name: coordinate(cells, name, fail) for name in CHINA}
        texts = {name: cells[name] for name in LENGTHS if name in self.there}
        kinds = {"kind": kind} if "kind" in self.there else {}
        return Entry(code, f"{code} {cells['name']}", {**texts, **kinds, **axes})


class Schools(Kind):
    """The schools of a district, whoever runs them."""

    name = "schools"
    title = _("Schools")
    purpose = _(
        "The schools of a county with what families read of them. A cell left empty is empty afterwards; columns and "
        "schools that the table does not have stay as they are."
    )
    until = _("Can be undone until seats or zones name a new school of the table.")
    ability = Ability.SEASON_EDIT
    columns = SCHOOL_COLUMNS
    password = False
    most_rows = 5_000

    def places(self, account: Account) -> Sequence[Place]:
        return district_places(account, self.ability)

    def place(self, key: str) -> Place | None:
        return district_place(key)

    def reader(self, place: Place) -> Reader:
        others = School.objects.exclude(district=place.district).values_list("code", flat=True)
        return SchoolReader(set(others))

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        rows = School.objects.filter(district=place.district, code__in=list(keys or ()))
        return {row.code: school_data(row) for row in rows}

    def store(
        self,
        place: Place,
        rows: Mapping[str, Data | None],
        made: Import,  # noqa: ARG002
        *,
        undo: bool = False,  # noqa: ARG002
    ) -> None:
        schools_delete(codes=[code for code, data in rows.items() if data is None])
        schools_store(
            schools=[school_of(place.district, code, data) for code, data in rows.items() if data is not None]
        )

    def joined(self, before: Data | None, data: Data) -> Data:
        return _spare({**NOTHING, **(before or {}), **data})

    def shown(self, data: Data) -> dict[str, str]:
        words = {value: word for word, value in KINDS.items()}
        return super().shown({**data, "kind": words[data["kind"]]})

    def used(self, made: Import) -> str:
        new = {key for batch in made.batches.all() for key, (before, _after) in batch.body.items() if before is None}
        if SeatPlan.objects.filter(school__in=new).exists() or Zone.objects.filter(schools__in=new).exists():
            return gettext("Seats or zones name a school of this table: undo those first.")
        return ""


def school_data(row: School) -> Data:
    axes = {"longitude": row.longitude, "latitude": row.latitude}
    return _spare({**{name: getattr(row, column) for name, column in FIELDS.items()}, **axes})


def _spare(data: Data) -> Data:
    """Without an English name or fees that are not there: tables taken before schools had them can still be undone."""
    return {name: value for name, value in data.items() if value or name not in {"english", "fees"}}


def school_of(district: str, code: str, data: Data) -> School:
    """The school of a row; what it does not say is empty."""
    said = {**NOTHING, **data}
    axes = {name: said[name] for name in CHINA}
    return School(code=code, district_id=district, **{FIELDS[name]: said[name] for name in FIELDS}, **axes)
