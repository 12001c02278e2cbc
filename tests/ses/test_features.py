"""Which options a road has, held to the service models of the SDK."""

import importlib.util
from typing import Any

import pytest

from sescomposer.core.message import SendingOptions
from sescomposer.core.road import Road
from sescomposer.ses import features as module
from sescomposer.ses.features import features

NAMES = set(SendingOptions.__dataclass_fields__)


def test_every_road_has_what_ses_gives_it() -> None:
    has_endpoints = importlib.util.find_spec("awscrt") is not None
    assert features(Road.SES_V2) == (NAMES if has_endpoints else NAMES - {"endpoint"})
    assert features(Road.SES_V1) == NAMES - {"endpoint", "tenant", "contact_list", "topic", "opens", "clicks"}
    assert features(Road.SMTP) == NAMES - {"endpoint", "opens", "clicks"}


def test_an_older_sdk_has_less(monkeypatch: pytest.MonkeyPatch) -> None:
    known = module._members("sesv2", "SendEmail")
    monkeypatch.setattr(module, "_members", lambda *_: known - {"ConfigurationOverrides", "TenantName"})
    found = features.__wrapped__(Road.SES_V2)
    assert not found & {"opens", "clicks", "tenant"}
    assert "contact_list" in found


def test_members_given_are_members_known(sealed_as: Any, account_at: Any, secrets_kept: Any) -> None:
    from botocore.validate import ParamValidator

    from sescomposer.ses.api_v1 import ApiV1Transport
    from sescomposer.ses.api_v2 import ApiV2Transport

    options = SendingOptions("set", (("a", "1"),), tenant="t", contact_list="c", topic="x", return_path_arn="arn:x")
    for kind, road in ((ApiV2Transport, Road.SES_V2), (ApiV1Transport, Road.SES_V1)):
        transport = kind(account_at("http://127.0.0.1:9", road), secrets_kept)
        client = transport._clients.sender(transport._service)
        operation = "SendEmail" if road is Road.SES_V2 else "SendRawEmail"
        shape = client.meta.service_model.operation_model(operation).input_shape
        members = transport.members(sealed_as(road=road, options=options), b"octets")
        assert not ParamValidator().validate(members, shape).has_errors()
        transport.close()


@pytest.mark.parametrize("gone", ["ListEmailIdentityCertificates", "GetConfigurationSet"])
def test_an_older_sdk_knows_nothing_of_signing_by_the_service(monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    members = module._members
    monkeypatch.setattr(
        module, "_members", lambda service, name, **of: frozenset() if name == gone else members(service, name, **of)
    )
    assert module.signs_smime.__wrapped__() is False


def test_operation_that_the_sdk_lacks_has_no_members() -> None:
    assert module._members("sesv2", "MakeTea") == frozenset()
