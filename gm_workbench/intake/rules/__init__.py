"""The words and the weight of every reason, in Dutch and English: the only place where severity is decided.

In: nothing. Out: `book.RULES`, one `Rule` for each `Reason`. Never: a value of a cell, or a decision that depends on one.
A slot takes a word of a declaration (a column, a list, an allowed code), a count, or a `Text` that the finder declares as a
constant; what was in a cell is never a slot, and is shown as an example only, masked by `faults.shape`.
"""
