"""The roll of a round: what it states of each child, and how two officials close a round and freeze it.

It keeps no rows of its own: it makes those of ``ceremony``. It stands above ``afterwards`` because the roll of a
supplementary round announces the seats that earlier rounds left.
"""
