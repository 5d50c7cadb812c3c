"""How anybody checks a draw: the page of instructions, the verifier in the browser, a family's own line on the roll.

The stand-alone verifiers are ``lottery/audit.py`` and ``lottery/class_audit.py``: each is downloaded as one file and is
run as ``python -m lottery.audit``, so a place in this folder would only need a second file that forwards.
"""
