"""Petitions (信访): what a family brings before the bureau, its days by law, talks and mediation, the answer.

Not here: appeals against a decision (``enrollment.appeals``) and calls about the form (``helpdesk.calls``).
"""
