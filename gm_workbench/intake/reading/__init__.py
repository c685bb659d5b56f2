"""From the bytes of one file to batches of text cells.

In: a path. Out: what the bytes are (`Sniffed`) and the cells as text, batch by batch (`Opened`), or the faults that make the
file unreadable. Never: the meaning of a column, or the words of a library in a message (they quote cells).
"""
