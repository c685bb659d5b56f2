"""Which type of machine this is, as far as the last digits of a calculation know it."""

from __future__ import annotations

import platform

import numpy as np  # noqa: F401 - only a library that is loaded can be asked what it is


def machine_type() -> str:
    """Name the system, the processor, the C library and the linear algebra: machines of one name calculate the same bits.

    Linear algebra picks its code by the processor that it finds, and with it the order in which numbers are added. The name
    that a computer was given is no part of it.
    """
    parts = [platform.system(), platform.machine(), " ".join(platform.libc_ver()), *_linear_algebra()]
    return ", ".join(part for part in parts if part.strip())


def _linear_algebra() -> list[str]:
    from threadpoolctl import threadpool_info  # sets a variable of the environment when it is imported

    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return sorted({f"{one['internal_api']} {one.get('architecture') or ''}".strip() for one in found})
