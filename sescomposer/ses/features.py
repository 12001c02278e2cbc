"""Which options of a message a road has: on an API by what the installed SDK's model of the operation takes."""

import importlib.util
from functools import cache

from sescomposer.core.options import OPTIONS
from sescomposer.core.road import Road

_OPERATIONS = {Road.SES_V2: ("sesv2", "SendEmail"), Road.SES_V1: ("ses", "SendRawEmail")}


@cache
def features(road: Road) -> frozenset[str]:
    """Give the names of the `SendingOptions` that can be used on a road.

    The first call for an API reads the SDK's model of the service, which takes a moment.

    >>> "tenant" in features(Road.SES_V1), "tenant" in features(Road.SMTP)
    (False, True)
    """
    carriers = {info.name: info.carrier(road).partition(".")[0] for info in OPTIONS}
    carriers["traceable"] = carriers["tags"]
    if road is Road.SMTP:
        return frozenset(option for option, field in carriers.items() if field)
    known = _members(*_OPERATIONS[road])
    found = {option for option, member in carriers.items() if member in known}
    # Multi-region endpoints are signed by code that the SDK only has with its compiled companion.
    return frozenset(found if importlib.util.find_spec("awscrt") else found - {"endpoint"})


@cache
def signs_smime() -> bool:
    """Whether the installed SDK knows of S/MIME signing by the service; slow the first time.

    >>> signs_smime()
    True
    """
    is_listed = "EmailIdentity" in _members("sesv2", "ListEmailIdentityCertificates")
    return is_listed and "MessageSecurityOptions" in _members("sesv2", "GetConfigurationSet", of_output=True)


def _members(service: str, operation: str, *, of_output: bool = False) -> frozenset[str]:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    model = ServiceModel(loader.load_service_model(service, "service-2"), service)
    if operation not in model.operation_names:
        return frozenset()
    called = model.operation_model(operation)
    shape = called.output_shape if of_output else called.input_shape
    return frozenset(shape.members) if shape is not None else frozenset()
