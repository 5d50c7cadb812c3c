"""The form of a district: questions it leaves out, questions and texts of its own, drafted and taken by two people."""
