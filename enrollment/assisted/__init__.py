"""Help with filing: visits of clerks, help from afar, terminals, home visits.

What the family files stands in `filing`.
"""
