"""The rows of the helpdesk, one module a subject."""

from helpdesk.models.articles import Article
from helpdesk.models.callbacks import CallBack
from helpdesk.models.points import ServicePoint
from helpdesk.models.visits import PageViews, VisitFlush

__all__ = ["Article", "CallBack", "PageViews", "ServicePoint", "VisitFlush"]
