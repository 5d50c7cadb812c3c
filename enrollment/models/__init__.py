"""The rows of enrollment, one module a subject."""

from enrollment.models.after import (
    AfterRules,
    Appeal,
    AppealEvent,
    Attendance,
    DataRequest,
    Letter,
    RegistryRecord,
)
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
from enrollment.models.documents import Document, Upload, UploadPart

__all__ = [
    "AfterRules",
    "Appeal",
    "AppealEvent",
    "Application",
    "ApplicationState",
    "ApplicationVersion",
    "Attendance",
    "Child",
    "DataRequest",
    "Document",
    "Draft",
    "Letter",
    "ListEntry",
    "Offer",
    "PolicyVersion",
    "RegistryRecord",
    "ReturnRequest",
    "Round",
    "Season",
    "Transition",
    "Upload",
    "UploadPart",
]
