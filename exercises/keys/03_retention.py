"""Exercise 3, retention and lifetime: rates in their units, the worth of staying, cohorts whose customers differ."""

import numpy as np
import pandas as pd

from clvlib import models, value
from clvlib.course import Exercise

exercise = Exercise("03_retention", title="Retention and lifetime", minutes=35, uses=["models", "retention", "value"])


@exercise.case
def clubs(rng):
    """Two cohorts of the same size with churn of their own, and rates to compute with."""
    return dict(
        churn=float(rng.choice([0.40, 0.45, 0.55, 0.60, 0.65, 0.70])),
        kept=float(rng.choice([0.65, 0.70, 0.75, 0.80, 0.85])),
        rate=float(rng.choice([0.08, 0.10, 0.12])),
        high_end=cohort(rng, alpha=rng.uniform(0.6, 1.0), beta=rng.uniform(3.0, 5.0)),
        regular=cohort(rng, alpha=rng.uniform(0.6, 1.0), beta=rng.uniform(1.0, 1.8)),
        years=int(rng.choice([10, 11, 12])),
    )


@exercise.textbook
def published():
    return dict(
        churn=0.60,
        kept=0.80,
        rate=0.10,
        high_end=[1000, 869, 743, 653, 593, 551, 517, 491],
        regular=[1000, 631, 468, 382, 326, 289, 262, 241],
        years=12,
    )


def cohort(rng, alpha, beta):
    """1,000 customers with churn rates of their own, counted for seven years."""
    lifetime = rng.geometric(rng.beta(alpha, beta, 1000))
    return [int((lifetime > year).sum()) for year in range(8)]


@exercise.number(points=1, level=1, unit="years", within=0.005)
def years_started(churn):
    """A club is paid for by the year and loses {churn:.0%} of its members at each renewal, year after year. How many
    years does a member start on average, the first included?"""
    return 1 / churn


@years_started.mistake(
    "That is the mean time elapsed if members can leave on any day. These leave at renewals only: count started years."
)
def any_time_mean(churn):
    return -1 / np.log(1 - churn)


@years_started.mistake(
    "That is when half are gone, if members can leave on any day. Take the mean of the years that members start."
)
def any_time_median(churn):
    return np.log(0.5) / np.log(1 - churn)


@years_started.mistake("You divided by the share that stays. A life is long when few leave: divide by the churn rate.")
def divided_by_retention(churn):
    return 1 / (1 - churn)


@years_started.mistake("Those are the renewals she makes. She starts a first year as well, before any renewal.")
def renewals_only(churn):
    return 1 / churn - 1


years_started.hint("Everyone starts year 1, the share that stays starts year 2, that share squared year 3 ...")
years_started.hint("At constant churn these shares add up to one divided by the churn rate.")


@exercise.number(points=2, level=2, unit="as a fraction", within=0.0003)
def monthly_churn(churn):
    """Another club can be left at the end of any month. It loses {churn:.0%} of its members in a year, at the same
    rate every month. What is its monthly churn rate?"""
    return 1 - (1 - churn) ** (1 / 12)


@monthly_churn.mistake(
    "You divided by 12. Each month's losses come from fewer members, and so twelve such months lose less than a year "
    "does. Survival multiplies: take the twelfth root of the share that stays."
)
def divided_by_12(churn):
    return churn / 12


@monthly_churn.mistake("That is the share that stays each month. The churn rate is the share that leaves.")
def monthly_retention(churn):
    return (1 - churn) ** (1 / 12)


@monthly_churn.mistake(
    "You took the root of the churn rate. What multiplies from month to month is the share that stays."
)
def root_of_churn(churn):
    return churn ** (1 / 12)


@monthly_churn.mistake("That is how many a club loses in a year if it loses this share every month. Go the other way.")
def wrong_way(churn):
    return 1 - (1 - churn) ** 12


monthly_churn.hint(
    "What share stays for a year? What share must stay each month, so that twelve of them multiply to it?"
)
monthly_churn.hint('`retention.convert_rate(rate, from_="year", to="month")` does it; first try by hand.')


@exercise.function(points=3, level=2, within=0.0005, shown=[(0.8, 0.10), (0.6, 0.12), (0.0, 0.10)])
def multiple(kept, rate):
    """Write a function `multiple` of the yearly retention rate and the yearly discount rate. It returns what a yearly
    margin of 1 is worth over an endless life. The first margin comes a year from now, if she stays, and so on every
    year."""
    return kept / (1 + rate - kept)


@multiple.hidden_inputs
def other_rates(rng):
    return [(float(kept), float(rng.uniform(0.02, 0.25))) for kept in rng.uniform(0.3, 0.98, size=6)]


@multiple.mistake("Your first margin is there today. Here it comes in a year, and only if she stays.")
def margin_today(kept, rate):
    return (1 + rate) / (1 + rate - kept)


@multiple.mistake("Your first margin comes in a year for certain. She has to stay for it: it is worth kept, not 1.")
def first_for_certain(kept, rate):
    return 1 / (1 + rate - kept)


@multiple.mistake("That is 1 / churn: it counts started years, and waits for none of them. Discount.")
def lifetime_in_years(kept, rate):
    return 1 / (1 - kept)


@multiple.mistake("The timing is right, but nothing is discounted: the rate is not used.")
def not_discounted(kept, rate):
    return kept / (1 - kept)


@multiple.mistake("Retention and churn are swapped: kept is the share that stays.")
def churn_for_retention(kept, rate):
    return (1 - kept) / (1 + rate - (1 - kept))


multiple.hint("Year t brings (kept / (1 + rate)) ** t. Where does t start?")
multiple.hint("The sum x + x**2 + x**3 + ... is x / (1 - x). Put x = kept / (1 + rate) and simplify.")


@exercise.table(points=3, level=2, within=0.0005)
def cohort_rates(regular):
    """`regular` counts {regular[0]:,} customers who came together: how many are left at the start and after 1, 2, ...,
    7 years. Build a DataFrame with seven rows and the columns `year` (1 to 7), `survival` (the share left after that
    year) and `retention` (the share kept in that year), both as fractions."""
    left = np.array(regular)
    return pd.DataFrame({"year": range(1, 8), "survival": left[1:] / left[0], "retention": left[1:] / left[:-1]})


def rates(regular, retention_by):
    left = np.array(regular)
    return pd.DataFrame({"year": range(1, 8), "survival": left[1:] / left[0], "retention": retention_by(left)})


@cohort_rates.mistake(
    "Your retention divides by the whole cohort, so it is survival again. Divide by those who began that year."
)
def whole_cohort_below(regular):
    return rates(regular, lambda left: left[1:] / left[0])


@cohort_rates.mistake(
    "You took each year's losses from the whole cohort. Divide them by those who began that year, and take that from 1."
)
def losses_of_whole_cohort(regular):
    return rates(regular, lambda left: 1 - (left[:-1] - left[1:]) / left[0])


@cohort_rates.mistake("Your column `retention` holds the churn rate, the share that left. Take it from 1.")
def churn_in_the_column(regular):
    return rates(regular, lambda left: 1 - left[1:] / left[:-1])


@cohort_rates.mistake("Your losses are divided by those left at the end of the year. At risk were those at its start.")
def divided_by_the_end(regular):
    return rates(regular, lambda left: 1 - (left[:-1] - left[1:]) / left[1:])


cohort_rates.hint("Two columns, two divisors: all who came, and those who began the year.")
cohort_rates.hint(
    "`retention.survival(regular)` and `retention.retention_curve(regular)` give both; survival starts at year 0."
)


@exercise.number(points=2, level=2, unit="percent", within=0.01)
def elasticity(kept, rate):
    """A customer earns us the same margin at the end of each year if she stays. {kept:.0%} stay every year, and the
    discount rate is {rate:.0%}. Now the retention rate gets 1 percent better (times 1.01). By how many percent does
    her lifetime value rise, before the cost of winning her?"""
    return 100 * (value.margin_multiple(1.01 * kept, rate) / value.margin_multiple(kept, rate) - 1)


@elasticity.mistake("That is one percentage point more. One percent more is times 1.01.")
def one_point(kept, rate):
    return 100 * (value.margin_multiple(kept + 0.01, rate) / value.margin_multiple(kept, rate) - 1)


@elasticity.mistake(
    "That is 1 percent fewer losses: the churn rate times 0.99. Here the retention rate gets better: times 1.01."
)
def one_percent_fewer_losses(kept, rate):
    return 100 * (value.margin_multiple(1 - 0.99 * (1 - kept), rate) / value.margin_multiple(kept, rate) - 1)


@elasticity.mistake("The first margin comes at the end of the year, if she stays; you counted one today as well.")
def first_margin_today(kept, rate):
    both = value.margin_multiple(np.array([1.01 * kept, kept]), rate, first_margin="now")
    return float(100 * (both[0] / both[1] - 1))


@elasticity.mistake("That is what 1 percent more *margin* brings. Retention works on every later year as well.")
def as_if_it_were_margin():
    return 1.0


@elasticity.mistake("You left the discount rate out: kept / (1 - kept) is her life in renewals, not their worth.")
def life_not_worth(kept):
    return 100 * (1.01 * kept / (1 - 1.01 * kept) / (kept / (1 - kept)) - 1)


elasticity.hint("Her value is the margin times a multiple. Compute the multiple twice.")
elasticity.hint("`value.margin_multiple(kept, rate)` is the multiple. New divided by old, less 1, times 100.")


@exercise.choice(
    points=1,
    level=1,
    options={
        "sorting": "those who leave easily leave first, so the second kind is over-represented among those left",
        "habit": "the longer a customer has stayed, the less she thinks of leaving",
        "newcomers": "customers won later are more loyal than those won at first",
        "fewer": "there are fewer customers left to lose, so fewer are lost",
    },
    wrong={
        "habit": "The question rules that out: each customer leaves with the same probability every year.",
        "newcomers": "A cohort has no newcomers: it is those who came at the same time.",
        "fewer": (
            "Fewer are lost, but they are divided by fewer as well. With one kind of customer the rate would stay the "
            "same."
        ),
    },
)
def why_it_rises():
    """A cohort has two kinds of customers. One kind leaves with the same high probability every year, the other with
    the same low one. Nobody ever changes kind. The retention rate of the cohort rises from year to year. Why?"""
    # nobody changes, so the mix must: the kind that leaves easily is soon gone, and the rate of the others is left
    return "sorting"


why_it_rises.hint("Start with 500 of each kind. How many of each are left after three years?")


@exercise.table(points=4, level=3, within=0.002)
def forecast(high_end, regular, years):
    """Two cohorts of {high_end[0]:,} customers each, `high_end` and `regular`, were counted at the start and after 1,
    2, ..., 7 years. Equal counts at the start, but which lives longer? Fit an sBG to each (`models.SBG.fit`). Build a
    DataFrame with two rows, "High End" first, and the columns `group` ("High End" or "Regular"), `alpha`, `beta` and
    `left`: the share of the cohort that the model expects to be left {years} years after the start."""
    fits = [models.SBG.fit(high_end), models.SBG.fit(regular)]
    return pd.DataFrame(
        {
            "group": ["High End", "Regular"],
            "alpha": [fit.alpha for fit in fits],
            "beta": [fit.beta for fit in fits],
            "left": [fit.survival(years) for fit in fits],
        }
    )


def fitted(high_end, regular, left, parameters=("alpha", "beta")):
    fits = [models.SBG.fit(high_end), models.SBG.fit(regular)]
    table = {name: [getattr(fit, name) for fit in fits] for name in parameters}
    columns = dict(zip(["alpha", "beta"], table.values(), strict=True))
    return pd.DataFrame({"group": ["High End", "Regular"], **columns, "left": left(fits)})


@forecast.mistake(
    "The parameters are right. Your last column takes churn as constant (the mean of the seven years): ask the model, "
    "fit.survival(years)."
)
def constant_churn(high_end, regular, years):
    shares = [left[-1] / left[0] for left in (high_end, regular)]
    return fitted(high_end, regular, lambda fits: [share ** (years / 7) for share in shares])


@forecast.mistake(
    "The parameters are right. Your last column looks that many years beyond year 7; count from the start."
)
def from_year_seven(high_end, regular, years):
    return fitted(high_end, regular, lambda fits: [fit.survival(7 + years) for fit in fits])


@forecast.mistake(
    "The parameters are right. Your last column is the retention *in* that year, not the share left after it."
)
def retention_in_that_year(high_end, regular, years):
    return fitted(high_end, regular, lambda fits: [fit.retention(years) for fit in fits])


@forecast.mistake("The start of the cohort is missing from your fit: the first count must be that of all who came.")
def start_left_out(high_end, regular, years):
    return fitted(high_end[1:], regular[1:], lambda fits: [fit.survival(years) for fit in fits])


@forecast.mistake("The columns alpha and beta are swapped.")
def swapped(high_end, regular, years):
    return fitted(high_end, regular, lambda fits: [fit.survival(years) for fit in fits], ("beta", "alpha"))


forecast.hint("`fit = models.SBG.fit(high_end)`; then fit.alpha and fit.beta.")
forecast.hint("`fit.survival(years)` counts from the start of the cohort.")


@exercise.text(
    level=3,
    at_least=50,
    rubric={
        "says that a rising retention curve comes from sorting alone, if customers differ": 1,
        "asks for customers of the same age, in the club and not in it, drawn by lot": 1,
        "compares what a point of retention is worth (margin, retention, discount rate) with what it costs": 1,
        "decides, and names the result that would change the decision": 1,
    },
    half=[
        "says that the customers differ, and not that this alone makes the curve rise",
        "asks for a comparison without a lot, or of customers of different ages",
        "asks whether the club pays, and names only one side, the worth or the cost",
        "decides without a result that would change it",
    ],
)
def double_the_club():
    """The marketing head shows the cohort `regular`: in its first year the firm kept {regular[1]} of {regular[0]:,}, in
    its seventh {regular[7]} of {regular[6]}. "Our club makes them more loyal every year, and a loyal customer costs a
    fifth of a new one. Double the club's budget." Would you? Answer in four to six sentences."""
    return (
        "I would not double it on this evidence. If customers differ in their churn, those who leave easily leave "
        "first, and the retention rate of what is left rises although nobody becomes more loyal; a model without any "
        "club, the sBG, draws the same curve. That a loyal customer costs a fifth of a new one is an average that "
        "nobody can trace, and it does not say what the next point of retention costs. I would let a lot decide which "
        "new customers are invited to the club, and compare both groups at the same age after a year. One point more "
        "is worth the margin times the change of the multiple r / (1 + i - r); if the club brings more points than "
        "pay for its cost per member, I would double it, and if it does not, I would end it."
    )


# What the lesson asks in between


@exercise.turn.number(unit="as a fraction", within=0.0003)
def monthly():
    """60 % of the customers leave in a year, the same share every month. What share leaves in a month?"""
    return 1 - 0.4 ** (1 / 12)


@monthly.mistake("That is 60 / 12. Losses do not add up: after twelve months of 5 % only 46 % are gone.")
def sixty_by_twelve():
    return 0.60 / 12


@monthly.mistake("That is the share that stays in a month. The question is which share leaves.")
def stays_a_month():
    return 0.4 ** (1 / 12)


@monthly.mistake("You took the root of the share that leaves. What multiplies is the share that stays.")
def root_of_the_leavers():
    return 0.60 ** (1 / 12)


@monthly.mistake("That is the monthly rate at which 40 % leave in a year. Here 60 % leave, and 40 % stay.")
def forty_leave():
    return 1 - 0.60 ** (1 / 12)


monthly.hint("40 % stay for twelve months. What share must stay each month, so that twelve of them multiply to 0.4?")
monthly.hint("The twelfth root of 0.4 is `0.4 ** (1 / 12)`: that share stays.")


@exercise.turn.number(unit="as a fraction", within=0.005)
def twice_as_much():
    """With a discount rate of 10 % and the first margin at the year's end, if she stays: what is the first yearly
    retention rate on the slider at which a customer is worth twice as much as at 80 %?"""
    kept = np.arange(80, 99) / 100
    return kept[value.margin_multiple(kept, 0.10) >= 2 * value.margin_multiple(0.80, 0.10)].min()


@twice_as_much.mistake("Half the losses double her lifetime. But at 90 % she is worth 4.50 margins, not twice 2.67.")
def as_at_ninety():
    return 0.90


@twice_as_much.mistake("At 92 % she is worth 5.11 margins, and twice 2.67 is 5.33. One step more.")
def a_step_short():
    return 0.92


@twice_as_much.mistake("Retention cannot double: the slider ends at 98 %. It is her worth that doubles.")
def twice_the_rate():
    return 1.60


twice_as_much.hint("At 80 % the dot stands at 2.67. To which height must it climb?")
twice_as_much.hint("To 5.33. Move the first slider, and read the title.")


@exercise.turn.number(unit="as a fraction", within=0.03)
def loyal_needed():
    """Of the loyal 90 % stay every year, of the others 50 %. What is the smallest share of loyal customers on the
    slider, of all that a firm wins, with which its retention in year 5 is at least 80 %?"""
    share = np.arange(5, 100, 5) / 100
    begin = share * 0.9**4 + (1 - share) * 0.5**4
    stay = share * 0.9**5 + (1 - share) * 0.5**5
    return share[stay >= 0.8 * begin].min()


@loyal_needed.mistake(
    "That is what year 1 needs. By year 5 most of the others have gone by themselves: less is enough."
)
def as_in_year_one():
    return (0.8 - 0.5) / (0.9 - 0.5)


@loyal_needed.mistake("With half of them loyal, retention in year 5 is 86.5 %. Fewer are enough.")
def half_of_them():
    return 0.5


@loyal_needed.mistake("With 20 % loyal, retention in year 5 is 79.0 %. One step more.")
def one_step_short():
    return 0.2


@loyal_needed.mistake(
    "80 % is the retention that the firm wants. Which share of loyal customers must it win for that? Read the slider."
)
def the_retention():
    return 0.8


loyal_needed.hint("Move the first slider only. Read the retention in year 5 from the text below the picture.")
loyal_needed.hint("At 20 % it is a little below 80 %.")


@exercise.turn.number(unit="years", within=0.01)
def years_needed():
    """How many years of High End, from 3 on, must the sBG see until its forecast for year 12 is within 3 points of
    what happened, 39.4 %?"""
    there = [1000, 869, 743, 653, 593, 551, 517, 491]
    expects = {years: 100 * models.SBG.fit(there[: years + 1]).survival(12) for years in range(3, 8)}
    return min(years for years, share in expects.items() if abs(share - 39.4) <= 3)


@years_needed.mistake("From 3 years the BdW is within 3 points. The sBG expects 22.1 %.")
def as_for_the_bdw():
    return 3


@years_needed.mistake("From 4 years the sBG expects 30.7 %, and 39.4 % were there. It must see more.")
def four_years():
    return 4


@years_needed.mistake("From 5 years the sBG expects 34.7 %, still 4.7 points too few. One year more.")
def five_years():
    return 5


@years_needed.mistake("From 7 years it is near, but fewer are enough. Go back by a year.")
def all_seven():
    return 7


years_needed.hint("Within 3 points of 39.4 %: from which number on?")
years_needed.hint("From 36.4 % on. Move the slider of the years, and read the sBG's number in the title.")


@exercise.turn.number(unit="boxes", within=0.012)
def boxes_needed():
    """Without a gift a subscriber takes 6.63 boxes in her first year, and a box earns 30 RMB. With a gift of 3 RMB in
    each box, how many must she take to earn as much?"""
    return 6.63 * 30 / 27


@boxes_needed.mistake("A tenth of each box's 30 RMB is gone, and yet a tenth more boxes is too few: they earn 27 each.")
def a_tenth_more():
    return 6.63 * 1.1


@boxes_needed.mistake("Fewer boxes, of which each earns less? Turn the fraction round.")
def turned_round():
    return 6.63 * 27 / 30


@boxes_needed.mistake("Those are the boxes more. Say how many she must take in all.")
def boxes_more():
    return 6.63 * 30 / 27 - 6.63


@boxes_needed.mistake("3 RMB are not 3 boxes. What did her boxes earn without, and what does one earn with the gift?")
def three_more():
    return 6.63 + 3


boxes_needed.hint("What do 6.63 boxes earn at 30 RMB each?")
boxes_needed.hint("198.90 RMB. How many boxes of 27 RMB are that?")
