"""Exercise 17, the capstone: a small shop's file and log, three forecasts, a budget and a memo."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from clvlib import models
from clvlib.course import Exercise

exercise = Exercise("17_capstone", title="The capstone", minutes=50, uses=["models", "transactions"])

PLACEHOLDERS = ("-", "无", "N/A")


@exercise.case
def shop(rng):
    """Two records alike, eight scored ones, and a few customers with a year ahead of them."""
    name_alike = float(rng.choice([50.0, 60.0, 66.7]))
    cost, uplift_percent = int(rng.choice([20, 30, 40])), int(rng.choice([8, 10, 12]))
    around_the_bar = np.array([2.2, 1.5, 1.15, 0.75, 0.5, 0.2]) + rng.uniform(0, 0.15, 6)
    bought = np.array([1, 0, 0, 1, 1, 0])
    total = int(rng.integers(40, 90)) * 1000
    return dict(
        name_alike=name_alike,
        email_alike=float(rng.choice([94.0, 96.0, 100.0])),
        model_score=[float(score) for score in rng.choice(np.arange(1, 98), 8, replace=False) / 100],
        expert_score=[float(score) for score in rng.choice(np.arange(5, 96), 8, replace=False)],
        forecast=[int(rmb) for rmb in rng.integers(0, 15, 6) * 10 + np.array([120, 40, 60, 10, 250, 0])],
        actual=[int(rmb) for rmb in rng.integers(0, 9, 6) * 10 * bought + np.array([80, 0, 0, 30, 700, 0])],
        expected=[round(rmb) * 10 for rmb in around_the_bar * cost / uplift_percent * 10],
        cost=cost,
        uplift_percent=[3 * uplift_percent, uplift_percent, 0, 2 * uplift_percent, uplift_percent, 0],
        factor_percent=int(rng.integers(130, 240)),
        total=total,
        listed=int(rng.integers(300, 800)),
        others=int(rng.integers(30, 70)),
        listed_lot=int(rng.integers(300, 340)),
        control_lot=int(rng.integers(280, 298)),
        frequency=[int(count) for count in rng.integers(1, 9, 3)],
        mean_spend=[float(rmb) for rmb in rng.choice(np.arange(40, 400), 3, replace=False)],
    )


@exercise.textbook
def redbaby():
    return dict(
        name_alike=66.7,
        email_alike=100.0,
        model_score=[0.02, 0.91, 0.15, 0.60, 0.05, 0.35, 0.80, 0.01],
        expert_score=[62.0, 55.0, 20.0, 71.0, 88.0, 35.0, 48.0, 10.0],
        forecast=[160, 20, 90, 40, 300, 0],
        actual=[120, 0, 0, 60, 480, 0],
        expected=[810, 520, 390, 280, 180, 120],
        cost=30,
        uplift_percent=[30, 10, 0, 20, 10, 0],
        factor_percent=144,
        total=71_000,
        listed=462,
        others=45,
        listed_lot=318,
        control_lot=291,
        frequency=[2, 1, 6],
        mean_spend=[120.0, 310.0, 85.0],
    )


@exercise.function(
    points=2,
    level=1,
    within=0.0005,
    shown=[(["12661020304", "", "无", "-"],), (["12661020305", "N/A"],)],
)
def completeness(cells):
    """Write a function `completeness` of a list of cells, all of them text. It returns the share of the cells that say
    something, as a fraction. An empty cell says nothing, nor do these three: "-", "无" and "N/A"."""
    return sum(cell not in ("", "-", "无", "N/A") for cell in cells) / len(cells)


@completeness.hidden_inputs
def other_files(rng):
    words = ["", "-", "无", "N/A", "12661020304", "Beijing"]
    return [([str(word) for word in rng.permutation([*words, *rng.choice(words, size)])],) for size in (1, 3, 5, 8)]


@completeness.mistake('Your function counts placeholders as filled. A cell that says "无" says that there is nothing.')
def placeholders_filled(cells):
    return sum(cell != "" for cell in cells) / len(cells)


@completeness.mistake('Your function counts an empty text as filled. Between the quotes of "" stands nothing.')
def empty_filled(cells):
    return sum(cell not in PLACEHOLDERS for cell in cells) / len(cells)


@completeness.mistake("That is the share of the cells that say nothing. The rest is what is complete.")
def share_missing(cells):
    return sum(cell in ("", *PLACEHOLDERS) for cell in cells) / len(cells)


@completeness.mistake("That is how many cells say something. A share is a part of all cells.")
def how_many_filled(cells):
    return sum(cell not in ("", *PLACEHOLDERS) for cell in cells)


@completeness.mistake("You left the empty cells out of the divisor. Divide by all cells.")
def empty_left_out(cells):
    return sum(cell not in ("", *PLACEHOLDERS) for cell in cells) / max(1, sum(cell != "" for cell in cells))


completeness.hint("Count the cells that are neither empty nor one of the three, then divide by how many there are.")


@exercise.number(points=1, level=1, unit="of 100", within=0.05)
def pair_similarity(name_alike, email_alike):
    """Two records of a customer file: their names are {name_alike:g} of 100 alike (one is in traditional characters),
    their telephones 100, their e-mails {email_alike:g}; one of the two addresses is empty. A pair's similarity is the
    mean over the columns that both have filled. What is it?"""
    return (name_alike + 100 + email_alike) / 3


@pair_similarity.mistake("You counted the address as 0. An empty cell neither agrees nor disagrees: leave it out.")
def empty_is_zero(name_alike, email_alike):
    return (name_alike + 100 + email_alike) / 4


@pair_similarity.mistake("You left the name out, too. Both records have one, so it counts.")
def without_name(email_alike):
    return (100 + email_alike) / 2


@pair_similarity.mistake("You counted the missing address as a full match. Nothing was compared there.")
def empty_agrees(name_alike, email_alike):
    return (name_alike + 200 + email_alike) / 4


pair_similarity.hint("Three columns were compared.")


@exercise.choice(
    points=1,
    level=2,
    options={
        "merge": "merge them: two of two columns agree in full",
        "household": "keep two customers and note that they share a home",
        "delete": "delete the newer record: it may be fraud",
        "lower": "lower the threshold and look again",
    },
    wrong={
        "merge": "Telephone and address belong to a home, not to a person. What do the name and the child say?",
        "delete": "Two people who live together are no fraud. Nothing here says that either record is made up.",
        "lower": "A lower threshold merges more strangers. The question is which columns tell two people apart.",
    },
)
def same_home():
    """Two records have the same telephone and the same address, both 100 alike. The names are 刘梅雅 and 刘琳艳, the
    children were born three years apart. What do you do?"""
    # what belongs to a home agrees, what belongs to a person differs
    return "household"


same_home.hint("Which of the columns belong to one person only?")


@exercise.table(points=3, level=2, within=0.01)
def inspect_first(model_score, expert_score):
    """Eight records, numbered 1 to 8 in this order, have a `model_score` (a probability, 0 to 1) and an `expert_score`
    (points, 0 to 100); in both, higher is more suspect. Give each record its place in the line by each score (1 for the
    least suspect, 8 for the most) and add the two places. Build a DataFrame with the columns `record` and `places` (the
    sum), one row a record, in the order 1 to 8."""
    places = pd.Series(model_score).rank() + pd.Series(expert_score).rank()
    return pd.DataFrame({"record": range(1, 9), "places": places})


@inspect_first.mistake("You added the scores as they are. The points run to 100 and drown the probability: use places.")
def raw_sum(model_score, expert_score):
    return pd.DataFrame({"record": range(1, 9), "places": np.add(model_score, expert_score)})


@inspect_first.mistake("Your places run the other way: the most suspect should have 8, the least 1.")
def turned_round(model_score, expert_score):
    return inspect_first.reference(model_score, expert_score).assign(places=lambda table: 18 - table["places"])


@inspect_first.mistake("Those are the places by the model alone. Add the places by the expert rules.")
def model_alone(model_score):
    return pd.DataFrame({"record": range(1, 9), "places": pd.Series(model_score).rank()})


@inspect_first.mistake("That is the mean of the two places; the question asks for their sum.")
def mean_of_places(model_score, expert_score):
    return inspect_first.reference(model_score, expert_score).assign(places=lambda table: table["places"] / 2)


inspect_first.hint("pd.Series(model_score).rank() gives the places of one score, from 1 for the smallest.")


@exercise.number(points=2, level=2, unit="RMB", within=0.05)
def holdout_error(forecast, actual):
    """Six customers: `forecast` holds what you expected of each in the holdout, `actual` what each then brought, both
    in RMB. You plan with sums, so you judge by the root mean square error. What is it?"""
    return float(np.sqrt(np.mean(np.subtract(forecast, actual) ** 2)))


@holdout_error.mistake(
    "That is the mean absolute error. It rewards a forecast that hits the usual customer: square it."
)
def mean_absolute(forecast, actual):
    return float(np.abs(np.subtract(forecast, actual)).mean())


@holdout_error.mistake("You did not take the root, so your error is in RMB squared.")
def no_root(forecast, actual):
    return float(np.mean(np.subtract(forecast, actual) ** 2))


@holdout_error.mistake("That is the root of the sum. Take the mean of the squares over the six customers first.")
def no_mean(forecast, actual):
    return float(np.sqrt(np.sum(np.subtract(forecast, actual) ** 2)))


@holdout_error.mistake("You left out the customers who brought nothing. A forecast is for all of them.")
def buyers_only(forecast, actual):
    bought = np.array(actual) > 0
    return float(np.sqrt(np.mean(np.subtract(forecast, actual)[bought] ** 2)))


@holdout_error.mistake("You took the errors with their signs: too much and too little cancel. Square each first.")
def signs_cancel(forecast, actual):
    return float(abs(np.mean(np.subtract(forecast, actual))))


holdout_error.hint("Forecast less actual, squared; their mean over all six; the root of that.")


@exercise.table(points=3, level=2, within=0.05)
def model_spend(frequency, mean_spend):
    """A gamma-gamma model has p = 5, q = 4 and gamma = 132 (RMB). Three customers made `frequency` repeat purchases of
    `mean_spend` RMB each on average. Build a DataFrame with the columns `customer` (1, 2, 3) and `spend`: the money per
    purchase that the model expects of each."""
    spend = models.GammaGamma(p=5, q=4, gamma=132).expected_spend(frequency, mean_spend)
    return pd.DataFrame({"customer": [1, 2, 3], "spend": spend})


@model_spend.mistake("Those are their own means. The model pulls them towards everybody's, as there are few purchases.")
def own_means(mean_spend):
    return pd.DataFrame({"customer": [1, 2, 3], "spend": mean_spend})


@model_spend.mistake("That is everybody's mean for each. Their own purchases count, too.")
def everybodys_mean():
    return pd.DataFrame({"customer": [1, 2, 3], "spend": [5 * 132 / (4 - 1)] * 3})


@model_spend.mistake(
    "You counted one purchase too many. `frequency` holds the repeat purchases already: the first one is not in it."
)
def first_counted(frequency, mean_spend):
    return model_spend.reference(np.add(frequency, 1), mean_spend)


@model_spend.mistake("You gave the two in the other order: first how many purchases, then their mean.")
def turned_about(frequency, mean_spend):
    return model_spend.reference(mean_spend, frequency)


model_spend.hint("p (gamma + x z) / (p x + q - 1), with x purchases of z RMB on average.")
model_spend.hint("models.GammaGamma(p=5, q=4, gamma=132).expected_spend(frequency, mean_spend)")


@exercise.number(points=3, level=3, unit="RMB", within=0.05)
def allocation(expected, cost, uplift_percent):
    """A gift costs {cost} RMB. `expected` holds the margin of next year that your forecast expects of each of six
    customers without a gift, in RMB; `uplift_percent` what a gift adds to it, in %, for each of the six: it hangs on
    the baby's age. You may give a gift to every one of them. Give them where they pay: what do you expect to earn with
    them, less their cost?"""
    added = np.multiply(expected, uplift_percent) / 100
    return float(added[added > cost].sum() - cost * (added > cost).sum())


@allocation.mistake("You gave a gift to everybody because the budget allows it. Some of them cost more than they add.")
def gift_to_all(expected, cost, uplift_percent):
    return float((np.multiply(expected, uplift_percent) / 100 - cost).sum())


@allocation.mistake(
    "You took the average uplift for all. A gift does not move a customer by the average, but by her own."
)
def average_uplift(expected, cost, uplift_percent):
    added = np.multiply(expected, np.mean(uplift_percent)) / 100
    return float(np.maximum(added - cost, 0).sum())


@allocation.mistake(
    "You stopped at the customer with the best return per RMB. The next still add more than a gift costs."
)
def best_ratio(expected, cost, uplift_percent):
    return float((np.multiply(expected, uplift_percent) / 100).max() - cost)


@allocation.mistake("You forgot what the gifts cost.")
def no_cost(expected, cost, uplift_percent):
    added = np.multiply(expected, uplift_percent) / 100
    return float(added[added > cost].sum())


@allocation.mistake("You counted all the margin of those who get a gift. Most of it would have come without.")
def whole_margin(expected, cost, uplift_percent):
    pays = np.multiply(expected, uplift_percent) / 100 > cost
    return float(np.array(expected)[pays].sum() - cost * pays.sum())


allocation.hint("What does a gift add to each? Her own uplift, as a fraction, times her own margin.")
allocation.hint("Keep those where that is more than the cost, and take the cost off for each.")


@exercise.text(
    level=3,
    at_least=150,
    rubric={
        "leads with a decision and an amount: how many gifts, to whom, and what is handed back": 1,
        "claim 1 is wrong, with its reason: records are not customers, placeholders are not data": 1,
        "claim 2 depends or is unsupported: a total fitted after looking proves nothing; names a test on fresh time": 1,
        "claim 3 is unsupported: selection; uses the lot to give the effect as a ratio or a difference": 2,
        "says which number rests on an assumption, and what would change the decision": 1,
        "keeps to what a manager needs, a page at most, each number with its unit and period": 1,
    },
    half=[
        "leads with a decision that lacks the number or the people",
        "says that it is wrong, with one of the two reasons",
        "gives the verdict and its reason, and no test on fresh time",
        "says selection and does not use the lot, or uses the lot and does not say what is wrong with the list",
        "names the assumption, and not what would change the decision; or the other way round",
        "is a page, and numbers lack units or periods",
    ],
)
def memo():
    """Write the memo: one page, 150 to 350 words, to the owner of a shop like Redbaby. You have 800 gifts at 30 RMB and
    a forecast in which 505 customers are above their bar, if a gift adds 26 % where the baby is under two, 17 % at two
    and nothing later, as a test in other shops found; you have an address of 177 of them. Audit three claims. (1)
    "2,200 records, 93 % filled: so 2,200 customers, and the file is complete." (2) "Our worksheet was {factor_percent}
    % too high in the holdout; since we divide it by the right factor it hits the {total:,} RMB on the dot, so the
    method is proved." (3) "Customers on the VIP list bring {listed} RMB in a half-year, others {others}: the list
    works." For (3) you found a trial: of those due to be listed, a half drawn by lot was, and brought {listed_lot} RMB
    each; the other half brought {control_lot}. Say what you decide, on what it rests, and what would change your mind.
    """
    return (
        "We send 177 gifts of 30 RMB, 5,310 RMB, to the customers on our list whose address we have. Of the other 328 "
        "we call those whose gain is worth the call, the best first. The rest of the money goes back: there the next "
        "gift costs more than it adds. Who is on the list hangs on what a gift adds, by the baby's age. That was found "
        "in other shops; if it is half as much here, the list is too long. "
        "Claim 1 is wrong. 2,200 are records; some people are in them twice, in other spellings, and a cell that says "
        "无 or 000000 is filled and says nothing. Without these our file had 83 %. Calling fifty of the pairs in doubt "
        "would settle it. "
        "Claim 2 is unsupported. Any forecast hits the total once it is divided by the factor found in that very "
        "period. It says nothing about which customers will buy, nor about the next period. Fix the factor now and "
        "score it, customer by customer, on months that nobody has seen, beside the model. "
        "Claim 3 is unsupported as made. It compares heavy buyers with light ones, for the list was made from them. By "
        "lot the listed bring a little more than the others who were due. With 318 and 291, say, that is 27 RMB a head "
        "and half-year, 1.09 times and not ten: this is the effect. It pays if the list costs less than that, and we "
        "need the number of customers in each half to know how far chance alone would go. "
        "What would change our mind: a test by lot, large enough to tell 30 RMB from what we expect, that finds less."
    )


@exercise.turn.number(unit="of 100", within=0.1)
def alike():
    """Two records: the names 李秀洁 and 李秀潔 have 2 of 3 characters in common, telephone and mail are equal, and one
    of the two addresses is empty. How alike are they, as the mean over the columns that both have filled?"""
    return (100 * 2 * 2 / (3 + 3) + 100 + 100) / 3


@alike.mistake(
    "That is the name alone, or the mean with the empty address as 0. It neither agrees nor disagrees: take the mean "
    "over name, telephone and mail."
)
def address_as_nothing():
    return (100 * 2 * 2 / (3 + 3) + 100 + 100) / 4


@alike.mistake("You counted the empty address as equal. Nothing was compared there: leave it out.")
def address_as_equal():
    return (100 * 2 * 2 / (3 + 3) + 100 + 100 + 100) / 4


@alike.mistake("That is one in three characters in common. They differ in one and share two: 100 × 2 × 2 / (3 + 3).")
def one_in_common():
    return (100 * 2 * 1 / (3 + 3) + 100 + 100) / 3


alike.hint("How alike are the names? m = n = 3, c = 2.")
alike.hint("(66.7 + 100 + 100) / 3.")


@exercise.turn.number(unit="RMB", within=1)
def bar():
    """A gift costs 30 RMB and adds 26.4 % to the year's margin of a mother whose baby is under two. From which expected
    margin on does it pay?"""
    return 30 / 0.264


@bar.mistake("That is the bar for an uplift of 10 %, the letter's. Hers is 26.4 %, so less margin is enough.")
def the_letters_bar():
    return 30 / 0.10


@bar.mistake("That is the bar for the average customer, at 10.9 %. A gift moves her more.")
def the_average_bar():
    return 30 / 0.109


@bar.mistake("You multiplied. Uplift times margin must be 30: divide the cost by the uplift.")
def multiplied():
    return 30 * 0.264


bar.hint("0.264 times her margin must be at least what a gift costs.")
bar.hint("Divide 30 by 0.264.")


@exercise.turn.number(unit="gifts", within=30)
def top_at_5_percent():
    """In the order of "model and age", and where a gift adds 5 % on average, 150 gifts earn 14,218 RMB, 175 earn
    15,303, 200 earn 15,323, 225 earn 15,154 and 250 earn 14,994. Where is the top of the curve?"""
    earned = {150: 14_218, 175: 15_303, 200: 15_323, 225: 15_154, 250: 14_994}
    return max(earned, key=lambda gifts: earned[gifts])


@top_at_5_percent.mistake(
    "The order of the customers stays, but not the last one who pays for her gift: at less than half the uplift her "
    "bar is more than twice as high."
)
def it_stays():
    return 475


@top_at_5_percent.mistake(
    "About there this order would stop by its own forecast. The top, where it truly earns most, needs fewer gifts."
)
def its_own_stop():
    return 260


top_at_5_percent.hint('Choose "model and age" and 5 %, then move the gifts until they earn most.')
top_at_5_percent.hint("Less than half the uplift, less than half the gifts.")


@exercise.turn.number(unit="as a fraction", within=0.01)
def power():
    """We expect a gift to add 122 RMB, and ask whether it adds more than 30. Margins scatter by 488 RMB once the past
    is taken off; there are 88 customers in each arm; the level is 5 % (1.96). How often would the test find it?"""
    return float(norm.cdf((122 - 30) / (488 * (2 / 88) ** 0.5) - 1.96))


@power.mistake("That is the test against nothing. A gift that adds less than its 30 RMB loses money: take 122 − 30.")
def against_nothing():
    return float(norm.cdf(122 / (488 * (2 / 88) ** 0.5) - 1.96))


@power.mistake("That is without the covariates. Her own past takes the scatter from 781 to 488 RMB.")
def without_covariates():
    return float(norm.cdf((122 - 30) / (781 * (2 / 88) ** 0.5) - 1.96))


@power.mistake("You took 177 in each arm. They are 177 together, a half of them without a gift.")
def all_in_each_arm():
    return float(norm.cdf((122 - 30) / (488 * (2 / 177) ** 0.5) - 1.96))


@power.mistake("You left out the 1.96: the effect must stand out from chance.")
def no_level():
    return float(norm.cdf((122 - 30) / (488 * (2 / 88) ** 0.5)))


power.hint("How many standard errors is 122 − 30? One is 488 × √(2 / 88).")
power.hint("norm.cdf(92 / (488 * (2 / 88) ** 0.5) - 1.96)")
