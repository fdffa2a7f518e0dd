"""Synthetic customers of the shop: what they buy, how long they stay, what they are worth.

The shop is Redbaby (synthetic): mother-and-baby goods, money in RMB, "today" is 30 June 2025. Each file has customer
ids of its own, so no customer is in two of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[[np.random.Generator], tuple[pd.DataFrame, dict[str, Any]]]

TODAY = "2025-06-30"
SPRING_FESTIVALS = ["2024-02-10", "2025-01-29", "2026-02-17"]


def make_redbaby_cases(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The three tables of numbers that the first lessons start from, as published: nothing is drawn."""
    worksheet = [
        ("visits_per_year", 12, "visits"),
        ("years", 65, "years"),
        ("purchases_per_visit", 1.52, "purchases"),
        ("spend", 220, "RMB per purchase"),
        ("acquisition_cost", 57, "RMB"),
    ]
    three_years = {"revenue": [2444, 2001, 1399], "cost": [2203, 1814, 1285], "referral": [0, 0, 0]}
    rows = [("worksheet", 0, item, value, unit) for item, value, unit in worksheet]
    rows += [
        ("three_year_table", year, item, values[year - 1], "RMB per customer")
        for year in (1, 2, 3)
        for item, values in three_years.items()
    ]
    rows += [("present_value", 0, "rate", 0.05, "per year")]
    rows += [("present_value", year, "purchases", 1000, "RMB") for year in range(1, 6)]
    truth = {
        "worksheet": {
            "visits": 780,
            "purchases": 1185.6,
            "sales_per_month": 334.4,
            "sales_per_year": 4012.8,
            "gross": 260832,
            "ltv": 260775,
        },
        "three_year_table": {"profit": [241, 187, 114], "total": 542},
        "present_value": {
            "by_year": [952.38, 907.03, 863.84, 822.70, 783.53],
            "total": 4329.48,
            "as_published_and_wrong": 86589.60,
        },
    }
    return pd.DataFrame(rows, columns=["table", "year", "item", "value", "unit"]), truth


def make_cohorts(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Subscribers to a monthly box; in each plan churn probabilities differ between customers as a beta (sBG)."""
    n = 5000
    spread = {"premium": (0.8, 9.0), "standard": (0.9, 2.6)}
    segment = np.where(rng.random(n) < 0.4, "premium", "standard")
    cohort = np.sort(rng.integers(1, 7, n))  # the month of 2024 in which she started
    alpha, beta = np.array([spread[plan] for plan in segment]).T
    lifetime = rng.geometric(rng.beta(alpha, beta))
    watched = 19 - cohort  # months from the cohort's to June 2025, both included
    table = pd.DataFrame(
        {
            "customer_id": 10_001 + np.arange(n),
            "segment": segment,
            "cohort": [f"2024-{month:02d}" for month in cohort],
            "tenure": np.minimum(lifetime, watched),
            "censored": (lifetime >= watched).astype(int),
        }
    )
    truth = {
        plan: {
            "alpha": spread[plan][0],
            "beta": spread[plan][1],
            "survivors": [int((lifetime[segment == plan] > month).sum()) for month in range(37)],
        }
        for plan in spread
    }
    return table, truth


def make_bank(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Customers of the shop's partner bank: those who bring the most revenue are served at the highest cost."""
    n, deposit_margin, loan_margin = 2000, 0.012, 0.03
    # mean deposits, loans, fees, cost; mean share of wallet and age
    means = pd.DataFrame(
        {
            "app": (55_000, 30_000, 240, 450, 0.35, 33),
            "counter": (100_000, 25_000, 160, 1_450, 0.55, 53),
            "manager": (620_000, 160_000, 1_600, 14_800, 0.70, 48),
        },
        index=["deposits", "loans", "fees", "cost", "wallet_share", "age"],
    )
    channel = rng.choice(means.columns, n, p=[0.45, 0.40, 0.15])
    own = means[channel].to_numpy()

    def around(row: int, spread: float) -> np.ndarray:
        return own[row] * rng.lognormal(-(spread**2) / 2, spread, n)

    deposits, fees, cost = np.round(around(0, 0.6)), np.round(around(2, 0.6), 2), np.round(around(3, 0.35), 2)
    borrows = rng.random(n) < 0.5
    loans = np.where(borrows, np.round(2 * around(1, 0.7)), 0.0)
    share = rng.beta(8 * own[4], 8 * (1 - own[4]))
    table = pd.DataFrame(
        {
            "customer_id": 20_001 + np.arange(n),
            "channel": channel,
            "age": np.clip(np.round(rng.normal(own[5], 9)), 20, 80).astype(int),
            "deposits": deposits.astype(int),
            "loans": loans.astype(int),
            "fees": fees,
            "revenue": np.round(deposit_margin * deposits + loan_margin * loans + fees, 2),
            "cost": cost,
            "wallet": np.round((deposits + loans) / np.maximum(share, 0.02)).astype(int),
        }
    )
    revenue = deposit_margin * means.loc["deposits"] + loan_margin * means.loc["loans"] + means.loc["fees"]
    truth = {
        "deposit_margin": deposit_margin,
        "loan_margin": loan_margin,
        "mean_revenue": revenue.round(2).to_dict(),
        "mean_profit": (revenue - means.loc["cost"]).round(2).to_dict(),
        "mean_wallet_share": means.loc["wallet_share"].to_dict(),
    }
    return table, truth


def make_value_components(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Four revenues and three costs of each customer; those brought by others are in the table themselves."""
    n, rate, periods = 400, 0.10, 5
    tenure = np.sort(np.round(rng.gamma(2, 1.2, n), 1))[::-1]  # the first id has been here longest
    referred = rng.random(n) < 0.25
    referred[0] = False
    referrer = (rng.random(n) * np.arange(n)).astype(int)[referred]  # someone who came before her
    base = np.round(rng.lognormal(np.log(125) + 0.1 * tenure, 0.7), 2)
    related = np.round(base * rng.beta(1.2, 4, n), 2)
    savings = np.round(rng.uniform(0, 8, n) * np.sqrt(tenure), 2)
    referral = np.round(np.bincount(referrer, weights=base[referred], minlength=n), 2)
    acquisition = np.round(np.where(referred, 20, 57) * rng.gamma(4, 1 / 4, n), 2)
    concessions = np.round(base * np.minimum(rng.beta(1.5, 8, n) * (1 + 0.15 * tenure), 0.9), 2)
    damage = np.round(np.where(rng.random(n) < 0.09, rng.gamma(2, 90, n), 0), 2)
    retention = np.round(rng.beta(14, 6, n), 2)

    series = ((retention / (1 + rate)) ** np.arange(periods)[:, None]).sum(axis=0)
    own = (base + related + savings - concessions - damage) * series - acquisition
    table = pd.DataFrame(
        {
            "customer_id": 30_001 + np.arange(n),
            "tenure_years": tenure,
            "referred_by": np.zeros(n, dtype=int),
            "base_profit": base,
            "related_sales": related,
            "cost_savings": savings,
            "referral": referral,
            "acquisition": acquisition,
            "price_concessions": concessions,
            "referral_damage": damage,
            "retention": retention,
        }
    )
    table.loc[referred, "referred_by"] = 30_001 + referrer
    truth = {
        "rate": rate,
        "periods": periods,
        "timing": "start",
        "first_margin": "now",
        "clv": np.round(own + referral * series, 2).tolist(),
        "clv_without_referral": np.round(own, 2).tolist(),
        "referral_per_year": round(float(referral.sum()), 2),
        "base_profit_of_the_referred_per_year": round(float(base[referred].sum()), 2),
    }
    return table, truth


def make_transactions(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Orders of 3,000 customers won in the first half of 2024, from BG/NBD and gamma-gamma, and their next year.

    The model's time is the shop's clock, which runs faster when the shop is busy: so there are seasons and weekdays,
    and yet the model holds.
    """
    n = 3000
    buying = {"r": 0.65, "alpha": 3.0, "a": 0.5, "b": 3.5}
    spending = {"p": 5.0, "q": 4.0, "gamma": 132.0}
    days = pd.date_range("2024-01-01", "2026-06-30")
    pace = _pace(days)
    clock = np.cumsum(pace) / pace.mean() / 7  # weeks, at the end of each day
    today = days.get_loc(TODAY)
    half_year = days.get_loc("2024-07-01")
    first = np.sort(rng.choice(half_year, n, p=pace[:half_year] / pace[:half_year].sum()))

    start, span = clock[first], clock[-1] - clock[first]
    rate = rng.gamma(buying["r"], 1 / buying["alpha"], n)
    last = rng.geometric(rng.beta(buying["a"], buying["b"], n))  # the repeat purchase after which she leaves
    counts = rng.poisson(rate * span)
    owner = np.repeat(np.arange(n), counts)
    time = rng.random(len(owner)) * span[owner]
    time = time[np.lexsort((time, owner))]
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)  # 0 is her first repeat purchase
    made = number < last[owner]
    owner, time, number = owner[made], time[made], number[made]
    day = np.searchsorted(clock, start[owner] + time)
    # one order a day: a second one moves to the next day, and pushes those behind it
    day = pd.Series(day - number).groupby(owner).cummax().to_numpy() + number
    owner, day, time = (values[day < len(days)] for values in (owner, day, time))

    seen = day <= today
    recency = np.zeros(n)
    recency[owner[seen]] = time[seen]
    frequency = np.bincount(owner[seen], minlength=n)

    customer, when = np.concatenate([np.arange(n), owner]), np.concatenate([first, day])
    scale = 1 / rng.gamma(spending["q"], 1 / spending["gamma"], n)
    amount = np.round(rng.gamma(spending["p"], scale[customer]), 1)
    margin = np.round(amount * rng.beta(6, 18, len(customer)), 2)
    orders = pd.DataFrame(
        {"customer_id": 40_001 + customer, "date": days[when], "amount": amount, "margin": margin}
    ).sort_values(["date", "customer_id"])
    table, future = orders[orders["date"] <= TODAY], orders[orders["date"] > TODAY]
    future = future.groupby("customer_id")["margin"].agg(["size", "sum"]).reindex(40_001 + np.arange(n), fill_value=0)
    truth = {
        "bgnbd": buying,
        "gamma_gamma": spending,
        "margin_rate": 0.25,
        "future": {"from": "2025-07-01", "to": "2026-06-30", "weeks": round(365 / 7, 4)},
        "customers": {
            "customer_id": future.index.tolist(),
            "alive": (frequency < last).astype(int).tolist(),
            "p_alive": _p_alive(frequency, recency, clock[today] - start, **buying).round(4).tolist(),
            "future_purchases": future["size"].tolist(),
            "future_margin": future["sum"].round(2).tolist(),
        },
    }
    return table, truth


def make_cards(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Holders of the shop's co-branded card: big tickets are paid off in parts, and whose card is full may default.

    Frequency and spend are lognormal with correlation 0.45 and medians at the cuts, so the quadrants have known shares.
    Default rises so steeply with use of the limit that Q4, rare and high, is expected to lose the issuer money.
    """
    n, correlation, frequency_cut, spend_cut = 2400, 0.45, 24, 18_000
    one, other = rng.standard_normal((2, n))
    log_frequency = 0.8 * one
    log_spend = 0.9 * (correlation * one + np.sqrt(1 - correlation**2) * other)
    transactions = np.maximum(np.floor(frequency_cut * np.exp(log_frequency)), 1)
    spend = np.round(spend_cut * np.exp(log_spend), 2)
    limit = np.maximum(np.round(20 * np.exp(0.5 * log_spend + rng.normal(0, 0.25, n))), 3) * 1000
    ticket = log_spend - log_frequency
    used = np.round(rng.beta(1.2, 1.2 * np.exp(1.5 - 1.3 * ticket)), 4)
    revolving = np.round(used * limit, 2)
    logit = {"intercept": -9.0, "utilisation": 10.0}
    chance = 1 / (1 + np.exp(-(logit["intercept"] + logit["utilisation"] * revolving / limit)))
    table = pd.DataFrame(
        {
            "customer_id": 50_001 + np.arange(n),
            "transactions": transactions.astype(int),
            "spend": spend,
            "credit_limit": limit.astype(int),
            "revolving": revolving,
            "default": (rng.random(n) < chance).astype(int),
        }
    )
    fee_rate, margin_rate, lost = 0.005, 0.15, 0.75
    expected = fee_rate * spend + (margin_rate - lost * chance) * revolving
    place = np.array(["Q3", "Q4", "Q2", "Q1"])[2 * (transactions >= frequency_cut) + (spend >= spend_cut)]
    same = round(0.25 + float(np.arcsin(correlation)) / (2 * np.pi), 4)  # both high, or both low
    truth = {
        "frequency_cut": frequency_cut,
        "spend_cut": spend_cut,
        "quadrant_shares": {"Q1": same, "Q2": round(0.5 - same, 4), "Q3": same, "Q4": round(0.5 - same, 4)},
        "default_logit": logit,
        "issuer": {"fee_rate": fee_rate, "margin_rate": margin_rate, "lost_at_default": lost},
        "expected_profit": {q: round(float(expected[place == q].mean()), 2) for q in ("Q1", "Q2", "Q3", "Q4")},
    }
    return table, truth


def make_lifecycle(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """36 months of 800 relationships: a Markov chain of stages, and what each stage buys, pays and costs."""
    n, months, unit_cost = 800, 36, 45
    states = ["exploration", "formation", "stability", "decline", "lost"]
    moves = [
        [0.30, 0.40, 0.00, 0.00, 0.30],
        [0.00, 0.45, 0.40, 0.05, 0.10],
        [0.00, 0.00, 0.80, 0.15, 0.05],
        [0.00, 0.10, 0.00, 0.50, 0.40],
        [0.00, 0.00, 0.00, 0.00, 1.00],
    ]
    most, chance = [2, 5, 10, 5, 0], [0.5, 0.8, 0.8, 0.6, 0]  # volume is 1 + binomial
    mean_volume, mean_price, profit = [2, 5, 9, 4, 0], [52, 56, 57, 54, 0], [-20, 40, 100, 30, 0]
    service = np.array(mean_volume) * (np.array(mean_price) - unit_cost) - profit
    state = np.zeros((n, months), dtype=int)
    upper = np.cumsum(moves, axis=1)[:, :-1]
    for month in range(1, months):
        state[:, month] = (rng.random((n, 1)) > upper[state[:, month - 1]]).sum(axis=1)
    state = state.ravel()
    volume = (state < 4) + rng.binomial(np.take(most, state), np.take(chance, state))
    price = np.round(np.take(mean_price, state) * rng.normal(1, 0.05, len(state)), 2)
    cost = np.round(unit_cost * volume + np.take(service, state) * rng.gamma(16, 1 / 16, len(state)), 2)
    table = pd.DataFrame(
        {
            "customer_id": np.repeat(60_001 + np.arange(n), months),
            "period": np.tile(np.arange(1, months + 1), n),
            "state": np.take(states, state),
            "volume": volume,
            "price": price,
            "cost": cost,
        }
    )
    truth = {
        "states": states,
        "transitions": moves,
        "profit": profit,
        "mean_volume": mean_volume,
        "mean_price": mean_price,
        "pattern_shares": _pattern_shares(np.array(moves), long=12),
    }
    return table, truth


def make_churn(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Twenty things known of 3,000 customers on each of two days, and who left in the half-year after.

    Eleven of them decide it on both days. Between the days the world changes: more leave, and from January 2025 on (a
    rival cuts his prices) those who buy at a discount leave more than before.
    """
    n = 6000
    later = np.arange(n) >= n // 2
    activity = rng.gamma(2.0, 0.5, n)
    recent, earlier = rng.poisson(3 * activity), 1 + rng.poisson(8 * activity)
    since = np.where(
        recent > 0,
        90 * (1 - rng.random(n) ** (1 / np.maximum(recent, 1))),  # the last of so many orders in 90 days
        90 + np.minimum(rng.exponential(30, n), 90),
    )
    orders, complaints = recent + earlier, rng.poisson(0.35, n)
    table = pd.DataFrame(
        {
            "customer_id": 70_001 + np.arange(n),
            "list_date": np.where(later, "2024-12-31", "2024-06-30"),
            "baby_age_months": rng.integers(0, 49, n),
            "tenure_months": 12 + np.minimum(rng.exponential(18, n), 84).astype(int),
            "orders_12m": orders,
            "orders_90d": recent,
            "days_since_order": since.astype(int),
            "average_order": np.round(rng.lognormal(np.log(200), 0.45, n), 2),
            "categories": 1 + rng.binomial(7, 0.3, n),
            "discount_share": np.round(rng.beta(2, 3, n), 2),
            "coupon_use_change": np.round(rng.normal(0, 0.2, n), 2) + 0.0,
            "app_logins_30d": rng.poisson(9 * activity),
            "login_gap_change": np.round(rng.normal(0, 4, n), 1) + 0.0,
            "complaints_12m": complaints,
            "late_deliveries_12m": rng.binomial(orders, 0.07),
            "returns_12m": rng.binomial(orders, 0.05),
            "service_calls_12m": complaints + rng.poisson(0.5, n),
            "email_open_rate": np.round(rng.beta(2, 5, n), 2),
            "push_enabled": rng.binomial(1, 0.6, n),
            "points": rng.gamma(1.5, 300, n).astype(int),
            "referrals": rng.poisson(0.3, n),
            "tier1_city": rng.binomial(1, 0.35, n),
        }
    )
    logit = {
        "baby_age_months": 0.05,
        "tenure_months": -0.03,
        "orders_90d": -0.3,
        "days_since_order": 0.02,
        "categories": -0.4,
        "coupon_use_change": -3.0,
        "app_logins_30d": -0.05,
        "login_gap_change": 0.2,
        "complaints_12m": 1.0,
        "late_deliveries_12m": 0.5,
        "points": -0.001,
    }
    intercept = {"2024-06-30": -3.0, "2024-12-31": -3.51}
    new = {"discount_share": 2.5}  # from January 2025 on
    log_odds = np.where(later, intercept["2024-12-31"], intercept["2024-06-30"])
    log_odds = log_odds + sum(weight * table[name].to_numpy() for name, weight in logit.items())
    odds = np.exp(log_odds + later * sum(weight * table[name].to_numpy() for name, weight in new.items()))
    table["churn"] = (rng.random(n) < odds / (1 + odds)).astype(int)
    truth = {
        "base_rate": {"2024-06-30": 0.073, "2024-12-31": 0.102},
        "intercept": intercept,
        "logit": {"2024-06-30": logit, "2024-12-31": logit | new},
        "threshold": 0.11,
        "recall": 0.82,
        "specificity": 0.82,
    }
    return table, truth


def make_winback_ab(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A coupon for a random half of the lost: it works on those who used to buy with coupons, whatever their risk."""
    n, mean_margin, contact_cost = 8000, 504, 8
    treated = rng.permutation(np.arange(n) % 2)
    risk, coupon_share = np.round(rng.random(n), 3), np.round(rng.beta(0.8, 0.8, n), 2)
    control = {"intercept": 0.07, "risk": -0.06}
    uplift = {"intercept": -0.01, "coupon_share": 0.124}
    chance = control["intercept"] + control["risk"] * risk
    chance += treated * (uplift["intercept"] + uplift["coupon_share"] * coupon_share)
    returned = rng.random(n) < chance
    margin = np.where(returned, np.round(mean_margin * rng.gamma(2.5, 1 / 2.5, n), 2), 0.0)
    table = pd.DataFrame(
        {
            "customer_id": 80_001 + np.arange(n),
            "treated": treated,
            "risk": risk,
            "coupon_share": coupon_share,
            "returned": returned.astype(int),
            "margin": margin,
        }
    )
    truth = {
        "control_rate": 0.04,
        "treated_rate": 0.092,
        "control": control,
        "uplift": uplift,
        "mean_margin": mean_margin,
        "contact_cost": contact_cost,
        "gross_return_as_reported": 5.8,
        "gross_return_incremental": 3.28,
    }
    return table, truth


def _pace(days: pd.DatetimeIndex) -> np.ndarray:
    """How busy the shop is on each day, against an ordinary Tuesday."""
    pace = np.array([0.95, 1.0, 1.0, 1.0, 1.05, 1.25, 1.25])[days.day_of_week]
    month_day = days.strftime("%m-%d")
    for date, times in {"06-18": 3.0, "11-11": 5.0, "12-12": 2.0}.items():
        pace[month_day == date] *= times
    pace[(month_day >= "11-01") & (month_day <= "11-10")] *= 0.7  # they wait for the sale
    for new_year in pd.to_datetime(SPRING_FESTIVALS):
        ahead = (new_year - days).days
        pace[(ahead > 1) & (ahead <= 15)] *= 1.25  # stocking up
        pace[(ahead <= 1) & (ahead > -6)] *= 0.35  # couriers rest
    return pace


def _p_alive(x: Any, recency: Any, T: Any, r: float, alpha: float, a: float, b: float) -> np.ndarray:
    """P(alive) of the BG/NBD for a history, under the true parameters."""
    odds_gone = a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + recency)) ** (r + x)
    return 1 / (1 + np.where(x > 0, odds_gone, 0))


def _pattern_shares(moves: np.ndarray, long: int) -> dict[str, float]:
    """How often each of the four patterns comes in the end, from the transition matrix."""
    out_of_exploration = moves[0] / (1 - moves[0, 0])
    # from formation or decline, does she become stable before she is lost? Two linear equations
    between = np.linalg.solve(np.eye(2) - moves[np.ix_([1, 3], [1, 3])], moves[[1, 3], 2])
    stable_again = moves[2, 2] + moves[2, 3] * between[1]
    stable = out_of_exploration[1] * between[0]
    shares = {
        "premature abortion": out_of_exploration[4],
        "midway demise": out_of_exploration[1] - stable,
        "early exit": stable * (1 - stable_again ** (long - 1)),
        "long-term maintenance": stable * stable_again ** (long - 1),
    }
    return {pattern: round(float(share), 6) for pattern, share in shares.items()}


SETS: dict[str, tuple[Make, int]] = {
    "redbaby_cases": (make_redbaby_cases, 101),
    "cohorts": (make_cohorts, 107),
    "bank": (make_bank, 102),
    "value_components": (make_value_components, 105),
    "transactions": (make_transactions, 105),
    "cards": (make_cards, 117),
    "lifecycle": (make_lifecycle, 106),
    "churn": (make_churn, 118),
    "winback_ab": (make_winback_ab, 378),
}
