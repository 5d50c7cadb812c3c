"""JSON views: they validate the shape, call a service, and answer with a result or a refusal with code and field."""

from typing import Any

from django.contrib.auth import login
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.askers import asker_of, seal_ask, unseal_ask
from accounts.models import Account
from accounts.services import code_verify, phone_checked
from enrollment import form, selectors, services
from enrollment.models import Application, Draft, Round
from enrollment.services.submission import InvalidAnswers, Submission, normal_receipt, repeated, submit_new
from foundation.errors import NotAllowed, Refused

CHANNELS = ("web", "app", "mini-program", "kiosk", "counter")


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
        if isinstance(exc, Refused):
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


class PhoneInput(serializers.Serializer[Any]):
    phone = serializers.CharField(max_length=40)


class CodeInput(PhoneInput):
    code = serializers.CharField(max_length=20)
    ask = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)


class ChildInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    id_number = serializers.CharField(max_length=60)
    birth_date = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)
    sex = serializers.CharField(max_length=1, required=False, default="", allow_blank=True)


class AnswersInput(serializers.Serializer[Any]):
    client_token = serializers.UUIDField()
    answers = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True))
    choices = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Answers to questions nobody asked are left out first: a wrong one would be quoted back by its own name."""
        if isinstance(data, dict) and isinstance(data.get("answers"), dict):
            known = {*form.BY_NAME, "choices"}
            asked = {name: value for name, value in data["answers"].items() if name in known}
            data = {**data, "answers": asked}
        return super().to_internal_value(data)


class ApplicationInput(AnswersInput):
    round = serializers.IntegerField()
    child = ChildInput()
    channel = serializers.ChoiceField(choices=CHANNELS, default="app")
    prefill = serializers.BooleanField(default=False)


def _valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class CodeView(RefusingView):
    """POST {phone}: send a sign-in code. The answer's ``ask``, given back with the code, shows whose code it is."""

    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        data = _valid(PhoneInput(data=request.data))
        asker = asker_of(request._request, address=limits.address_of(request._request))
        issued = services.sign_in_code_send(phone=data["phone"], asker=asker)
        body = {"phone": issued.phone, "ask": seal_ask(issued.phone, issued.key)}
        return Response(body, status=status.HTTP_202_ACCEPTED)


class SessionView(RefusingView):
    """POST {phone, code, ask?}: sign in; the session and CSRF cookies are set."""

    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        data = _valid(CodeInput(data=request.data))
        ask = unseal_ask(data["ask"], phone_checked(data["phone"]))
        asker = asker_of(request._request, address=limits.address_of(request._request), ask=ask)
        account = code_verify(phone=data["phone"], code=data["code"], asker=asker)
        login(request._request, account, backend="django.contrib.auth.backends.ModelBackend")
        return Response({"account": str(account.public_id)}, status=status.HTTP_201_CREATED)


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
            }
            for round_ in selectors.open_rounds()
        ]
        return Response(rows)


def _said(application: Application) -> dict[str, str]:
    return {"id": str(application.pk), "receipt": application.receipt, "state": application.state}


class ApplicationsView(RefusingView):
    """GET: own applications. POST: file one in a single request; repeating the client token repeats the answer."""

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return Response([_said(a) for a in Application.objects.filter(guardian=self.guardian).order_by("submitted_at")])

    def post(self, request: Request) -> Response:
        data = _valid(ApplicationInput(data=request.data))
        guardian = self.guardian
        round_ = selectors.round_by_id(data["round"])
        if round_ is None:
            raise NotAllowed
        filed = repeated(guardian, data["client_token"])
        if filed is not None:
            return Response(_said(filed), status=status.HTTP_200_OK)
        if data["prefill"]:  # the registers are asked before the answers are put over what they say
            _prefilled(guardian, round_, data["child"])
        draft = services.draft_file(guardian=guardian, round_=round_, child=data["child"], answers=_answers(data))
        submission = Submission(draft.public_id, data["client_token"], data["channel"])
        return Response(_said(submit_new(guardian, submission)), status=status.HTTP_201_CREATED)


def _prefilled(guardian: Account, round_: Round, child: dict[str, str]) -> None:
    draft = services.draft_open(guardian=guardian, child=services.child_add(guardian=guardian, **child), round_=round_)
    services.draft_prefill(guardian=guardian, draft_id=draft.public_id)


def _answers(data: dict[str, Any]) -> dict[str, str]:
    chosen = {"choices": ",".join(data["choices"])} if "choices" in data else {}
    return {**data["answers"], **chosen}


class CorrectionView(RefusingView):
    """POST: correct the items asked for and submit again."""

    def post(self, request: Request, receipt: str) -> Response:
        data = _valid(AnswersInput(data=request.data))
        guardian = self.guardian
        application = selectors.own_receipt(guardian, normal_receipt(receipt))
        draft = Draft.objects.get(child=application.child, round=application.round)
        services.draft_save(guardian=guardian, draft_id=draft.public_id, answers=_answers(data))
        submission = Submission(draft.public_id, data["client_token"], application.channel)
        return Response(_said(services.application_submit(guardian=guardian, submission=submission)))
