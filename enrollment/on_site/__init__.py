"""Checks on the spot of the groups a policy sends teachers to: who went, when, what they saw, with a photo or paper."""
