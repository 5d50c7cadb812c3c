"""Decisions of people: the queue, the case page, approving, returning, refusing.

Judging without a person is `judging`, appeals are `appeals`.
"""
