"""Which options of a message a road has: on an API by what the installed SDK's model of the operation takes."""

import importlib.util
from functools import cache

from sescomposer.core.road import Road

_V1 = {
    "configuration_set": "ConfigurationSetName",
    "tags": "Tags",
    "traceable": "Tags",
    "source_arn": "SourceArn",
    "from_arn": "FromArn",
    "return_path_arn": "ReturnPathArn",
}
_V2 = {
    "configuration_set": "ConfigurationSetName",
    "tags": "EmailTags",
    "traceable": "EmailTags",
    "contact_list": "ListManagementOptions",
    "topic": "ListManagementOptions",
    "tenant": "TenantName",
    "source_arn": "FromEmailAddressIdentityArn",
    "from_arn": "FromEmailAddressIdentityArn",
    "return_path_arn": "FeedbackForwardingEmailAddressIdentityArn",
    "endpoint": "EndpointId",
    "opens": "ConfigurationOverrides",
    "clicks": "ConfigurationOverrides",
}
_MEMBERS = {Road.SES_V2: _V2, Road.SES_V1: _V1}
_OPERATIONS = {Road.SES_V2: ("sesv2", "SendEmail"), Road.SES_V1: ("ses", "SendRawEmail")}
_FIELDS = frozenset(
    {"configuration_set", "tags", "traceable", "contact_list", "topic", "tenant"}
    | {"source_arn", "from_arn", "return_path_arn"}
)
"""What has a control field, the only way over SMTP."""


@cache
def features(road: Road) -> frozenset[str]:
    """Give the names of the `SendingOptions` that can be used on a road.

    The first call for an API reads the SDK's model of the service, which takes a moment.

    >>> "tenant" in features(Road.SES_V1), "tenant" in features(Road.SMTP)
    (False, True)
    """
    if road is Road.SMTP:
        return _FIELDS
    known = _members(*_OPERATIONS[road])
    found = {option for option, member in _MEMBERS[road].items() if member in known}
    # Multi-region endpoints are signed by code that the SDK only has with its compiled companion.
    return frozenset(found if importlib.util.find_spec("awscrt") else found - {"endpoint"})


def _members(service: str, operation: str) -> frozenset[str]:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    model = ServiceModel(loader.load_service_model(service, "service-2"), service)
    shape = model.operation_model(operation).input_shape
    return frozenset(shape.members) if shape is not None else frozenset()
