"""Signing by the service: what it would do is asked once in a while, told before sending, and never done twice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from authority import Authority

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.errors import ServiceCallError
from sescomposer.core.message import Message, Method, Protection, SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.knowledge import Identity, IdentityCertificate, Known
from sescomposer.services.managed_knowing import ManagedKnowing
from sescomposer.services.ports import Receipt, SubmissionState
from sescomposer.services.protection.protection_plan import ProtectionPlan
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy
from sescomposer.services.secrets import MemorySecrets

ANN = "ann@example.org"
ACCOUNT = Account("work", WayIn.PROFILE, "eu-west-1", profile="p")
ACTIVE = IdentityCertificate(ANN, "ACTIVE", "arn:aws:acm:eu-west-1:1:certificate/a")
BY_SES, BY_US = Protection(sign=True, method=Method.SES), Protection(sign=True)


class Service:
    """Answers as told, and notes what it was asked."""

    def __init__(self) -> None:
        self.signing = {"signs": True, "plain": False}
        self.known: dict[str, tuple[IdentityCertificate, ...]] = {ANN: (ACTIVE,)}
        self.default_set = ""
        self.asked: list[str] = []
        self.trouble = ""

    def identity(self, name: str) -> Identity:
        self.asked.append(f"identity {name}")
        return Identity(name, "DOMAIN", "SUCCESS", True, configuration_set=self.default_set, has_details=True)

    def set_signs(self, name: str) -> bool:
        if self.trouble:
            raise ServiceCallError(self.trouble)
        self.asked.append(f"set {name}")
        return self.signing[name]

    def certificates(self, identity: str) -> tuple[IdentityCertificate, ...]:
        self.asked.append(f"certificates {identity}")
        return self.known.get(identity, ())


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def services(
    services: Services, service: Service, set_clock: Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Services with an account whose service answers as told, and Ann's key."""
    set_clock.time = authority.now
    services.secrets = MemorySecrets()
    services.roots.add(authority.root)
    services.keys.import_file(authority.p12(authority.leaf(ANN)), Secret("secret"))
    services.accounts.add(ACCOUNT)
    monkeypatch.setattr(services, "reader", lambda account: service)
    services.managed_knowing = ManagedKnowing(services.knowing, services.reader, services.clock)
    monkeypatch.setattr(services.knowing, "_reader", lambda account: service)
    yield services
    services.close()


def letter(services: Services, protection: Protection, configuration_set: str = "signs") -> Message:
    made = compose(f"Ann <{ANN}>", "b@b.example", "Tea", text="Tea at four?", ids=services.ids)
    return replace(made, protection=protection, options=SendingOptions(configuration_set))


def planned(services: Services, protection: Protection, configuration_set: str = "signs") -> ProtectionPlan:
    """Plan once what the service does was learned."""
    message = letter(services, protection, configuration_set)
    first = services.protecting.plan(message, "work", "eu-west-1")
    assert services.protecting.learn(first, "work", "eu-west-1") == ""
    return services.protecting.plan(message, "work", "eu-west-1")


def codes(plan: ProtectionPlan) -> list[str]:
    return [fault.code for fault in plan.faults]


def accept(octets: Octets, progress: Progress) -> Receipt:
    progress.step(len(octets), len(octets))
    return Receipt("0102-abc", "Ok 0102-abc")


def test_service_with_active_certificate_signs(services: Services) -> None:
    plan = planned(services, BY_SES)
    assert (plan.set_signs, plan.managed, plan.needs_protector, codes(plan)) == (True, ACTIVE, False, [])


@pytest.mark.parametrize(
    "configuration_set, certificates, code",
    [
        ("plain", (ACTIVE,), "protect-ses-set"),
        ("", (ACTIVE,), "protect-ses-set"),
        ("signs", (), "protect-ses-certificate"),
        ("signs", (replace(ACTIVE, status="PROVISIONING"),), "protect-ses-certificate"),
        ("signs", (replace(ACTIVE, address="Ann@example.org"),), "protect-ses-certificate"),
    ],
)
def test_what_keeps_the_service_from_signing_is_told(
    services: Services,
    service: Service,
    configuration_set: str,
    certificates: tuple[IdentityCertificate, ...],
    code: str,
) -> None:
    service.known = {ANN: certificates}
    plan = planned(services, BY_SES, configuration_set)
    assert codes(plan) == [code]
    assert all(fault.mend for fault in plan.faults)


def test_service_cannot_encrypt(services: Services) -> None:
    assert "protect-ses-encrypt" in codes(planned(services, replace(BY_SES, encrypt=True)))


def test_signature_of_ours_through_a_set_that_signs_is_an_error(services: Services, scripted: Any) -> None:
    review = services.sending.review(letter(services, BY_US), scripted(accept))
    assert "protect-double" in [finding.code for finding in review.errors]
    fine = services.sending.review(letter(services, BY_US, "plain"), scripted(accept))
    assert not fine.errors


def test_default_set_of_the_identity_counts(services: Services, service: Service, scripted: Any) -> None:
    listed = Identity("example.org", "DOMAIN", "SUCCESS", True)
    services.knowing.keep(Known("work", "eu-west-1", services.clock.now(), identities=(listed,)))
    service.default_set = "signs"
    review = services.sending.review(letter(services, BY_US, ""), scripted(accept))
    assert "protect-double" in [finding.code for finding in review.errors]
    assert service.asked == ["identity example.org", "set signs", "certificates example.org"]


def test_what_cannot_be_asked_is_said_and_signs_all_the_same(
    services: Services, service: Service, scripted: Any
) -> None:
    service.trouble = "GetConfigurationSet was not answered."
    review = services.sending.review(letter(services, BY_US), scripted(accept))
    found = [finding for finding in review.findings if finding.code == "protect-double"]
    assert [str(finding.severity) for finding in found] == ["warning"]
    assert "was not answered" in found[0].message
    assert review.sealed[0].evidence is not None


def test_it_is_asked_once_in_half_an_hour_and_outlives_a_refresh(
    services: Services, service: Service, set_clock: Any
) -> None:
    from sescomposer.services.knowing import merged

    planned(services, BY_SES)
    planned(services, BY_SES)
    assert service.asked == ["set signs", f"certificates {ANN}", "certificates example.org"]
    known = services.knowing.cached(ACCOUNT)
    assert known is not None
    assert merged(Known("work", "eu-west-1", set_clock.now()), known).certificates == (ACTIVE,)
    set_clock.advance(minutes=31)
    planned(services, BY_SES)
    assert len(service.asked) == 6


def test_must_holds_by_the_service_alone_where_it_will_sign(
    services: Services, service: Service, scripted: Any
) -> None:
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST, method="ses"))
    transport = scripted(accept)
    review = services.sending.review(letter(services, Protection()), transport)
    (sealed,) = review.sealed
    assert sealed.evidence is not None
    assert (sealed.evidence.method, sealed.evidence.is_verified) == ("ses", False)
    assert b"pkcs7" not in bytes(sealed.octets)
    (record,) = services.sending.submit(review, transport)
    assert record.state is SubmissionState.ACCEPTED
    service.known = {}
    services.clock.advance(minutes=40)  # type: ignore[attr-defined]
    again = services.sending.review(letter(services, Protection()), transport)
    assert {"protect-must", "protect-ses-certificate"} <= {finding.code for finding in again.errors}


def test_knowledge_of_signing_is_kept_on_the_disk(services: Services) -> None:
    planned(services, BY_SES)
    kept = services.knowledge.get("work", "eu-west-1")
    assert kept is not None
    assert (kept.signs("signs"), kept.certificates) == (True, (ACTIVE,))


def test_account_that_can_ask_nothing_is_left_alone(services: Services, service: Service) -> None:
    smtp = replace(ACCOUNT, way_in=WayIn.SMTP)
    assert services.managed_knowing.learn(smtp, "signs", ANN) is None
    assert service.asked == []
