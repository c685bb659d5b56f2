"""What a kernel finds imported and used once before its first cell; nothing here may leave a thread or a connection.

A fork copies one thread and every lock. So the process that is forked from must hold no other thread: whoever waits in a forked
process for a thread that was not copied waits for ever. Libraries that start threads of their own when they are first used
(Polars, numba in parallel, DuckDB with an open database) are therefore not touched, and `threads` says whether that held.
"""

from __future__ import annotations

import gc
import importlib
import io
import pkgutil
import sys
import warnings
from pathlib import Path

STACK = (
    "numpy",
    "pandas",
    "scipy.stats",
    "scipy.optimize",
    "statsmodels.api",
    "statsmodels.formula.api",
    "statsmodels.stats.multitest",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "seaborn",
    "pingouin",
    "pyarrow.parquet",
    "IPython.core.interactiveshell",
    "IPython.core.completer",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.extensions.storemagic",
)
"""The libraries of a notebook, and the kernel itself. Not the backend that draws in a notebook: when it is imported it looks
for the kernel that it is in."""

WINGS = ("vocabulary", "intake", "panel", "metrics", "outputs", "guard")
"""The wings of the package that a notebook calls."""

PACKAGE = "gm_workbench"


def import_stack() -> None:
    """Import the libraries, and every room that a notebook calls."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a library says of itself at import was not asked by anyone
        for name in (*STACK, PACKAGE):
            importlib.import_module(name)
        for wing in WINGS:
            folder = importlib.import_module(f"{PACKAGE}.{wing}")
            for room in pkgutil.iter_modules(folder.__path__):
                importlib.import_module(f"{folder.__name__}.{room.name}")


def use_once() -> None:
    """Pay what the first call of each library costs: tables that are built, code that is looked up, fonts that are read."""
    import numpy as np
    import pandas as pd
    import statsmodels.formula.api as smf
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from scipy import stats

    x = np.arange(12.0)
    frame = pd.DataFrame({"y": x % 5, "x": x, "g": ["a", "b", "c"] * 4, "when": pd.date_range("2024-01-01", periods=12)})
    smf.ols("y ~ x", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["g"]}).conf_int()
    frame.merge(frame.groupby("g")["y"].agg(["mean", "size"]).reset_index(), on="g").pivot_table(index="g", values="y")
    stats.t.ppf(0.975, 11), np.linalg.lstsq(np.vander(x, 2), x % 5, rcond=None)
    repr(frame), frame.to_html()
    figure = Figure()  # not through pyplot: which backend that takes is for the kernel to say
    FigureCanvasAgg(figure)
    figure.subplots().plot(x, x)
    figure.savefig(io.BytesIO(), format="png")


def warm_up() -> None:
    """Import and use everything, then take it out of the hands of the garbage collector, so that forks share it."""
    import_stack()
    use_once()
    gc.collect()
    gc.freeze()


def threads() -> int:
    """Count the threads of this process, those that are not Python's included."""
    return len(list(Path("/proc/self/task").iterdir()))


def written(name: str) -> tuple[int, int] | None:
    """Say when the file of an imported module was written, and how long it is; None if it is not there (any more)."""
    try:
        found = Path(str(sys.modules[name].__file__)).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def our_modules() -> dict[str, tuple[int, int] | None]:
    """Say of each imported module of ours which state of its file it was read from."""
    return {name: written(name) for name in sorted(sys.modules) if name.partition(".")[0] == PACKAGE}


def forget_changed(before: dict[str, tuple[int, int] | None]) -> bool:
    """Forget all modules of ours if the file of one of them changed since, so that a kernel runs what is on disk.

    All, because a room that did not change may hold names of one that did.
    """
    if all(written(name) == state for name, state in before.items()):
        return False
    for name in before:
        del sys.modules[name]
    return True
