"""OpenPGP/MIME (RFC 3156), packets as far as they are read here (RFC 9580), and Autocrypt."""
