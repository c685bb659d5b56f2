"""How files are written, as declared: by us in `data/codes`, or by a data steward beside a delivery.

In: YAML files. Out: `Source`, one for each way of writing, and the `Limits` of what is read. Never: a byte of a delivery.
"""
