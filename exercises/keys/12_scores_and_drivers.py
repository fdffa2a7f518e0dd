"""Exercise 12, Kano, NPS and drivers: scores with their errors, features with their costs, a driver beside others."""

import numpy as np
import pandas as pd

from clvlib import satisfaction
from clvlib.course import Exercise

exercise = Exercise("12_scores_and_drivers", title="Kano, NPS and drivers", minutes=35, uses=["satisfaction"])

FEATURES = ["night nurse", "sealed parcel", "gift ribbon"]
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
    """Another shop: its answers to "would you recommend us?", a feature, three plans and a bank's customers."""
    nines, sevens = int(rng.integers(120, 180)), int(rng.integers(80, 120))
    sixes = int(rng.integers(40, 70))
    letters = [*"AOMIRQ", *rng.choice(list("AAOMMIR"), size=int(rng.integers(6, 11)))]
    return dict(
        answers=counted(nines, sevens, sixes),
        means=[float(mean) for mean in rng.integers(62, 90, size=3) / 10],
        **pairs(rng.permutation(letters)),
        counts={
            "night nurse": [int(count) for count in rng.integers([35, 20, 12, 8, 4, 3], [50, 34, 24, 18, 12, 9])],
            "sealed parcel": [int(count) for count in rng.integers([2, 20, 50, 8, 3, 2], [8, 30, 70, 18, 6, 5])],
            "gift ribbon": [int(count) for count in rng.integers([12, 4, 2, 60, 10, 2], [24, 10, 6, 80, 20, 6])],
        },
        lacking=[int(count) * 1000 for count in rng.integers([25, 4, 25], [40, 9, 40])],
        cost=[int(count) * 10_000 for count in rng.integers([20, 4, 15], [40, 8, 30])],
        **bank(rng),
    )


@exercise.textbook
def textbook():
    return dict(
        answers=[2, 1, 3, 4, 8, 14, 22, 40, 68, 90, 72],
        means=[8.2, 7.6, 7.0],
        **pairs("OAMAMQMORI"),
        counts={
            "night nurse": [40, 30, 20, 10, 6, 4],
            "sealed parcel": [4, 27, 55, 12, 1, 1],
            "gift ribbon": [13, 3, 1, 72, 9, 2],
        },
        lacking=[40_000, 8_000, 40_000],
        cost=[400_000, 60_000, 200_000],
        product=[4, 6, 6, 4, 3, 5, 5, 6, 5, 5, 6, 6],
        service=[6, 7, 6, 6, 2, 4, 5, 5, 5, 4, 4, 5],
        switching=[6, 6, 5, 6, 1, 1, 5, 3, 5, 3, 6, 1],
        repeat=[10, 12, 11, 10, 5, 6, 10, 9, 9, 8, 11, 8],
    )


def pairs(letters):
    """The answers of customers who find a feature A, O, ..., one letter each."""
    return dict(there=[PAIRS[letter][0] for letter in letters], not_there=[PAIRS[letter][1] for letter in letters])


def counted(nines, sevens, sixes):
    """How many answered 0, 1, ..., 10."""
    low = [sixes // 20, sixes // 25, sixes // 15, sixes // 12, sixes // 7, sixes // 4]
    return [*low, sixes - sum(low), sevens * 3 // 8, sevens - sevens * 3 // 8, nines * 5 // 9, nines - nines * 5 // 9]


def bank(rng):
    """Twelve customers; who would lose much by leaving is also served by a manager, and so marks service higher."""
    while True:
        product, switching = rng.integers(3, 7, size=12), rng.integers(1, 7, size=12)
        service = np.clip(2 + 0.6 * switching + rng.normal(0, 0.9, size=12), 1, 7).round().astype(int)
        repeat = (1 + 0.7 * product + 0.3 * service + 0.8 * switching + rng.normal(0, 0.4, size=12)).round().astype(int)
        case = dict(product=product.tolist(), service=service.tolist(), switching=switching.tolist())
        case["repeat"] = repeat.tolist()
        slopes = [0, *fitted([product, service, switching], repeat)[1:]]
        others = [
            fitted([service], repeat)[1],
            fitted([product, service], repeat)[2],
            np.corrcoef(service, repeat)[0, 1],
        ]
        others.append(np.linalg.lstsq(np.column_stack([product, service, switching]), repeat, rcond=None)[0][1])
        if 0.1 < slopes[2] < 0.6 and np.diff(np.sort([*slopes, *others])).min() > 0.012:
            return case


def fitted(columns, outcome):
    """Least-squares coefficients, the intercept first."""
    return np.linalg.lstsq(np.column_stack([np.ones(len(outcome)), *columns]), np.asarray(outcome), rcond=None)[0]


@exercise.number(points=1, level=1, unit="points", within=0.05)
def score(answers):
    """A shop asked how likely its customers are to recommend it. `answers` counts those who said 0, 1, 2, ..., 10.
    What is the net promoter score, in points from -100 to 100?"""
    promoters, detractors = sum(answers[9:]), sum(answers[:7])
    return 100 * (promoters - detractors) / sum(answers)


@score.mistake("You let the 8s in among the promoters. Promoters answer 9 or 10.")
def eights_promote(answers):
    return 100 * (sum(answers[8:]) - sum(answers[:7])) / sum(answers)


@score.mistake("Your detractors stop too early. They answer 0 to 6; `answers[:7]` has these seven counts.")
def sixes_are_passive(answers):
    return 100 * (sum(answers[9:]) - sum(answers[:6])) / sum(answers)


@score.mistake("You counted the 7s as detractors. 7 and 8 are passive.")
def sevens_detract(answers):
    return 100 * (sum(answers[9:]) - sum(answers[:8])) / sum(answers)


@score.mistake("The passives are missing below the line. They count neither for nor against, but they did answer.")
def passives_left_out(answers):
    promoters, detractors = sum(answers[9:]), sum(answers[:7])
    return 100 * (promoters - detractors) / (promoters + detractors)


@score.mistake("That is ten times the mean answer. The score counts people in three groups.")
def mean_answer(answers):
    return 10 * sum(level * count for level, count in enumerate(answers)) / sum(answers)


score.hint("Promoters said 9 or 10, detractors 0 to 6. Divide the difference by all answers.")
score.hint("`answers[9:]` holds the last two counts, `answers[:7]` the first seven.")


@exercise.number(points=2, level=2, unit="points", within=0.01)
def margin(answers):
    """How far does that score reach on either side, 95 times in 100? Give 1.96 standard errors, in points."""
    n = sum(answers)
    p, d = sum(answers[9:]) / n, sum(answers[:7]) / n
    return 1.96 * 100 * ((p + d - (p - d) ** 2) / n) ** 0.5


def shares(answers):
    n = sum(answers)
    return sum(answers[9:]) / n, sum(answers[:7]) / n, n


@margin.mistake("That is one standard error. 95 times in 100 needs 1.96 of them.")
def one_error(answers):
    p, d, n = shares(answers)
    return 100 * ((p + d - (p - d) ** 2) / n) ** 0.5


@margin.mistake("That is the error of the share of promoters alone. The score also moves with the detractors.")
def promoters_alone(answers):
    p, _, n = shares(answers)
    return 1.96 * 100 * (p * (1 - p) / n) ** 0.5


@margin.mistake(
    "You added the two errors as if promoters and detractors came from two surveys. They share one: who is a promoter "
    "is no detractor, and so the score swings wider."
)
def two_surveys(answers):
    p, d, n = shares(answers)
    return 1.96 * 100 * ((p * (1 - p) + d * (1 - d)) / n) ** 0.5


@margin.mistake("Take the square of the score away: the variance is p + d - (p - d) ** 2.")
def square_forgotten(answers):
    p, d, n = shares(answers)
    return 1.96 * 100 * ((p + d) / n) ** 0.5


@margin.mistake("You did not divide by the number of answers: that is how far single answers spread, not their mean.")
def not_divided(answers):
    p, d, _ = shares(answers)
    return 1.96 * 100 * (p + d - (p - d) ** 2) ** 0.5


margin.hint("A promoter counts +1, a passive 0, a detractor -1. What is the variance of these, and of their mean?")
margin.hint("1.96 * 100 * ((p + d - (p - d) ** 2) / n) ** 0.5; or `satisfaction.nps` on the single answers has `se`.")


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


@exercise.number(points=1, level=1, unit="points", within=0.02)
def index(means):
    """The three questions of the American Customer Satisfaction Index are answered on ten levels, 1 to 10. Their means
    are `means`: {means[0]}, {means[1]} and {means[2]}. What is the index, from 0 to 100, with equal weights?"""
    return (sum(means) / 3 - 1) / 9 * 100


@index.mistake("You divided by ten levels. The lowest level then gets 10 points for nothing: take 1 off, divide by 9.")
def ten_steps(means):
    return sum(means) / 3 * 10


@index.mistake("You took 1 off, but divided by 10. From 1 to 10 there are nine steps.")
def off_by_one(means):
    return (sum(means) / 3 - 1) / 10 * 100


@index.mistake("Take 1 off before you divide by 9: the lowest level is worth 0.")
def one_not_taken_off(means):
    return sum(means) / 3 / 9 * 100


@index.mistake("That is the mean level, on 1 to 10. Bring it to 0 to 100.")
def mean_level(means):
    return sum(means) / 3


index.hint("Level 1 is worth 0 points, level 10 is worth 100. What is one step worth?")
index.hint("`satisfaction.acsi(means)` uses equal weights if you give none.")


@exercise.table(points=3, level=2, within=0.001)
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
    Build a DataFrame with one row a feature, in the order of `counts`, and the columns `feature`, `better`, `worse`
    and `per_step`: what a step of satisfaction costs, in RMB. Giving the feature to a customer who lacks it makes
    better + |worse| steps on average."""
    table = pd.DataFrame(counts, index=list("AOMIRQ")).T
    total = table[["A", "O", "M", "I"]].sum(axis=1)
    table["better"] = (table["A"] + table["O"]) / total
    table["worse"] = -(table["O"] + table["M"]) / total
    table["per_step"] = np.array(cost) / (np.array(lacking) * (table["better"] - table["worse"]))
    return table[["better", "worse", "per_step"]].rename_axis("feature").reset_index()


def shares_by(counts, better, worse, below="AOMI"):
    """Better and worse as sums of the letters named, over those named in `below`."""
    table = pd.DataFrame(counts, index=list("AOMIRQ")).T
    total = table[list(below)].sum(axis=1)
    return table[list(better)].sum(axis=1) / total, -table[list(worse)].sum(axis=1) / total


def plan(counts, better, worse, per_step):
    columns = {"better": list(better), "worse": list(worse), "per_step": list(per_step)}
    return pd.DataFrame({"feature": list(counts), **columns})


@needs.mistake("R and Q are in your denominator. Both shares are taken of A + O + M + I only.")
def r_and_q_below(counts, lacking, cost):
    better, worse = shares_by(counts, "AO", "OM", "AOMIRQ")
    return plan(counts, better, worse, np.array(cost) / (np.array(lacking) * (better - worse)))


@needs.mistake(
    "O is missing. A one-dimensional feature pleases if it is there and displeases if it is not: count it in both."
)
def o_forgotten(counts, lacking, cost):
    better, worse = shares_by(counts, "A", "M")
    return plan(counts, better, worse, np.array(cost) / (np.array(lacking) * (better - worse)))


@needs.mistake("Write `worse` with its minus sign, as it is published; only the steps take it without.")
def worse_without_sign(counts, lacking, cost):
    better, worse = shares_by(counts, "AO", "OM")
    return plan(counts, better, -worse, np.array(cost) / (np.array(lacking) * (better - worse)))


@needs.mistake(
    "Your steps count `better` alone. That is applause: a customer who no longer lacks a must-be also goes a step up."
)
def better_alone(counts, lacking, cost):
    better, worse = shares_by(counts, "AO", "OM")
    return plan(counts, better, worse, np.array(cost) / (np.array(lacking) * better))


@needs.mistake("`worse` is negative, so adding it takes the must-be steps away. Steps are better - worse.")
def worse_added(counts, lacking, cost):
    better, worse = shares_by(counts, "AO", "OM")
    return plan(counts, better, worse, np.array(cost) / (np.array(lacking) * (better + worse)))


@needs.mistake(
    "The shares are right. Your last column forgets how many customers lack the feature: multiply the steps."
)
def lacking_forgotten(counts, lacking, cost):
    better, worse = shares_by(counts, "AO", "OM")
    return plan(counts, better, worse, np.array(cost) / (better - worse))


needs.hint("better = (A + O) / (A + O + M + I); worse = -(O + M) / the same. `satisfaction.better_worse` has both.")
needs.hint("Cost divided by steps; steps are the customers who lack it, times better - worse.")


@exercise.number(points=3, level=2, unit="repeat purchases per level", within=0.005)
def service_alone(product, service, switching, repeat):
    """Twelve customers of a bank marked its products and its service (1 to 7) and said what it would cost them to
    leave (`switching`, 1 to 7); `repeat` counts what they took from the bank again in the year after. Customers who
    would lose much by leaving have a manager of their own. By least squares with an intercept: how many more repeat
    purchases go with one more level of `service`, with `product` and `switching` held constant?"""
    columns = np.column_stack([np.ones(len(repeat)), product, service, switching])
    return np.linalg.lstsq(columns, np.array(repeat), rcond=None)[0][2]


@service_alone.mistake(
    "That is the slope on service alone. Who would lose much by leaving is served better *and* comes back anyway: hold "
    "`product` and `switching` constant, too."
)
def nothing_held(service, repeat):
    return fitted([service], repeat)[1]


@service_alone.mistake("`switching` is missing from your regression, and it is the common cause here.")
def confounder_left_out(product, service, repeat):
    return fitted([product, service], repeat)[2]


@service_alone.mistake("That is a correlation, without a unit. Asked is how many purchases go with one more level.")
def a_correlation(service, repeat):
    return np.corrcoef(service, repeat)[0, 1]


@service_alone.mistake(
    "There is no intercept in your regression, so its plane is forced through zero. Add a column of ones."
)
def no_intercept(product, service, switching, repeat):
    return np.linalg.lstsq(np.column_stack([product, service, switching]), np.array(repeat), rcond=None)[0][1]


@service_alone.mistake("That is the coefficient of `product`. The intercept comes first, so count the columns again.")
def coefficient_of_product(product, service, switching, repeat):
    return fitted([product, service, switching], repeat)[1]


@service_alone.mistake("That is the coefficient of `switching`, not of `service`.")
def coefficient_of_switching(product, service, switching, repeat):
    return fitted([product, service, switching], repeat)[3]


service_alone.hint("`import statsmodels.formula.api as smf`, and put the four lists into a DataFrame.")
service_alone.hint('`smf.ols("repeat ~ product + service + switching", data).fit().params` has the coefficient.')


@exercise.text(
    level=3,
    at_least=60,
    rubric={
        "asks for the three shares and the number of answers before comparing the two scores": 1,
        "names a common cause that could make both app use and satisfaction, and holds it constant": 1,
        "says that holding satisfaction itself constant would hide what the app does": 1,
        "proposes an experiment (the app for customers drawn by lot) and says what is compared": 1,
        "decides, and names the result that would change the decision": 1,
    },
)
def build_the_app():
    """The marketing head wants 400,000 RMB for a new app. "Our NPS is 34, our rival's 30. And mothers who use our app
    give us 5.6 on seven levels, the others 4.9: the app makes them happy. I have checked it in a regression with all
    marks for goods, service and delivery, and it is significant. Besides, among equally satisfied mothers the app
    makes no difference to repurchase, so it must work through satisfaction." Do you give the money? Answer in five to
    seven sentences."""
    return (
        "I would not give the money on this. The rival's 30 may be many promoters and many detractors or no detractor "
        "at all, and if 100 were asked it may be off by 15 points, so I would first ask for his shares and his n. "
        "Mothers who use the app chose to: they may be members, or buy more often, or be younger, and that may make "
        "them both happier and users of the app. The regression holds their other marks constant, but not membership "
        "or how often they order, and with a common cause left out significance means nothing. That the app makes no "
        "difference among equally satisfied mothers shows nothing either way: if it did work through satisfaction, "
        "holding satisfaction constant would hide it, and if it did not work at all, it would look the same. I would "
        "invite 1,000 mothers, drawn by lot from those who do not use the app, to install it, and after a quarter "
        "compare the overall mark and repurchase of all who were invited with those of 1,000 who were not. If the "
        "invited are better by more than chance allows and the margin gained pays for the app, I would build it; if "
        "not, the money goes to what mothers miss when it is lacking."
    )


@exercise.turn.number(unit="answers", within=20)
def answers_for_five():
    """With 100 answers a score is 30 ± 15.3 points. How many answers make it ± 5?"""
    return 100 * (15.3 / 5) ** 2


@answers_for_five.mistake(
    "Three times as many answers bring ± 8.8. The error falls with the root of their number only."
)
def three_times_as_many():
    return 300


@answers_for_five.mistake("There it is ± 3.4: more than you need.")
def all_of_the_slider():
    return 2000


answers_for_five.hint("Leave score and passives, move the answers up, and read the ±.")
answers_for_five.hint("Three times narrower takes nine times as many.")


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
