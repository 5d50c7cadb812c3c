"""Reads of the lottery: what everybody may see, what a family may see of its own, what an official needs next."""

from lottery.selectors.hall import HallPage, Pulse, hall_page, pulse
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
from lottery.selectors.tickets import MyTicket, drawn_rounds, my_tickets
from lottery.selectors.witness import WitnessPage, witness_page

__all__ = [
    "HallPage",
    "MyTicket",
    "OfficialPage",
    "Pulse",
    "RoundPage",
    "WitnessPage",
    "drawn_rounds",
    "hall_page",
    "my_tickets",
    "official_page",
    "official_rounds",
    "promises",
    "public_file",
    "public_rounds",
    "pulse",
    "round_page",
    "rule_words",
    "school_rows",
    "witness_page",
]
