"""What the lottery answers to the rooms below it, from when it is loaded."""

from django.apps import AppConfig


class LotteryConfig(AppConfig):
    name = "lottery"

    def ready(self) -> None:
        """Answer for the results and the seats left that the room below shows; let scores be brought in."""
        from enrollment.seasons import results, seats
        from imports.kinds import declare
        from lottery.admission.selectors import explained
        from lottery.afterwards.seats import seats_left
        from lottery.scores.kinds import ScoresOfSchool

        results.register(explained)
        seats.register(seats_left)
        declare(ScoresOfSchool())
