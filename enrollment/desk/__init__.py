"""Who works on which case: held open, given to somebody, noted, what is still to do about it, reasons as the district
words them. Decisions themselves are ``enrollment.review``'s."""
