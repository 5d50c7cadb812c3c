"""What the bureau calls the pages whose views are counted (``enrollment.public.page_views.counted``)."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

PAGE_NAMES: Final[Mapping[str, Promise]] = {
    "landing": pgettext_lazy("page", "First page"),
    "about": pgettext_lazy("page", "About the portal"),
    "calendar": pgettext_lazy("page", "Calendar"),
    "contacts": pgettext_lazy("page", "Service points and telephones"),
    "find-school": pgettext_lazy("page", "Find your school"),
    "guide": pgettext_lazy("page", "One guide"),
    "guides": pgettext_lazy("page", "Guides"),
    "help": pgettext_lazy("page", "Help and all pages"),
    "notices": pgettext_lazy("page", "Notices"),
    "policies": pgettext_lazy("page", "Policies"),
    "policy": pgettext_lazy("page", "One policy"),
    "school": pgettext_lazy("page", "One school"),
    "schools": pgettext_lazy("page", "Schools"),
    "status": pgettext_lazy("page", "State of the service"),
}


def page_name(page: str) -> str:
    """The page in the reader's language; one that is counted no longer under its own name."""
    return str(PAGE_NAMES.get(page, page))
