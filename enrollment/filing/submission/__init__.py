"""Submitting, correcting, withdrawing, the receipt, and where an application stands. Drafts are `filing.drafts`."""
