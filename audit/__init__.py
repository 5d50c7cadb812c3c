"""The append-only log of every read and write of personal data.

Door: ``audit.services.record``. Rows cannot be changed or deleted (a database trigger holds it); every minute the new
rows are sealed into a hash chain, so that a missing or altered row is found by ``audit.selectors.verify_chain``.
"""
