"""People: accounts, log-in, who follows whom, and the first administrator."""
