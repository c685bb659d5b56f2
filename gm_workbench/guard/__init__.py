"""Outputs → `Released` or `Refusal`; closed by default.

In: all outputs of one report and a policy. Out: their protected form, and the record of why. Never: history or order; the same
outputs, policy and decisions give the same bytes.
"""
