"""The pages of one round: the officials' own, with every step from opening to publication, and the public one.

It decides nothing and keeps no rows: each step is a service of the subject it belongs to.
"""
