"""What `benchmarks/calibration.py` is made of.

- `rows`: one row for each estimator, and how its draws are judged
- `ledger`: draws on file, under a digest of the code that they came from
- `worlds`: draws of the planted worlds, as studies
- `tilburg`, `amsterdam`, `amersfoort`: estimators on planted worlds
- `own_regressions`, `own_levels`, `own_times`, `own_shares`, `own_sides`, `own_halves`: small draws declared here, their truth
  in closed form
- `table`: what is printed

A new estimator is one `Estimator(...)` row in the list `ROWS` of one of these files, and a function that gives its estimate.
"""
