"""Failures of set-up: each is one sentence that says what is wrong and how it is mended."""

import re
from pathlib import Path


class SetupFailure(Exception):
    """Set-up cannot go on; its text is the one sentence for the user."""


_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|Failed to establish|"
    r"Temporary failure in name resolution|Network is unreachable|Connection (refused|reset|aborted)|"
    r"Could not resolve host|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT"
)
_CERTIFICATE = re.compile(r"SSLError|CERTIFICATE_VERIFY_FAILED")
_WRITING = re.compile(r"Permission denied|Read-only file system|EACCES|EROFS")
_HASHES = re.compile(r"DO NOT MATCH THE HASHES|EINTEGRITY")
_NOTHING = re.compile(r"\(from versions: none\)|npm error code E404")
_ERROR_LINE = re.compile(r"^(?:npm )?(?:error|ERROR):? +(.+)$", re.MULTILINE)


def installer_failure(tool: str, output: str, log: Path) -> SetupFailure:
    """Explain what an installer (pip, npm) said when it failed.

    Args:
        tool: The installer's name.
        output: All that it printed.
        log: Where that was kept.

    >>> print(installer_failure("pip", "OSError: [Errno 28] No space left on device", Path("x.log")))
    pip found the disk full; free some space (the first set-up takes about 1.5 GB) and start again.
    """
    if "No space left" in output or "ENOSPC" in output:
        return SetupFailure(
            f"{tool} found the disk full; free some space (the first set-up takes about 1.5 GB) and start again."
        )
    if _CERTIFICATE.search(output):
        return SetupFailure(
            f"{tool} does not trust the package registry's certificate; name your certificates in its configuration "
            f"and start again (see {log})."
        )
    if _NETWORK.search(output):
        return SetupFailure(
            f"{tool} cannot reach the package registry; connect this machine or set {tool}'s proxy or index, "
            f"and start again (see {log})."
        )
    if _NOTHING.search(output):
        return SetupFailure(
            f"{tool} was offered no version at all of a package that is wanted; connect this machine or set "
            f"{tool}'s index, and start again (see {log})."
        )
    if _HASHES.search(output):
        return SetupFailure(
            f"{tool} was given a package that is not the pinned one; check the registry or mirror it is configured "
            f"for and start again (see {log})."
        )
    if _WRITING.search(output):
        return SetupFailure(
            f"{tool} may not write in {log.parent}; take ownership of that folder or delete it, and start again."
        )
    lines = _ERROR_LINE.findall(output) or [line for line in output.splitlines() if line.strip()] or ["nothing"]
    return SetupFailure(
        f"{tool} failed, saying {lines[-1].strip()!r}; mend that and start again (all it said is in {log})."
    )


def unwritable(folder: Path, error: OSError) -> SetupFailure:
    """Explain a folder where set-up cannot write."""
    return SetupFailure(
        f"The folder {folder} cannot be written to ({error.strerror}); copy the project to a folder of your own, "
        "or make this one writable, and start again."
    )
