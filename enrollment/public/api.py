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
from enrollment.public.schools.selectors import (
    NearSchool,
    find_school,
    school_list,
    season_at,
    seasons,
    stage_asked,
    stages_of,
)
from enrollment.public.season.selectors import calendar_of, public_policies
from enrollment.seasons.models import Season
from enrollment.seasons.selectors import round_standing
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
    season = season_at(named) if named else seasons().first()
    if season is None:
        raise NotFound(_("There is no such season."))
    return season


def _stage(request: Request, season: Season) -> str:
    stages, named = stages_of(season), request.query_params.get("stage", "")
    if named and named not in dict(stages):
        raise NotFound(_("There is no such stage in this season."))
    return stage_asked(stages, named)


def _said(season: Season) -> dict[str, Any]:
    return {"district": season.district_id, "name": season.district.name, "year": season.year}


def _school(one: NearSchool) -> dict[str, Any]:
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
        "metres": one.walk.metres if one.walk else one.metres,
        "walk_minutes": one.walk.minutes if one.walk else None,
    }


class FindSchoolView(OpenView):
    """GET ?address=&season=&stage=: the zone of an address, its schools and the nearest others."""

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
        found = find_school(address, season, stage)
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
        rows = [_school(one) for one in school_list(season, stage, words)]
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
            for phase in calendar_of(season)
        ]
        rounds = [
            {
                "id": row.pk,
                "stage": row.stage,
                "kind": row.kind,
                "standing": round_standing(row),
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
            for row in public_policies().defer("text")
        ]
        return Response({"policies": rows})
