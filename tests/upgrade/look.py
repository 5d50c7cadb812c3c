"""Run in a process over an upgraded database (manage.py shell): says as one line of JSON what test_upgrade compares."""

import json
import sys
from collections import Counter

from django.conf import settings
from django.test import Client

from audit.selectors import verify_chain
from enrollment.judging.judgement import judge
from enrollment.seasons.models import Application, ApplicationVersion
from lottery.ceremony.models import Draw

settings.ALLOWED_HOSTS = ["testserver"]
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
rows = Application.objects.all()
again: Counter[str] = Counter()
for version in ApplicationVersion.objects.select_related(
    "application__child", "application__round__season__district__parent", "policy"
):
    if version.number == version.application.version:
        found = judge(version)
        stored = (version.application.group_code, list(version.application.order))
        now = (found.evaluation.group.id if found.evaluation.group else "", list(found.evaluation.order))
        again["same" if stored == now else f"{stored} -> {now}"] += 1
browser = Client()
paths = ("/", "/results/", "/policies/", "/schools/", "/calendar/")
pages = {path: browser.get(path).status_code == 200 for path in paths}
sys.stdout.write(
    json.dumps(
        {
            "states": dict(sorted(Counter(rows.values_list("state", flat=True)).items())),
            "groups": dict(sorted(Counter(rows.values_list("group_code", flat=True)).items())),
            "roots": sorted(Draw.objects.values_list("roll_root", flat=True)),
            "readable": sum(bool(one.child.name and one.child.id_number) for one in rows.select_related("child")),
            "log_is_whole": verify_chain() == [],
            "judged_again": dict(again),
            "pages": pages,
        }
    )
)
