"""A season rehearsed by synthetic families beside the real data, in a space of its own that is wiped at its end.

This side knows the rehearsal as a row, a process to start and a report to show. What is played is the room
``rehearsal`` above, started by its command, so nothing here imports it.
"""
