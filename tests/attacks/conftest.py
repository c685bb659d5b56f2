"""The attacks stand in a package beside the tests, so that a command can print their table too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
