"""Questions as data, as posted and as shown on a page.

Knows no question of any form; those stand where they are asked.
"""
