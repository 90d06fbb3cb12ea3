"""Where things lie: what the recipe makes goes to build/, or to $NABI_BUILD where that is set."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
DATASETS = HERE.parent.parent
BUILD = Path(os.environ.get("NABI_BUILD", HERE / "build"))
