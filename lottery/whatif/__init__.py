"""The simulation of a round before its roll is frozen: what officials may expect, never one family's chance.

The simulating itself is in ``engine.studies``; nothing here decides anything.
"""
