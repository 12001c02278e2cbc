"""The regions of SES and their hosts; the AWS SDK's own endpoint rules are the second opinion."""

from typing import Any

import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

from sescomposer.core.errors import AccountError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.regions import (
    REGIONS,
    SMTP_PORTS,
    api_host,
    is_region_name,
    region,
    smtp_address,
    smtp_host,
)

BY_KIND = {
    EndpointKind.STANDARD: (False, False),
    EndpointKind.FIPS: (True, False),
    EndpointKind.DUAL_STACK: (False, True),
    EndpointKind.FIPS_DUAL_STACK: (True, True),
}


def account(name: str, kind: EndpointKind = EndpointKind.STANDARD, url: str = "") -> Account:
    return Account("work", WayIn.KEYS, name, user="AKIAIOSFODNN7EXAMPLE", endpoint=kind, endpoint_url=url)


@pytest.fixture(scope="module")
def rules() -> EndpointProvider:
    loader: Any = botocore.session.Session().get_component("data_loader")
    return EndpointProvider(loader.load_service_model("sesv2", "endpoint-rule-set-1"), loader.load_data("partitions"))


def test_documented_regions_come_first_and_are_29() -> None:
    documented = [known.is_documented for known in REGIONS]
    assert documented == sorted(documented, reverse=True)
    assert (len(REGIONS), sum(documented)) == (36, 29)
    assert len({known.name for known in REGIONS}) == len(REGIONS)


def test_list_holds_every_region_the_sdk_knows() -> None:
    session = botocore.session.Session()
    known = {
        name
        for partition in session.get_available_partitions()
        for name in session.get_available_regions("sesv2", partition)
    }
    assert known == {each.name for each in REGIONS}


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_hosts_of_the_api_are_those_of_the_sdk(rules: EndpointProvider, kind: EndpointKind) -> None:
    fips, dual = BY_KIND[kind]
    checked = 0
    for known in REGIONS:
        if known.trouble(Road.SES_V2, kind):
            continue
        try:
            found = rules.resolve_endpoint(Region=known.name, UseFIPS=fips, UseDualStack=dual)
        except EndpointProviderError:
            # The sovereign cloud lists neither FIPS nor more; what is not documented is not refused by us.
            assert not known.is_documented
            continue
        assert found.url == f"https://{api_host(account(known.name, kind))}"
        checked += 1
    assert checked >= 7


def test_ten_documented_regions_have_no_smtp_and_say_so() -> None:
    without = [known for known in REGIONS if known.has_smtp is False]
    assert len(without) == 10
    for known in without:
        assert "no SMTP" in known.label
        with pytest.raises(AccountError, match=f"{known.name} has no SMTP interface"):
            smtp_host(account(known.name))


def test_fips_of_calgary_is_not_offered() -> None:
    assert region("ca-west-1").has_fips is False
    with pytest.raises(AccountError, match="no FIPS endpoint for SES API v2"):
        api_host(account("ca-west-1", EndpointKind.FIPS))


@pytest.mark.parametrize(
    "kind, host",
    [
        (EndpointKind.STANDARD, "email-smtp.us-east-1.amazonaws.com"),
        (EndpointKind.DUAL_STACK, "email-smtp.us-east-1.api.aws"),
        (EndpointKind.FIPS, "email-smtp-fips.us-east-1.amazonaws.com"),
    ],
)
def test_hosts_of_smtp(kind: EndpointKind, host: str) -> None:
    assert smtp_address(account("us-east-1", kind)) == (host, 587)


def test_smtp_has_no_host_of_both_kinds() -> None:
    with pytest.raises(AccountError, match="both FIPS and dual-stack"):
        smtp_host(account("us-east-1", EndpointKind.FIPS_DUAL_STACK))


def test_region_in_no_list_is_allowed_and_marked() -> None:
    found = region("xx-moon-1")
    assert not found.is_listed
    assert "not in our list" in found.label
    assert api_host(account("xx-moon-1")) == "email.xx-moon-1.amazonaws.com"
    assert smtp_host(account("xx-moon-1")) == "email-smtp.xx-moon-1.amazonaws.com"
    assert "not documented" in region("eu-south-2").label


@pytest.mark.parametrize("name", ["", "x", "EU-WEST-1", "a.b", "eu-west-1/", "eu-west-1.evil.example", "eu-west-1\n"])
def test_what_fits_in_no_host_name_makes_none(name: str) -> None:
    assert not is_region_name(name)
    with pytest.raises(AccountError, match="no part of a host name"):
        api_host(account(name))


def test_endpoint_of_its_own() -> None:
    assert api_host(account("eu-west-1", EndpointKind.CUSTOM, "http://localhost:8005/x")) == "localhost"
    assert smtp_address(account("eu-west-1", EndpointKind.CUSTOM, "[::1]:2525")) == ("::1", 2525)
    assert smtp_address(account("eu-central-2", EndpointKind.CUSTOM, "mail.example")) == ("mail.example", 587)
    for url in ("", "://", "[::1"):
        with pytest.raises(AccountError, match="names no host"):
            api_host(account("eu-west-1", EndpointKind.CUSTOM, url))


def test_ports_are_the_five_of_ses() -> None:
    assert set(SMTP_PORTS) == {25, 465, 587, 2465, 2587}
