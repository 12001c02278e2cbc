"""Signing and encrypting in the window: switches, plan, passphrases, what the send sheet says of it."""
