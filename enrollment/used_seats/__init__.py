"""Homes whose seat is used, by whom: the district's register, its import by two people, what a judgement reads of it.

A subject of its own below `judging`: placements fill it, judgements read it, and neither may know the other.
"""
