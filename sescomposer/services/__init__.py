"""Use cases: what both front ends may do. Adapters are known here only as the Protocols of ports."""
