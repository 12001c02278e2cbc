"""The local inbox as a server: starting and stopping, faults that change while it runs, our own ways to send to it."""

import os
import socket
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.errors import (
    RefusedError,
    ServingError,
    SubmissionError,
    ThrottledError,
    UnknownOutcomeError,
)
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import SendingOptions
from sescomposer.core.road import Road
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.inbox.fault_plan import FaultPlan
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.services.serving import NO_FAULT, Addresses, Came, Cut, Fault, ServeOptions, answer_choices
from sescomposer.ses.api_v1 import ApiV1Transport
from sescomposer.ses.api_v2 import ApiV2Transport
from sescomposer.ses.smtp import SmtpTransport
from sescomposer.store.folders import Folders
from sescomposer.store.loopback_certificate import loopback_certificate

FREE = ServeOptions(smtp_port=0, tls_port=0, http_port=0)
ROADS = pytest.mark.parametrize("road", list(Road))


class OneSecret:
    """A keyring that knows one secret."""

    is_lasting = False
    trouble = ""

    def get(self, account: str) -> Secret | None:
        """Give it, whatever the account."""
        return Secret("hush-hush/secret+key")

    def set(self, account: str, secret: Secret) -> None:
        """Keep nothing."""

    def remove(self, account: str) -> None:
        """Remove nothing."""


def account_at(addresses: Addresses, road: Road) -> Account:
    """Give an account whose endpoint is the server."""
    url = f"127.0.0.1:{addresses.smtp_port}" if road is Road.SMTP else addresses.url
    return Account(
        "work",
        WayIn.SMTP if road is Road.SMTP else WayIn.KEYS,
        "eu-west-1",
        road=road,
        user="AKIDEXAMPLE",
        endpoint=EndpointKind.CUSTOM,
        endpoint_url=url,
        ca_bundle=str(addresses.certificate),
    )


def sealed_for(road: Road) -> Sealed:
    """Seal a message with options, a hidden recipient and dots at line starts."""
    ids = SeededIdentifiers("serving")
    message = compose("a@example.com", "b@example.org", "Grüße", text=".\n..\n.a\n", bcc="c@example.org", ids=ids)
    message = replace(message, options=SendingOptions(configuration_set="news", tags=(("a", "1"),)))
    (made,) = seal(message, road, now=datetime(2026, 1, 2, tzinfo=UTC), ids=ids, into=MemoryTarget)
    return made


@pytest.fixture
def transport_to() -> Any:
    """Give our own transport of a road to a server."""
    kinds: dict[Road, Any] = {Road.SMTP: SmtpTransport, Road.SES_V1: ApiV1Transport, Road.SES_V2: ApiV2Transport}
    with ExitStack() as stack:

        def make(addresses: Addresses, road: Road) -> Any:
            made = kinds[road](account_at(addresses, road), OneSecret())
            stack.callback(made.close)
            return made

        yield make


@ROADS
def test_our_own_transports_submit_what_is_kept(serve: Callable[..., Any], transport_to: Any, road: Road) -> None:
    served, sealed = serve(), sealed_for(road)
    receipt = transport_to(served.addresses, road).submit(sealed)
    entry = served.only_entry(bytes(sealed.octets))
    assert receipt.reference == entry.entry
    assert (entry.envelope.mail_from, set(entry.envelope.rcpt_to)) == ("a@example.com", set(sealed.envelope.rcpt_to))
    assert b"X-SES" not in bytes(served.inbox.delivered(entry.entry))
    assert (b"X-SES-CONFIGURATION-SET: news" in bytes(served.inbox.submitted(entry.entry))) is (road is Road.SMTP)


@ROADS
@pytest.mark.parametrize(
    "code, kind",
    [("rate-exceeded", ThrottledError), ("message-rejected", RefusedError), ("identity-not-verified", RefusedError)],
)
def test_our_own_transports_understand_what_is_answered(
    serve: Callable[..., Any], transport_to: Any, road: Road, code: str, kind: type[SubmissionError]
) -> None:
    served = serve()
    choices = answer_choices()
    served.serving.faults.set(Fault(choices.get(code) or next(v for n, v in choices.items() if "verif" in n)))
    with pytest.raises(kind) as caught:
        transport_to(served.addresses, road).submit(sealed_for(road))
    assert caught.value.answer is not None
    assert not served.entries


@ROADS
def test_a_cut_behind_the_octets_leaves_the_outcome_unknown(
    serve: Callable[..., Any], transport_to: Any, road: Road
) -> None:
    served = serve()
    served.serving.faults.set(Fault(cut=Cut.AFTER))
    with pytest.raises(UnknownOutcomeError):
        transport_to(served.addresses, road).submit(sealed_for(road))
    assert len(served.entries) == 1


def test_a_server_failure_leaves_the_outcome_unknown(serve: Callable[..., Any], transport_to: Any) -> None:
    served = serve()
    served.serving.faults.set(Fault(answer_choices()["service-failure"]))
    with pytest.raises(UnknownOutcomeError):
        transport_to(served.addresses, Road.SES_V2).submit(sealed_for(Road.SES_V2))


def test_many_at_once_are_all_kept(serve: Callable[..., Any], transport_to: Any) -> None:
    served = serve()
    smtp = transport_to(served.addresses, Road.SMTP)
    api = transport_to(served.addresses, Road.SES_V2)
    both = {smtp: sealed_for(Road.SMTP), api: sealed_for(Road.SES_V2)}
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda transport: transport.submit(both[transport]), [smtp, api] * 12))
    assert {receipt.reference for receipt in receipts} == {entry.entry for entry in served.entries}
    assert [line.number for line in served.serving.journal()] == list(range(1, 25))
    assert {line.came for line in served.serving.journal()} == {Came.ACCEPTED}


# Starting and stopping


def test_is_started_and_stopped_as_often_as_wanted(serve: Callable[..., Any]) -> None:
    serving = serve().serving
    with pytest.raises(ServingError, match="already"):
        serving.start(FREE)
    before = serving.addresses
    serving.stop()
    serving.stop()
    assert serving.addresses is None
    after = serving.start(replace(FREE, smtp_port=before.smtp_port))
    assert after.smtp_port == before.smtp_port
    assert after.certificate == before.certificate


def test_a_taken_port_is_named_and_nothing_listens(serve: Callable[..., Any]) -> None:
    serving = serve().serving
    serving.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServingError, match=str(port)):
            serving.start(replace(FREE, http_port=port))
    assert serving.addresses is None
    assert serving.start(FREE)


@pytest.mark.parametrize("host", ["nowhere.invalid.", "256.1.1.1"])
def test_an_address_that_is_none_is_named(serve: Callable[..., Any], no_network: list[str], host: str) -> None:
    serving = serve().serving
    serving.stop()
    with pytest.raises((ServingError, ConnectionRefusedError)):
        serving.start(replace(FREE, host=host))
    no_network.clear()


def test_listens_on_loopback_alone_unless_told(serve: Callable[..., Any]) -> None:
    served = serve()
    assert served.addresses.is_loopback
    served.serving.stop()
    assert not served.serving.start(replace(FREE, host="0.0.0.0")).is_loopback


def test_stopping_lets_go_of_idle_connections_and_of_waiting_ones(
    tmp_path: Path, serve: Callable[..., Any], transport_to: Any
) -> None:
    services = Services(Folders.below(tmp_path / "home"))
    serving = services.serving
    addresses = serving.start(FREE)
    serving.faults.set(Fault(latency=3000.0))
    api, smtp = transport_to(addresses, Road.SES_V2), transport_to(addresses, Road.SMTP)

    def submit(transport: Any, road: Road) -> None:
        with suppress(SubmissionError):
            transport.submit(sealed_for(road))

    threads = [threading.Thread(target=submit, args=pair) for pair in ((api, Road.SES_V2), (smtp, Road.SMTP))]
    with socket.create_connection(("127.0.0.1", addresses.http_port)) as idle, ExitStack() as stack:
        quiet = stack.enter_context(socket.create_connection(("127.0.0.1", addresses.smtp_port)))
        for thread in threads:
            thread.start()
        quiet.recv(100)
        services.close()
        for thread in threads:
            thread.join()
        assert idle.recv(1) == b""
        with suppress(ConnectionResetError):
            assert quiet.recv(1) == b""


def test_the_inbox_of_the_program_gets_what_comes(tmp_path: Path, transport_to: Any) -> None:
    services = Services(Folders.below(tmp_path / "home"))
    try:
        before = services.inbox.names()
        transport_to(services.serving.start(FREE), Road.SMTP).submit(sealed_for(Road.SMTP))
        assert services.inbox.names() != before
        assert services.inbox.entries()[0].subject == "Grüße"
    finally:
        services.close()


def test_a_full_disk_is_told_and_nothing_is_kept(
    serve: Callable[..., Any], transport_to: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    served = serve()
    transports = {road: transport_to(served.addresses, road) for road in Road}

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sescomposer.store.content.write_all", full)
    with pytest.raises(SubmissionError, match="disk is full"):
        transports[Road.SMTP].submit(sealed_for(Road.SMTP))
    with pytest.raises(UnknownOutcomeError, match="disk is full"):
        transports[Road.SES_V2].submit(sealed_for(Road.SES_V2))
    assert not served.entries


# The certificate


@pytest.mark.skipif(os.name == "nt", reason="there are other rights there")
def test_the_key_is_for_the_user_alone_and_stays(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = loopback_certificate(tmp_path / "serving", now)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    octets = made.chain.read_bytes()
    assert loopback_certificate(tmp_path / "serving", now + timedelta(days=700)).chain.read_bytes() == octets
    assert b"PRIVATE" not in octets


@pytest.mark.parametrize("damage", ["old", "key", "chain", "other key"])
def test_a_certificate_that_is_no_good_is_made_anew(tmp_path: Path, damage: str) -> None:
    now = datetime.now(UTC)
    made = loopback_certificate(tmp_path / "a", now)
    before = made.chain.read_bytes()
    match damage:
        case "old":
            now += timedelta(days=820)
        case "key":
            made.key.write_bytes(b"x")
        case "chain":
            made.chain.write_bytes(b"x")
        case _:
            made.key.write_bytes(loopback_certificate(tmp_path / "b", now).key.read_bytes())
    assert loopback_certificate(tmp_path / "a", now).chain.read_bytes() not in (b"x", before)


# Faults


@given(st.integers(1, 5), st.integers(0, 4), st.integers(0, 30))
def test_faults_strike_every_nth_of_so_many(every: int, times: int, messages: int) -> None:
    plan = FaultPlan()
    plan.set(Fault(latency=1.0, every=every, times=times))
    struck = [number for number in range(1, messages + 1) if not plan.take(Road.SMTP).is_none]
    wanted = list(range(every, messages + 1, every))
    assert struck == (wanted[:times] if times else wanted)
    assert plan.left(Road.SMTP) == (times - len(struck) if times else -1)
    assert plan.left(Road.SES_V2) == (times or -1)


def test_faults_of_one_road_leave_the_others_alone() -> None:
    plan = FaultPlan()
    plan.set(Fault(cut=Cut.BEFORE), Road.SES_V1)
    assert plan.take(Road.SMTP) == plan.take(Road.SES_V2) == NO_FAULT
    assert plan.take(Road.SES_V1).cut is Cut.BEFORE
    plan.set(NO_FAULT)
    assert plan.take(Road.SES_V1) == NO_FAULT


def test_an_answer_is_left_out_where_it_does_not_come() -> None:
    plan = FaultPlan()
    plan.set(Fault(answer_choices()["smtp-login-refused"], latency=1.0))
    assert plan.take(Road.SES_V2) == Fault(latency=1.0)
    assert plan.take(Road.SMTP, "auth").answer is not None
    assert plan.take(Road.SMTP, "content") == NO_FAULT


@pytest.mark.parametrize("fault", [Fault(latency=-1.0), Fault(latency=1e9), Fault(every=0), Fault(times=-1)])
def test_numbers_out_of_their_limits_are_refused(fault: Fault) -> None:
    with pytest.raises(ValueError, match="Fault"):
        FaultPlan().set(fault)
