"""Results → outputs: values that may be shown, with caption, alt text and the counts behind every cell.

In: frozen results and texts. Out: `Output` values, and drawings of outputs that the guard has protected. Never: a file.
"""
