"""JSON views: they validate the shape, call a service, and answer with a result or a refusal with code and field."""

from functools import cache
from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.models import Account
from enrollment.filing import form
from enrollment.filing.channels import API, channel_of
from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill, draft_save
from enrollment.filing.submission.at_once import Filed, application_file
from enrollment.filing.submission.services import (
    InvalidAnswers,
    Submission,
    application_submit,
    normal_receipt,
    repeated,
)
from enrollment.seasons.models import Application, Draft, Round
from enrollment.seasons.rules.forms import form_of
from enrollment.seasons.rules.own_form import NAME
from enrollment.seasons.selectors import open_rounds, own_receipt, round_by_id
from foundation.errors import NotAllowed, NotOffered, Refusal
from schools.switches import refuse_unless_offered


class RefusingView(APIView):
    """Turns the doors' refusals into answers: 404 for what is not one's own, 422 for the rest."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, NotAllowed):
            return Response({"code": exc.code, "message": exc.message}, status=status.HTTP_404_NOT_FOUND)
        if isinstance(exc, InvalidAnswers):
            body = {"code": exc.code, "message": exc.message, "errors": exc.messages()}
            return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        if isinstance(exc, limits.TooOften):
            body = {"code": exc.code, "message": exc.message, "errors": {}}
            headers = {"Retry-After": str(exc.wait)}
            return Response(body, status=status.HTTP_429_TOO_MANY_REQUESTS, headers=headers)
        if isinstance(exc, NotOffered):
            return Response({"code": exc.code, "message": exc.message}, status=status.HTTP_503_SERVICE_UNAVAILABLE)
        if isinstance(exc, Refusal):
            body = {"code": exc.code, "message": exc.message, "errors": {exc.field: exc.message} if exc.field else {}}
            return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        if isinstance(exc, RecursionError):  # a body nested so deeply that the parser gives up
            return super().handle_exception(ParseError())
        return super().handle_exception(exc)

    @property
    def guardian(self) -> Account:
        user = self.request.user
        if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
            raise PermissionDenied
        return user


class ChildInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    id_number = serializers.CharField(max_length=60)
    birth_date = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)
    sex = serializers.CharField(max_length=1, required=False, default="", allow_blank=True)
    name_character = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class AnswersInput(serializers.Serializer[Any]):
    client_token = serializers.UUIDField()
    answers = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True))
    choices = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Answers to questions nobody asked are left out first: a wrong one would be quoted back by its own name."""
        if isinstance(data, dict) and isinstance(data.get("answers"), dict):
            known = {*form.BY_NAME, "choices"}
            asked = {name: text for name, text in data["answers"].items() if name in known or NAME.fullmatch(str(name))}
            data = {**data, "answers": asked}
        return super().to_internal_value(data)


class ApplicationInput(AnswersInput):
    round = serializers.IntegerField()
    child = ChildInput()
    prefill = serializers.BooleanField(default=False)


@cache
def _made(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    return shape()


def valid(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """What was sent, in this shape. Raises ValidationError.

    A serializer copies its fields each time it is made, a tenth of what a submission costs; reading keeps nothing in
    it, so one serves all. Only a body that is wrong is read by one of its own, for its errors.
    """
    try:
        return dict(_made(shape).run_validation(data))
    except serializers.ValidationError:
        own = shape(data=data)
        own.is_valid(raise_exception=True)
        return dict(own.validated_data)


class RoundsView(RefusingView):
    """GET: the rounds that take applications now."""

    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        rows = [
            {
                "id": round_.pk,
                "district": round_.season.district_id,
                "stage": round_.stage,
                "kind": round_.kind,
                "closes_at": round_.closes_at.isoformat(),
                **_own_questions(round_),
            }
            for round_ in open_rounds()
        ]
        return Response(rows)


def _own_questions(round_: Round) -> dict[str, Any]:
    """What the district asks beside the form, and what it leaves out; nothing where it does neither."""
    own = form_of(round_.form_id)
    return {"questions": list(own.extra), "left_out": sorted(own.off)} if round_.form_id else {}


def _said(application: Application) -> dict[str, str]:
    return {"id": str(application.pk), "receipt": application.receipt, "state": application.state}


class ApplicationsView(RefusingView):
    """GET: own applications. POST: file one in a single request; repeating the client token repeats the answer."""

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return Response([_said(a) for a in Application.objects.filter(guardian=self.guardian).order_by("submitted_at")])

    def post(self, request: Request) -> Response:
        data = valid(ApplicationInput, request.data)
        guardian = self.guardian
        round_ = round_by_id(data["round"])
        if round_ is None:
            raise NotAllowed
        filed = repeated(guardian, data["client_token"])
        if filed is not None:
            return Response(_said(filed), status=status.HTTP_200_OK)
        refuse_unless_offered("programs", round_.season.district_id)
        if data["prefill"]:  # the registers are asked before the answers are put over what they say
            _prefill(guardian, round_, data["child"])
        channel = channel_of(request._request, otherwise=API)
        sent = Filed(data["child"], _answers(data), data["client_token"], channel)
        application = application_file(guardian=guardian, round_=round_, filed=sent)
        return Response(_said(application), status=status.HTTP_201_CREATED)


def _prefill(guardian: Account, round_: Round, child: dict[str, str]) -> None:
    draft = draft_open(guardian=guardian, child=child_add(guardian=guardian, **child), round_=round_)
    draft_prefill(guardian=guardian, draft_id=draft.public_id)


def _answers(data: dict[str, Any]) -> dict[str, str]:
    chosen = {"choices": ",".join(data["choices"])} if "choices" in data else {}
    return {**data["answers"], **chosen}


class CorrectionView(RefusingView):
    """POST: correct the items asked for and submit again."""

    def post(self, request: Request, receipt: str) -> Response:
        data = valid(AnswersInput, request.data)
        guardian = self.guardian
        application = own_receipt(guardian, normal_receipt(receipt))
        refuse_unless_offered("programs", application.district_code)
        draft = Draft.objects.get(child=application.child, round=application.round)
        draft_save(guardian=guardian, draft_id=draft.public_id, answers=_answers(data))
        submission = Submission(draft.public_id, data["client_token"], application.channel)
        return Response(_said(application_submit(guardian=guardian, submission=submission)))
