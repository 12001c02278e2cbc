"""What is known of an account, shown: its state and quota, identities, lists, suppressed addresses, denied calls."""
