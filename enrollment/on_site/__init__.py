"""Checks on the spot of the groups a policy sends teachers to: who went, what they saw, a photo or a signed record."""
