"""Passwords that are asked for: whether one is right, and a limit on guessing."""
