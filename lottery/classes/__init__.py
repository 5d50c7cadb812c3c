"""Classes (阳光分班): the assignment of one school from plan to publication, and what each family reads of it.

The dealing itself is in ``engine.classes``; a class run needs no draw and no admission run.
"""
