"""Printed papers of a family: receipt and letters as PDF. Pure: the same facts give the same bytes."""

from enrollment.papers.codes import paper_code
from enrollment.papers.glyphs import missing, runs
from enrollment.papers.letter import LetterFacts, letter_pdf
from enrollment.papers.receipt import ReceiptFacts, receipt_pdf

__all__ = ["LetterFacts", "ReceiptFacts", "letter_pdf", "missing", "paper_code", "receipt_pdf", "runs"]
