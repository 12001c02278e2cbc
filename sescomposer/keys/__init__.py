"""Keys that lie outside: smart cards, the trust store of the system, OpenPGP keys and the GnuPG of the user."""
