"""The life of an application and of a round, as tables of legal steps (pure; the
diagrams in docs are made from them)."""

from foundation.transitions import table

APPLICATION = table(
    [
        ("draft", "submit", "submitted", "guardian"),
        ("submitted", "start_checks", "verifying", "system"),
        ("verifying", "confirm", "verified", "system"),
        ("verifying", "needs_person", "attention", "system"),
        ("verified", "approve", "approved", "system or reviewer"),
        ("verified", "open_review", "in_review", "reviewer"),
        ("attention", "open_review", "in_review", "reviewer"),
        ("in_review", "approve", "approved", "reviewer"),
        ("in_review", "return", "returned", "reviewer"),
        ("in_review", "refuse", "not_eligible", "reviewer"),
        # a character of a name that could not be typed is settled from the page given
        ("in_review", "settle_name", "in_review", "reviewer"),
        # an agency that gave no answer is asked again (docs/verification.md)
        ("attention", "ask_again", "verifying", "system or reviewer"),
        ("in_review", "ask_again", "verifying", "reviewer"),
        ("returned", "resubmit", "submitted", "guardian"),
        ("verifying", "amend", "submitted", "guardian"),
        ("attention", "amend", "submitted", "guardian"),
        ("approved", "amend", "submitted", "guardian"),
        ("returned", "lapse_return", "attention", "system"),
        ("not_eligible", "appeal", "appealed", "guardian"),
        ("appealed", "uphold", "in_review", "another reviewer"),
        ("appealed", "dismiss", "not_eligible", "another reviewer"),
        ("appealed", "drop_appeal", "not_eligible", "guardian"),
        ("appealed", "withdraw", "withdrawn", "guardian"),
        ("approved", "freeze", "in_pool", "official"),
        ("approved", "reopen", "in_review", "reviewer or system"),
        ("in_pool", "offer", "offered", "official"),
        ("in_pool", "wait", "waiting", "official"),
        ("waiting", "offer", "offered", "official"),
        ("offered", "accept", "accepted", "guardian"),
        ("offered", "decline", "declined", "guardian"),
        ("offered", "lapse", "lapsed", "system"),
        ("accepted", "enrol", "enrolled", "school"),
        ("submitted", "withdraw", "withdrawn", "guardian"),
        ("verifying", "withdraw", "withdrawn", "guardian"),
        ("verified", "withdraw", "withdrawn", "guardian"),
        ("attention", "withdraw", "withdrawn", "guardian"),
        ("in_review", "withdraw", "withdrawn", "guardian"),
        ("returned", "withdraw", "withdrawn", "guardian"),
        ("approved", "withdraw", "withdrawn", "guardian"),
        ("not_eligible", "withdraw", "withdrawn", "guardian"),
        # after publication: waiting lists, check-in, corrections (docs/afterwards.md)
        ("waiting", "withdraw", "withdrawn", "guardian"),
        ("offered", "take", "accepted", "guardian"),
        ("accepted", "take", "accepted", "guardian"),
        ("declined", "take", "accepted", "guardian"),
        ("lapsed", "take", "accepted", "guardian"),
        ("accepted", "no_show", "lapsed", "school"),
        ("lapsed", "arrive", "enrolled", "school"),
        ("waiting", "correct", "offered", "two officials"),
        ("offered", "correct", "offered", "two officials"),
        ("declined", "correct", "offered", "two officials"),
        ("lapsed", "correct", "offered", "two officials"),
        ("accepted", "correct", "accepted", "two officials"),
        ("offered", "take_back", "withdrawn", "two officials"),
        ("accepted", "take_back", "withdrawn", "two officials"),
        ("enrolled", "take_back", "withdrawn", "two officials"),
    ]
)


ROUND = table(
    [
        ("planned", "open", "open", "official"),
        ("open", "pause", "paused", "official"),
        ("paused", "resume", "open", "official"),
        ("open", "close", "closed", "official, before the announced end two"),
        ("paused", "close", "closed", "official, before the announced end two"),
        ("closed", "reopen", "open", "official"),
        ("closed", "freeze", "frozen", "two officials"),
        ("frozen", "draw", "drawn", "two officials"),
        ("drawn", "admit", "admitted", "official"),
        ("admitted", "publish", "published", "two officials"),
    ]
)


ENDED_STATES = ("withdrawn", "declined", "lapsed")


LIVE_STATES = tuple(state for state in APPLICATION.states() if state not in (*ENDED_STATES, "draft"))


OPEN_FOR_REVIEW = ("attention", "in_review", "verified")


UNSETTLED = ("submitted", "verifying", "verified", "attention", "in_review", "returned", "appealed")
