"""What administrators do about accounts: approve, suspend, make administrators, delete."""
