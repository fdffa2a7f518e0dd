"""Exercise 13, Kano, voices and the profit chain: a step and its price, readers of comments, links and loops."""

from collections import Counter

import numpy as np
import pandas as pd

from clvlib import satisfaction
from clvlib.course import Exercise

exercise = Exercise("13_kano_voice_chain", title="Kano, voices and the profit chain", minutes=35, uses=["satisfaction"])

PAIRS = {
    "A": ("like", "neutral"),
    "O": ("like", "dislike"),
    "M": ("must-be", "dislike"),
    "I": ("neutral", "neutral"),
    "R": ("dislike", "like"),
    "Q": ("like", "like"),
}


@exercise.case
def shop(rng):
    """Another shop: a feature, three plans, its comments, a loop, and fourteen stations."""
    letters = [*"AOMIRQ", *rng.choice(list("AAOMMIR"), size=int(rng.integers(6, 11)))]
    return dict(
        **pairs(rng.permutation(letters)),
        counts={
            "night nurse": [int(count) for count in rng.integers([35, 20, 12, 8, 4, 3], [50, 34, 24, 18, 12, 9])],
            "sealed parcel": [int(count) for count in rng.integers([2, 20, 50, 8, 3, 2], [8, 30, 70, 18, 6, 5])],
            "gift ribbon": [int(count) for count in rng.integers([20, 4, 2, 60, 8, 2], [30, 10, 6, 80, 15, 6])],
        },
        lacking=[int(count) * 1000 for count in rng.integers([25, 4, 25], [40, 9, 40])],
        cost=[int(count) * 10_000 for count in rng.integers([20, 4, 15], [40, 8, 30])],
        angry_comments=int(rng.integers(30, 61)) / 100,
        angry_write=int(rng.integers(15, 31)) / 100,
        others_write=int(rng.integers(3, 8)) / 100,
        effects=[float(size) / 10 for size in rng.integers(7, 10, size=4) * [-1, 1, -1, 1]],
        saved=int(rng.integers(2, 7)),
        **stations(rng),
    )


@exercise.textbook
def textbook():
    return dict(
        **pairs("OAMAMQMORI"),
        counts={
            "night nurse": [40, 30, 20, 10, 6, 4],
            "sealed parcel": [4, 27, 55, 12, 1, 1],
            "gift ribbon": [26, 3, 1, 62, 9, 2],
        },
        lacking=[40_000, 8_000, 40_000],
        cost=[400_000, 60_000, 200_000],
        angry_comments=0.40,
        angry_write=0.20,
        others_write=0.05,
        effects=[-1.0, 0.8, -0.7, 0.9],
        saved=4,
        **stations(np.random.default_rng(13)),
    )


def pairs(letters):
    """The answers of customers who find a feature A, O, ..., one letter each."""
    return dict(there=[PAIRS[letter][0] for letter in letters], not_there=[PAIRS[letter][1] for letter in letters])


def stations(rng):
    """Seven stations in poor and seven in rich districts; staff moves profit through the customers' satisfaction."""
    rich = [0] * 7 + [1] * 7
    while True:
        staff = (58 + 14 * np.array(rich) + rng.normal(0, 6, size=14)).round().astype(int)
        customers = (60 + 0.6 * (staff - 65) + rng.normal(0, 3, size=14)).round().astype(int)
        profit = (80 + 15 * np.array(rich) + 0.6 * (customers - 60) + rng.normal(0, 2, size=14)).round().astype(int)
        right = fitted([staff, rich], profit)
        others = [
            0,
            right[2],
            fitted([staff], profit)[1],
            fitted([staff, customers], profit)[1],
            fitted([staff, rich, customers], profit)[1],
            np.corrcoef(staff, profit)[0, 1],
            np.linalg.lstsq(np.column_stack([staff, rich]), profit, rcond=None)[0][0],
        ]
        if 0.25 < right[1] < 0.5 and np.diff(np.sort([right[1], *others])).min() > 0.012:
            lists = dict(staff=staff.tolist(), rich=rich, customers=customers.tolist())
            return lists | dict(profit=profit.tolist())


def fitted(columns, outcome):
    """Least-squares coefficients, the intercept first."""
    return np.linalg.lstsq(np.column_stack([np.ones(len(outcome)), *columns]), np.asarray(outcome), rcond=None)[0]


@exercise.table(points=3, level=2, within=0)
def categories(there, not_there):
    """Customers answered a pair of questions on one feature. `there` has their answers to "how do you feel if it is
    there?", `not_there` those to "and if it is not?", in the same order. Build a DataFrame with six rows and the
    columns `category` ("A", "O", "M", "I", "R", "Q", in this order) and `respondents` (how many of each)."""
    found = satisfaction.kano(functional=there, dysfunctional=not_there).counts
    return pd.DataFrame({"category": list(found.index), "respondents": list(found)})


def letters_by(there, not_there, change=None):
    counts = satisfaction.kano(there, not_there).counts
    if change:
        from_, to = change
        counts[to] += counts[from_]
        counts[from_] = 0
    return pd.DataFrame({"category": list(counts.index), "respondents": list(counts)})


@categories.mistake(
    "The two answers are exchanged: nearly everybody would rather not have the feature. `there` is the row of the "
    "table (functional), `not_there` the column (dysfunctional)."
)
def transposed(there, not_there):
    return letters_by(not_there, there)


@categories.mistake("You took like/dislike for attractive. Who is displeased without it is an O: the more the better.")
def o_taken_for_a(there, not_there):
    return letters_by(there, not_there, ("O", "A"))


@categories.mistake('Who likes it both ways is no "indifferent": she cannot mean both. That pair is Q, questionable.')
def q_taken_for_i(there, not_there):
    return letters_by(there, not_there, ("Q", "I"))


@categories.mistake(
    "You counted those who would rather not have it as indifferent. To dislike it there, or to like it gone, is R, "
    "reverse."
)
def r_taken_for_i(there, not_there):
    return letters_by(there, not_there, ("R", "I"))


categories.hint("`satisfaction.KANO_TABLE` shows the letter of every pair: row there, column not there.")
categories.hint("`satisfaction.kano(functional=..., dysfunctional=...).counts` counts the letters.")


@exercise.table(points=4, level=2, within=0.002)
def needs(counts, lacking, cost):
    """Three features could be offered. `counts` has for each how many respondents find it A, O, M, I, R and Q (in this
    order), `lacking` how many customers lack it now, and `cost` what giving it to them would cost, in RMB a year.
    Having it is one step up for an A and for an M, two for an O, none for an I and a Q, and one step *down* for an R.
    Build a DataFrame with one row a feature, in the order of `counts`, and the columns `feature`, `steps` (the mean
    over all who answered) and `per_step`: what a step costs, in RMB, if the feature goes to all who lack it."""
    table = pd.DataFrame(counts, index=list("AOMIRQ")).T
    table["steps"] = (table["A"] + 2 * table["O"] + table["M"] - table["R"]) / table[list("AOMIRQ")].sum(axis=1)
    table["per_step"] = np.array(cost) / (np.array(lacking) * table["steps"])
    return table[["steps", "per_step"]].rename_axis("feature").reset_index()


def priced(counts, lacking, cost, weights, below="AOMIRQ"):
    """Steps by these weights of the letters, over those named in `below`, and their price."""
    table = pd.DataFrame(counts, index=list("AOMIRQ")).T
    steps = sum(weight * table[letter] for letter, weight in weights.items()) / table[list(below)].sum(axis=1)
    per_step = np.array(cost) / (np.array(lacking) * steps)
    return pd.DataFrame({"feature": list(counts), "steps": list(steps), "per_step": list(per_step)})


STEPS = {"A": 1, "O": 2, "M": 1, "R": -1}


@needs.mistake("R and Q are missing. Those are better and worse, of A + O + M + I only. Take the mean over all.")
def r_and_q_left_out(counts, lacking, cost):
    return priced(counts, lacking, cost, STEPS | {"R": 0}, "AOMI")


@needs.mistake("Who would rather not have it goes a step *down*: take the R away.")
def r_counted_as_none(counts, lacking, cost):
    return priced(counts, lacking, cost, STEPS | {"R": 0})


@needs.mistake("R and Q answered, too: they count below the line, in the number of all who answered.")
def only_four_below(counts, lacking, cost):
    return priced(counts, lacking, cost, STEPS, "AOMI")


@needs.mistake("An O makes two steps: from displeased without it, over the shrug, to pleased with it.")
def o_counted_once(counts, lacking, cost):
    return priced(counts, lacking, cost, STEPS | {"O": 1})


@needs.mistake("Your steps count applause alone. An M goes a step up, too: from displeased to a shrug.")
def m_forgotten(counts, lacking, cost):
    return priced(counts, lacking, cost, {"A": 1, "O": 1, "R": -1})


@needs.mistake(
    "The steps are right. Your last column forgets how many customers lack the feature: multiply the steps.", worth=0.5
)
def lacking_forgotten(counts, lacking, cost):
    return priced(counts, np.ones(len(lacking)), cost, STEPS)


needs.hint("What does each letter add, and whom do you divide by?")
needs.hint("steps = (A + 2 * O + M - R) / all six; per_step = cost / (lacking * steps).")


@exercise.function(points=2, level=1, within=0.0005, shown=[(5, 11), (4, 10), (3, 3)])
def break_even(told_if_satisfied, told_if_not):
    """A satisfied customer tells so many others, a dissatisfied one so many. Write a function `break_even` of the two
    numbers. It returns the share of satisfied customers at which as many people hear good of the shop as bad."""
    return told_if_not / (told_if_satisfied + told_if_not)


@break_even.hidden_inputs
def other_talkers(rng):
    return [(int(good), int(bad)) for good, bad in zip(rng.integers(1, 9, 6), rng.integers(9, 16, 6), strict=True)]


@break_even.mistake("That is the share of *dissatisfied* customers at the balance.")
def share_of_the_others(told_if_satisfied, told_if_not):
    return told_if_satisfied / (told_if_satisfied + told_if_not)


@break_even.mistake(
    "That is how many satisfied customers outweigh one who is dissatisfied. As a share, divide by all of them."
)
def satisfied_per_dissatisfied(told_if_satisfied, told_if_not):
    return told_if_not / told_if_satisfied


@break_even.mistake("Your function gives 0.6875 whatever it gets: use its two arguments.")
def always_five_and_eleven(told_if_satisfied, told_if_not):
    return 11 / 16


@break_even.mistake("Half satisfied balances only if both tell equally many. Weigh each side by how many it tells.")
def always_half(told_if_satisfied, told_if_not):
    return 0.5


break_even.hint("At the balance s * told_if_satisfied equals (1 - s) * told_if_not. Solve for s.")


@exercise.function(points=3, level=2, within=0.0005, shown=[("LLDD", "LDDD"), ("LDTLDT", "LDTLDL"), ("LLLD", "LLLL")])
def kappa(one, other):
    """Two people coded the same comments, a letter each: "LLDD" means look, look, damage, damage. Write a function
    `kappa` of the two codings. It returns Cohen's kappa: how often they agree above chance, as a share of what could
    be reached above chance. By chance they agree on a letter with the product of their own shares of it."""
    n = len(one)
    agree = sum(first == second for first, second in zip(one, other, strict=True)) / n
    chance = sum(one.count(letter) * other.count(letter) for letter in set(one)) / n**2
    return (agree - chance) / (1 - chance)


def agreement(one, other):
    return sum(first == second for first, second in zip(one, other, strict=True)) / len(one)


@kappa.hidden_inputs
def other_coders(rng):
    """Twelve comments each; the second coder goes astray now and then, and mostly towards one letter."""
    cases = []
    for _ in range(6):
        one = rng.choice(list("LDTS"), size=12, p=[0.4, 0.3, 0.2, 0.1])
        astray = rng.random(12) < 0.35
        astray[:2] = True, False
        one[:2] = "D", "L"
        other = np.where(astray, "L", one)
        cases.append(("".join(one), "".join(other)))
    return cases


@kappa.mistake("That is how often they agree. Take off what chance alone would bring, above and below the line.")
def agreement_alone(one, other):
    return agreement(one, other)


@kappa.mistake(
    "Your chance is one in so many letters, as if each were used equally often. Take the shares that each coder used."
)
def letters_equally_likely(one, other):
    kinds = len(set(one) | set(other))
    return (agreement(one, other) - 1 / kinds) / (1 - 1 / kinds)


@kappa.mistake("The agreement above chance is right. Divide it by what could be reached above chance, 1 - chance.")
def not_divided(one, other):
    chance = sum(one.count(letter) * other.count(letter) for letter in set(one)) / len(one) ** 2
    return agreement(one, other) - chance


@kappa.mistake("You pooled the two coders' shares (that is Scott's pi). Cohen multiplies each coder's own.")
def shares_pooled(one, other):
    both = Counter(one) + Counter(other)
    chance = sum((count / (2 * len(one))) ** 2 for count in both.values())
    return (agreement(one, other) - chance) / (1 - chance)


kappa.hint("Which share do they agree on? Which share would agree if each dealt out her own letters at random?")
kappa.hint("chance = sum of one.count(letter) * other.count(letter) / n ** 2 over the letters; (a - c) / (1 - c).")


@exercise.number(points=2, level=2, unit="as a fraction", within=0.001)
def really_angry(angry_comments, angry_write, others_write):
    """A slide says: "{angry_comments:.0%} of 100,000 comments are angry, ± 0.3 points. So {angry_comments:.0%} of our
    customers are angry." But an angry customer writes with a chance of {angry_write:.0%}, any other with
    {others_write:.0%}. Find the flaw, and put it right: which share of the customers is angry? Give three decimals."""
    angry, others = angry_comments / angry_write, (1 - angry_comments) / others_write
    return angry / (angry + others)


@really_angry.mistake("That is the slide's number. It is a share of the comments, and the angry write more often.")
def as_on_the_slide(angry_comments):
    return angry_comments


@really_angry.mistake(
    "You went the other way, from a share of customers to one of comments. Here the share of comments is known."
)
def other_way_round(angry_comments, angry_write, others_write):
    angry, others = angry_comments * angry_write, (1 - angry_comments) * others_write
    return angry / (angry + others)


@really_angry.mistake(
    "You weighed the angry alone. The others stand for more customers, too: divide them by their own."
)
def others_not_weighed(angry_comments, angry_write):
    angry = angry_comments / angry_write
    return angry / (angry + 1 - angry_comments)


@really_angry.mistake("That is how many angry customers there are for each of the others. As a share, divide by both.")
def odds_of_anger(angry_comments, angry_write, others_write):
    return angry_comments / angry_write / ((1 - angry_comments) / others_write)


really_angry.hint("How many customers stand behind one angry comment, and how many behind another one?")
really_angry.hint("angry = angry_comments / angry_write; others = (1 - angry_comments) / others_write; then the share.")


@exercise.number(points=2, level=2, unit="points", within=0.05)
def in_the_end(effects, saved):
    """An employee cycle: a point of attrition changes experience by {effects[0]}, a point of experience changes service
    by {effects[1]}, a point of service changes angry calls by {effects[2]}, a point of angry calls changes attrition by
    {effects[3]}. `effects` holds the four. Control of attrition takes {saved} points off. How many points is attrition
    lower in the end, after all rounds?"""
    return saved / (1 - np.prod(effects))


@in_the_end.mistake("That is the first round alone. What comes back enters again, and again.")
def one_round(effects, saved):
    return saved * (1 + np.prod(effects))


@in_the_end.mistake("That is only what comes back after one round. The points that you took off stay off, too.")
def what_comes_back(effects, saved):
    return saved * np.prod(effects)


@in_the_end.mistake("Two minuses make a plus: this loop reinforces. Subtract the gain from 1 below the line.")
def loop_that_dampens(effects, saved):
    return saved / (1 + np.prod(effects))


@in_the_end.mistake("You added only the later rounds. The points taken off at first belong to the total.")
def first_points_forgotten(effects, saved):
    return saved * np.prod(effects) / (1 - np.prod(effects))


in_the_end.hint("What is left of a point after one round through all four? Multiply.")
in_the_end.hint("With the gain g the total T is what enters and g times T itself: T = saved + g * T.")


@exercise.number(points=3, level=2, unit="thousand RMB a point", within=0.004)
def staff_alone(staff, rich, profit):
    """Fourteen delivery stations: `staff` is their couriers' satisfaction, `customers` that of their customers (both 0
    to 100), `rich` is 1 in a rich district, where tips are good and orders large, and `profit` is in thousand RMB a
    month. Happy couriers please customers, and these buy more. By least squares with an intercept: how much more profit
    goes with one more point of staff satisfaction, *all* that it does counted and the district not?"""
    columns = np.column_stack([np.ones(len(profit)), staff, rich])
    return np.linalg.lstsq(columns, np.array(profit), rcond=None)[0][1]


@staff_alone.mistake(
    "Nothing is held constant. In a rich district couriers are happier *and* profit is higher: hold `rich` constant."
)
def nothing_held(staff, profit):
    return fitted([staff], profit)[1]


@staff_alone.mistake(
    "You held `customers` constant as well. They lie between staff and profit: that hides what staff does through them."
)
def cause_between_held(staff, rich, customers, profit):
    return fitted([staff, rich, customers], profit)[1]


@staff_alone.mistake(
    "You held `customers` constant and not `rich`. Hold what comes before both, leave alone what lies between."
)
def only_the_cause_between(staff, customers, profit):
    return fitted([staff, customers], profit)[1]


@staff_alone.mistake("That is a correlation, without a unit. How much profit goes with one more point?")
def a_correlation(staff, profit):
    return np.corrcoef(staff, profit)[0, 1]


@staff_alone.mistake("There is no intercept in your regression, so its plane goes through zero. Add a column of ones.")
def no_intercept(staff, rich, profit):
    return np.linalg.lstsq(np.column_stack([staff, rich]), np.array(profit), rcond=None)[0][0]


@staff_alone.mistake("That is the coefficient of `rich`: what the district adds. Count the columns again.")
def coefficient_of_rich(staff, rich, profit):
    return fitted([staff, rich], profit)[2]


staff_alone.hint("Which of `rich` and `customers` comes before staff and profit, and which lies between them?")
staff_alone.hint(
    "`data = pd.DataFrame({...})` of the lists, `import statsmodels.formula.api as smf`, and then "
    '`smf.ols("profit ~ staff + rich", data).fit().params["staff"]`.'
)


@exercise.text(
    level=3,
    at_least=60,
    rubric={
        "names a common cause of happy couriers and profit (such as the district), and compares like with like": 1,
        "says that links multiply, so that five of 0.5 bring almost nothing at the end": 1,
        "does not count on 92 % accuracy: asks what chance or a lazy program reaches, or who writes": 1,
        "proposes stations drawn by lot, and a first link (such as ability or attrition) that few stations can show": 1,
        "decides, and names the result that would change the decision": 1,
    },
    half=[
        "says that correlation is no cause, and names none in common",
        "says that a chain is weaker than its links, without a size",
        "doubts the 92 %, and not against what",
        "proposes stations drawn by lot, and measures only profit",
        "decides without a result that would change it",
    ],
)
def pay_the_couriers():
    """The head of delivery wants 400,000 RMB a year for his couriers at 40 stations. "Stations whose couriers are ten
    points happier earn 6 thousand RMB a month more; the correlation is 0.5. It is the service-profit chain: happy
    staff, ability, value, happy customers, loyalty, profit, and each link has 0.5, research says. Besides, a program
    that finds angry comments with 92 % accuracy finds fewer of them where couriers are happy." Do you give the money?
    Answer in five to seven sentences."""
    return (
        "I would not give 400,000 RMB on this. Stations with happy couriers may lie in richer districts, where tips "
        "and orders are both larger, so I would first compare stations of like districts. His two numbers also "
        "contradict one another: if each of five links has 0.5, the two ends have 0.03 and not 0.5, so most of what "
        "he sees must come from elsewhere. That the program is right in 92 % says little, because one that never finds "
        "anger may be right as often; I would ask for its kappa against two people, and remember that only some "
        "customers write. I would give 100,000 RMB to 20 stations drawn by lot for half a year and compare attrition "
        "and ability there with the other 20, because the first link shows in few stations, and profit would need "
        "hundreds. If ability rises by what the chain needs to pay for itself, I would go on to the next link and to "
        "all stations; if not, I would stop, and the money goes to what customers miss."
    )


@exercise.turn.number(unit="a number", within=0.005)
def lazy_kappa():
    """Li calls 15 of 24 comments bad. A lazy program calls all 24 bad, so they agree on 62.5 %. What is its kappa?"""
    agree, chance = 15 / 24, 15 / 24 * 1
    return (agree - chance) / (1 - chance)


@lazy_kappa.mistake("That is the agreement. Take off what chance brings, above and below the line.")
def agreement_itself():
    return 15 / 24


@lazy_kappa.mistake("You took chance for one half. By its frequencies: Li's bad, 62.5 %, times the program's, 100 %.")
def chance_of_a_half():
    return (15 / 24 - 0.5) / 0.5


@lazy_kappa.mistake("You took chance for one third, one for each mood. The program uses one mood only: 62.5 % × 100 %.")
def chance_of_a_third():
    return (15 / 24 - 1 / 3) / (1 - 1 / 3)


lazy_kappa.hint("What would the frequencies alone bring: Li's share of bad, times the program's share of bad?")
lazy_kappa.hint("Chance is 0.625 × 1. What is above it?")


@exercise.turn.number(unit="as a fraction", within=0.002)
def upset_share():
    """One mother in ten is upset. Of the upset 20 % write, of the others 5 %. Which share of the comments comes from
    the upset?"""
    return 0.10 * 0.20 / (0.10 * 0.20 + 0.90 * 0.05)


@upset_share.mistake("That is the share among the mothers. The upset write four times as often.")
def share_of_mothers():
    return 0.10


@upset_share.mistake("Those are the upset who write, as a share of all mothers. Divide by all who write.")
def of_all_mothers():
    return 0.10 * 0.20


@upset_share.mistake("Four times as often, yes; but the others write as well. Divide by all who write.")
def four_times_a_tenth():
    return 0.10 * 4


@upset_share.mistake("That is 20 out of 20 + 5, as if there were as many upset mothers as others.")
def as_many_of_each():
    return 0.20 / (0.20 + 0.05)


@upset_share.mistake("That is the upset who write for each of the others who write. Divide by both.")
def odds_of_upset():
    return 0.10 * 0.20 / (0.90 * 0.05)


upset_share.hint("Of 1,000 mothers, how many upset ones write, and how many others?")
upset_share.hint("20 and 45, of 65.")


@exercise.turn.number(unit="M, as on the slider", within=2.5)
def must_be_from():
    """A feature is attractive (A) to 40, one-dimensional (O) to 30, indifferent (I) to 10. M, those who call it a
    must-be, goes up in steps of 5. At which M does it lie in the must-be corner: having it pleases less than half?"""
    return 40 + 30 - 10 + 5


@must_be_from.mistake("There it lies on the border: having it pleases half. One step more.")
def on_the_border():
    return 40 + 30 - 10


@must_be_from.mistake("There as many call it a must-be as attractive. But having it would still please more than half.")
def as_many_as_attractive():
    return 40


@must_be_from.mistake("There the largest group calls it a must-be. But having it would still please more than half.")
def largest_group():
    return 45


@must_be_from.mistake("There it lies in the corner already. One step less does it, too.")
def one_step_too_far():
    return 70


must_be_from.hint("Move M alone, and read the corner in the sentence.")
must_be_from.hint("Better is (A + O) / (A + O + M + I). When is it below a half?")


@exercise.turn.number(unit="as on the slider", within=0.025)
def link_for_half():
    """With links of 0.50 the stations show 5.6 thousand RMB a 10 points, and the chain brings 0.3 of it; the rest comes
    with the districts. The chain brings 10 times link to the fifth. From which link on is that more than the rest?"""
    return ((5.6 - 0.3) / 10) ** (1 / 5)


@link_for_half.mistake("Five links multiply: at 0.50 the chain brings 0.3 of 5.6. It takes much stronger ones.")
def half_a_link():
    return 0.5


@link_for_half.mistake("Close: there the chain brings 4.4 of 9.7, still less than half. One step more.")
def one_step_before():
    return 0.85


link_for_half.hint(
    "Leave the districts, move the link up, and compare what the chain brings with what the stations show."
)
link_for_half.hint("At 0.80 it is 3.3 of 8.5. Go on.")


@exercise.turn.number(unit="a number from 0 to 1", within=0.005)
def link_that_pays():
    """Ten points happier staff cost 0.833 thousand RMB a month and bring 10 times link to the fifth. At which link does
    one pay for the other?"""
    return (0.833 / 10) ** (1 / 5)


@link_that_pays.mistake("That is what all five links together must hand on. Each of the five must be far stronger.")
def all_five_together():
    return 0.833 / 10


@link_that_pays.mistake("Links multiply and do not add: take the fifth root, do not divide by five.")
def divided_by_five():
    return 0.833 / 10 / 5


@link_that_pays.mistake("The program moves staff by 10 points: 10 × link⁵ = 0.833.")
def one_point_only():
    return 0.833 ** (1 / 5)


@link_that_pays.mistake("You took the square root. Five links stand between staff and profit: the fifth root.")
def square_root():
    return (0.833 / 10) ** 0.5


link_that_pays.hint("What must link⁵ be?")
link_that_pays.hint("0.0833 ** (1 / 5)")
