"""The reviewer's desk inside the staff site: one page on which a case can be decided."""
