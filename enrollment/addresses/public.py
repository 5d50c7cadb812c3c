"""Addresses open to everybody."""

from django.urls import path

from enrollment.views import finder, front, guides, public, schools, status

urlpatterns = [
    path("", front.landing, name="landing"),
    path("find-school/", finder.find_school, name="find-school"),
    path("schools/", schools.schools, name="schools"),
    path("schools/<str:code>/", schools.school, name="school"),
    path("guides/", guides.guides, name="guides"),
    path("guides/<slug:slug>/", guides.guide, name="guide"),
    path("notices/", guides.notices, name="notices"),
    path("about/<slug:slug>/", guides.statement, name="about"),
    path("check/", guides.check_paper, name="check-by-hand"),
    path("status/", status.page, name="status"),
    path("contacts/", guides.contacts, name="contacts"),
    path("calendar/", public.calendar, name="calendar"),
    path("calendar.ics", public.calendar_ics, name="calendar-ics"),
    path("policies/", public.policies, name="policies"),
    path("policies/<slug:district>/<slug:code>/", public.policy_newest, name="policy-newest"),
    path("policies/<slug:district>/<slug:code>/<int:number>/", public.policy, name="policy"),
    path("policies/<slug:district>/<slug:code>/<int:number>.yaml", public.policy_text, name="policy-text"),
]
