"""A small policy text for tests, with replaceable parts."""

from __future__ import annotations

BASE = """\
policy: 1
id: small
title: {zh: 测试政策, en: Test policy}
district: "430702"
year: 2025
stages: [primary]
source: {name: {zh: 测试, en: Made for tests}}
cutoff: 2025-08-31
age:
  - {stage: primary, cutoff: 2025-08-31, min_years: 6}
groups:
  - id: first
    name: {zh: 一类, en: First}
    rule: {zh: 规则, en: Rule}
    when: WHEN
    order: [ORDER{by: ticket}]
    agencies: [household]
    materials: [MATERIALS]
  - id: last
    name: {zh: 末类, en: Last}
    rule: {zh: 规则, en: Rule}
    when: {fact: child.birth_date, gte: 2000-01-01}
    order: [{by: ticket}]
    agencies: []
    materials: []
otherwise: {verdict: not_eligible, text: {zh: 无, en: None}}
choices: {count: 2, mechanism: parallel}
siblings: {last_seat: expand}
"""


def policy_text(
    when: str = "{fact: household.zone_relation, eq: in_zone}", order: str = "", materials: str = "", extra: str = ""
) -> str:
    """Return the text of a two-group policy; `extra` is appended."""
    text = BASE.replace("WHEN", when).replace("ORDER", order).replace("MATERIALS", materials)
    return text + extra


def material(name_zh: str, name_en: str = "Paper", key: str = "paper") -> str:
    """Return one material in flow style."""
    return f"{{id: {key}, name: {{zh: {name_zh}, en: {name_en}}}}}"
