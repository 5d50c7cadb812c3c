"""Whom to call, on any page: rooms below the helpdesk show its telephones without knowing it."""

from django import template

from helpdesk import contacts
from helpdesk.contacts import CallLine, ContactPage
from schools.models import District

register = template.Library()


@register.simple_tag
def whom_to_call(district: District | str = "") -> tuple[CallLine, ...]:
    """The bureau's lines of a district (a row or its code), or of every district of the site."""
    return contacts.whom_to_call(district.pk if isinstance(district, District) else str(district or ""))


@register.simple_tag
def contact_pages() -> list[ContactPage]:
    """Everybody who can be called, by district."""
    return contacts.contact_pages()


@register.filter
def tel(phone: str) -> str:
    """The link that dials a number; nothing where there are no digits."""
    return contacts.dialled(phone)
