"""Pages of cases with others: reviewers', departments', the registers and the encrypted sheets."""
