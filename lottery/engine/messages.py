"""What the lottery core says when it refuses: one code, one English sentence, named placeholders.

The core knows no language but English; the Django side translates `MESSAGES[code]` and fills in the error's `params`.
"""

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    "roll.hash": "Row {row}: {field} must be 64 lower-case hexadecimal digits.",
    "roll.group": "Row {row}: the group must be 1 to 128 visible characters without comma or quotation mark.",
    "roll.twice": "Row {row}: the receipt hash {value} stands in the roll twice.",
    "roll.empty": "The roll is empty.",
    "roll.salt": "A salt needs at least {least} bytes; this one has {length}.",
    "bound.leaf": "Line {row} of the roll is not what was frozen: {field} does not fit to the rest of the line.",
    "bound.rows": "The roll has {rows} lines now; {announced} were announced.",
    "bound.root": "The lines of the roll lead to the root {root}; {announced} was announced.",
    "bound.draw": "This is not what was announced before the draw: {field}.",
    "bound.seed": "The seed does not follow from what the witnesses revealed and the public value.",
    "bound.school": "The school {school} is not what it was when the roll was frozen: {field}.",
    "merkle.index": "Leaf {index} does not exist: the tree has {size} leaves.",
    "domain.part": "The domain part {part} must be 1 to 80 visible characters.",
    "seed.root": "The roll root must be 32 bytes; this one has {length}.",
    "seed.nonce": "The nonce of {witness} needs 16 to 256 bytes; this one has {length}.",
    "seed.witness": "The witness {witness} is named twice or has no name.",
    "seed.balls": "Ball numbers must be whole numbers from 0 to 999,999,999.",
    "seed.none": "No entropy: at least one nonce, ball number or public value is needed.",
    "seed.reveal": "The nonce revealed by {witness} does not match the commitment.",
    "draw.seats": "Seats must be a whole number, 0 or more; this is {value}.",
    "draw.rule": "The sibling rule must be expand, skip, stop or split; this is {value}.",
    "draw.method": "The draw method must be ticket, ring or descending; this is {value}.",
    "draw.tie": "Two groups have the same ticket ({first} and {second}): the draw is refused.",
    "draw.roll": "The roll is not the one that was announced.",
    "draw.witnesses": "The witnesses are not the ones that were announced, in the order announced.",
    "ring.numbers": "The ring needs 1 to {most} numbers; this is {value}.",
    "ring.seats": "Seats must be from 0 to {numbers}; this is {value}.",
    "ring.start": "The start number must be from 1 to {numbers}; this is {value}.",
    "ring.interval": "The interval must be from 1 to {numbers}; this is {value}.",
    "json.syntax": "This is not readable JSON: {detail}.",
    "json.twice": "The key {key} stands twice in one object.",
    "json.number": "{value} is not a number that can be compared.",
    "problem.type": "{place} must be {expected}.",
    "problem.missing": "{place} is missing.",
    "problem.unknown_key": "{place} is not a known key.",
    "problem.value": "{place} must be one of {allowed}.",
    "problem.text": "{place} must be a text of 1 to 200 visible characters.",
    "problem.range": "{place} must be from {least} to {most}.",
    "problem.twice": "{place}: {value} stands here twice.",
    "problem.school": "{place}: there is no school {value}.",
    "problem.group": "{place}: the group {value} has one member; a sibling group has at least two.",
    "problem.tie": "{place}: {first} and {second} have the same tier, points and order at school {school}.",
    "problem.pupil": "There is no pupil {value}.",
    "classes.count": "The number of classes must be from 1 to {pupils}; this is {value}.",
    "classes.pupil": "Pupil {pupil}: {field} is not valid.",
    "classes.apart": "The siblings of group {group} cannot be kept apart: they are more than there are classes.",
    "classes.together": "The siblings of group {group} cannot stay together: they are more than a class has seats.",
    "classes.room": "No class has room for {group} as wished.",
    "classes.size": "The class size must be at least {least} to seat everybody; this is {value}.",
    "classes.full": "The classes have no room for {pupils} more pupils at {size} a class.",
    "classes.teacher": "Teacher {teacher}: {field} is not valid.",
    "classes.teachers": "{subject}: {classes} classes need teachers, but there are only {value} places to give.",
    "classes.barred": "{subject}: class {number} can only get a teacher whose own child is in it.",
    "classes.lines": "The list has more than {most} lines.",
    "classes.line_name": "Line {line}: the name must have 1 to {most} characters.",
    "classes.line_role": "Line {line}: the second column must be “class teacher” or “subject teacher”.",
    "classes.line_subject": "Line {line}: a subject teacher needs a subject, 1 to 40 characters, in the third column.",
    "classes.line_capacity": "Line {line}: the number of classes must be a whole number from 1 to {most}.",
    "classes.line_twice": "Line {line}: this stands in the list already.",
    "classes.line_measure": "Line {line}: write a receipt number, a comma and points with at most one decimal.",
    "size.above_primary": "Class {number} has {size} pupils, above the primary standard of 45.",
    "size.above_junior": "Class {number} has {size} pupils, above the junior standard of 50.",
    "size.large": "Class {number} has {size} pupils: a large class (56 or more).",
    "size.oversize": "Class {number} has {size} pupils: an oversize class (66 or more).",
    "whatif.draws": "Simulate {least} to {most} draws; this is {value}.",
    "whatif.empty": "There is no application to simulate with.",
    "scores.number": "A score is a number with at most two decimals.",
    "scores.range": "A score is from 0 to {most}.",
    "outcome.placed": "You were placed here.",
    "outcome.higher": "You were placed at a school you listed higher.",
    "outcome.outranked": "All seats went to applicants who come before you in the published order.",
    "outcome.group": "The seats left did not suffice for all siblings, and the published rule does not part them.",
    "outcome.ineligible": "You do not qualify for this school.",
}


class LotteryError(ValueError):
    """A refusal with a stable code and the values that belong into its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(MESSAGES[code].format(**params))
