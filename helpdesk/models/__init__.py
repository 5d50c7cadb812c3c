"""The rows of the helpdesk, one module a subject."""

from helpdesk.models.announcements import Announcement
from helpdesk.models.articles import Article
from helpdesk.models.callbacks import CallBack
from helpdesk.models.page_views import PageViews, VisitFlush
from helpdesk.models.petitions import Petition, PetitionMeeting, PetitionStep
from helpdesk.models.points import ServicePoint

__all__ = [
    "Announcement",
    "Article",
    "CallBack",
    "PageViews",
    "Petition",
    "PetitionMeeting",
    "PetitionStep",
    "ServicePoint",
    "VisitFlush",
]
