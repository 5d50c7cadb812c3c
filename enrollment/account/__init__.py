"""A family's own account: signing in, phones, joined accounts.

Accounts of staff and roles are the room `accounts`.
"""
