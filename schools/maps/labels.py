"""Names on a drawing: each is put where it covers no other, or left out."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schools.maps.plane import Metres, along, length

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Label:
    """A name, centred on a point of the drawing; ``turn`` in degrees, clockwise."""

    x: float
    y: float
    text: str
    kind: str
    turn: float = 0.0


def width_of(text: str, size: float) -> float:
    """About how wide a text is: a Chinese character is a square, a Latin letter a little more than half of one."""
    return sum(size if ord(char) > 0x2E7F else size * 0.56 for char in text)


@dataclass(slots=True)
class Labels:
    """Names that have their place on a sheet of this size, and what else must stay free."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)
    placed: list[Label] = field(default_factory=list)

    def keep_free(self, x: float, y: float, radius: float) -> None:
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def beside(self, x: float, y: float, text: str, kind: str, *, size: float, gap: float) -> bool:
        """A name below, above, right or left of its mark."""
        half, line = width_of(text, size) / 2, size * 0.62
        for across, down in ((0, gap + line), (0, -gap - line), (gap + half, 0), (-gap - half, 0)):
            spot = (x + across, y + down)
            if self._put(Label(*_round(spot), text, kind), [_box(spot, half, line)]):
                return True
        return False

    def on_line(self, line: Sequence[Metres], text: str, kind: str, *, size: float) -> bool:
        """A name along a line, where the line is long enough and still free."""
        whole, wide = length(line), width_of(text, size)
        if whole < wide * 1.25:
            return False
        for share in (0.5, 0.3, 0.7, 0.2, 0.8):
            at = min(max(share * whole, wide / 2), whole - wide / 2)
            middle, _way = along(line, at)
            start, end = along(line, at - wide / 2)[0], along(line, at + wide / 2)[0]
            if math.dist(start, end) < wide * 0.93:
                continue  # the line bends here
            turn = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
            turn = turn - 180 if turn > 90 else turn + 180 if turn <= -90 else turn
            steps = max(1, math.ceil(wide / size))
            spots = [along(line, at + wide * (step / steps - 0.5))[0] for step in range(steps + 1)]
            if self._put(
                Label(*_round(middle), text, kind, round(turn)), [_box(one, size / 2, size / 2) for one in spots]
            ):
                return True
        return False

    def _put(self, label: Label, boxes: Iterable[Box]) -> bool:
        wanted = list(boxes)
        inside = all(
            left >= 1 and top >= 1 and right <= self.width - 1 and bottom <= self.height - 1
            for left, top, right, bottom in wanted
        )
        if not inside or any(_meet(one, other) for one in wanted for other in self.taken):
            return False
        self.taken += wanted
        self.placed.append(label)
        return True


def _round(spot: Metres) -> Metres:
    return round(spot[0], 1), round(spot[1], 1)


def _box(spot: Metres, half: float, line: float) -> Box:
    return spot[0] - half, spot[1] - line, spot[0] + half, spot[1] + line


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
