"""What every part stands on: settings, the database, times, errors, paging."""
