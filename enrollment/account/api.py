"""JSON views of signing in."""

from typing import Any

from django.contrib.auth import login
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits
from accounts.askers import asker_of, seal_ask, unseal_ask
from accounts.services import code_verify, phone_checked
from enrollment.account.services.signin import sign_in_code_send
from enrollment.filing.api import RefusingView, valid


class PhoneInput(serializers.Serializer[Any]):
    phone = serializers.CharField(max_length=40)


class CodeInput(PhoneInput):
    code = serializers.CharField(max_length=20)
    ask = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)


class CodeView(RefusingView):
    """POST {phone}: send a sign-in code. The answer's ``ask``, given back with the code, shows whose code it is."""

    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        data = valid(PhoneInput, request.data)
        asker = asker_of(request._request, address=limits.address_of(request._request))
        issued = sign_in_code_send(phone=data["phone"], asker=asker)
        body = {"phone": issued.phone, "ask": seal_ask(issued.phone, issued.key)}
        return Response(body, status=status.HTTP_202_ACCEPTED)


class SessionView(RefusingView):
    """POST {phone, code, ask?}: sign in; the session and CSRF cookies are set."""

    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        data = valid(CodeInput, request.data)
        ask = unseal_ask(data["ask"], phone_checked(data["phone"]))
        asker = asker_of(request._request, address=limits.address_of(request._request), ask=ask)
        account = code_verify(phone=data["phone"], code=data["code"], asker=asker)
        login(request._request, account, backend="django.contrib.auth.backends.ModelBackend")
        return Response({"account": str(account.public_id)}, status=status.HTTP_201_CREATED)
