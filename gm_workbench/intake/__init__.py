"""The only door to raw deliveries.

In: a municipality's folder of files. Out: checked tables whose persons are pseudonyms, or every fault at once, values masked.
Never: an analysis, or an identifier that leaves this wing.
"""
