"""By which way an application comes: what the server knows of the request, never what the client says of itself."""

from django.http import HttpRequest

WEB, API, KIOSK = "web", "app", "kiosk"


def channel_of(request: HttpRequest, *, otherwise: str = WEB) -> str:
    """``kiosk`` at a paired terminal, the key of the government portal somebody signed in through, else ``otherwise``.

    In an assisted visit none of them counts: the submission takes the channel of the visit.
    """
    if getattr(request, "terminal", None) is not None:
        return KIOSK
    found = str(request.session.get("channel") or WEB)
    return found if found != WEB else otherwise
