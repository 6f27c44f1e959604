"""How long the program takes to be ready, and how much memory a worker holds: python -m bench.start

sqlite-utils loads numpy where it finds it. Only the tests' packages bring numpy (11 MiB), so here it is not found.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.servers import serving

STARTS = 3


def main() -> None:
    """Start a few times, the first without a cache of read trees, and print."""
    with tempfile.TemporaryDirectory() as folder:
        hidden = Path(folder) / "hidden"
        hidden.mkdir()
        (hidden / "numpy.py").write_text('raise ImportError("not one of the program\'s packages")\n', encoding="utf-8")
        ours = {
            "PYTHONPATH": str(hidden),
            "ADVICE_DATABASE": str(Path(folder) / "record.sqlite"),
            "ADVICE_DEMO": "0",
            "ADVICE_SECRET_KEY": "only for this run",
            "ADVICE_CACHE": str(Path(folder) / "cache"),
        }
        for number in range(STARTS):
            with serving(None, ours) as server:
                cold = "first, no cache" if number == 0 else "again"
                print(f"ready in {server.ready_seconds:.2f} s ({cold}), {server.worker_mib():.0f} MiB a worker")


if __name__ == "__main__":
    main()
