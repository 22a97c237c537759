"""Numbers as people and spreadsheets write them in France: ``12,5``, ``1 200``, ``46.8``."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["read_decimals"]

_SPACES = r"[\s\u00a0\u202f]"


def read_decimals(text: pd.Series[str]) -> NDArray[np.float64]:
    """Read French or English decimals.

    Returns
    -------
    ndarray of shape (rows,)
        NaN where the text is empty or no number; an infinity where it says one.
    """
    numbers = np.array(pd.to_numeric(text, errors="coerce"), dtype=np.float64)
    french = np.isnan(numbers) & (text != "").to_numpy(dtype=bool)
    if french.any():
        plain = text[french].astype(object).str.replace(",", ".", regex=False).str.replace(_SPACES, "", regex=True)
        numbers[french] = pd.to_numeric(plain, errors="coerce")
    return numbers
