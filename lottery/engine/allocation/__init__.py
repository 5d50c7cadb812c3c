"""Who gets which seat of a given problem: ranked choices in, places, cut-offs and certificate out.

Where the ranks come from (groups, zones, tickets) is not known here: that is ``admission``.
"""
