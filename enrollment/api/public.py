"""The open part of the JSON API: schools, zones, policies, calendar. No account, no cookie; limited by address."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import identifiers
from accounts.limit_rules import PUBLIC_API
from accounts.limits import TooOften, address_of, count
from enrollment.models import Season
from enrollment.selectors import profiles, public
from enrollment.selectors.journey import standing
from foundation import clock
from foundation.wording import refusal

MOST_TYPED = 200  # characters of an address
FRESH_SECONDS = 300


class OpenView(APIView):
    """Open to everybody, counted by network address, kept by caches for five minutes."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    kept = f"public, max-age={FRESH_SECONDS}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            count("public-api", PUBLIC_API, address=address_of(request._request))
        except TooOften as refused:
            raise Throttled(wait=refused.wait) from refused

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = self.kept if final.status_code == HTTPStatus.OK else "no-store"
        return final


def _season(request: Request) -> Season:
    """The season named by ``season`` (430702-2026, or 430702 for its newest); the newest of all without it."""
    named = request.query_params.get("season", "")
    season = profiles.season_at(named) if named else profiles.seasons().first()
    if season is None:
        raise NotFound(_("There is no such season."))
    return season


def _stage(request: Request, season: Season) -> str:
    stages = [value for value, _label in profiles.stages_of(season)]
    stage = request.query_params.get("stage", "") or stages[0]
    if stage not in stages:
        raise NotFound(_("There is no such stage in this season."))
    return stage


def _said(season: Season) -> dict[str, Any]:
    return {"district": season.district_id, "name": season.district.name, "year": season.year}


def _school(one: profiles.NearSchool) -> dict[str, Any]:
    school = one.school
    return {
        "code": school.code,
        "name": school.name,
        "kind": school.kind,
        "address": school.address,
        "phone": school.phone,
        "longitude": school.longitude,
        "latitude": school.latitude,
        "seats": one.seats,
        "metres": one.metres,
    }


class FindSchoolView(OpenView):
    """GET ?address=&season=&stage=: the zone of an address, its schools and those within 2.5 km."""

    kept = "no-store"  # the address of this answer holds a family's address

    def get(self, request: Request) -> Response:
        season = _season(request)
        stage = _stage(request, season)
        address = request.query_params.get("address", "").replace("\0", "")[:MOST_TYPED]
        checked = identifiers.check("address", address, today=clock.today())
        if not checked.ok:
            message = refusal(checked)
            body = {"code": "address", "message": message, "errors": {"address": message}}
            return Response(body, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        found = profiles.find_school(address, season, stage)
        return Response(
            {
                **_said(season),
                "stage": stage,
                "outcome": found.match.outcome,
                "zones": list(found.match.zones),
                "schools": [_school(one) for one in found.own],
                "near": [_school(one) for one in found.near],
                "explanation": list(found.steps),
            }
        )


class SchoolsView(OpenView):
    """GET ?season=&stage=&words=: the schools on offer by name."""

    def get(self, request: Request) -> Response:
        season = _season(request)
        stage = _stage(request, season)
        words = request.query_params.get("words", "").replace("\0", "")[:MOST_TYPED]
        rows = [_school(one) for one in profiles.school_list(season, stage, words)]
        return Response({**_said(season), "stage": stage, "schools": rows})


class CalendarView(OpenView):
    """GET ?season=: every phase of a season and how it stands, and its rounds."""

    def get(self, request: Request) -> Response:
        season = _season(request)
        phases = [
            {
                "name": phase.name,
                "starts": phase.starts.isoformat(),
                "ends": phase.ends.isoformat(),
                "standing": phase.standing,
                "days": phase.days,
            }
            for phase in public.calendar_of(season)
        ]
        rounds = [
            {
                "id": row.pk,
                "stage": row.stage,
                "kind": row.kind,
                "standing": standing(row),
                "opens_at": row.opens_at.isoformat(),
                "closes_at": row.closes_at.isoformat(),
                "results_at": row.results_at.isoformat(),
            }
            for row in season.rounds.order_by("closes_at", "pk")
        ]
        return Response({**_said(season), "phases": phases, "rounds": rounds})


class PoliciesView(OpenView):
    """GET: the policies rounds are run by, every version, newest first; the text is at its own address."""

    def get(self, request: Request) -> Response:
        rows = [
            {
                "district": row.district_id,
                "code": row.code,
                "version": row.number,
                "published_at": row.created_at.isoformat(),
                "digest": row.digest,
                "page": request.build_absolute_uri(f"/policies/{row.district_id}/{row.code}/{row.number}/"),
                "text": request.build_absolute_uri(f"/policies/{row.district_id}/{row.code}/{row.number}.yaml"),
            }
            for row in public.public_policies().defer("text")
        ]
        return Response({"policies": rows})
