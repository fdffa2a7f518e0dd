"""Models of customers: who is still here, how much will they buy, and what do they spend?

`SBG` and `BDW` are for contracts, where a loss is seen. `BGNBD`, `MBGNBD` and `ParetoNBD` are for shops, where it is
not: they read it from how long a customer has been silent. `BGBB` does so where she can buy only at set times, such as
once a year. `GammaGamma` is for the money per purchase. In all of them customers differ: each has her own churn or
purchase rate, and the parameters say how these spread over the customers.

A model comes from data, `BGNBD.fit(summary)`, or from known parameters, `BGNBD(r=0.243, alpha=4.41, a=0.793, b=2.43)`.
A fit is by maximum likelihood. Times, and with them the log-likelihood, are in the unit of the data.
"""

from clvlib.models._compare import Check, compare
from clvlib.models.bgnbd import BGNBD, MBGNBD
from clvlib.models.contract import BDW, SBG
from clvlib.models.opportunity import BGBB
from clvlib.models.pareto import ParetoNBD
from clvlib.models.spend import GammaGamma

__all__ = ["BDW", "BGBB", "BGNBD", "MBGNBD", "SBG", "Check", "GammaGamma", "ParetoNBD", "compare"]
