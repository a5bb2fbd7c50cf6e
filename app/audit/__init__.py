"""What happened to accounts: log-ins, failures, passwords, roles; a list for administrators."""
