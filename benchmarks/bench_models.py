"""Fitting the models, on CDNOW and on a hundred times as many customers, beside lifetimes; forecasts.

A fit counts as the same only if our log-likelihood, worked out here from the formula, is no more than 0.001 below the
peer's. A row says what the diagnosis costs where there is a ridge to walk along. Then forecasts of a million customers:
the whole table of `predict`, and the expected purchases alone, beside the peer's expected purchases, which must be the
same. We work out equal histories once, so there are three bases, from few to many different ones. Then intervals.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pandas as pd

CDNOW = Path(__file__).parents[1] / "datasets" / "cdnow_summary.csv"
TIMES = 100
# Model -> how many times faster than lifetimes, on CDNOW and on the large summary.
GOALS = {"BGNBD": (10, 25), "ParetoNBD": (None, 20), "GammaGamma": (5, 1.5)}
FORECAST_GOAL = 20
HISTORY = ["frequency", "recency", "T"]
# Published estimates on CDNOW, by the names that both tools give them.
WORLDS = {
    "BGNBD": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "ParetoNBD": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}


def rows() -> Iterator[dict[str, Any]]:
    cdnow = pd.read_csv(CDNOW)
    peer_python = harness.peer_python()
    for model, goals in GOALS.items():
        spending = model == "GammaGamma"
        small = cdnow[cdnow["frequency"] > 0] if spending else cdnow
        large = _simulated_spending(small) if spending else _simulated_histories(TIMES * len(cdnow), cdnow["T"])
        for summary, goal in zip((small, large), goals, strict=True):
            path = harness.data_file("summary.csv")
            summary.to_csv(path, index=False)
            ours = harness.run_in(sys.executable, __file__, path, model, "clvlib")
            theirs = harness.run_in(peer_python, __file__, path, model, "lifetimes") if peer_python else {}
            height = LIKELIHOODS[model](summary, **ours["parameters"])
            note, agrees = f"log-likelihood {height:.4f}", True
            if theirs:
                ahead = height - LIKELIHOODS[model](summary, **theirs["parameters"])
                note += f", the peer's {abs(ahead):.1g} {'lower' if ahead >= 0 else 'higher'}"
                agrees = bool(ahead >= -1e-3)
            work = f"fit, {len(summary):,} {'repeat buyers' if spending else 'customers'}"
            seconds = ours["seconds"], theirs.get("seconds")
            yield harness.compare(work, f"{model}.fit", "lifetimes", *seconds, goal, note, agrees)
    yield _along_a_ridge()
    yield from _forecasts(cdnow, peer_python)


def _forecasts(cdnow: pd.DataFrame, peer_python: Path | None) -> Iterator[dict[str, Any]]:
    """A million customers, 39 weeks ahead."""
    from clvlib.models import BGNBD

    n, rng = 1_000_000, np.random.default_rng(2027)
    bases = {
        "CDNOW's again and again": cdnow.sample(n, replace=True, random_state=rng)[HISTORY],
        "simulated with CDNOW's T": _simulated_histories(n, cdnow["T"]),
        "simulated, T of up to two years": _simulated_histories(n, np.arange(1, 731) / 7),
    }
    path = harness.data_file("customers.csv")
    for name, base in bases.items():
        base.to_csv(path, index=False)
        work, different = f"forecast, 1,000,000 customers, {name}", len(base.drop_duplicates())
        for model in WORLDS:
            alone = f"{model}.expected_purchases"
            theirs = harness.run_in(peer_python, __file__, path, alone, "lifetimes") if peer_python else {}
            for task, goal in ((f"{model}.predict", FORECAST_GOAL), (alone, None)):
                ours = harness.run_in(sys.executable, __file__, path, task, "clvlib")
                total = ours["parameters"]["total"]
                agrees = not theirs or bool(np.isclose(total, theirs["parameters"]["total"], rtol=1e-6))
                note = f"{total:,.0f} purchases expected; {different:,} different histories"
                seconds = ours["seconds"], theirs.get("seconds")
                yield harness.compare(work, task, "lifetimes", *seconds, goal, note, agrees)
    many = bases["simulated with CDNOW's T"]
    world, some = BGNBD(**WORLDS["BGNBD"]), many[:10_000]
    seconds, _ = harness.best_seconds(lambda: world.predict(some, 39, interval=0.9), for_seconds=3)
    yield harness.figure("forecast with intervals, 10,000 customers", "BGNBD.predict", seconds, "s")


def _along_a_ridge() -> dict[str, Any]:
    """What the diagnosis costs where parameters are vague, and it refits along their ridge."""
    from clvlib.models import BGNBD, ParetoNBD

    shop = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426).simulate(300, seed=1, T=52)
    seconds, fit = harness.best_seconds(lambda: ParetoNBD.fit(shop), for_seconds=3)
    ridge = "Flat ridge" in fit.diagnosis
    return harness.figure("fit, 300 customers, and a ridge", "ParetoNBD.fit", 1000 * seconds, "ms", agrees=ridge)


def _simulated_histories(customers: int, some: np.ndarray | pd.Series) -> pd.DataFrame:
    """Customers of a BG/NBD with CDNOW's parameters, and T drawn from some; dates fall on whole days."""
    rng = np.random.default_rng(2025)
    T = rng.choice(some, customers)
    rate, dropout = rng.gamma(0.243, 1 / 4.414, len(T)), rng.beta(0.793, 2.426, len(T))
    frequency, recency = np.zeros(len(T), dtype=int), np.zeros(len(T))
    active, clock = np.arange(len(T)), np.zeros(len(T))
    while len(active):
        clock[active] += rng.standard_exponential(len(active)) / rate[active].clip(min=1e-12)
        active = active[clock[active] <= T[active]]
        frequency[active] += 1
        recency[active] = clock[active]
        active = active[rng.random(len(active)) >= dropout[active]]
    recency = np.minimum(np.ceil(recency * 7) / 7, T)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


def _simulated_spending(repeaters: pd.DataFrame) -> pd.DataFrame:
    """Repeat buyers of a gamma-gamma with CDNOW's parameters and frequencies; means are rounded to cents."""
    rng = np.random.default_rng(2026)
    frequency = rng.choice(repeaters["frequency"], TIMES * len(repeaters))
    scale = rng.gamma(3.74, 1 / 15.44, len(frequency))
    spend = rng.gamma(6.25 * frequency, 1 / (scale * frequency)).round(2).clip(min=0.01)
    return pd.DataFrame({"frequency": frequency, "monetary_value": spend})


def _bgnbd_likelihood(summary: pd.DataFrame, r: float, alpha: float, a: float, b: float) -> float:
    """Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way, summed over customers."""
    from scipy.special import betaln, gammaln

    x, recency, T = (summary[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    with np.errstate(divide="ignore"):
        left = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b), -np.inf)
    return float((bought + np.logaddexp(stayed, left - (r + x) * np.log(alpha + recency))).sum())


def _pareto_likelihood(summary: pd.DataFrame, r: float, alpha: float, s: float, beta: float) -> float:
    """Fader & Hardie 2005, A Note on Deriving the Pareto/NBD Model, summed over customers."""
    from scipy.special import gammaln, hyp2f1

    x, recency, T = (summary[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    power, least, most = r + s + x, min(alpha, beta), max(alpha, beta)
    second = s + 1 if alpha >= beta else r + x
    left = hyp2f1(power, second, power + 1, (most - least) / (most + recency))
    left -= hyp2f1(power, second, power + 1, (most - least) / (most + T)) * ((most + recency) / (most + T)) ** power
    stayed = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    with np.errstate(divide="ignore"):  # seen buying at T
        gone = np.log(s / power) - power * np.log(most + recency) + np.log(left)
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return float((bought + np.logaddexp(stayed, gone)).sum())


def _gamma_gamma_likelihood(summary: pd.DataFrame, p: float, q: float, gamma: float) -> float:
    """Fader & Hardie 2013, The Gamma-Gamma Model of Monetary Value, summed over customers."""
    from scipy.special import betaln

    x, z = summary["frequency"].to_numpy(dtype=float), summary["monetary_value"].to_numpy(dtype=float)
    terms = q * np.log(gamma) + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z)
    return float((terms - betaln(p * x, q)).sum())


LIKELIHOODS = {"BGNBD": _bgnbd_likelihood, "ParetoNBD": _pareto_likelihood, "GammaGamma": _gamma_gamma_likelihood}

# --- below: the same work in each tool, run in a process of its own ------------------------------------------------


def _clvlib(summary: pd.DataFrame, task: str) -> Callable[[], dict[str, float]]:
    from clvlib import models

    name, _, method = task.partition(".")
    if not method:
        return lambda: getattr(models, name).fit(summary).parameters
    world = getattr(models, name)(**WORLDS[name])
    if method == "predict":
        return lambda: {"total": float(world.predict(summary, 39)["expected_purchases"].sum())}
    return lambda: {"total": float(world.expected_purchases(39, *(summary[each] for each in HISTORY)).sum())}


def _lifetimes(summary: pd.DataFrame, task: str) -> Callable[[], dict[str, float]]:
    import lifetimes

    name, _, method = task.partition(".")
    fitter = {"BGNBD": "BetaGeoFitter", "ParetoNBD": "ParetoNBDFitter", "GammaGamma": "GammaGammaFitter"}[name]
    new = getattr(lifetimes, fitter)
    if method:
        known = new()
        known.params_ = pd.Series(WORLDS[name])
        expected = known.conditional_expected_number_of_purchases_up_to_time
        return lambda: {"total": float(expected(39, *(summary[each] for each in HISTORY)).sum())}
    data = [summary[each] for each in (HISTORY if name != "GammaGamma" else ["frequency", "monetary_value"])]
    return lambda: _by_our_names(new().fit(*data).params_)


def _by_our_names(estimates: pd.Series) -> dict[str, float]:
    """Of the gamma-gamma, lifetimes names the scale v."""
    return estimates.rename({"v": "gamma"}).to_dict()


def _measure(path: str, task: str, tool: str) -> dict[str, Any]:
    work = {"clvlib": _clvlib, "lifetimes": _lifetimes}[tool](pd.read_csv(path), task)
    seconds, parameters = harness.best_seconds(work)
    return {"seconds": seconds, "parameters": parameters}


if __name__ == "__main__":
    print(json.dumps(_measure(*sys.argv[1:])))
