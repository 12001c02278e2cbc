"""Accounts in the window: which one is used, all of them with their secrets, signing in again, second factors."""
