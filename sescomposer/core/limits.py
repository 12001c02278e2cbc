"""Every number from a standard or from Amazon SES, with its source; and our own limits with their reasons."""

LINE_OCTETS = 998
"""Longest line without its CRLF (RFC 5322 section 2.1.1, RFC 5321 section 4.5.3.1.6)."""

LINE_ADVISED = 78
"""Advised longest line without its CRLF (RFC 5322 section 2.1.1)."""

ENCODED_LINE = 76
"""Longest line of base64 and quoted-printable (RFC 2045 sections 6.7 and 6.8)."""

ENCODED_WORD = 75
"""Longest encoded word (RFC 2047 section 2)."""

BOUNDARY_OCTETS = 70
"""Longest boundary (RFC 2046 section 5.1.1)."""

ADDRESS_CHARACTERS = 320
"""Longest address with its encoded display name that SES takes (its own error text)."""

LOCAL_PART_OCTETS = 64
"""Longest local part (RFC 5321 section 4.5.3.1.1)."""

DOMAIN_OCTETS = 255
"""Longest domain (RFC 5321 section 4.5.3.1.2)."""

RECIPIENTS = 50
"""Recipients of one message, To, Cc and Bcc together (SES Developer Guide, quotas)."""

PARTS = 500
"""MIME parts of one message (SES Developer Guide, quotas)."""

SES_V1_OCTETS = 10_485_760
"""Largest raw message of the v1 API, from its own error text."""

SES_V2_OCTETS = 41_943_040
"""Largest raw message of the v2 API and SMTP: 40 MB. SES does not say which MB; 40 * 2**20 is refused for sure."""

SES_V2_OCTETS_SAFE = 40_000_000
"""Above this SES may refuse already, if its MB is decimal."""

TAG_CHARACTERS = 255
"""Longest name and longest value of a message tag (answers of the live service)."""

HEADER_SECTION_WARNING = 65_536
"""SES refuses a header section for its length without telling the limit; from here on we warn."""

TREE_DEPTH = 100
"""Our own: deepest entity that is opened. Readers in use stop far earlier."""

TREE_PARTS = 10_000
"""Our own: entities that are opened; 20 times what SES takes."""

HEADER_FIELDS = 100_000
"""Our own: fields of one header section that are told apart."""

PARAMETERS_CHARACTERS = 65_536
"""Our own: how much of one field body is read as parameters (Content-Type, Content-Disposition)."""

ADDRESSES_CHARACTERS = 65_536
"""Our own: how much of one field body is read as addresses; 20 times what 50 recipients need. More is an error."""

HOLD_OLD_SECONDS = 45 * 60
"""Sealed octets older than this are sealed anew: Thunderbird distrusts a signature an hour from Date."""

UNDO_OCTETS = 64 * 2**20
"""Memory that the undo list of one message may hold."""

EDITOR_LINE_CHARACTERS = 20_000
"""A text with a longer line opens read-only: the platform's editor takes 300 ms a key at 1 MB in one line."""
