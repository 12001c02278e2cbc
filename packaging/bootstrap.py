"""Set the project up in this folder and run it, or test it.

Standard library only. This file keeps to syntax that older Pythons read too, so that they can be refused in a sentence.
"""

import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))
USAGE = """usage: python3 packaging/bootstrap.py run [WORD...]    open the window; words go to sescomposer
       python3 packaging/bootstrap.py test [WORD...]   lint, types, import contracts and tests; words go to pytest,
                                                       and words that select tests run these alone"""


def unsupported(version: "tuple[int, ...]", implementation: str) -> str:
    """Give the sentence that refuses this Python, or "" for one of SUPPORTED."""
    if tuple(version[:2]) in SUPPORTED and implementation == "cpython":
        return ""
    return (
        f"SES Composer runs on CPython 3.11, 3.12 or 3.13 and this is {implementation} {version[0]}.{version[1]}; "
        "start it with one of these, for example `python3.11 packaging/bootstrap.py run`."
    )


def main(words: "list[str]") -> int:
    """Run one of the two commands and give the exit status; 1 after a failure of set-up, which is one sentence.

    Args:
        words: What stands behind the script's name.
    """
    refused = unsupported(tuple(sys.version_info[:2]), sys.implementation.name)
    if refused:
        sys.stderr.write("bootstrap: " + refused + "\n")
        return 1
    if words[:1] not in (["run"], ["test"]):
        sys.stderr.write(USAGE + "\n")
        return 0 if words[:1] in (["--help"], ["-h"]) else 2
    import commands
    from failures import SetupFailure

    try:
        return commands.run(words[1:]) if words[0] == "run" else commands.test(words[1:])
    except SetupFailure as failure:
        sys.stderr.write(f"bootstrap: {failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
