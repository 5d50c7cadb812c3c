"""Studies of the rules on made-up lots: what a draw may bring, and who could gain by a clever list.

Nothing here decides a place.
"""
