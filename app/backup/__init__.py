"""Copies of the data that can be trusted."""
