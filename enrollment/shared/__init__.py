"""What a second guardian or carer reads and does for a child, field by field.

The agreements behind it are `guardians`.
"""
