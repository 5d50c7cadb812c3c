"""The green ways: lists that offices keep, who guides their families, and a parent's look before anything is filed."""
