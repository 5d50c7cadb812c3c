"""Every sentence of zone matching and of the zone table's reader, in English, by its stable code."""

from collections.abc import Mapping

MESSAGES: Mapping[str, str] = {
    # how an address was matched
    "read": "The address was read as {address}.",
    "include_whole": "{name} belongs to zone {zone}.",
    "include_range": "Numbers {span} of {name} belong to zone {zone}; the number here is {number}.",
    "include_odd": "The odd numbers {span} of {name} belong to zone {zone}; the number here is {number}.",
    "include_even": "The even numbers {span} of {name} belong to zone {zone}; the number here is {number}.",
    "exclude_whole": "{name} is excluded from zone {zone}.",
    "exclude_range": "Numbers {span} of {name} are excluded from zone {zone}; the number here is {number}.",
    "exclude_odd": "The odd numbers {span} of {name} are excluded from zone {zone}; the number here is {number}.",
    "exclude_even": "The even numbers {span} of {name} are excluded from zone {zone}; the number here is {number}.",
    "number_missing": "Zone {zone} takes only some numbers of {name}, and the address does not say which number it is.",
    "more_specific": "The more specific rule decides: {zone} goes before {others}.",
    "matched": "The address belongs to zone {zone}.",
    "several_zones": "The address fits more than one zone: {zones}. A person will decide.",
    "not_sure": "The address may belong to zone {zones}, but this is not certain. A person will decide.",
    "no_rule": "No zone names this address. A person will look at it.",
    # how a point on the map was matched
    "map_book": "The address book says where this address lies on the map.",
    "map_inside": "The point on the map lies in zone {zone}.",
    "map_border": "The point on the map lies on the border of or in more than one zone: {zones}.",
    "map_nowhere": "The point on the map lies in no zone.",
    "map_excluded": "The map shows zone {zone}, but its rules exclude this address.",
    "map_agrees": "The map agrees with the address.",
    "map_decides": "The address alone fits more than one zone; the map shows which one.",
    "map_disagrees": "The address says {zone}, but the map says {others}. A person will decide.",
    "map_outside": "The address says {zone}, but the point on the map lies outside it. A person will decide.",
    # the reader of zone tables
    "missing_column": "The table has no column {column}. Add it to the first row.",
    "missing_value": "This cell is empty. Fill it in.",
    "unknown_value": "{value} is not known here. Use one of: {allowed}.",
    "not_a_year": "{value} is not a year. Write four digits, for example 2026.",
    "not_a_number": "{value} is not a house number. Write a whole number from 1.",
    "range_reversed": "The range ends at {high}, before it begins at {low}. Exchange the two numbers.",
    "range_empty": "There is no such number between {low} and {high}. Check the odd/even column.",
    "no_name": "{value} does not name a road, an estate or a village. Write the name only.",
    "border": "{value} describes a border, and no road lines are known here. Give the zone an area in polygons.geojson "
    "and write 四至 as the kind, or list its roads with their numbers, its estates and villages, one a row.",
    "border_not_drawn": "Zone {zone} is described by its borders ({value}), but it has no area in polygons.geojson. "
    "Draw it there, or list its roads with their numbers, its estates and villages, one a row.",
    "several_names": "{value} names several places. Write one a row.",
    "numbers_in_name": "{value} holds house numbers. Write the road alone as the name, its numbers in low 起号 and "
    "high 止号, and odd or even in parity 单双号.",
    "part_of_road": "{value} is a part of {road}. Write {road} as the name, and the house numbers of that part in low "
    "起号 and high 止号.",
    "part_or_name": "{value} can be a part of {road} or a street of that name. If its addresses are written {value} "
    "with a number, give the numbers in low 起号 and high 止号 (from 1 for all of them); else write {road} with the "
    "numbers of the part.",
    "more_than_road": "{value} says more than the name of a road ({road}). Write the road alone as the name, and what "
    "else belongs to the zone in rows of its own.",
    "no_road": "{value} is not the name of a road (路, 街, 大道, 巷, 国道 and the like). Write the road as addresses "
    "write it, or choose the kind 小区 or 村.",
    "schools_differ": "Zone {zone} has other schools in row {first}. Write the same schools, or leave the cell empty.",
    "duplicate": "This rule is already in row {first}. Delete one of them.",
    "contradiction": "Row {first} says the opposite of the same place. Keep one of them.",
    "too_many_rows": "The table has more than {limit} rows. Split it.",
    "too_long": "This cell has more than {limit} characters. Shorten it.",
}
