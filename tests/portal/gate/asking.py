"""Asking a WSGI application as a browser does that keeps its cookies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.test import RequestFactory

Application = Callable[..., Iterable[bytes]]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Person:
    """One browser."""

    site: Application
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "zh-CN"

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(RequestFactory().get(path).environ | headers)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        return self._ask(RequestFactory().post(path, fields).environ | headers)

    def _ask(self, environ: dict[str, Any]) -> Answer:
        told: list[Any] = []
        environ |= {"HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        environ |= {"HTTP_ACCEPT_LANGUAGE": self.language, "HTTP_USER_AGENT": "Mozilla/5.0"}
        body = self.site(environ, lambda *given: told.append(given))
        text = b"".join(body).decode()
        if hasattr(body, "close"):
            body.close()
        status, headers = told[0]
        for name, value in headers:
            if name == "Set-Cookie":
                self.cookies |= {one: morsel.value for one, morsel in SimpleCookie(value).items()}
        return Answer(int(status.split()[0]), dict(headers), text)
