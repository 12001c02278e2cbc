"""Roots of the system and PKCS#11 modules, found at the places where systems keep them."""

import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sescomposer.keys import system_roots as module
from sescomposer.keys.pkcs11_modules import modules
from sescomposer.keys.system_roots import system_roots

if TYPE_CHECKING:
    from authority import Authority


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    system_roots.cache_clear()
    yield
    system_roots.cache_clear()


def test_bundle_that_the_environment_names_counts(
    tmp_path: Path, authority: "Authority", monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAECAw==\n-----END CERTIFICATE-----\n# text\n"
    file = tmp_path / "roots.pem"
    file.write_bytes(b"# Test Lab\n" + authority.root_pem + broken + authority.root_pem)
    monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, str(file))
    assert system_roots() == (authority.root,)
    file.unlink()
    assert system_roots() == (authority.root,)


def test_system_of_the_tests_has_roots_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ssl.get_default_verify_paths().openssl_cafile_env, raising=False)
    found = system_roots()
    assert len({root.fingerprint for root in found}) == len(found)
    assert all(root.is_self_issued or root.is_ca for root in found)


def test_system_without_a_bundle_has_those_of_the_folder_or_none(
    tmp_path: Path, authority: "Authority", monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ssl.DefaultVerifyPaths("", "", "NO_FILE", str(tmp_path / "cert.pem"), "NO_DIR", str(tmp_path / "certs"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(module, "_BUNDLES", (str(tmp_path / "missing.crt"),))
    assert system_roots() == ()
    system_roots.cache_clear()
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "1.pem").write_bytes(authority.root_pem)
    assert system_roots() == (authority.root,)


def test_windows_gives_what_it_trusts(monkeypatch: pytest.MonkeyPatch, authority: "Authority") -> None:
    stores = {
        "ROOT": [(authority.root.der, "x509_asn", True), (b"x", "pkcs_7_asn", True)],
        "CA": [(authority.intermediates(1)[0].der, "x509_asn", set())],
    }
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ssl, "enum_certificates", stores.__getitem__, raising=False)
    assert system_roots() == (authority.root,)


def test_modules_are_those_that_settings_name_and_those_at_usual_places(tmp_path: Path) -> None:
    settings, library = tmp_path / "modules", tmp_path / "lib"
    settings.mkdir()
    library.mkdir()
    for name in ("a.so", "b.so", "p11-kit-trust.so"):
        (library / name).write_bytes(b"")
    (library / "link.so").symlink_to(library / "a.so")
    (settings / "1.module").write_text(f"# a card\nmodule: {library}/a.so\npriority: 1\n")
    (settings / "2.module").write_text(f"module:{library}/missing.so\nx-module: {library}/b.so\n")
    (settings / "3.module").write_text(f"module: {library}/p11-kit-trust.so\n")
    (settings / "4.module").write_text("module: no-such-module-at-all.so\n")
    (settings / "5.txt").write_text(f"module: {library}/b.so\n")
    told = [str(settings), str(tmp_path / "nowhere")]
    assert modules(told, ()) == (f"{library}/a.so",)
    assert modules(told, (f"{library}/*.so",)) == (f"{library}/a.so", f"{library}/b.so")
    assert modules((), (f"{library}/b*.so",)) == (f"{library}/b.so",)


def test_modules_of_this_system_are_there() -> None:
    assert all(Path(path).is_file() for path in modules())
