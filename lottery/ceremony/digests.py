"""What names a draw and what stands for it: domain strings, what came in, and the digests people confirm."""

from collections.abc import Iterator

from enrollment.seasons.models import Round
from lottery.ceremony.models import Draw, Nonce, RollEntry
from lottery.engine.admission.entries import COORDINATION
from lottery.engine.drawing.tickets import RollRow
from lottery.engine.drawing.transcript import Domain, Entropy, Reveal, canonical_json, digests


def domain(round_: Round, school: str, purpose: str) -> Domain:
    """The domain of a draw: the same in every database that plays the same season."""
    season = round_.season
    return Domain(season.district_id, str(season.year), f"{round_.stage}/{round_.kind}", school, purpose)


def domains(round_: Round, schools: list[str]) -> dict[str, str]:
    """The domain string of the tickets at each school, and of coordination under "*"."""
    texts = {code: domain(round_, code, "placement").text() for code in schools}
    return texts | {COORDINATION: domain(round_, COORDINATION, "coordination").text()}


def announcement_digest(draw: Draw) -> str:
    """SHA-256 of the announcement as the verifier computes it."""
    return str(digests([canonical_json(draw.commitment)])["sha256"])


def rows_of(draw: Draw) -> Iterator[RollRow]:
    """The public rows in the roll's own order."""
    for row in RollEntry.objects.filter(draw=draw).order_by("position").values_list("row", flat=True):
        yield RollRow(**row)


def entropy_of(draw: Draw) -> Entropy:
    """What came in, in the order announced; a witness who stayed silent has no nonce."""
    nonces = {one.witness.username: one for one in Nonce.objects.filter(draw=draw).select_related("witness")}
    reveals = []
    for name in draw.commitment["entropy"]["witnesses"]:
        one = nonces.get(name)
        value = one.value.encode() if one and one.revealed_at else None
        reveals.append(Reveal(name, one.commitment if one else "", value))
    return Entropy(tuple(reveals), (), draw.public_value)


def ceremony_digest(draw: Draw) -> str:
    """What the two people confirm: announcement, reveals and public value."""
    entropy = entropy_of(draw)
    reveals = [[one.witness, one.commitment, one.nonce.hex() if one.nonce else None] for one in entropy.reveals]
    return str(digests([canonical_json([announcement_digest(draw), reveals, entropy.public_value])])["sha256"])
