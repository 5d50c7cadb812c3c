"""The table of seats used in earlier years, as it is brought in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

import identifiers
from accounts.abilities import Ability
from accounts.models import Account
from enrollment.seasons.models import ApplicationVersion
from enrollment.used_seats.models import SeatImport, UsedSeat
from enrollment.used_seats.selectors import indexes, parent_indexes
from enrollment.used_seats.services import seats_put
from enrollment.used_seats.table import MESSAGES, STAGES, read_line
from foundation import clock
from foundation.canonical import digest_of
from foundation.crypto import blind_index
from foundation.wording import say
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from schools.kinds import district_place, district_places
from schools.models import District, School, Stage

NAME: Final = "used-seats"
BATCH: Final = 2000
COLUMNS: Final = (
    Column("school", ("学校代码", "学校", "school"), _("Code of the school that the child entered."), "WL01"),
    Column("stage", ("学段", "stage"), _("幼儿园, 小学 or 初中."), "小学", choices=tuple(STAGES)),
    Column("used_on", ("入学日期", "使用日期", "used_on"), _("Day on which the child entered."), "2023-09-01"),
    Column("child_id", ("儿童证件号", "学生证件号", "child_id"), _("The child's ID number."), digits=True, key=True),
    Column("left_on", ("离校日期", "left_on"), _("Day on which it left, if it did."), "2025-01-31", needed=False),
    Column(
        "certificate",
        ("不动产权证号", "产权证号", "certificate"),
        _("Of the home. At least one number or the address of the home is needed."),
        "湘(2018)常德市不动产权第0012345号",
        needed=False,
    ),
    Column("contract", ("合同备案号", "购房合同号", "contract"), _("Of the purchase, if it is on file."), needed=False),
    Column("unit", ("不动产单元号", "unit"), _("Of the home, if known."), needed=False, digits=True),
    Column("address", ("住房地址", "地址", "address"), _("Of the home, with building and room."), needed=False),
    Column("parent_id", ("家长证件号", "parent_id"), _("ID number of a parent, if known."), needed=False, digits=True),
    Column(
        "other_parent_id",
        ("另一家长证件号", "other_parent_id"),
        _("ID number of the other."),
        needed=False,
        digits=True,
    ),
)


class SeatReader(Reader):
    """Reads the rows against the schools of the district."""

    def __init__(self, schools: Collection[str], today: date) -> None:
        self._schools, self._today = schools, today

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        def told(column: str, code: str, **params: str) -> None:
            fail(column, say(MESSAGES[code], params))

        line = read_line(cells, told, schools=self._schools, today=self._today)
        if line is None:
            return None
        child = blind_index("child", line.child)
        data: Data = {
            "school": line.school,
            "stage": line.stage,
            "used_on": line.used_on.isoformat(),
            "left_on": line.left_on.isoformat() if line.left_on else None,
            "numbers": indexes("seat-home", line.numbers),
            "places": indexes("seat-place", line.places),
            "parents": parent_indexes(line.parents),
        }
        return Entry(f"{child}:{line.stage}", identifiers.mask("id", line.child), data)


class UsedSeats(Kind):
    """Homes whose seat was used in earlier years. Of people and homes only keyed digests are stored."""

    name = NAME
    title = _("Homes whose seat is used")
    purpose = _(
        "Children of earlier years with the home on whose seat they entered. Who enters through the portal is put down "
        "on check-in day by itself. Numbers and addresses are kept as keyed digests only: keep your own copy."
    )
    until = _("Can be undone until a family was judged after it came in.")
    ability = Ability.SEASON_EDIT
    columns = COLUMNS

    def places(self, account: Account) -> Sequence[Place]:
        return district_places(account, self.ability)

    def place(self, key: str) -> Place | None:
        return district_place(key)

    def reader(self, place: Place) -> Reader:
        schools = School.objects.filter(district=place.district).values_list("code", flat=True)
        return SeatReader(set(schools), clock.today())

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        return {key: data_of(row) for key, row in live_imported(place.district, keys or ()).items()}

    def store(self, place: Place, rows: Mapping[str, Data | None], made: Import, *, undo: bool = False) -> None:
        there = live_imported(place.district, rows)
        seats_put(district=place.district, rows=rows, replaced=there, made=None if undo else made)

    def shown(self, data: Data) -> dict[str, str]:
        homes = len(data["numbers"]) + len(data["places"])
        words = {**data, "stage": str(Stage(data["stage"]).label)}
        cells = {one.heading: str(words[one.name]) for one in COLUMNS if words.get(one.name)}
        return {**cells, str(_("Marks of the home")): str(homes), str(_("Parents")): str(len(data["parents"]))}

    def used(self, made: Import) -> str:
        judged = ApplicationVersion.objects.filter(
            application__district_code=made.district_code,
            assessed_at__gte=made.applied_at,
        )
        if not judged.exists():
            return ""
        return str(_("Families have been judged since this table came in: it cannot be undone any more."))


def live_imported(district: str, keys: Collection[str]) -> dict[str, UsedSeat]:
    """The rows that stand and came in a table, by key."""
    wanted = set(keys)
    children = {key.partition(":")[0] for key in wanted}
    rows = UsedSeat.objects.filter(
        district=district, child_index__in=children, revokes=None, revoked_by=None, application=None
    )
    found = {f"{row.child_index}:{row.stage}": row for row in rows.order_by("pk")}
    return {key: row for key, row in found.items() if key in wanted}


def data_of(row: UsedSeat) -> Data:
    return {
        "school": row.school_id,
        "stage": row.stage,
        "used_on": row.used_on.isoformat(),
        "left_on": row.left_on.isoformat() if row.left_on else None,
        "numbers": list(row.numbers),
        "places": list(row.places),
        "parents": list(row.parents),
    }


def seats_load(*, district: District, rows: Mapping[str, Data], file_name: str) -> SeatImport | None:
    """The rows of a season's folder, which whoever runs the portal loads; what stands already stays as it is.

    Loading the folder is the bureau's second look. None where nothing is new.
    """
    there = {key: data_of(row) for key, row in live_imported(district.pk, rows).items()}
    changed = {key: data for key, data in rows.items() if there.get(key) != data}
    if not changed:
        return None
    now = clock.now()
    loaded = SeatImport.objects.create(
        district=district,
        file_name=file_name,
        sha256=digest_of(sorted(changed.items())),
        count=len(changed),
        rows=[{"child": key.partition(":")[0]} for key in changed],
        years={},
        proposed_at=now,
        taken=True,
        decided_at=now,
    )
    keys = list(changed)
    for at in range(0, len(keys), BATCH):
        batch = {key: changed[key] for key in keys[at : at + BATCH]}
        seats_put(district=district.pk, rows=batch, replaced=live_imported(district.pk, batch), loaded=loaded)
    return loaded
