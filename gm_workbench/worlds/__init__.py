"""Planted worlds and public data, under the same schemas as a municipality's delivery.

In: a world's calibration file and a seed, or a package that ships real public data. Out: deliveries in raw format, tables in
memory, and the truth beside them. Never: a real citizen's data.
"""
