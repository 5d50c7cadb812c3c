"""A person's rights over their data: a whole copy, deletion, and files nothing names any more.

The log of reads is `audit`.
"""
