"""From text cells to rows of logical tables.

In: batches of text cells and the source that says what they mean. Out: `FileRows`: parts of tables whose persons are
pseudonyms, every fault, and where each row went. Never: a number of a person in what goes out, or a file that is opened.
"""
