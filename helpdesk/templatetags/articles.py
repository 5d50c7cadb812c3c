"""The bureau's own texts, on pages of rooms below the helpdesk."""

from django import template

from helpdesk import articles
from helpdesk.articles import Film, ShownArticle

register = template.Library()


@register.simple_tag
def public_articles() -> list[ShownArticle]:
    """What is published by today, newest first."""
    return articles.public_articles()


@register.simple_tag
def guide_films() -> list[Film]:
    """Short videos that the bureau gave."""
    return articles.guide_films()
