"""The time where a guardian's phone is at home, beside Beijing time. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BEIJING = ZoneInfo("Asia/Shanghai")


def local_time(moment: datetime, phone: str) -> datetime | None:
    """``moment`` (aware) by the clocks where the number (E.164) belongs.

    None where that is Beijing time, where the number is not readable, and where it may be in use in several time zones
    that differ at that moment: a wrong hour is worse than none.
    """
    import phonenumbers
    from phonenumbers import timezone as zones

    try:
        names = zones.time_zones_for_number(phonenumbers.parse(phone, None))
        found = [moment.astimezone(ZoneInfo(name)) for name in names]
    except (phonenumbers.NumberParseException, ZoneInfoNotFoundError):
        return None
    offsets = {one.utcoffset() for one in found}
    if len(offsets) != 1 or offsets == {moment.astimezone(BEIJING).utcoffset()}:
        return None
    return found[0]
