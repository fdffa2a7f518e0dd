"""Synthetic customers of the shop: what they buy, how long they stay, what they are worth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[[np.random.Generator], tuple[pd.DataFrame, dict[str, Any]]]

SETS: dict[str, tuple[Make, int]] = {}
