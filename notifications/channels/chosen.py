"""The channel that the settings choose, and what its carriers deliver."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.channels import Channel
from notifications.quiet import hours
from notifications.rules import Rules


def kinds() -> dict[str, type[Channel]]:
    """Every channel by the name that SMS_CHANNEL gives it."""
    from notifications.channels.console import ConsoleChannel
    from notifications.channels.twilio import TwilioChannel

    return {"console": ConsoleChannel, "twilio": TwilioChannel}


def channel() -> Channel:
    """The channel that SMS_CHANNEL names."""
    return kinds()[settings.SMS_CHANNEL]()


def check_config() -> list[str]:
    """What is wrong with the chosen channel's settings; empty when nothing."""
    if settings.SMS_CHANNEL not in kinds():
        return [f"SMS_CHANNEL {settings.SMS_CHANNEL!r} is not one of {', '.join(kinds())}"]
    try:
        hours(settings.SMS_QUIET_HOURS)
    except ImproperlyConfigured as wrong:
        return [str(wrong)]
    return [f"SMS_CHANNEL {settings.SMS_CHANNEL}: {problem}" for problem in channel().check_config()]


def carrier_rules() -> Rules:
    """What the carriers behind the channel do not deliver, from the settings."""
    return Rules(settings.SMS_MOST_CHARACTERS, settings.SMS_LINKS, tuple(settings.SMS_BLOCKED_WORDS))
