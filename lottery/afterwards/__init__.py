"""After publication: waiting lists, freed seats and who is offered them, check-in, corrections.

A result itself never changes (``admission``); everything here is new rows beside it.
"""
