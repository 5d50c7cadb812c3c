"""False declarations: notice, hearing, finding, appeal - and until it is final, nothing that cannot be undone."""
