"""A family's way from the first question to a submission and back for corrections.

Judging and decisions are `judging` and `review`.
"""
