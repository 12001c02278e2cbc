"""The ways into SES; apart from the message, because settings name one before there is a message."""

from enum import StrEnum

from sescomposer.core import limits


class Road(StrEnum):
    """The ways into SES; a message is measured against the limits of the chosen one."""

    SES_V2 = "ses-v2"
    SES_V1 = "ses-v1"
    SMTP = "smtp"

    @property
    def octets(self) -> int:
        """Largest message in octets."""
        return limits.SES_V1_OCTETS if self is Road.SES_V1 else limits.SES_V2_OCTETS

    @property
    def label(self) -> str:
        """Name for people.

        >>> Road.SES_V1.label
        'SES API v1'
        """
        return {"ses-v2": "SES API v2", "ses-v1": "SES API v1", "smtp": "SES SMTP"}[self.value]
