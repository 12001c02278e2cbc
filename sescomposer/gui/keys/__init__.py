"""The window of keys and certificates: own keys, certificates of other people, roots and what identities demand."""
