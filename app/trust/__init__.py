"""Why browsers warn of a machine that vouches for itself, and how each device learns to trust it."""
