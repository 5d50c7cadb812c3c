"""Admission by preference and score: which schools two people approved for it, and the files of their scores.

How a score ranks a child is in ``engine.admission``; every other school admits without examination.
"""
