"""A synthetic city: families, homes and agency records of any size, deterministic by seed, labelled with the truth.

Pure (no Django), streamed in constant memory. Nobody in it exists: names come from tables, numbers are valid but made
up, and every family and record carries "synthetic": true.
"""

from synthetic.family import Child, ChildTruth, Family
from synthetic.generate import family, generate
from synthetic.people import Person
from synthetic.records import AGENCIES, Agency, Records, keys
from synthetic.spec import CitySpec, EstateSpec, SpecError

__all__ = [
    "AGENCIES",
    "Agency",
    "Child",
    "ChildTruth",
    "CitySpec",
    "EstateSpec",
    "Family",
    "Person",
    "Records",
    "SpecError",
    "family",
    "generate",
    "keys",
]
