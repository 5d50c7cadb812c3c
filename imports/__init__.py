"""The one importer: a table comes in as bytes, is checked by a worker, seen by two people, stored whole or not at all.

What may be brought in (a kind: its columns, what a row means, where it is stored) is declared by the rooms above, in
their modules ``kinds``; nothing here knows schools, families or rounds.
"""
