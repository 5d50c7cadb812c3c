"""Everything pure of draws, admissions and classes: one folder a part, from the order drawn to the words of a result.

No Django, no clock, no network: values in, results out, the same on every machine. What is kept, who may press what and
what people see stands in the subjects beside this folder; the verifiers (``lottery.audit``, ``lottery.class_audit``)
share no code with it.
"""
