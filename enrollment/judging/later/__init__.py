"""What is judged again: after a change of the bureau's own records, and when a silent agency answers."""
