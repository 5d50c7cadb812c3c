from django.apps import AppConfig


class LotteryConfig(AppConfig):
    name = "lottery"

    def ready(self) -> None:
        """Answer for the results that families see in the room below."""
        from enrollment import results
        from lottery.selectors.explanations import explained

        results.register(explained)
