"""Measures the appliance: `make bench`. Times and sizes of this machine; nothing here decides a test."""
