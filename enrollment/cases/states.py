"""The life of a case with others and of one department's part in it, as tables of legal steps (pure)."""

from foundation.transitions import table

JOINT_CASE = table(
    [
        ("asked", "complete", "answered", "system, after the last answer"),
        ("answered", "ask", "asked", "reviewer"),
        ("asked", "join", "joined", "reviewer"),
        ("joined", "complete", "answered", "system, with the case it joined"),
        ("answered", "take", "taken", "reviewer"),
        ("asked", "close", "closed", "reviewer or system"),
        ("answered", "close", "closed", "reviewer or system"),
        ("joined", "close", "closed", "reviewer or system"),
        # only of points in another town
        ("asked", "give", "given", "system or official"),
        ("answered", "give", "given", "system or official"),
        ("asked", "refuse", "refused", "official"),
        ("answered", "refuse", "refused", "official"),
        ("asked", "carry", "carried", "official"),
        ("answered", "carry", "carried", "official"),
    ]
)
OPEN = ("asked", "answered", "joined")
ENQUIRY = table(
    [
        ("open", "answer", "answered", "department"),
        ("answered", "answer", "answered", "department, as long as nothing was taken"),
        ("open", "pass_on", "passed", "department"),
        ("open", "withdraw", "withdrawn", "reviewer or system"),
    ]
)
