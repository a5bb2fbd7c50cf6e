"""The first administrator, made with the one-time code from the log."""
