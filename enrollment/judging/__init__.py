"""From claims and findings to facts, group, points and zone, by the policy and without a person.

A person's decisions are `review`.
"""
