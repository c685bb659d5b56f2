"""A table of reports to make → notebooks executed, and the truth about each attempt.

In: a plan. Out: reports, and a ledger of attempts. Never: a state read from a notebook's own metadata.
"""
