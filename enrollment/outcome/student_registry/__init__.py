"""The national student registry (学籍) of pupils: what it asks beyond the application, and a school's export.

The household register is an agency.
"""
