"""Accounts as programs see them: with the numbers of what they wrote and whom they know."""
