"""The writes after publication: lists, freed seats, fillings, check-in, corrections."""

from lottery.afterwards.services.check_in import check_in_mark, follow_up
from lottery.afterwards.services.corrections import correction_approve, correction_propose
from lottery.afterwards.services.filling import (
    afterwards_sweep,
    fill_carry_out,
    fill_confirm,
    fill_preview,
    fill_request,
    fill_work,
    fills_go_on,
)
from lottery.afterwards.services.taking_back import taking_back_approve, taking_back_propose
from lottery.afterwards.services.waiting import (
    seat_events_collect,
    seat_offer_answer,
    seat_offers_lapse,
    waiting_lists_make,
)

__all__ = [
    "afterwards_sweep",
    "check_in_mark",
    "correction_approve",
    "correction_propose",
    "fill_carry_out",
    "fill_confirm",
    "fill_preview",
    "fill_request",
    "fill_work",
    "fills_go_on",
    "follow_up",
    "seat_events_collect",
    "seat_offer_answer",
    "seat_offers_lapse",
    "taking_back_approve",
    "taking_back_propose",
    "waiting_lists_make",
]
