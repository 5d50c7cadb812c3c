"""An address book: where on the map an address lies, by road and house number, estate or village (pure)."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from identifiers.address import Address, parse
from identifiers.divisions import agree
from schools.matching.geometry import checked_point
from schools.matching.model import Point

Key = tuple[str, str]


def keys_of(address: Address) -> list[Key]:
    """What an address may be found under, the most exact first: a house on a road, an estate, a village."""
    found: list[Key] = []
    if address.road and address.number:
        found.append((address.road, address.number))
    estate = address.village + address.estate
    found += [("", name) for name in dict.fromkeys((estate, address.estate, address.village)) if name]
    return found


class AddressBook:
    """Built once from lines of (address or estate, point). Raises ValueError for no point on the earth.

    ``further`` is asked for what no line says: the numbers along the roads of the district's map.
    """

    def __init__(
        self, lines: Iterable[tuple[str, Point]] = (), *, further: Callable[[Address], Point | None] | None = None
    ) -> None:
        self._further = further
        self._places: dict[Key, list[tuple[str, Point]]] = defaultdict(list)
        for text, point in lines:
            checked_point(point)
            address = parse(text)
            for key in keys_of(address)[:1]:
                self._places[key].append((address.division, point))

    def point(self, address: Address) -> Point | None:
        """Where the address lies; None where the book does not say it, or names several places of this name."""
        for key in keys_of(address):
            found = {point for division, point in self._places.get(key, ()) if one_place(division, address.division)}
            if found:
                return found.pop() if len(found) == 1 else None
        return self._further(address) if self._further else None


def one_place(first: str, second: str) -> bool:
    return not first or not second or agree(first, second)
