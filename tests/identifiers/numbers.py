"""Synthetic numbers for these tests, built from their parts; none belongs to a person."""

from stdnum.iso7064 import mod_11_2


def resident(division: str = "330282", born: str = "20200229", sequence: str = "123") -> str:
    body = division + born + sequence
    return body + mod_11_2.calc_check_digit(body)
