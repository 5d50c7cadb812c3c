"""Which families of a rehearsal go to a service point."""

from rehearsal.desk import MOST, SHARE, who_goes
from rehearsal.staff import HELPERS


def test_the_same_families_go_for_the_same_seed_and_others_for_another() -> None:
    names = [f"f{at:05}" for at in range(500)]
    assert who_goes(names, 7) == who_goes(reversed(names), 7)
    assert who_goes(names, 7) != who_goes(names, 8)
    assert abs(len(who_goes(names, 7)) / len(names) - SHARE) < SHARE / 2


def test_nobody_sees_more_families_a_day_than_codes_may_be_sent() -> None:
    going = list(who_goes([f"f{at:06}" for at in range(20_000)], 1).values())
    assert {name: going.count(name) for name in HELPERS} == dict.fromkeys(HELPERS, MOST)
