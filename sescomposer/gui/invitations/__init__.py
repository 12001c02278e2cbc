"""The window of the invitations that were sent; answers, updates and copies for single guests."""
