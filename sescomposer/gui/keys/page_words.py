"""What the pages of the window of keys say: columns, buttons, and how something gets there where there is nothing."""

from sescomposer.gui.keys.entries_page import PageButton, PageWords
from sescomposer.gui.keys.others_facts import PEOPLE_COLUMNS, ROOT_COLUMNS
from sescomposer.gui.keys.own_facts import COLUMNS

MY_KEYS = PageWords(
    name="My keys",
    columns=COLUMNS,
    stretching=(0, 1),
    buttons=(
        PageButton("import", "open", "&Import...", "Import a .p12, PEM or OpenPGP file (Ctrl+O)"),
        PageButton(
            "add",
            "add",
            "&Add",
            "Keys that lie elsewhere or are made here",
            menu=(
                ("card", "Key on a &card or token..."),
                ("gnupg", "Key of my &GnuPG..."),
                ("test", "&Test certificate..."),
                ("dkim", "&DKIM key..."),
            ),
        ),
        PageButton(
            "trust", "sign", "Tr&ust...", "Trust this certificate, though no root that you trust vouches for it", True
        ),
        PageButton("try", "check", "&Try", "Open it with its passphrase or PIN, to see that it works", True),
        PageButton(
            "lock", "lock", "&Lock all", "Close the keys that are open; passphrases and PINs are asked for again"
        ),
        PageButton(
            "export",
            "save",
            "E&xport",
            "Write it to a file",
            True,
            menu=(("export_key", "The &key, encrypted..."), ("export_certificate", "Only the &certificate...")),
        ),
        PageButton("remove", "remove", "Remo&ve...", "Remove the key and its passphrase (Del)", True),
    ),
    empty=(
        "key",
        "No keys yet",
        "To sign, and to read what was encrypted for you, you need a key with a certificate. Your company or a "
        "certificate authority gives you one as a .p12 or .pfx file, or on a card: import it here, or drop the file on "
        "this window. It is kept encrypted, and its passphrase in the keyring of the system.\n\n"
        "To try things out, make a test certificate, and trust it here.",
    ),
    first=("import", "add"),
)
PEOPLE = PageWords(
    name="Certificates of other people",
    columns=PEOPLE_COLUMNS,
    stretching=(0, 1),
    buttons=(
        PageButton("import", "open", "&Import...", "Import certificates or OpenPGP keys of others (Ctrl+O)"),
        PageButton("accept", "check", "&Accept...", "Vouch for it by its fingerprint yourself", True),
        PageButton("export_certificate", "save", "E&xport...", "Write the certificate to a file", True),
        PageButton("remove", "remove", "&Forget...", "Forget the certificate (Del)", True),
    ),
    empty=(
        "encrypt",
        "No certificates of other people yet",
        "To encrypt for somebody you need their certificate. It comes by itself when you open a message that they "
        "signed; or import a file that they gave you (.cer, .pem, .p7b, a vCard, or an OpenPGP key).",
    ),
    first=("import",),
)
ROOTS = PageWords(
    name="Roots",
    columns=ROOT_COLUMNS,
    stretching=(0,),
    buttons=(
        PageButton("import", "open", "&Add...", "Trust a certificate authority, such as that of your company (Ctrl+O)"),
        PageButton("export_certificate", "save", "E&xport...", "Write the certificate to a file", True),
        PageButton("remove", "remove", "Remo&ve...", "Trust it no longer (Del)", True),
    ),
    empty=(
        "check",
        "No roots of your own",
        "A certificate is trusted when it leads to a root that is trusted. Those of the operating system are, and can "
        "be shown here. If your company has an authority of its own, add its certificate.",
    ),
    first=("import",),
)
