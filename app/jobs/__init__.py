"""Work that is done after the answer: rows in a table, written in the transaction of the data they belong to."""
