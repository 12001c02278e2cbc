"""While a worker opens keys, signs and encrypts, the thread of the window goes on."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.octets import Octets
from sescomposer.services.account import Secret
from sescomposer.services.secrets import MemorySecrets
from sescomposer.store.folders import Folders

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import PgpLab

    from sescomposer.services.protection.protection_ports import KeyEntry

TRIES = 5
PART = 1 / 3
CONTENT = Octets.of(b"A line of some length for the recipients.\r\n" * 100)
LARGE = Octets.of(b"A line of some length for the recipients.\r\n" * 400_000)


@pytest.fixture(autouse=True)
def turns() -> Iterator[None]:
    """Let threads take turns as the window does (see gui.tasks)."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[bool], Services]]:
    """Make the services as a window has them, or as a command has them."""
    made: list[Services] = []

    def making(has_window: bool) -> Services:
        services = make_services(Folders.below(tmp_path / str(has_window)))
        services.has_window = has_window
        services.secrets = MemorySecrets()
        made.append(services)
        return services

    yield making
    for services in made:
        services.close()


def seconds(action: Callable[[], object]) -> float:
    """Measure an action on this thread."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def longest_gap(action: Callable[[], object]) -> float:
    """Let a worker do something and measure how long this thread had no turn."""
    worker = Thread(target=action)
    longest, last = 0.0, time.perf_counter()
    worker.start()
    while worker.is_alive():
        worker.join(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


def is_held_up(aside: Callable[[], object], in_place: Callable[[], object]) -> bool:
    """Tell whether every try holds this thread up for a third of the work; a busy machine does so now and then."""
    most = PART * min(seconds(in_place) for _ in range(2))
    return all(longest_gap(aside) > most for _ in range(TRIES))


def test_the_measure_sees_what_holds_up(make: Callable[[bool], Services], authority: "Authority") -> None:
    read = reading(make(False), authority)
    assert is_held_up(read, read)


def test_importing_and_opening_a_key(make: Callable[[bool], Services], authority: "Authority") -> None:
    window, command = make(True), make(False)
    assert not is_held_up(reading(window, authority), reading(command, authority))
    assert not is_held_up(unlocking(window, authority), unlocking(command, authority))


def test_exporting_a_key(make: Callable[[bool], Services], authority: "Authority") -> None:
    window, command = make(True), make(False)
    assert not is_held_up(exporting(window, authority), exporting(command, authority))


def test_openpgp(make: Callable[[bool], Services], pgp_lab: "PgpLab") -> None:
    for there, here in zip(openpgp(make(True), pgp_lab), openpgp(make(False), pgp_lab), strict=True):
        assert not is_held_up(there, here)


def test_keys_of_a_window_are_those_of_a_command(make: Callable[[bool], Services], authority: "Authority") -> None:
    window = make(True)
    pair = authority.leaf(depth=2)
    entry = window.keys.import_open(authority.pem(pair), Secret("hush"), keep_passphrase=False)
    opened = window.keys.unlock(entry, lambda entry, why: Secret("hush"))
    assert (opened.certificate, opened.chain) == (pair.certificate, pair.chain)
    assert opened.key.private_numbers() == pair.key.private_numbers()
    assert window.keys.needs_passphrase(authority.p12(pair))
    assert not window.keys.needs_passphrase(authority.pem(pair))
    dkim = window.keys.make_dkim("example.org", "mail", authority.pem(pair))
    assert window.keys.dkim_key(dkim).private_numbers() == pair.key.private_numbers()
    window.stop_aside()


def reading(services: Services, authority: "Authority") -> Callable[[], object]:
    octets = authority.p12(authority.leaf(kind="rsa4096"))
    return lambda: services.keys.import_file(octets, Secret("secret"))


def unlocking(services: Services, authority: "Authority") -> Callable[[], object]:
    entry: KeyEntry = services.keys.import_file(authority.p12(authority.leaf(kind="rsa4096")), Secret("secret"))

    def unlock() -> None:
        services.keys.lock()
        services.keys.unlock(entry, lambda entry, why: Secret("secret"))

    return unlock


def exporting(services: Services, authority: "Authority") -> Callable[[], object]:
    entry: KeyEntry = services.keys.import_file(authority.p12(authority.leaf(kind="rsa4096")), Secret("secret"))
    services.keys.unlock(entry, lambda entry, why: Secret("secret"))
    return lambda: services.keys.export(entry.id, Secret("hush"))


def openpgp(services: Services, lab: "PgpLab") -> tuple[Callable[[], object], ...]:
    from pgp_lab import PASSPHRASE

    key, library = lab.key(), services.openpgp
    own = (key.entry, key.secret, Secret(PASSPHRASE))
    message = library.encrypt(CONTENT, (key.public,), own)
    return (
        lambda: library.sign(CONTENT, *own),
        lambda: library.encrypt(LARGE, (key.public,), own),
        lambda: library.decrypt(message, (own,), (key.public,)),
    )
