"""Formats: the ways in which a municipality may deliver a table, each written from the planted table.

In: logical tables of one place. Out: names and bytes of files; the same tables give the same bytes. Never: reading anything, a
file of a real place, or a format whose shape only we made up being called the statutory one.
"""
