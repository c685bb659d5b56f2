"""Attacks on what is released, written as an attacker would write them, and the rules that they try to get past.

An attack gets what a reader gets: protected cells, the files of a report, or what several reports print. It never sees the
outputs that they were made of. A world that tempts it stands beside it. Each attack is tried three times: with its rule and
every other layer off it must succeed (else it proves nothing), with its rule alone it must fail, and with everything on too.
Rules are switched off here, by exchanging functions while an attack runs; the product has no such switch.
"""
