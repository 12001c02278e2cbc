"""No file says where packages come from: that is for each machine's own configuration."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Put together here, so that this file does not name them either.
_HOSTS = tuple(
    f"{name}.{domain}".encode()
    for name, domain in (("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("npmmirror", "com"))
)


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [file for name in listed.split(b"\0") if name and (file := ROOT / name.decode()).is_file()]


def test_no_file_names_a_package_registry() -> None:
    files = _tracked()
    assert files
    assert [file.relative_to(ROOT) for file in files if any(host in file.read_bytes() for host in _HOSTS)] == []
