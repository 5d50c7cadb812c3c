"""Cases with others: what a department is asked about one application, its opinion, and what follows from it.

Nothing is refused and nothing waits for good because a department is silent. docs/joint-cases.md tells the whole.
"""
