"""Synthetic answers, tickets, panels and files of the shop: what customers say, complain about and are offered."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[[np.random.Generator], tuple[pd.DataFrame, dict[str, Any]]]

SETS: dict[str, tuple[Make, int]] = {}
