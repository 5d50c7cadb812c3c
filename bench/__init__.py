"""Measured promises: `python -m bench [--only NAME] [--quick]` writes bench/report.json and docs/performance.md.

Every case runs in a fresh process, three times, beside a floor measured in the same run: the least work the hardware
would need for it. What is promised is mostly the ratio: it holds on other machines too. A new case is one function in
`bench/cases.py` (or a module of its own) that returns a `Sample`, and one line in `bench.cases.CASES`.
"""
