"""Uploads that go on where they stopped. What becomes of a whole file is `documents.services`."""
