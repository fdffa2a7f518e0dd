"""Explorers of part I, worth: lessons 0 to 6."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from clvlib import acquisition, plots, retention, segments, value, worksheet
from clvlib.course.data import load
from clvlib.course.explorer import Explorer, choice, slider
from clvlib.models import SBG


def customer_base() -> Explorer:
    """Lesson 0: which share of CDNOW's customers brings which share of its revenue."""
    revenue = load("cdnow").groupby("customer_id")["amount"].sum()
    curve = segments.whale_curve(revenue)

    def draw(figure: Figure, top: float) -> None:
        plots.customer_shares(figure.add_axes((0.11, 0.16, 0.86, 0.80)), curve, top, segments.top_share(revenue, top))

    def explain(top: float) -> str:
        share = segments.top_share(revenue, top)
        return (
            f"The best {top:.0%} of the customers ({top * len(revenue):,.0f} of {len(revenue):,}) bring {share:.0%} of "
            f"the revenue; the other {1 - top:.0%} bring {1 - share:.0%}."
        )

    return Explorer(draw, explain, top=slider(0.20, 0.01, 1.0, 0.01, "Best customers", percent=True))


def worksheet_ladder() -> Explorer:
    """Lesson 1: the worksheet's figure and what each correction leaves of it (1.52 purchases, 57 RMB to win)."""
    rungs = ["The worksheet", "Margin, not sales", "Discounted", "Some leave", "Three years"]

    def steps(visits: int, spend: float, years: int, **assumptions: Any) -> pd.Series:
        return worksheet.correction_ladder(
            visits * years,
            purchases_per_visit=1.52,
            spend=spend,
            acquisition_cost=57,
            horizon=visits * min(3, years),
            visits_per_year=visits,
            **assumptions,
        )["value"]

    def draw(figure: Figure, **values: Any) -> None:
        plots.ladder(figure.add_axes((0.19, 0.15, 0.78, 0.83)), steps(**values), rungs)

    def explain(**values: Any) -> str:
        first, margin, discounted, left, last = steps(**values)
        return (
            f"{values['visits']} visits a year for {values['years']} years at {values['spend']:,.0f} RMB a purchase: "
            f"the worksheet says {first:,.0f} RMB. A margin of {values['margin_rate']:.1%} makes that {margin:,.0f}, "
            f"discounting at {values['rate']:.0%} a year {discounted:,.0f}, keeping {values['retention']:.1%} of the "
            f"customers a year {left:,.0f}, and the first three years alone {last:,.0f}."
        )

    return Explorer(
        draw,
        explain,
        visits=slider(12, 1, 52, 1, "Visits a year"),
        spend=slider(220, 20, 500, 5, "Spend per purchase (RMB)"),
        years=slider(65, 1, 65, 1, "Years the worksheet counts"),
        margin_rate=slider(542 / 5844, 0.0, 0.6, 0.001, "Margin on sales", percent=True),
        rate=slider(0.10, 0.0, 0.30, 0.01, "Discount rate per year", percent=True),
        retention=slider((1399 / 2444) ** 0.5, 0.4, 1.0, 0.001, "Retention rate per year", percent=True),
    )


def time_value() -> Explorer:
    """Lesson 2: 1,000 RMB a year, each payment at its worth today and all of them added up, under their ceiling."""
    payment, shown = 1000, 60
    timings = {"end of each year": "end", "start of each year": "start"}

    def worth(percent: int, timing: str) -> tuple[np.ndarray, np.ndarray]:
        times = np.arange(shown) + (timings[timing] == "end")
        return times, payment / (1 + percent / 100) ** times

    def draw(figure: Figure, years: int, percent: int, timing: str) -> None:
        times, today = worth(percent, timing)
        ceiling = float(value.perpetuity(payment, percent / 100, timings[timing]))
        plots.payments_today(figure.add_axes((0.10, 0.15, 0.36, 0.82)), times, today, years, payment)
        plots.payments_added(figure.add_axes((0.61, 0.15, 0.38, 0.82)), times, today.cumsum(), years, ceiling)

    def explain(years: int, percent: int, timing: str) -> str:
        today = worth(percent, timing)[1][:years]
        ceiling = value.perpetuity(payment, percent / 100, timings[timing])
        return (
            f"{years} × {payment:,} RMB at the {timing} are worth {today.sum():,.2f} today at {percent}% a year, the "
            f"last one {today[-1]:,.2f}. Paid for ever they would be worth {ceiling:,.0f}; this is "
            f"{today.sum() / ceiling:.0%} of that."
        )

    return Explorer(
        draw,
        explain,
        years=slider(5, 1, shown, 1, "Years paid"),
        percent=slider(5, 1, 40, 1, "Discount rate per year (%)"),
        timing=choice("end of each year", list(timings), "Payments come at the"),
    )


def winning_or_keeping() -> Explorer:
    """Lesson 4: a budget split between winning 5,000 households and keeping 1,000 customers, at the margin."""
    shares = np.linspace(0, 1, 51)

    def split(budget: int, value: float, ceiling: float, unasked: float, share: Any = None) -> Any:
        """The split when 20 RMB a household win 20 % and 10 RMB a customer keep 60 % of at most 70 %."""
        return acquisition.acquisition_retention_split(
            budget,
            value,
            acquisition_ceiling=ceiling,
            acquisition_k=acquisition.response_rate(20, 0.20, ceiling),
            retention_ceiling=0.70,
            retention_k=acquisition.response_rate(10, 0.60, 0.70, unasked),
            retention_floor=unasked,
            prospects=5_000,
            customers=1_000,
            share=share,
        )

    def draw(figure: Figure, share: float, **firm: Any) -> None:
        axes = figure.add_axes((0.09, 0.15, 0.88, 0.74))
        plots.budget_split(axes, split(**firm, share=shares), share, split(**firm)["share"])

    def explain(share: float, **firm: Any) -> str:
        now, best = split(**firm, share=share), split(**firm)
        winning, keeping = now["marginal_acquisition"], now["marginal_retention"]
        gain = best["customer_equity"] - now["customer_equity"]
        averages = ""
        if 0 < share < 1:
            per_won, per_kept = now["acquisition_spend"] / now["won"], now["retention_spend"] / now["kept"]
            averages = (
                f"On average a customer won costs {per_won:,.0f} RMB and one kept {per_kept:,.0f}, a ratio of "
                f"{per_won / per_kept:,.1f}. "
            )
        if gain < 1:
            advice = "There is nothing to move."
        else:
            there = "winning" if best["share"] > share else "keeping"
            advice = f"Move money to {there}: {best['share']:.0%} for winning would bring {gain:,.0f} RMB more."
        if max(winning, keeping) < 1:
            advice += " Neither comes back: the budget is too large."
        return (
            f"{now['acquisition_spend']:.2f} RMB a household win {now['won']:.1%}, {now['retention_spend']:.2f} RMB a "
            f"customer keep {now['kept']:.1%}. {averages}The next RMB brings {winning:.2f} in winning and "
            f"{keeping:.2f} in keeping. {advice}"
        )

    return Explorer(
        draw,
        explain,
        budget=slider(110_000, 10_000, 300_000, 5_000, "Budget (RMB)"),
        share=slider(10 / 11, 0, 1, 0.01, "Share for winning", percent=True),
        value=slider(70 + 54 / 1.1 + 46.2 / 1.21, 20, 400, 1, "Worth of a customer (RMB)"),
        ceiling=slider(0.40, 0.21, 0.90, 0.01, "Households that can be won", percent=True),
        unasked=slider(0.50, 0, 0.59, 0.01, "Customers who stay unasked", percent=True),
    )


def margin_multiple() -> Explorer:
    """Lesson 3: what one yearly margin is multiplied by, for a retention rate in any unit of time."""
    firsts = {
        "at the year's end, if she stays": "if_retained",
        "at the year's end, for certain": "end",
        "today": "now",
    }
    curve = np.linspace(0, 0.99, 100)

    def multiple(yearly: Any, rate: float, first: str) -> Any:
        return value.margin_multiple(yearly, rate, first_margin=firsts[first])

    def draw(figure: Figure, kept: float, per: str, rate: float, first: str) -> None:
        yearly = float(retention.convert_rate(kept, per, "year", kind="retention"))
        axes = figure.add_axes((0.09, 0.15, 0.88, 0.82))
        plots.multiple_curve(axes, curve, multiple(curve, rate, first), yearly, multiple(yearly, rate, first))

    def explain(kept: float, per: str, rate: float, first: str) -> str:
        yearly = retention.convert_rate(kept, per, "year", kind="retention")
        other = "month" if per == "year" else "year"
        same = retention.convert_rate(kept, per, other, kind="retention")
        worth, better = (multiple(keep, rate, first) for keep in (yearly, yearly + 0.01))
        return (
            f"Keeping {kept:.0%} a {per} is keeping {same:.1%} a {other}. At a discount rate of {rate:.0%} a year and "
            f"with the first margin {first}, a customer is worth {worth:.2f} yearly margins. One more point kept a "
            f"year makes that {better:.2f}."
        )

    return Explorer(
        draw,
        explain,
        kept=slider(0.80, 0.40, 0.98, 0.01, "Retention rate", percent=True),
        per=choice("year", ["year", "quarter", "month"], "per"),
        rate=slider(0.10, 0.02, 0.30, 0.01, "Discount rate per year", percent=True),
        first=choice(next(iter(firsts)), list(firsts), "First margin"),
    )


def sorting() -> Explorer:
    """Lesson 3: two groups whose loyalty never changes, and a firm whose retention rises."""
    years = 10

    def both(share: float, loyal: float, others: float) -> dict[str, list[float]]:
        return {"shares": [share, 1 - share], "retention": [loyal, others]}

    def draw(figure: Figure, **values: float) -> None:
        firm = retention.mixture_retention(**both(**values), periods=years)
        plots.sorting(figure.add_axes((0.11, 0.15, 0.86, 0.82)), firm, values["loyal"], values["others"])

    def explain(**values: float) -> str:
        firm = retention.mixture_retention(**both(**values), periods=years)
        left, others_left = (1000 * values[group] ** years for group in ("loyal", "others"))
        return (
            f"The loyal keep {values['loyal']:.0%} of themselves every year, the others {values['others']:.0%}. The "
            f"firm's retention goes from {firm[1]:.1%} in year 1 over {firm[5]:.1%} in year 5 to {firm[years]:.1%} in "
            f"year {years}. Nobody has changed: of 1,000 loyal customers {left:.0f} are left by then, of 1,000 others "
            f"{others_left:.0f}."
        )

    return Explorer(
        draw,
        explain,
        share=slider(0.50, 0.05, 0.95, 0.05, "Share of loyal customers", percent=True),
        loyal=slider(0.90, 0.60, 0.99, 0.01, "The loyal: retention per year", percent=True),
        others=slider(0.50, 0.10, 0.60, 0.01, "The others: retention per year", percent=True),
    )


def survival_forecast() -> Explorer:
    """Lesson 3: two published cohorts, forecast from their first years by the sBG and by constant churn."""
    # customers left after 0, 1, 2, ... years, in percent (Fader & Hardie 2007); of Regular's later years only the last
    actual = {
        "High End": pd.Series([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]) / 100,
        "Regular": pd.Series([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, *[np.nan] * 4, 17.3]).dropna() / 100,
    }
    years = np.arange(13)

    def forecast(table: pd.Series, seen: int) -> tuple[np.ndarray, np.ndarray]:
        first = table[: seen + 1].to_numpy()
        lost = (first[0] - first[-1]) / first[:-1].sum()
        return np.asarray(SBG.fit(1000 * first).survival(years)), (1 - lost) ** years

    forecasts = {(name, seen): forecast(table, seen) for name, table in actual.items() for seen in range(2, 8)}

    def draw(figure: Figure, group: str, seen: int) -> None:
        axes = figure.add_axes((0.11, 0.15, 0.87, 0.82))
        plots.survival_forecast(axes, actual[group], seen, *forecasts[group, seen])

    def explain(group: str, seen: int) -> str:
        model, constant = forecasts[group, seen]
        return (
            f"{group}, forecast from years 1 to {seen}: after 12 years the sBG expects {model[12]:.1%} to be left, "
            f"constant churn {constant[12]:.1%}. In fact {actual[group][12]:.1%} were left."
        )

    return Explorer(
        draw,
        explain,
        group=choice("High End", list(actual), "Customers"),
        seen=slider(7, 2, 7, 1, "Years that the forecasts saw"),
    )


def value_dimensions() -> Explorer:
    """Lesson 6: time, share, scope and influence of the bank's customers at the counter, a year's money a bar."""
    bank = load("bank")
    counter = bank[bank["channel"] == "counter"]
    own, wallet = counter["deposits"] + counter["loans"], counter["wallet"].mean()
    fees = counter["fees"].mean()
    margin = float((counter["revenue"] - counter["fees"]).sum() / own.sum())

    def lines(share: float, cost: float, word: int) -> dict[str, float]:
        """Her yearly income and cost lines (RMB)."""
        income = {"margin on balances": share * wallet * margin, "fees": fees}
        return income | {"cost to serve": -cost, "her word": word}

    def expected(years: int) -> np.ndarray:
        """Today's worth of 1 RMB a year from each who started, 85 % a year staying, at 10 %."""
        return (0.85 / 1.10) ** np.arange(years)

    def draw(figure: Figure, years: int, share: float, customers: int, cost: float, word: int) -> None:
        yearly = pd.Series(lines(share, cost, word)) * customers
        axes = figure.add_axes((0.10, 0.15, 0.88, 0.76))
        plots.income_and_cost(axes, yearly, expected(years))

    def explain(years: int, share: float, customers: int, cost: float, word: int) -> str:
        profit = sum(lines(share, cost, word).values())
        worth = profit * expected(years).sum()
        span = "1 year" if years == 1 else f"{years} years"
        return (
            f"{customers:,} customers give us {share:.0%} of their wallets. Each leaves {profit:,.0f} RMB a year, her "
            f"word ({word:+,} RMB) included. Over {span}, discounted and counted with those who leave, she is worth "
            f"{worth:,.0f} RMB today and all of them {customers * worth:,.0f}."
        )

    return Explorer(
        draw,
        explain,
        years=slider(5, 1, 10, 1, "Time: years counted"),
        share=slider(float(own.sum() / counter["wallet"].sum()), 0.05, 1, 0.01, "Share of her wallet", percent=True),
        customers=slider(len(counter), 218, 2018, 50, "Scope: customers"),
        cost=slider(float(counter["cost"].mean()), 450, 14_975, 25, "Serving her (RMB a year)"),
        word=slider(0, -1000, 500, 25, "Influence (RMB a year)"),
    )
