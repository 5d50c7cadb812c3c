"""What a received file is, and how its pages look, judged in a process with limits.

Who may give or see it is not asked here.
"""
