"""The reviewer's desk inside the staff site: the queue, and one page on which a case can be decided."""
