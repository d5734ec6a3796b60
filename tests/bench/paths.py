"""Where the benchmark's modules are."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "bench" / "measure"), str(ROOT / "scripts" / "lib")]
