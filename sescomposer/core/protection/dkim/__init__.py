"""DKIM signatures of our own (RFC 6376), for domains that need one."""
