"""Checks of what a parent declares against what agencies hold.

A claim is checked at one agency and gives a finding: match, mismatch, not_found or unavailable. Nothing here decides
about a child; silence of an agency leads to a person.
"""
