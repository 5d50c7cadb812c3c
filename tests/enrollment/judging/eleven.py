"""A policy that looks at facts of all eleven data items and of every kind of list.

Changde's, with a clause for each of the six further items, for soldiers and martyrs, talent, points and what only this
district asks.
"""

from tests.enrollment.judging.truth import FOLDER

ITEMS = ("birth", "marriage", "rental", "business", "disability", "registry")
_FACTS = """facts:
  - {name: local.resettled, type: flag, label: {zh: 安置户, en: Resettled}}
  - name: local.bank
    type: choice
    label: {zh: 沿江, en: Bank}
    choices: {north: {zh: 江北, en: north}, south: {zh: 江南, en: south}}
"""
_FIRST = """groups:
  - id: class_m
    name: {zh: 优待类 军人烈士子女, en: "Class of honour"}
    rule: {zh: 现役军人或烈士子女, en: "Children of soldiers and martyrs"}
    when: {any: [{fact: preferential.military, eq: true}, {fact: preferential.martyr, eq: true}]}
    order:
      - {by: rank, fact: preferential.martyr, values: [true, false]}
      - {by: ticket}
    agencies: [household]
    materials: []
  - id: class_t
    name: {zh: 优待类 人才子女, en: "Class of talent"}
    rule: {zh: 高层次人才子女, en: "Children of listed talent"}
    when: {fact: preferential.talent, eq: true}
    order: [{by: ticket}]
    agencies: [household]
    materials: []
  - id: class_l
    name: {zh: 安置类, en: "Resettled"}
    rule: {zh: 安置户、户籍在学区内, en: "Resettled, the household in the zone"}
    when: {all: [{fact: local.resettled, eq: true}, {use: household_here}]}
    order:
      - {by: rank, fact: local.bank, values: [north, south]}
      - {by: date, fact: household.registered_on}
      - {by: ticket}
    agencies: [household]
    materials: []
  - id: class_0
    name: {zh: 优待类 残疾儿童, en: "Class nought"}
    rule: {zh: 户籍或自有住房在学区内、持中度以上残疾证, en: "Home or household in the zone, and grade one to three"}
    when:
      all:
        - {any: [{use: own_home}, {use: household_here}]}
        - {fact: child.disability, in: [moderate, severe]}
    order: [{by: ticket}]
    agencies: [household, disability]
    materials: []
"""
_RENTING = """  - id: class_r
    name: {zh: 租赁备案类, en: "Filed leases"}
    rule: {zh: 租住学区内住房并已备案, en: "A rented home in the zone, the lease on file"}
    when:
      all:
        - {fact: home.kind, eq: rented}
        - {fact: home.zone_relation, eq: in_zone}
        - {fact: application.rented_filed, eq: true}
        - {fact: permit.valid_on_check_day, eq: true}
    order:
      - {by: date, fact: home.leased_since}
      - {by: ticket}
    agencies: [household, rental]
    materials: []
  - id: class_4
"""
_POINTS = """  - id: class_p
    name: {zh: 积分类, en: "Points"}
    rule: {zh: 持有效居住证、积分在本镇街、150分以上, en: "A valid permit, and 150 points or more of its own town"}
    when:
      all:
        - {fact: permit.valid_on_check_day, eq: true}
        - {fact: permit.zone_relation, in: [in_zone, in_district]}
        - {fact: points.town_matches, eq: true}
        - {fact: points.imported_total, gte: 150}
    order:
      - {by: points}
      - {by: ticket}
    agencies: [household, permit]
    materials: []
"""
_SCHOOLED = """  - id: class_2a
    name: {zh: 有房且在本区就读, en: "Home, and at a school of the district"}
    rule: {zh: 学区内有自有住房、在本区就读, en: "An owned home in the zone, at a school of the district"}
    when:
      all:
        - {use: own_home}
        - {fact: study.in_district, eq: true}
        - {fact: parents.custody, in: [both, mother, father]}
    order:
      - {by: date, fact: home.deed_date, else_fact: home.contract_filed_on}
      - {by: ticket}
    agencies: [household, real_estate, contract, registry, marriage]
    materials: []
  - id: class_2
"""
_PARENTS = """{all: [{use: own_home}, {use: household_here}, {fact: parents.on_birth_certificate, eq: true}, \
{fact: study.registered_elsewhere, eq: false}]}"""


def eleven_text() -> str:
    """The text of the policy."""
    text = (FOLDER / "policies" / "changde.yaml").read_text(encoding="utf-8")
    text = text.replace("definitions:\n", _FACTS + "points: {mode: imported}\ndefinitions:\n")
    text = text.replace("groups:\n  - id: class_1\n", _FIRST + "  - id: class_1\n")
    text = text.replace("{all: [{use: own_home}, {use: household_here}]}", _PARENTS)
    return text.replace("  - id: class_4\n", _POINTS + _RENTING).replace("  - id: class_2\n", _SCHOOLED)
