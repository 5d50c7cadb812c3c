"""Addresses of assisted filing, remote help and the terminal."""

from django.urls import path

from enrollment.views import assist, assist_papers, helpers, terminal
from enrollment.views import help as remote

urlpatterns = [
    path("assist/", assist.desk, name="assist"),
    path("assist/helpers/", helpers.helpers, name="helpers"),
    path("assist/home-visits/", helpers.visits, name="home-visits"),
    path("assist/report/", assist.report, name="assist-report"),
    path("assist/papers/", assist_papers.papers, name="assist-papers"),
    path("assist/papers/<uuid:visit_id>/", assist_papers.paper, name="assist-paper"),
    path("assist/papers/<uuid:visit_id>/<int:number>/", assist_papers.scan, name="assist-scan"),
    path("assist/visits/<uuid:visit_id>/", assist.visit, name="assist-visit"),
    path("assist/visits/<uuid:visit_id>/consent/", assist.consent, name="assist-consent"),
    path("assist/visits/<uuid:visit_id>/code/", assist.claim_code, name="assist-claim-code"),
    path("assist/visits/<uuid:visit_id>/end/", assist.end, name="assist-end"),
    path("my/visits/", assist.my_visits, name="my-visits"),
    path("my/take-over/", assist.take_over, name="take-over"),
    path("terminal/", terminal.start, name="terminal"),
    path("terminal/pair/", terminal.pair, name="terminal-pair"),
    path("assist/terminals/", terminal.terminals, name="terminals"),
    path("assist/terminals/<uuid:terminal_id>/revoke/", terminal.revoke, name="terminal-revoke"),
    path("my/apply/<uuid:draft_id>/help/", remote.ask, name="help-ask"),
    path("my/help/panel/", remote.panel, name="help-panel"),
    path("my/help/end/", remote.end, name="help-end"),
    path("assist/help/", remote.join, name="help-join"),
    path("assist/help/<uuid:session_id>/", remote.session, name="help-session"),
    path("assist/help/<uuid:session_id>/end/", remote.helper_end, name="help-session-end"),
]
