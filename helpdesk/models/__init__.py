"""The rows of the helpdesk, one module a subject."""

from helpdesk.models.articles import Article
from helpdesk.models.points import ServicePoint
from helpdesk.models.visits import PageViews, VisitFlush

__all__ = ["Article", "PageViews", "ServicePoint", "VisitFlush"]
