"""The tests' own PKI, read by OpenSSL."""

import subprocess
from pathlib import Path

import pytest
from authority import Authority, pem_of


@pytest.mark.parametrize("depth", range(4))
def test_openssl_takes_a_leaf_with_its_chain(authority: Authority, tmp_path: Path, depth: int) -> None:
    pair = authority.leaf(depth=depth)
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    (tmp_path / "chain.pem").write_bytes(pem_of(*pair.chain, authority.root))
    (tmp_path / "leaf.pem").write_bytes(pem_of(pair.certificate))
    command = ["openssl", "verify", "-purpose", "smimesign", "-CAfile", "root.pem", "-untrusted", "chain.pem"]
    done = subprocess.run([*command, "leaf.pem"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_leaf_is_made_once(authority: Authority) -> None:
    assert authority.leaf() is authority.leaf()
