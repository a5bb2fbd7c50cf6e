"""Ways in: registration as the appliance allows it, and invitations: links by which people make accounts."""
