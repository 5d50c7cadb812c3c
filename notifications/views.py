"""What providers tell us: the status of a text, by a signed call."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation import events
from notifications import services

LONGEST_SID = 80


@csrf_exempt  # its signature shows who calls
@require_POST
def twilio_status(request: HttpRequest, mark: str) -> HttpResponse:
    """Twilio says what became of a text: 204, also when it says it again; 403 unsigned, 400 without a message."""
    from notifications.channels.twilio import TwilioChannel, callback_signed, fate_of  # of one channel only

    form = {name: str(value) for name, value in request.POST.items()}
    if not callback_signed(request.path, form, request.headers.get("X-Twilio-Signature", "")):
        events.refused("callback", "its signature is not ours", provider=TwilioChannel.name)
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    reference, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not 0 < len(reference) <= LONGEST_SID or not status:
        events.refused("callback", "no message or no status", provider=TwilioChannel.name)
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    fate = fate_of(status, form.get("ErrorCode", ""), reference)
    services.receipt_note(channel_name=TwilioChannel.name, mark=mark, fate=fate)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
