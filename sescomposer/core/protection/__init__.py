"""Signing, encrypting, verifying: S/MIME (RFC 8551), what both share with OpenPGP/MIME (RFC 3156), and DKIM (RFC 6376).

What signs (`signing`, `enveloping`, `der`) and what verifies (`cms`, `verifying`, `opening`) share no code but values:
a fault of one is found by the other before anything is sent.
"""
