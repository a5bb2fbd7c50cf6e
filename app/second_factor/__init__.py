"""A second factor: a code that changes, beside the password, and codes for when the device is lost."""
