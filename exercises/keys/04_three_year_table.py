"""Exercise 4, the three-year table: build it, date its money, find its flaws, and decide before all is known."""

import pandas as pd

from clvlib import value, worksheet
from clvlib.course import Exercise

exercise = Exercise("04_three_year_table", title="The three-year table", minutes=35, uses=["value", "worksheet"])


def books(flaw, won, left_2, left_3, spend, cost_percent, marketing, cac, **_):
    """The profits of question 3's campaign by year, whole RMB, with one flaw; see question 5."""
    active = {"nobody leaves": [won] * 3, "twice": [won, left_2, left_2 * left_3 / won]}.get(
        flaw, [won, left_2, left_3]
    )
    share = 1 if flaw == "sales" else 1 - cost_percent / 100
    profit = [n * (share * each - marketing) for n, each in zip(active, spend, strict=True)]
    winning = [n * cac for n in active] if flaw == "every year" else [won * cac, 0, 0]
    return [round(each - paid) for each, paid in zip(profit, winning, strict=True)]


@exercise.case
def firm(rng):
    """Another shop's table, another campaign, another colleague's flaw."""
    revenue_1 = int(rng.integers(1800, 3000))
    revenue_2 = int(revenue_1 * rng.uniform(0.75, 0.90))
    revenue_3 = int(revenue_2 * rng.uniform(0.60, 0.75))
    revenue = [revenue_1, revenue_2, revenue_3]
    won = int(rng.integers(8, 25) * 100)
    left_2 = int(won * rng.uniform(0.55, 0.65))
    first_spend = int(rng.integers(18, 27) * 10)
    second_spend = int(first_spend * rng.uniform(1.15, 1.35))
    cost_percent = int(rng.integers(54, 62))
    marketing = int(rng.integers(6, 15))
    cac = int(((1 - cost_percent / 100) * first_spend - marketing) * rng.uniform(1.25, 1.55))
    case = dict(
        revenue=revenue,
        cost=[int(each * rng.uniform(0.86, 0.94)) for each in revenue],
        rate=float(rng.choice([0.08, 0.09, 0.12])),
        won=won,
        left_2=left_2,
        left_3=int(left_2 * rng.uniform(0.66, 0.80)),
        spend=[first_spend, second_spend, int(second_spend * rng.uniform(1.10, 1.30))],
        cost_percent=cost_percent,
        marketing=marketing,
        cac=cac,
    )
    return case | {"colleague": books(flaw=str(rng.choice(["every year", "nobody leaves", "twice", "sales"])), **case)}


@exercise.textbook
def typical():
    return dict(
        revenue=[2444, 2001, 1399],
        cost=[2203, 1814, 1285],
        rate=0.10,
        won=1000,
        left_2=600,
        left_3=420,
        spend=[200, 250, 300],
        cost_percent=60,
        marketing=10,
        cac=100,
        colleague=[-30000, -6000, 4200],
    )


@exercise.table(points=2, level=1, within=0.5)
def profit_by_year(revenue, cost):
    """A customer brings the revenue {revenue} RMB in three years and costs {cost} RMB in the same years. Build a
    DataFrame with the columns `year` (1, 2, 3 and "total") and `profit`, in RMB."""
    return worksheet.forecast_table(revenue, cost).reset_index()[["year", "profit"]]


def years_and_total(years, total=None):
    """A table in the form of question 1."""
    return pd.DataFrame({"year": [1, 2, 3, "total"], "profit": [*years, sum(years) if total is None else total]})


@profit_by_year.mistake("You took the revenue away from the cost. Profit is what is left of the revenue.")
def cost_less_revenue(revenue, cost):
    return years_and_total([c - r for r, c in zip(revenue, cost, strict=True)])


@profit_by_year.mistake("Those are margins, shares of revenue. The question asks for RMB: revenue less cost.")
def shares_not_money(revenue, cost):
    shares = [(r - c) / r for r, c in zip(revenue, cost, strict=True)]
    return years_and_total(shares, (sum(revenue) - sum(cost)) / sum(revenue))


@profit_by_year.mistake("The years are right. The last row is their sum, not their average.")
def averaged(revenue, cost):
    years = [r - c for r, c in zip(revenue, cost, strict=True)]
    return years_and_total(years, sum(years) / 3)


@profit_by_year.mistake("The years are right. The last row is the sum of the profits, not of the revenue.")
def total_of_revenue(revenue, cost):
    return years_and_total([r - c for r, c in zip(revenue, cost, strict=True)], sum(revenue))


profit_by_year.hint("Revenue less cost, a year at a time; then add up.")
profit_by_year.hint(
    '`worksheet.forecast_table(revenue, cost).reset_index()` has these columns, and "total" at its end.'
)


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def worth_today(revenue, cost, rate):
    """What are the three profits of question 1 worth today at {rate:.0%} a year? A year's money moves at the start of
    the year, the first year now."""
    profits = [r - c for r, c in zip(revenue, cost, strict=True)]
    return value.present_value(profits, rate, timing="start")


def profits_of(revenue, cost):
    return [r - c for r, c in zip(revenue, cost, strict=True)]


@worth_today.mistake("That adds the years up as if the money of year 3 were here now. Divide by 1 + rate a year.")
def not_discounted(revenue, cost):
    return sum(profits_of(revenue, cost))


@worth_today.mistake(
    'That is the worth if the money comes at the end of each year. Here it moves at the start: timing="start".'
)
def at_year_end(revenue, cost, rate):
    return value.present_value(profits_of(revenue, cost), rate, timing="end")


@worth_today.mistake("Year 3 waits two years: divide its profit by (1 + rate) twice.")
def exponent_dropped(revenue, cost, rate):
    first, second, third = profits_of(revenue, cost)
    return first + (second + third) / (1 + rate)


@worth_today.mistake("You multiplied by 1 + rate. Later money is worth less today: divide.")
def compounded(revenue, cost, rate):
    return sum(profit * (1 + rate) ** year for year, profit in enumerate(profits_of(revenue, cost)))


worth_today.hint("How many years does the money of year 1 wait? And that of year 3?")
worth_today.hint('`value.present_value([...], rate, timing="start")`, with the three profits in the list.')


@exercise.table(points=3, level=2, within=0.005)
def campaign(won, left_2, left_3, spend, cost_percent, marketing, cac):
    """A campaign wins {won:,} customers at {cac} RMB each. {left_2:,} of them buy in year 2 and {left_3:,} in year 3.
    An active customer spends {spend} RMB in years 1, 2, 3. Of that, {cost_percent} % are variable costs; marketing
    takes {marketing} RMB a year for each active customer. Build a DataFrame with the columns `year`, `active`,
    `retention` (a fraction of the year before; write 1 for year 1) and `profit` (of all customers, in RMB; the cost of
    winning falls in year 1)."""
    active = [won, left_2, left_3]
    retention = [1, left_2 / won, left_3 / left_2]
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    profit = [customers * each for customers, each in zip(active, margin, strict=True)]
    profit[0] = profit[0] - won * cac
    return pd.DataFrame({"year": [1, 2, 3], "active": active, "retention": retention, "profit": profit})


def campaign_table(active, retention, winning, spend, cost_percent, marketing, **_):
    """The table of question 3 from its parts; `winning` is the cost of winning in each year."""
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    profit = [n * each - cost for n, each, cost in zip(active, margin, winning, strict=True)]
    return pd.DataFrame({"year": [1, 2, 3], "active": active, "retention": retention, "profit": profit})


@campaign.mistake(
    "In year 3 you divided by all customers won: that is survival since the start. Retention compares with the year "
    "before."
)
def survival_for_retention(won, left_2, left_3, cac, **case):
    retention = [1, left_2 / won, left_3 / won]
    return campaign_table([won, left_2, left_3], retention, [won * cac, 0, 0], **case)


@campaign.mistake(
    "You applied the survival since the start as the retention of year 3, so customers were lost twice. The customers "
    "of each year are given: use them."
)
def survival_applied_twice(won, left_2, left_3, cac, **case):
    active = [won, left_2, left_2 * left_3 / won]
    retention = [1, left_2 / won, left_3 / won]
    return campaign_table(active, retention, [won * cac, 0, 0], **case)


@campaign.mistake("The cost of winning the customers is missing from year 1.")
def never_won(won, left_2, left_3, **case):
    retention = [1, left_2 / won, left_3 / left_2]
    return campaign_table([won, left_2, left_3], retention, [0, 0, 0], **case)


@campaign.mistake(
    "You took the cost of winning away in every year. It was paid once, in year 1, for all customers won."
)
def won_every_year(won, left_2, left_3, cac, **case):
    active = [won, left_2, left_3]
    retention = [1, left_2 / won, left_3 / left_2]
    return campaign_table(active, retention, [n * cac for n in active], **case)


@campaign.mistake("You counted the sales. The variable costs and the marketing come off first.")
def sales_for_margin(won, left_2, left_3, cac, **case):
    retention = [1, left_2 / won, left_3 / left_2]
    free = {**case, "cost_percent": 0, "marketing": 0}
    return campaign_table([won, left_2, left_3], retention, [won * cac, 0, 0], **free)


campaign.hint("Margin of an active customer: her spend without the variable costs, less the marketing.")
campaign.hint("Profit: active customers times margin. In year 1 take won * cac away as well.")
campaign.hint("Retention of year 3: left_3 divided by what?")


@exercise.number(points=2, level=2, unit="years", within=0.005)
def payback_years(won, left_2, left_3, spend, cost_percent, marketing, cac):
    """Draw the J-curve of question 3's campaign: {cac} RMB go out for each customer won, then each year's money comes
    in, evenly over its year, undiscounted. Where does the curve come up through zero? Give years, with decimals."""
    margin = [(1 - cost_percent / 100) * each - marketing for each in spend]
    per_won = [n * each / won for n, each in zip([won, left_2, left_3], margin, strict=True)]
    return value.payback(cac, per_won)


@payback_years.mistake(
    "You counted the margin of an active customer in every year. Some have left: share each year's money among all "
    "customers won."
)
def nobody_leaves(spend, cost_percent, marketing, cac):
    return value.payback(cac, [(1 - cost_percent / 100) * each - marketing for each in spend])


@payback_years.mistake("You counted sales. Only the margin pays the cost of winning back.")
def paid_back_by_sales(won, left_2, left_3, spend, cac):
    return value.payback(cac, [n * each / won for n, each in zip([won, left_2, left_3], spend, strict=True)])


@payback_years.mistake(
    "That is a whole year count. Of the last year you need only a part: open sum / that year's money."
)
def whole_years(won, left_2, left_3, spend, cost_percent, marketing, cac):
    return float(int(payback_years.reference(won, left_2, left_3, spend, cost_percent, marketing, cac)) + 1)


@payback_years.mistake("That is in months. The question asks for years.")
def months_for_years(**case):
    return 12 * payback_years.answer(case)


payback_years.hint("What does a customer *won* bring in year 2, if only some of them are still there?")
payback_years.hint("What is open after year 1, as a share of what year 2 brings? `value.payback` does the same.")


@exercise.choice(
    points=2,
    level=2,
    options={
        "every year": "the cost of winning is taken off in each year, for all who are active",
        "nobody leaves": "all customers won are counted as active in each year",
        "twice": "survival since the start stands as the retention of year 3, so that customers are lost twice",
        "sales": "the variable costs are missing",
    },
    wrong={
        "every year": "Take the cost of winning off for all who buy in year 2: that is not the colleague's number.",
        "nobody leaves": "All customers won, times the margin of year 2: that is not the colleague's year 2.",
        "twice": "With that flaw years 1 and 2 would be right. Compare them with your table of question 3.",
        "sales": "Without the variable costs year 1 would be higher than yours. Compare.",
    },
)
def flaw(colleague, won, left_2, spend, cost_percent, marketing, cac):
    """A colleague's table of the same campaign has the profits {colleague} RMB in years 1, 2, 3. All numbers that went
    in are those of question 3, and there is one flaw. Which?"""
    margin = (1 - cost_percent / 100) * spend[1] - marketing
    year_2 = {"every year": left_2 * (margin - cac), "nobody leaves": won * margin, "twice": left_2 * margin}
    year_2["sales"] = left_2 * (spend[1] - marketing)
    return min(year_2, key=lambda name: abs(year_2[name] - colleague[1]))


flaw.hint("Lay the colleague's profits beside yours. Which year is the first that differs?")
flaw.hint("Work out year 2 under each of the four flaws. One of them gives the colleague's number.")


@exercise.number(points=2, level=2, unit="RMB for each customer won", within=0.02)
def third_year(won, left_3, spend, cost_percent, marketing, rate):
    """ "In year 3 a customer earns us her full margin." Which customer? How much does year 3 of question 3's campaign
    bring for each customer *won*, in today's money at {rate:.0%} a year? (A year's money moves at its start, the first
    year now.)"""
    margin = (1 - cost_percent / 100) * spend[2] - marketing
    return margin * left_3 / won / (1 + rate) ** 2


def third_margin(spend, cost_percent, marketing, **_):
    """Margin of a customer active in year 3."""
    return (1 - cost_percent / 100) * spend[2] - marketing


@third_year.mistake("That is for a customer who is *active* in year 3. Many of those won are not: share it among all.")
def per_active(rate, **case):
    return third_margin(**case) / (1 + rate) ** 2


@third_year.mistake("That is right for each customer won, but not in today's money: it waits two years.")
def not_in_todays_money(won, left_3, **case):
    return third_margin(**case) * left_3 / won


@third_year.mistake("That waits three years. The first year's money moves now, so the third's waits two.")
def waits_three_years(won, left_3, rate, **case):
    return third_margin(**case) * left_3 / won / (1 + rate) ** 3


@third_year.mistake("You shared among those who were active in year 2. The question asks for each customer won.")
def per_second(left_2, left_3, rate, **case):
    return third_margin(**case) * left_3 / left_2 / (1 + rate) ** 2


third_year.hint("What does one active customer bring in year 3? How many of those won are there?")
third_year.hint("Margin times left_3 / won, divided by (1 + rate) twice.")


@exercise.function(
    points=3,
    level=2,
    within=0.001,
    shown=[(157.27, 40, 45, 15), (300, 50, 30, 20), (80, 40, 45, 15)],
)
def return_on_winning(ltv, marketing, people, technology):
    """ "LTV/CAC" is a ratio, and a return counts what is left after the cost is back. Write a function
    `return_on_winning` of a customer's lifetime value and of what winning her cost for marketing, people and technology
    (RMB each; the value is before these costs are taken off). It returns the return on that cost as a fraction: 2.0
    stands for 200 %."""
    spent = marketing + people + technology
    return (ltv - spent) / spent


@return_on_winning.hidden_inputs
def other_bills(rng):
    return [tuple(int(each) for each in rng.integers(5, 400, size=4)) for _ in range(6)]


@return_on_winning.mistake(
    "That is LTV/CAC, the ratio. A return counts what is left after the cost is back: it is 1 less. So 3:1 is 200 %."
)
def ratio_for_return(ltv, marketing, people, technology):
    return ltv / (marketing + people + technology)


@return_on_winning.mistake("You counted the marketing alone. People and technology won her too.")
def marketing_alone(ltv, marketing, people, technology):
    return (ltv - marketing) / marketing


@return_on_winning.mistake(
    "That is LTV/CAC with the marketing alone: people and technology are missing, and a return is 1 less."
)
def ratio_of_marketing(ltv, marketing, people, technology):
    return ltv / marketing


@return_on_winning.mistake("That is the gain in RMB. A return is per RMB spent: divide by the cost.")
def gain_in_money(ltv, marketing, people, technology):
    return ltv - (marketing + people + technology)


@return_on_winning.mistake("You divided by the value. A return is per RMB *spent*: divide by the cost.")
def share_of_value(ltv, marketing, people, technology):
    return (ltv - (marketing + people + technology)) / ltv


return_on_winning.hint("What did winning her cost in all?")
return_on_winning.hint("`value.roi(gain=..., cost=...)`: the gain is gross here, so the cost is still in it.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "separates year one's loss, which was paid for winning, from what the customers will still bring": 1,
        "finds what must come back in year two to break even: 20.6 % of those won (207 of 1,000)": 1,
        "compares the 45 % and its spread with that bar, and says that the spread is not chance alone": 1,
        "decides about next spring, with a reason in RMB": 1,
        "names what would change the decision, and when it will be seen": 1,
    },
    half=[
        "says that the loss is no verdict on the campaign, and not what was bought with it",
        "sets up the bar rightly and slips in the number, or leaves out the 10 %",
        "compares the 45 % alone with the bar",
        "decides, with a reason without RMB",
        "names what would change it, and not when that is seen",
    ],
)
def sign_or_stop():
    """In the lesson's shop a customer won earns 70 RMB in year one and costs 100; who buys again in year two is worth
    160 RMB a year from now, at 10 %. Three campaigns of other shops brought back 30, 45 and 60 % in year two. Nobody
    knows which of them your next one will be like, and the directors must sign 100,000 RMB now or not at all. Sign or
    stop? Answer in four to six sentences, with numbers."""
    return (
        "The loss of 30 RMB a customer in year one is the price of winning her; it does not say what she is worth. In "
        "today's money a customer who buys again is worth 160 / 1.10 = 145.45 RMB, so the campaign breaks even if 30 / "
        "145.45 = 20.6 % come back. Even the worst of the three campaigns, 30 %, lies above that: it would earn 13.64 "
        "RMB a customer, 13,636 RMB in all, and the middle one, 45 %, would earn 35.45. Three shops are few, and they "
        "differ by far more than chance, so ours may be worse than all of them. I would sign, because every case seen "
        "so far earns. I would stop before the spring after, if fewer than 207 of the 1,000 have bought again in year "
        "two."
    )


@exercise.turn.number(unit="as a fraction", within=0.005)
def retention_year_3():
    """1,000 customers were won, 600 of them buy in year two, 420 in year three. What is the retention rate of year
    three?"""
    return 420 / 600


@retention_year_3.mistake("That is survival: it counts from the start. Retention compares with the year before.")
def survival_of_three():
    return 420 / 1000


@retention_year_3.mistake("That is the share that *leaves* after year two. The retention rate is the share that stays.")
def churn_of_three():
    return 1 - 420 / 600


@retention_year_3.mistake("That is the retention of year two: 600 of 1,000.")
def retention_of_two():
    return 600 / 1000


retention_year_3.hint("Who could have stayed in year three? Only those who were there in the year before.")
retention_year_3.hint("420 divided by 600.")


@exercise.turn.number(unit="RMB", within=0.5)
def highest_price():
    """A customer won brings 70 RMB in year one; in year two 60 % of those won bring 90 RMB each. How much may winning
    one cost at most, if the money must be back after 24 months, undiscounted?"""
    return 70 + 0.60 * 90


@highest_price.mistake("90 RMB come from a customer who is active in year two. Only 60 % of those won are.")
def active_in_both():
    return 70 + 90


@highest_price.mistake("That is what all three years are worth. After 24 months only two of them are in.")
def three_years():
    return 70 + 54 / 1.10 + 46.2 / 1.10**2


@highest_price.mistake("That is back after twelve months. The director waits for 24.")
def after_one_year():
    return 70


@highest_price.mistake("That is for all 1,000 customers. What may *one* cost?")
def for_all_of_them():
    return 1000 * (70 + 0.60 * 90)


@highest_price.mistake("You discounted. Payback, as we count it, does not.")
def two_years_discounted():
    return 70 + 54 / 1.10


highest_price.hint("What does a customer *won* bring in year one, and what in year two, if only 60 % are there?")
highest_price.hint("70 and 54. What may she cost, if both together must pay it back?")


@exercise.turn.number(within=0.006)
def honest_ratio():
    """The campaign is worth 57.27 RMB for each customer won, after the 100 RMB that winning her cost. What is the ratio
    of her worth before that cost to the whole cost?"""
    return (57.27 + 100) / 100


@honest_ratio.mistake("That is worth *after* her cost, over the cost: the return, 1 less than the ratio.")
def cost_taken_off():
    return 57.27 / 100


@honest_ratio.mistake("That margin is not discounted. Take it in today's money.")
def margin_as_paid():
    return (70 + 54 + 46.2) / 100


@honest_ratio.mistake("You divided by the marketing alone. People and technology won her, too: 100 RMB in all.")
def marketing_only():
    return (57.27 + 100) / 40


@honest_ratio.mistake(
    "That is the slide's ratio: sales, over the marketing alone. Take her margin, and the whole bill."
)
def ratio_of_the_slide():
    return 476 / 40


@honest_ratio.mistake(
    "You divided her sales by the cost. Take the margin: what is left after goods, delivery and catalogue."
)
def sales_over_all():
    return 476 / 100


@honest_ratio.mistake("The other way round: worth over cost.")
def upside_down():
    return 100 / (57.27 + 100)


honest_ratio.hint("57.27 RMB are left after the CAC. What is she worth before it is taken off?")
honest_ratio.hint("157.27. Divide by the 100 RMB that winning her cost.")


@exercise.turn.number(unit="as a fraction", within=0.005)
def enough_come_back():
    """Winning costs 100 RMB; a customer earns 70 RMB in year one, 90 in year two and 110 in year three, if she is
    active; 70 % of those of year two buy in year three; 10 % a year, a year's money at its start. What is the first
    share on the slider who must buy again in year two, so that the campaign earns something in today's money?"""
    share = pd.Series(range(101)) / 100
    earned = 70 - 100 + share * 90 / 1.10 + share * 0.70 * 110 / 1.10**2
    return share[earned > 0].min()


@enough_come_back.mistake("There the money is back as it was paid. In today's money it is not enough yet: go on.")
def back_as_paid():
    return 0.18


@enough_come_back.mistake("Year two alone would need that share. Year three pays, too.")
def by_year_two():
    return 0.37


@enough_come_back.mistake("At 20 % a customer still loses us 0.91 RMB. One step more.")
def one_step_short():
    return 0.20


@enough_come_back.mistake("That is last spring's share. How low can it go?")
def as_it_was():
    return 0.60


enough_come_back.hint("Move the second slider down and read the title. When does it say that she loses us money?")
enough_come_back.hint("It turns between 20 and 21 %.")
