"""The admission run: from the frozen roll and the seed to published places, and why a child got its place.

The computing itself is in ``engine.admission``; the pages from which a run is started and published are in ``rounds``.
"""
