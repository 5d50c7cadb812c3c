"""Documents a family gives: which materials are asked, how files arrive, who sees them.

What we print is `printing`, `filing` (receipts) and `outcome` (letters).
"""
