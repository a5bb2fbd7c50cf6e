"""A whole appliance's data from one kind of database to another: SQLite, MariaDB, MySQL, PostgreSQL."""
