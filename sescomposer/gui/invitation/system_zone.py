"""The zones in which the viewer wants to read times: that of the computer, and two that were chosen."""

from PySide6.QtCore import QTimeZone

from sescomposer.core.invitation.zones import canonical_zone
from sescomposer.services.settings import INVITATION_ZONES, Settings


def system_zone() -> str:
    """Give the zone of the viewer; UTC where the system does not tell one that is known."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return canonical_zone(name) or "UTC"


def chosen_zones(settings: Settings) -> tuple[str, str]:
    """Give the two further zones; what is no zone in the settings counts as UTC."""
    known = [canonical_zone(name) or "UTC" for name in settings.get(INVITATION_ZONES)]
    first, second = (*known, "UTC", "UTC")[:2]
    return first, second
