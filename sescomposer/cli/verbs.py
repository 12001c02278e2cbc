"""The declared table of verbs: what as a first argument means the command line. Imports nothing, for a fast window."""

VERBS: dict[str, str] = {
    "build": "compose a message from parts given as options",
    "cat": "write a message, or one part of it, octet for octet",
    "tree": "show the tree of MIME entities",
    "check": "look for what SES would refuse and readers would trip over",
    "send": "seal and submit a message; without an account to the local inbox",
    "sign": "sign a message file, and verify what was signed",
    "encrypt": "encrypt a message file for its recipients",
    "decrypt": "decrypt a message file",
    "verify": "verify a message file: each fact of each signature, what is covered, what is not",
    "keys": "list, import, make and remove keys; people, policies, whom to trust",
    "invite": "make an invitation from a TOML file, update it, cancel it, list what was sent",
    "accounts": "list, add, change and remove the ways to send for real",
    "drafts": "search, show, open and export drafts and their checkpoints",
    "history": "search, show, export and diff what was sent and tried",
    "inbox": "list, show and clear the local inbox, or serve it to other programs",
}

_QUESTIONS = frozenset(("--help", "--version"))


def is_for_command_line(arguments: list[str]) -> bool:
    """Tell whether arguments (without the program's name) are meant for the command line rather than the window.

    >>> is_for_command_line(["tree", "letter.eml"]), is_for_command_line(["--help"])
    (True, True)

    A file called like a verb is opened in the window by a path that is no verb; so are letters and mailto: links.

    >>> is_for_command_line(["./tree"]), is_for_command_line(["mailto:a@example.org"]), is_for_command_line([])
    (False, False, False)
    """
    return bool(arguments) and (arguments[0] in VERBS or arguments[0] in _QUESTIONS)


def is_like_a_verb(arguments: list[str]) -> bool:
    """Tell whether the first argument reads as a verb, perhaps a mistyped one: lower-case letters and hyphens alone.

    If there is no such file, the command line says what verbs there are; a window with an error would help nobody.

    >>> is_like_a_verb(["chekc", "a.eml"]), is_like_a_verb(["a.eml"]), is_like_a_verb(["./chekc"]), is_like_a_verb([])
    (True, False, False, False)
    """
    word = arguments[0] if arguments else ""
    return bool(word.strip("-")) and not word.startswith("-") and word.replace("-", "").isalpha() and word.islower()
