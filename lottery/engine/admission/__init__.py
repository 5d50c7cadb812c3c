"""A round's admission run: facts on the roll to ranks, places, coordination, waiting lists, and the words for them.

``province`` is the run that is used, ``placing`` the one that is read; docs/admission.md says which engine is which.
"""
