"""One folder per channel, all behind one protocol."""

from typing import Protocol

from django.conf import settings


class ChannelError(RuntimeError):
    """The channel did not take the message. ``permanent`` means that trying again is of no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Channel(Protocol):
    name: str

    def send(self, *, key: str, phone: str, body: str) -> str:
        """Hand over one message and return the channel's reference; raises ChannelError."""

    def find(self, *, key: str, phone: str, body: str) -> str:
        """The reference of this message if it was handed over before, else ""; raises ChannelError."""

    def check_config(self) -> list[str]:
        """What is wrong with the settings, in words for an administrator (empty when nothing)."""


def kinds() -> "dict[str, type[Channel]]":
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
    return [f"SMS_CHANNEL {settings.SMS_CHANNEL}: {problem}" for problem in channel().check_config()]
