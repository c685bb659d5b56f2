"""Numbers happen here: columns in, frozen results out.

In: data frames and column names. Out: an `Estimate` with its interval, or `NotEnoughData`. Never: files, plots, settings, global
state, or a change to what was passed in.
"""
