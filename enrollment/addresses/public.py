"""Addresses open to everybody."""

from django.urls import path

from enrollment.views import front, guides, public

urlpatterns = [
    path("", front.landing, name="landing"),
    path("contacts/", guides.contacts, name="contacts"),
    path("calendar/", public.calendar, name="calendar"),
    path("calendar.ics", public.calendar_ics, name="calendar-ics"),
    path("policies/", public.policies, name="policies"),
    path("policies/<slug:district>/<slug:code>/", public.policy_newest, name="policy-newest"),
    path("policies/<slug:district>/<slug:code>/<int:number>/", public.policy, name="policy"),
    path("policies/<slug:district>/<slug:code>/<int:number>.yaml", public.policy_text, name="policy-text"),
]
