"""The declared options: every attribute has one declaration, and what each road carries is what sealing writes."""

from dataclasses import fields
from typing import Any

import botocore.session
import pytest

from sescomposer.core.control_fields import fields_for
from sescomposer.core.message import SendingOptions, Tracking
from sescomposer.core.options import OPTIONS, carried
from sescomposer.core.road import Road

FULL = SendingOptions(
    "set",
    (("a", "1"), ("b", "2")),
    Tracking.ENABLED,
    Tracking.DISABLED,
    "list",
    "topic",
    "tenant",
    "s",
    "f",
    "r",
    "e.f",
)


def test_every_option_is_declared_once() -> None:
    names = [info.name for info in OPTIONS]
    assert sorted([*names, "traceable"]) == sorted(field.name for field in fields(SendingOptions))


def test_every_option_that_is_set_is_told() -> None:
    assert [found.info for found in carried(FULL, Road.SES_V2)] == list(OPTIONS)
    assert carried(SendingOptions(), Road.SES_V2) == ()


def test_over_smtp_the_fields_named_are_those_written() -> None:
    told = {found.carrier for found in carried(FULL, Road.SMTP) if found.carrier}
    assert told == {name for name, _ in fields_for(FULL, Road.SMTP)}


@pytest.mark.parametrize(
    "road, model, operation",
    [(Road.SES_V2, "sesv2", "SendEmail"), (Road.SES_V1, "ses", "SendRawEmail")],
)
def test_the_members_named_are_those_of_the_service_model(road: Road, model: str, operation: str) -> None:
    shape: Any = botocore.session.get_session().get_service_model(model).operation_model(operation).input_shape
    for info in OPTIONS:
        here = shape
        for name in filter(None, info.carrier(road).split(".")):
            assert name in here.members, f"{info.name}: {info.carrier(road)}"
            here = here.members[name]
