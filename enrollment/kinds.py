"""Gathers the tables that can be brought in for all subjects."""

from enrollment.cases.kinds import CaseAnswers
from enrollment.judging.lists.kinds import LISTS
from enrollment.seasons.lists.kinds import GROUND
from enrollment.used_seats.kinds import UsedSeats
from imports.kinds import declare

declare(*GROUND, *LISTS, UsedSeats(), CaseAnswers())
