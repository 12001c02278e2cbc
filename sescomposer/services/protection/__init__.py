"""Signing and encrypting: own keys, other people's, policies; what is planned, proven, and kept as evidence."""
