"""URLs of assisted filing, remote help, terminals and home visits."""

from django.urls import path

from enrollment.assisted.home_visits import views as home_visits
from enrollment.assisted.remote_help import views as remote_help
from enrollment.assisted.terminals import views as terminals
from enrollment.assisted.visits import paper_views, views

urlpatterns = [
    path("assist/", views.desk, name="assist"),
    path("assist/helpers/", home_visits.helpers, name="helpers"),
    path("assist/home-visits/", home_visits.visits, name="home-visits"),
    path("assist/report/", views.report, name="assist-report"),
    path("assist/papers/", paper_views.papers, name="assist-papers"),
    path("assist/papers/<uuid:visit_id>/", paper_views.paper, name="assist-paper"),
    path("assist/papers/<uuid:visit_id>/<int:number>/", paper_views.scan, name="assist-scan"),
    path("assist/visits/<uuid:visit_id>/", views.visit, name="assist-visit"),
    path("assist/visits/<uuid:visit_id>/consent/", views.consent, name="assist-consent"),
    path("assist/visits/<uuid:visit_id>/code/", views.claim_code, name="assist-claim-code"),
    path("assist/visits/<uuid:visit_id>/end/", views.end, name="assist-end"),
    path("my/visits/", views.my_visits, name="my-visits"),
    path("my/take-over/", views.take_over, name="take-over"),
    path("terminal/", terminals.start, name="terminal"),
    path("terminal/pair/", terminals.pair, name="terminal-pair"),
    path("assist/terminals/", terminals.terminals, name="terminals"),
    path("assist/terminals/<uuid:terminal_id>/revoke/", terminals.revoke, name="terminal-revoke"),
    path("my/apply/<uuid:draft_id>/help/", remote_help.ask, name="help-ask"),
    path("my/help/panel/", remote_help.panel, name="help-panel"),
    path("my/help/end/", remote_help.end, name="help-end"),
    path("assist/help/", remote_help.join, name="help-join"),
    path("assist/help/<uuid:session_id>/", remote_help.session, name="help-session"),
    path("assist/help/<uuid:session_id>/end/", remote_help.helper_end, name="help-session-end"),
]
