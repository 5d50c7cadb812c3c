"""Everything pure of draws and admissions: tickets, published methods, the two engines, what follows, and their words.

No Django, no clock, no network: values in, results out, the same on every machine. What is kept, who may press what and
what people see stands in the subjects beside this folder; the verifiers (``lottery.audit``) share no code with it.
"""
