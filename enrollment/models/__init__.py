"""The rows of enrollment, one module a subject."""

from enrollment.models.core import (
    Application,
    ApplicationState,
    ApplicationVersion,
    Child,
    Draft,
    ListEntry,
    Offer,
    PolicyVersion,
    ReturnRequest,
    Round,
    Season,
    Transition,
)
from enrollment.models.documents import Document

__all__ = [
    "Application",
    "ApplicationState",
    "ApplicationVersion",
    "Child",
    "Document",
    "Draft",
    "ListEntry",
    "Offer",
    "PolicyVersion",
    "ReturnRequest",
    "Round",
    "Season",
    "Transition",
]
