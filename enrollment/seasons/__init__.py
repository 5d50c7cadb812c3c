"""The ground: seasons, rounds, policies in use, the calendar, and an application with its states and steps.

What a family or the office does with it stands above.
"""
