"""What follows a published result: offers answered, letters, check-in, the student registry.

Giving places is `lottery`.
"""
