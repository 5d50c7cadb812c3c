"""URLs open to everybody."""

from django.urls import path

from enrollment.public import views
from enrollment.public.schools import badge_views as badges
from enrollment.public.schools import finder_views
from enrollment.public.schools import views as schools
from enrollment.public.season import views as season
from enrollment.public.status import views as status
from enrollment.public.words import views as words

urlpatterns = [
    path("", views.landing, name="landing"),
    path("find-school/", finder_views.find_school, name="find-school"),
    path("find-school/suggest/", finder_views.suggest, name="find-school-suggest"),
    path("map/<slug:place>/<slug:stage>.json", finder_views.public_map, name="map-data"),
    path("schools/", schools.schools, name="schools"),
    path("schools/<str:code>/", schools.school, name="school"),
    path("schools/<str:code>/badge-<slug:mark>.png", badges.badge, name="badge"),
    path("official/schools/<str:code>/badge/", badges.change, name="school-badge"),
    path("official/schools/<str:code>/checked/", schools.check, name="school-check"),
    path("help/", words.help_, name="help"),
    path("guides/", words.guides, name="guides"),
    path("guides/<slug:slug>/", words.guide, name="guide"),
    path("notices/", words.notices, name="notices"),
    path("about/<slug:slug>/", words.statement, name="about"),
    path("check/", words.check_by_hand, name="check-by-hand"),
    path("status/", status.page, name="status"),
    path("contacts/", words.contacts, name="contacts"),
    path("calendar/", season.calendar, name="calendar"),
    path("calendar.ics", season.calendar_ics, name="calendar-ics"),
    path("policies/", season.policies, name="policies"),
    path("policies/<slug:district>/<slug:code>/", season.policy_newest, name="policy-newest"),
    path("policies/<slug:district>/<slug:code>/<int:number>/", season.policy, name="policy"),
    path("policies/<slug:district>/<slug:code>/<int:number>.yaml", season.policy_text, name="policy-text"),
]
