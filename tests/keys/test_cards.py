"""Keys on tokens of SoftHSM: listed without a PIN, signing and decrypting there, and a sentence for each refusal."""

import copy
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.keys.card_access import told
from sescomposer.keys.cards import Pkcs11Cards
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import CardKey, KeyEntry, KeyKind

if TYPE_CHECKING:
    from authority import Authority

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
MODULE = next((path for path in MODULES if os.path.exists(path)), "")
PIN = Secret("5678")
DATA = b"what is signed"

pytestmark = pytest.mark.skipif(
    not MODULE or shutil.which("softhsm2-util") is None, reason="needs SoftHSM: the package softhsm2"
)


class Token:
    """A token of SoftHSM in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.label = "Ann's card"

    def tool(self, *arguments: str) -> None:
        """Run the tool that makes and removes tokens."""
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=60)

    def make(self) -> None:
        """Begin with an empty token."""
        (self.folder / "tokens").mkdir()
        self.tool("--init-token", "--free", "--label", self.label, "--so-pin", "1234", "--pin", PIN.reveal())

    def pull_out(self) -> None:
        """Take the token away."""
        self.tool("--delete-token", "--token", self.label)

    def put(self, pair: KeyPair, number: str = "01", *, asks_each_time: bool = False, may_derive: bool = True) -> None:
        """Put a key with its certificate and chain on the token."""
        marks = {"ALWAYS_AUTHENTICATE": asks_each_time, "DERIVE": may_derive}
        self.write(lambda session: _put(session, pair, bytes.fromhex(number), marks))

    def write(self, action: Callable[[Any], None]) -> None:
        """Do something in a session that may write."""
        import pkcs11

        library = pkcs11.lib(MODULE)
        library.reinitialize()
        token = next(each for each in map(_token, library.get_slots(token_present=True)) if each.label == self.label)
        with token.open(rw=True, user_pin=PIN.reveal()) as session:
            action(session)


def _token(slot: Any) -> Any:
    return slot.get_token()


def _put(session: Any, pair: KeyPair, number: bytes, marks: dict[str, bool]) -> None:
    from pkcs11 import Attribute
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.rsa import decode_rsa_private_key

    is_rsa = isinstance(pair.key, rsa.RSAPrivateKey)
    encoded = pair.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    own = decode_rsa_private_key(encoded) if is_rsa else decode_ec_private_key(encoded)
    uses = {Attribute.SIGN: True, Attribute.DECRYPT: is_rsa}
    session.create_object(
        own
        | uses
        | {Attribute[name]: value for name, value in marks.items()}
        | {Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.ID: number}
    )
    for place, certificate in enumerate((pair.certificate, *pair.chain)):
        subject = certificate.x509.subject.public_bytes()
        _put_certificate(session, certificate.der, subject, number if not place else bytes((0x70 + place,)))


def _put_certificate(session: Any, der: bytes, subject: bytes, number: bytes) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass

    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.SUBJECT: subject,
            Attribute.ID: number,
            Attribute.VALUE: der,
        }
    )


def _remove_keys(session: Any) -> None:
    from pkcs11 import Attribute, ObjectClass

    for key in list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})):
        key.destroy()


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Token]:
    """An empty token; the module is let go of at the end."""
    import pkcs11

    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    made = Token(tmp_path)
    made.make()
    yield made
    pkcs11.unload(MODULE)


def _entry(found: CardKey) -> KeyEntry:
    details = {"module": found.module, "token": found.token, "object": found.object}
    return KeyEntry("a1", KeyKind.CARD, found.label, (), "a1", certificates=found.certificates, details=details)


def _opened(pin: Secret = PIN) -> KeyPair:
    (found,) = Pkcs11Cards().keys(MODULE)
    return Pkcs11Cards().open(_entry(found), pin)


def test_keys_are_listed_with_their_chain_and_without_a_pin(token: Token, authority: "Authority") -> None:
    pair = authority.leaf(depth=2)
    token.put(pair)
    token.put(authority.leaf("bob@example.org", kind="p256", cn="Bob"), "02")
    by_owner = {found.label: found for found in Pkcs11Cards().keys(MODULE)}
    assert set(by_owner) == {"Ann Example", "Bob"}
    ann = by_owner["Ann Example"]
    assert (ann.module, ann.token, ann.object) == (MODULE, token.label, "01")
    assert ann.certificates == tuple(each.der for each in (pair.certificate, *pair.chain))


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_rsa_key_signs_on_the_card(token: Token, authority: "Authority", algorithm: hashes.HashAlgorithm) -> None:
    token.put(authority.leaf())
    key = _opened().key
    assert isinstance(key, rsa.RSAPrivateKey)
    public = authority.leaf().key.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(key.sign(DATA, padding.PKCS1v15(), algorithm), DATA, padding.PKCS1v15(), algorithm)
    hasher = hashes.Hash(algorithm)
    hasher.update(DATA)
    digest = key.sign(hasher.finalize(), padding.PKCS1v15(), utils.Prehashed(algorithm))
    public.verify(digest, DATA, padding.PKCS1v15(), algorithm)
    pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    public.verify(key.sign(DATA, pss, algorithm), DATA, pss, algorithm)
    with pytest.raises(InvalidSignature):
        public.verify(key.sign(b"other", padding.PKCS1v15(), algorithm), DATA, padding.PKCS1v15(), algorithm)


def test_rsa_key_decrypts_on_the_card(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    key = _opened().key
    assert isinstance(key, rsa.RSAPrivateKey)
    public = key.public_key()
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    for scheme in (padding.PKCS1v15(), oaep):
        assert key.decrypt(public.encrypt(b"content key", scheme), scheme) == b"content key"
    with pytest.raises(ValueError, match="could not decrypt"):
        key.decrypt(bytes(255) + b"\x02", oaep)


@pytest.mark.parametrize("kind, algorithm", [("p256", hashes.SHA256()), ("p384", hashes.SHA384())])
def test_curve_key_signs_and_agrees_on_the_card(
    token: Token, authority: "Authority", kind: str, algorithm: hashes.HashAlgorithm
) -> None:
    token.put(authority.leaf(kind=kind))
    key = _opened().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    key.public_key().verify(key.sign(DATA, ec.ECDSA(algorithm)), DATA, ec.ECDSA(algorithm))
    assert (key.curve.name, key.key_size) == (f"secp{kind[1:]}r1", int(kind[1:]))
    other = ec.generate_private_key(key.curve)
    assert key.exchange(ec.ECDH(), other.public_key()) == other.exchange(ec.ECDH(), key.public_key())


def test_key_that_may_not_do_something_says_so(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf(kind="p256"), may_derive=False)
    key = _opened().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    with pytest.raises(ProtectionError, match="does not allow this key to decrypt"):
        key.exchange(ec.ECDH(), key.public_key())


def test_message_is_signed_as_with_any_key(token: Token, authority: "Authority", tmp_path: Path) -> None:
    from sescomposer.core.octets import Octets
    from sescomposer.core.protection.signing import sign_detached

    token.put(authority.leaf(depth=2))
    content = b"Content-Type: text/plain\r\n\r\nHi\r\n"
    signature = sign_detached(Octets.of(content), _opened(), authority.now)
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "signature").write_bytes(signature)
    command = "openssl cms -verify -binary -inform DER -in signature -content content -CAfile root.pem -out /dev/null"
    moment = str(int(authority.now.timestamp()))
    done = subprocess.run(
        [*command.split(), "-attime", moment], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_key_that_wants_the_pin_each_time_gets_it(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf(), asks_each_time=True)
    key = _opened().key
    assert isinstance(key, rsa.RSAPrivateKey)
    for _ in range(2):
        signature = key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
        key.public_key().verify(signature, DATA, padding.PKCS1v15(), hashes.SHA256())


def test_private_half_never_leaves(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    pair = _opened()
    with pytest.raises(ProtectionError, match="never leaves it"):
        pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ProtectionError, match="never leaves it"):
        pair.key.private_numbers()
    assert PIN.reveal() not in repr(pair) + repr(vars(pair.key))


def test_wrong_pin_is_tried_once(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    with pytest.raises(PassphraseError, match="The PIN of the card with 'Ann Example' is wrong") as told:
        _opened(Secret("9999"))
    assert "not tried again" in told.value.hint
    assert _opened().key.public_key() == authority.leaf().key.public_key()


def test_pin_that_the_card_refuses_later_is_not_tried_again(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    key = _opened().key
    assert isinstance(key, rsa.RSAPrivateKey)
    token.write(lambda session: session.set_pin(PIN.reveal(), "8765"))
    with pytest.raises(PassphraseError):
        key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
    assert getattr(key, "is_refused", False)
    with pytest.raises(PassphraseError):
        key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())


def test_card_that_is_pulled_out_is_told(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    pair = _opened()
    assert isinstance(pair.key, rsa.RSAPrivateKey)
    token.pull_out()
    with pytest.raises(KeyGoneError, match="its card") as told:
        pair.key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
    assert told.value.hint == "Put the card in and try again."
    with pytest.raises(KeyGoneError):
        Pkcs11Cards().open(_entry(CardKey(MODULE, token.label, "01", "Ann", (pair.certificate.der,))), PIN)


def test_card_that_comes_back_is_used_again(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf())
    key = _opened().key
    assert isinstance(key, rsa.RSAPrivateKey)
    (token.folder / "tokens").rename(token.folder / "away")
    (token.folder / "tokens").mkdir()
    with pytest.raises(KeyGoneError):
        key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
    (token.folder / "tokens").rmdir()
    (token.folder / "away").rename(token.folder / "tokens")
    assert key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())


def test_other_card_with_the_same_label_gets_no_pin(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf("bob@example.org", kind="p256", cn="Bob"))
    (found,) = Pkcs11Cards().keys(MODULE)
    entry = replace(_entry(found), certificates=(authority.leaf().certificate.der,))
    with pytest.raises(KeyGoneError, match="its card is not there"):
        Pkcs11Cards().open(entry, Secret("wrong"))
    assert Pkcs11Cards().open(_entry(found), PIN).certificate.owner == "Bob"


def test_empty_card_and_no_card_are_told(token: Token) -> None:
    with pytest.raises(CertificateError, match="no certificate with a key"):
        Pkcs11Cards().keys(MODULE)
    token.pull_out()
    with pytest.raises(KeyGoneError, match="No card or token is there"):
        Pkcs11Cards().keys(MODULE)


def test_what_is_no_certificate_on_a_card_is_left_out(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf(kind="p256"))
    token.write(lambda session: _put_certificate(session, b"junk", b"junk", b"\x09"))
    assert [found.object for found in Pkcs11Cards().keys(MODULE)] == ["01"]


def test_key_that_was_removed_from_the_card_is_told(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf(kind="p256"))
    (found,) = Pkcs11Cards().keys(MODULE)
    token.write(_remove_keys)
    with pytest.raises(KeyGoneError, match="does not hold it any more"):
        Pkcs11Cards().open(_entry(found), PIN)


def test_key_of_a_kind_that_mail_does_not_know_is_told(token: Token, authority: "Authority") -> None:
    token.put(authority.leaf(kind="p256"))
    odd = authority.leaf("odd@example.org", kind="ed25519", cn="Odd").certificate
    token.write(lambda session: _put_certificate(session, odd.der, b"odd", b"\x01"))
    found = next(each for each in Pkcs11Cards().keys(MODULE) if each.label == "Odd")
    with pytest.raises(ProtectionError, match="neither RSA nor of an elliptic curve"):
        Pkcs11Cards().open(_entry(found), PIN)


@pytest.mark.parametrize(
    "name, kind, words",
    [
        ("PinLocked", PassphraseError, "The card with 'Ann' is locked."),
        ("PinIncorrect", PassphraseError, "The PIN of the card with 'Ann' is wrong."),
        ("DeviceRemoved", KeyGoneError, "The key 'Ann' cannot be reached: its card does not answer."),
        ("DeviceMemory", ProtectionError, "The card with 'Ann' refused: DeviceMemory."),
    ],
)
def test_each_refusal_of_a_card_has_its_sentence(name: str, kind: type[ProtectionError], words: str) -> None:
    import pkcs11

    with pytest.raises(kind) as seen, told("Ann"):
        raise getattr(pkcs11, name)
    assert type(seen.value) is kind
    assert seen.value.sentence == words


def test_copies_of_a_key_are_the_key(token: Token, authority: "Authority") -> None:
    for kind in ("p256", "rsa2048"):
        token.put(authority.leaf(f"{kind}@example.org", kind=kind, cn=kind), kind[-2:])
    for found in Pkcs11Cards().keys(MODULE):
        key = Pkcs11Cards().open(_entry(found), PIN).key
        assert copy.copy(key) is copy.deepcopy(key) is key


def test_what_is_no_module_is_told(tmp_path: Path) -> None:
    file = tmp_path / "no.so"
    file.write_bytes(b"text")
    for path in (file, tmp_path / "missing.so"):
        with pytest.raises(ProtectionError, match="cannot be used"):
            Pkcs11Cards().keys(str(path))
