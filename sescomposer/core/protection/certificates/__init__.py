"""Certificates and own keys (RFC 5280, RFC 8550): read, written, led to a root, found fit or not."""
