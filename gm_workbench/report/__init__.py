"""Protected outputs → pages, index and bundle; the only door to `reports/` and `releases/`.

In: `Released`, and a manifest. Out: files, written whole or not at all. Never: an output that the guard has not released.
"""
