"""Fixtures that every wing's tests share."""

from __future__ import annotations

import os

# One thread per process: the suite itself runs in parallel.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "agg")
