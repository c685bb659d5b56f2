"""What is kept of a place: accepted tables as Parquet, and what is known of the files that they came from.

In: parts of tables with pseudonyms, and counts. Out: files that pandas, DuckDB and Spark read without this package, and tables
by name, columns and period. Never: a number of a person, a raw file, or a list of who was removed.
"""
