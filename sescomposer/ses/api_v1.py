"""The SES API v1 as a transport: operation SendRawEmail."""

from typing import Any

from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.ses.api import ApiTransport


class ApiV1Transport(ApiTransport):
    """See `ApiTransport`. It knows no To and Cc, only recipients."""

    _service = "ses"
    _road = Road.SES_V1

    def members(self, sealed: Sealed, octets: bytes) -> dict[str, Any]:
        """See `ApiTransport.members`."""
        options = sealed.options
        found = {
            "Source": sealed.envelope.mail_from,
            "Destinations": list(sealed.envelope.rcpt_to),
            "ConfigurationSetName": options.configuration_set,
            "Tags": [{"Name": name, "Value": value} for name, value in options.tags],
            "SourceArn": options.source_arn,
            "FromArn": options.from_arn,
            "ReturnPathArn": options.return_path_arn,
        }
        return {"RawMessage": {"Data": octets}, **{name: value for name, value in found.items() if value}}
