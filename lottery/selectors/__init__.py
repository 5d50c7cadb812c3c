"""Reads of the lottery: what everybody may see, what a family may see of its own, what an official needs next."""

from lottery.selectors.official import OfficialPage, official_page, official_rounds
from lottery.selectors.rounds import (
    RoundPage,
    promises,
    public_file,
    public_rounds,
    round_page,
    rule_words,
    school_rows,
)
from lottery.selectors.tickets import MyTicket, my_tickets

__all__ = [
    "MyTicket",
    "OfficialPage",
    "RoundPage",
    "my_tickets",
    "official_page",
    "official_rounds",
    "promises",
    "public_file",
    "public_rounds",
    "round_page",
    "rule_words",
    "school_rows",
]
