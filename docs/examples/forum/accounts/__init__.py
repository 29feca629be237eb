"""Accounts: sign up, sign in and out, passwords, and the end of an account."""
