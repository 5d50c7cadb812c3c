"""Errors to plant into a family's records or answers, one at a time: each of them must lead to a person.

A plant changes a case in place and says whether it could: a family without a contract has none to cancel.
"""

from collections.abc import Callable
from typing import Any

from tests.enrollment.judging.truth import Case, Plant

STRANGER = {"id_number": "110101194001014990", "name": "他人"}
AWAY = {"address": "湖南省长沙市岳麓区麓山路1号", "division": "430104"}
PLANTS: dict[str, Plant] = {}
Change = Callable[[dict[str, Any]], None]


def plant(name: str) -> Callable[[Plant], Plant]:
    def add(made: Plant) -> Plant:
        assert name not in PLANTS
        PLANTS[name] = made
        return made

    return add


def on_record(name: str, agency: str, change: Change) -> None:
    """Plant an error into the agency's records of what the family claims."""

    def made(case: Case) -> bool:
        mine = case.own(agency)
        for record in mine:
            change(record)
        return bool(mine) and claims(case, agency)

    plant(name)(made)


def claims(case: Case, agency: str) -> bool:
    """Whether the family claims anything at the agency that its group could rest on."""
    return {
        "household": True,
        "real_estate": case.answers["home_kind"] == "deed",
        "contract": case.answers["home_kind"] == "contract",
        "permit": case.answers["permit_holder"] != "none",
        "insurance": case.answers["insurance_holder"] != "none",
    }[agency]


def here(case: Case) -> bool:
    return case.answers["household_here"] == "yes"


def _set(**values: Any) -> Change:
    return lambda record: record.update(values)


def _drop(name: str) -> Change:
    return lambda record: record.__delitem__(name)


def _neighbour(record: dict[str, Any]) -> None:
    record["address"] = record["address"].replace("室", "0室") if "室" in record["address"] else AWAY["address"]


def _owners(people: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    def made(record: dict[str, Any]) -> None:
        record[people] = [change(dict(person)) for person in record[people]]

    return made


# -- the household register -----------------------------------------------------------------------------------------

on_record("household: another name", "household", _set(name="他姓人"))
on_record("household: a character it cannot print", "household", lambda r: r.update(name=r["name"][:-1] + "?"))
on_record("household: no parent in it", "household", _set(members=[], householder_id=STRANGER["id_number"]))
on_record("household: cancelled", "household", _set(status="cancelled"))
on_record("household: moved away", "household", _set(status="moved_out"))


@plant("household: the child is unknown")
def _(case: Case) -> bool:
    case.records["household"] = []
    return True


@plant("household: the answer is about another child")
def _(case: Case) -> bool:
    for record in case.own("household"):
        # found by this child's number all the same, as an agency may answer
        record["permit_number"], record["id_number"] = case.child_id, STRANGER["id_number"]
    return True


@plant("household: the next door")
def _(case: Case) -> bool:
    for record in case.own("household"):
        _neighbour(record)
    return here(case)


@plant("household: in another city")
def _(case: Case) -> bool:
    for record in case.own("household"):
        record.update(AWAY)
    return here(case)


@plant("household: registered on another day")
def _(case: Case) -> bool:
    for record in case.own("household"):
        record["registered_on"] = "2023-03-03"
    return here(case)


@plant("household: two entries in force")
def _(case: Case) -> bool:
    case.records["household"] += [{**record, **AWAY} for record in case.own("household")]
    return here(case)


@plant("household: its type is not said")
def _(case: Case) -> bool:
    for record in case.own("household"):
        del record["type"]
    return here(case) and claims_group(case, "household.type")


@plant("household: a member who is no parent stands in for one")
def _(case: Case) -> bool:
    case.answers |= {"guardian_relation": "other", "authorised_by": "both", "second_guardian_id": ""}
    for record in case.own("household"):
        record["members"] = [{**STRANGER, "relation": "非亲属"}]
        record["householder_id"] = STRANGER["id_number"]
    return True


@plant("declared: the child's own number as its guardian's")
def _(case: Case) -> bool:
    case.answers |= {"guardian_id": case.child_id, "second_guardian_id": ""}
    for record in case.own("household"):
        record["members"] = [m for m in record["members"] if m["id_number"].upper() == case.child_id]
        record["householder_id"] = case.child_id
    return True


@plant("declared: a guardian who is no parent gives the own home, permit or insurance for a parent's")
def _(case: Case) -> bool:
    case.answers |= {"guardian_relation": "other", "authorised_by": "both", "second_guardian_id": ""}
    own_home = case.answers["home_kind"] in {"deed", "contract"} and case.answers["home_owner_relation"] == "parent"
    return own_home or "parent" in {case.answers["permit_holder"], case.answers["insurance_holder"]}


@plant("declared: the household is not here")
def _(case: Case) -> bool:
    was = here(case)
    case.answers["household_here"] = "no"
    return was


# -- homes ----------------------------------------------------------------------------------------------------------

for _agency, _people, _number in (
    ("real_estate", "owners", "certificate"),
    ("contract", "buyers", "contract"),
):
    on_record(f"{_agency}: the next door", _agency, _neighbour)
    on_record(f"{_agency}: somebody else's", _agency, _owners(_people, lambda person: {**person, **STRANGER}))
    on_record(f"{_agency}: an owner has died", _agency, _owners(_people, lambda p: {**p, "deceased": True}))
    on_record(f"{_agency}: a quarter of it", _agency, _owners(_people, lambda p: {**p, "share": p["share"] / 4}))
    on_record(f"{_agency}: cancelled", _agency, _set(status="cancelled"))
    on_record(f"{_agency}: seized", _agency, _set(seized=True))
    on_record(f"{_agency}: a shop", _agency, _set(kind="commercial"))
    on_record(f"{_agency}: a parking space", _agency, _set(kind="parking"))
    on_record(f"{_agency}: its use is not said", _agency, _drop("kind"))

    @plant(f"{_agency}: not on record")
    def _(case: Case, agency: str = _agency) -> bool:
        case.records[agency] = []
        return claims(case, agency)

    @plant(f"{_agency}: another number")
    def _(case: Case, agency: str = _agency, number: str = _number) -> bool:
        for record in case.own(agency):
            record[number] = record[number].replace("2", "3")
        return claims(case, agency)

    @plant(f"{_agency}: one number, two families")
    def _(case: Case, agency: str = _agency, people: str = _people) -> bool:
        case.records[agency] += [{**r, people: [{**STRANGER, "share": 1.0}]} for r in case.own(agency)]
        return claims(case, agency)

    @plant(f"{_agency}: half of it is nobody's who was declared")
    def _(case: Case, agency: str = _agency, people: str = _people) -> bool:
        if case.answers.get("home_owner_relation") != "parent":
            return False
        case.answers |= {"second_guardian_id": "", "home_share": "50"}
        mine = {"id_number": case.answers["guardian_id"], "name": case.answers["guardian_name"], "share": 0.5}
        for record in case.own(agency):
            record[people] = [mine, {**STRANGER, "share": 0.5}]
        return claims(case, agency)

    @plant(f"{_agency}: declared 51 percent, 50 registered")
    def _(case: Case, agency: str = _agency, people: str = _people) -> bool:
        if case.answers.get("home_owner_relation") != "parent":
            return False
        case.answers |= {"second_guardian_id": case.answers["second_guardian_id"] or "", "home_share": "51"}
        mine = {"id_number": case.answers["guardian_id"], "name": case.answers["guardian_name"], "share": 0.5}
        for record in case.own(agency):
            record[people] = [mine, {**STRANGER, "share": 0.5}]
        return claims(case, agency)

    for _kind in ("none", "rented"):

        @plant(f"declared: {_kind}, while {_agency} names a home of theirs")
        def _(case: Case, agency: str = _agency, kind: str = _kind) -> bool:
            mine = case.own(agency)
            was = claims(case, agency) and case.answers["home_owner_relation"] == "parent" and bool(mine)
            case.answers["home_kind"] = kind
            return was


@plant("real_estate: the home of the other, separated parent")
def _(case: Case) -> bool:
    second = case.answers.get("second_guardian_id")
    if case.persona != "separated" or not second:
        return False
    case.answers |= {"family_situation": "separated", "lives_with": case.answers["guardian_relation"]}
    for record in case.own("real_estate"):
        record["owners"] = [{"id_number": second, "name": "另一方", "share": 1.0}]
    return claims(case, "real_estate")


@plant("real_estate: parents have another home beside the grandparents'")
def _(case: Case) -> bool:
    parent = {"id_number": case.answers["guardian_id"], "name": case.answers["guardian_name"], "share": 1.0}
    case.records["real_estate"] += [
        {**r, "certificate": "湘（2011）常德市不动产权第9999999号", "owners": [parent], **AWAY}
        for r in case.own("real_estate")
    ]
    return case.persona == "grandparents_home"


@plant("contract: parents have bought a home beside the grandparents'")
def _(case: Case) -> bool:
    parent = {"id_number": case.answers["guardian_id"], "name": case.answers["guardian_name"], "share": 1.0}
    bought = {"contract": "HT202599999999", "buyers": [parent], "filed_on": "2025-01-01", "kind": "residential"}
    case.records["contract"].append({**bought, "status": "filed", **AWAY})
    return case.persona == "grandparents_home"


@plant("household: the owner is in no household with the child")
def _(case: Case) -> bool:
    owner = case.answers.get("home_owner_id")
    for record in case.own("household"):
        record["members"] = [m for m in record["members"] if m["id_number"] != owner]
        record["householder_id"] = case.answers["guardian_id"]
    return case.persona == "grandparents_home"


# -- permit and insurance -------------------------------------------------------------------------------------------

on_record("permit: lapsed", "permit", _set(endorsed_until="2025-01-01"))
on_record("permit: being renewed, the old day is over", "permit", _set(endorsed_until="2025-01-01", status="renewing"))
on_record("permit: being renewed, without a day", "permit", _set(endorsed_until=None, status="renewing"))
on_record("permit: without a day", "permit", _drop("endorsed_until"))
on_record("permit: another address", "permit", _neighbour)
on_record("permit: another name", "permit", _set(name="他姓人"))
on_record("insurance: in another city", "insurance", _set(city="长沙市"))
on_record("insurance: half the months", "insurance", lambda r: r.update(months=r["months"][: len(r["months"]) // 2]))
on_record("insurance: another name", "insurance", _set(name="他姓人"))

for _agency in ("permit", "insurance"):

    @plant(f"{_agency}: not on record")
    def _(case: Case, agency: str = _agency) -> bool:
        case.records[agency] = []
        return claims(case, agency)

    @plant(f"{_agency}: the answer is about another person")
    def _(case: Case, agency: str = _agency) -> bool:
        for record in case.own(agency):
            record["permit_number"], record["id_number"] = record["id_number"], STRANGER["id_number"]
        return claims(case, agency)


def claims_group(case: Case, fact: str) -> bool:
    """Whether the policy looks at the fact before the family's group is sure."""
    return fact == "household.type" and case.persona not in {"home_only", "contract"}


# -- the other parent's permit, and papers of Hong Kong, Macao and Taiwan ---------------------------------------------


def by_the_other_parent(case: Case) -> bool:
    """Let the other parent fill in the form, truthfully: permit and insurance are now the other parent's."""
    answers = case.answers
    if answers["permit_holder"] != "parent" or not answers.get("second_guardian_id"):
        return False
    mine, others = answers["guardian_id"], answers["second_guardian_id"]
    relation = {"mother": "father", "father": "mother"}[answers["guardian_relation"]]
    answers |= {"guardian_id": others, "second_guardian_id": mine, "guardian_relation": relation}
    answers |= {"permit_holder": "other_parent", "guardian_name": case.guardians[others]}
    if answers["insurance_holder"] == "parent":
        answers["insurance_holder"] = "other_parent"
    return True


def others_permit(name: str, change: Change) -> None:
    """Plant an error into the permit of the parent who does not fill in the form."""

    def made(case: Case) -> bool:
        if not by_the_other_parent(case):
            return False
        mine = case.own("permit")
        for record in mine:
            change(record)
        return bool(mine)

    plant(name)(made)


others_permit("permit: the other parent's has lapsed", _set(endorsed_until="2025-01-01"))
others_permit("permit: the other parent's, without a day", _drop("endorsed_until"))
others_permit("permit: the other parent's, at another address", _neighbour)


@plant("permit: the other parent's is not on record")
def _(case: Case) -> bool:
    case.records["permit"] = []
    return by_the_other_parent(case)


@plant("permit: the other parent's, whom the family did not name")
def _(case: Case) -> bool:
    was = by_the_other_parent(case)
    case.answers["second_guardian_id"] = ""
    return was


@plant("permit: a stranger's, who was named as the other parent")
def _(case: Case) -> bool:
    if not by_the_other_parent(case):
        return False
    for agency in ("permit", "insurance"):
        for record in case.own(agency):
            record.update(STRANGER)
    case.answers["second_guardian_id"] = STRANGER["id_number"]
    return True


@plant("real_estate: a stranger's, who was named as the other parent")
def _(case: Case) -> bool:
    was = claims(case, "real_estate") and case.answers.get("home_owner_relation") == "parent"
    case.answers |= {"second_guardian_id": STRANGER["id_number"], "home_share": "100"}
    for record in case.own("real_estate"):
        record["owners"] = [{**STRANGER, "share": 1.0}]
    return was


TRAVEL = "H01234567"  # a Mainland Travel Permit for Hong Kong and Macao Residents


@plant("declared: the child holds a travel permit, its home is on record")
def _(case: Case) -> bool:
    case.child = {**case.child, "id_number": TRAVEL}
    case.answers["household_here"] = "no"
    return case.answers["home_kind"] in {"deed", "contract"}


@plant("declared: the owner holds a travel permit, the deed names another number")
def _(case: Case) -> bool:
    was = claims(case, "real_estate") and case.answers.get("home_owner_relation") == "parent"
    case.answers |= {"guardian_id": TRAVEL, "second_guardian_id": ""}
    return was


@plant("declared: both parents hold travel permits, the deed names them")
def _(case: Case) -> bool:
    was = claims(case, "real_estate") and case.answers.get("home_owner_relation") == "parent"
    case.answers |= {"guardian_id": TRAVEL, "second_guardian_id": "", "home_share": "100"}
    for record in case.own("real_estate"):
        record["owners"] = [{"id_number": TRAVEL, "name": case.answers["guardian_name"], "share": 1.0}]
    return was


@plant("household: its type is a word that no table knows")
def _(case: Case) -> bool:
    for record in case.own("household"):
        record["type"] = "寄住户"
    return here(case) and claims_group(case, "household.type")
