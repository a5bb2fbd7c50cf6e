"""Brings another Microblog's people and what they wrote into an empty appliance."""
