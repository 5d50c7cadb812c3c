"""How a receipt or a letter is drawn as PDF, and the code beside its number.

What is printed stands with its subject.
"""
