"""Checked tables → person-months and person-waves, and a ledger of every row that was left out.

In: checked tables and a declared study. Out: panels, and an attrition ledger (step, persons in, persons out, why).
Never: an estimate.
"""
