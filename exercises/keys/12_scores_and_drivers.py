"""Exercise 12, Scores and drivers: scores with their errors, two waves of a survey, a driver beside others, a map."""

import numpy as np
import pandas as pd

from clvlib.course import Exercise

exercise = Exercise("12_scores_and_drivers", title="Scores and drivers", minutes=35, uses=["satisfaction"])

# A third thing beside the courier's mark and "ordered again", and how it hangs together with them.
STORIES = {
    "age": "Older customers mark any courier higher, and they also order more often, whoever comes",
    "contentment with the shop": "A friendly courier makes her more content, and who is more content orders again",
    "a thank-you letter": "It goes to all who praised the courier, and to all who ordered again",
}


@exercise.case
def shop(rng):
    """Another shop: its answers to "would you recommend us?", a second wave, a café and a bank."""
    nines, sevens = int(rng.integers(120, 180)), int(rng.integers(80, 120))
    sixes = int(rng.integers(40, 70))
    wave = dict(promoters=int(rng.integers(210, 270)), passives=int(rng.integers(150, 210)))
    third = str(rng.choice(list(STORIES)))
    return dict(
        answers=counted(nines, sevens, sixes),
        autumn=wave | dict(detractors=int(rng.integers(60, 100))),
        means=[float(mean) for mean in rng.integers(62, 90, size=3) / 10],
        **cafe(rng),
        **bank(rng),
        third=third,
        story=STORIES[third],
    )


@exercise.textbook
def textbook():
    return dict(
        answers=[2, 1, 3, 4, 8, 14, 22, 40, 68, 90, 72],
        autumn=dict(promoters=210, passives=120, detractors=80),
        means=[8.2, 7.6, 7.0],
        drivers={"coffee": 0.40, "wait": 0.25, "music": 0.05, "seats": 0.10},
        marks={"coffee": 6.5, "wait": 4.2, "music": 4.0, "seats": 5.0},
        costs={"coffee": 24.0, "wait": 10.0, "music": 1.5, "seats": 6.0},
        product=[4, 6, 6, 4, 3, 5, 5, 6, 5, 5, 6, 6],
        service=[6, 7, 6, 6, 2, 4, 5, 5, 5, 4, 4, 5],
        switching=[6, 6, 5, 6, 1, 1, 5, 3, 5, 3, 6, 1],
        repeat=[10, 12, 11, 10, 5, 6, 10, 9, 9, 8, 11, 8],
        third="contentment with the shop",
        story=STORIES["contentment with the shop"],
    )


def cafe(rng):
    """Four drivers of a café: what a level of each adds, how they are marked, what a level costs."""
    items = ["coffee", "wait", "music", "seats"]
    adds, levels = rng.permutation([0.05, 0.15, 0.25, 0.40]), rng.integers(38, 66, size=4) / 10
    costs = rng.integers(4, 50, size=4) / 2
    return dict(
        drivers={item: float(add) for item, add in zip(items, adds, strict=True)},
        marks={item: float(level) for item, level in zip(items, levels, strict=True)},
        costs={item: float(cost) for item, cost in zip(items, costs, strict=True)},
    )


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
            fitted([service, switching], repeat)[1],
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


@exercise.number(points=2, level=2, unit="points", within=0.03)  # so that Series.sem(), by n - 1, is right, too
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


@exercise.number(points=2, level=2, unit="points", within=0.03)
def luck_between(answers, autumn):
    """`answers` is what the shop heard in spring. In autumn it asked other customers, and counted
    {autumn[promoters]} promoters, {autumn[passives]} passives and {autumn[detractors]} detractors. How large must a
    difference between the two scores be, in points, so that luck alone reaches it in 5 of 100 pairs of surveys only?
    Give 1.96 standard errors of the difference."""
    n = sum(autumn.values())
    p, d = autumn["promoters"] / n, autumn["detractors"] / n
    spring_p, spring_d = sum(answers[9:]) / sum(answers), sum(answers[:7]) / sum(answers)
    spring = (spring_p + spring_d - (spring_p - spring_d) ** 2) / sum(answers)
    return 1.96 * 100 * (spring + (p + d - (p - d) ** 2) / n) ** 0.5


def errors(answers, autumn):
    """The standard errors of both waves, in points."""
    n = sum(autumn.values())
    both = [shares(answers), (autumn["promoters"] / n, autumn["detractors"] / n, n)]
    return [100 * ((p + d - (p - d) ** 2) / n) ** 0.5 for p, d, n in both]


@luck_between.mistake("That is the error of the spring score. The autumn score has one of its own: both move.")
def spring_alone(answers, autumn):
    return 1.96 * errors(answers, autumn)[0]


@luck_between.mistake("That is the error of the autumn score. The spring score has one of its own: both move.")
def autumn_alone(answers, autumn):
    return 1.96 * errors(answers, autumn)[1]


@luck_between.mistake(
    "√2 times one error is right if both surveys are equally sure. Here they are not: take the error of each."
)
def twice_the_spring(answers, autumn):
    return 2**0.5 * spring_alone(answers, autumn)


@luck_between.mistake("Errors of two surveys do not add up: add their squares, and take the root.")
def errors_added(answers, autumn):
    return 1.96 * sum(errors(answers, autumn))


@luck_between.mistake("That is one standard error of the difference. 95 times in 100 needs 1.96 of them.")
def one_error_of_both(answers, autumn):
    return sum(error**2 for error in errors(answers, autumn)) ** 0.5


@luck_between.mistake("You threw all answers together. That is the error of one big survey, not of a difference.")
def one_big_survey(answers, autumn):
    promoters, detractors = sum(answers[9:]) + autumn["promoters"], sum(answers[:7]) + autumn["detractors"]
    n = sum(answers) + sum(autumn.values())
    p, d = promoters / n, detractors / n
    return 1.96 * 100 * ((p + d - (p - d) ** 2) / n) ** 0.5


luck_between.hint("Both scores are uncertain. What is the variance of a difference of two independent numbers?")
luck_between.hint("Work out the variance of each score, (p + d - (p - d) ** 2) / n, add the two, and take the root.")


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


@service_alone.mistake("`product` is missing from your regression. Hold it constant, too.")
def product_left_out(service, switching, repeat):
    return fitted([service, switching], repeat)[1]


@service_alone.mistake("That is a correlation, without a unit. How many purchases go with one more level?")
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


@exercise.table(points=3, level=2, within=0.002)
def priorities(drivers, marks, costs):
    """Guests of a café marked four items and the café itself, from 1 to 7. `drivers` says how much a level of
    each item adds to the overall mark (other items and common causes held constant), `marks` has the mean mark of each
    item, `costs` what one level more of it costs, in RMB per guest and year. Build a DataFrame with one row an item, in
    the order of `drivers`, and the columns `item`, `headroom` (how many levels the overall mark rises at most, if
    everybody gives the item a 7) and `rmb_per_level` (what one level of the *overall* mark costs by this item)."""
    table = pd.DataFrame({"adds": drivers, "mark": marks, "cost": costs})
    table["headroom"] = table["adds"] * (7 - table["mark"])
    table["rmb_per_level"] = table["cost"] / table["adds"]
    return table[["headroom", "rmb_per_level"]].rename_axis("item").reset_index()


def headroom_and_price(drivers, headroom, price):
    return pd.DataFrame({"item": list(drivers), "headroom": headroom, "rmb_per_level": price})


def columns(drivers, marks, costs):
    return (np.array([column[item] for item in drivers]) for column in (drivers, marks, costs))


@priorities.mistake("Your headroom is how far the item can rise. What does that add to the *overall* mark?")
def headroom_of_the_item(drivers, marks, costs):
    adds, mark, cost = columns(drivers, marks, costs)
    return headroom_and_price(drivers, 7 - mark, cost / adds)


@priorities.mistake(
    "Your headroom multiplies by the mark that the item has. It can rise only by what it lacks: 7 less its mark."
)
def credit_for_what_is_there(drivers, marks, costs):
    adds, mark, cost = columns(drivers, marks, costs)
    return headroom_and_price(drivers, adds * mark, cost / adds)


@priorities.mistake("Your headroom begins at 1. The item stands at its mean mark already: take 7 less that.")
def from_the_bottom(drivers, marks, costs):
    adds, _, cost = columns(drivers, marks, costs)
    return headroom_and_price(drivers, adds * 6, cost / adds)


@priorities.mistake(
    "You multiplied the cost. It takes 1 / 0.25 = 4 levels of an item that adds 0.25 to make one overall: divide."
)
def cost_times_effect(drivers, marks, costs):
    adds, mark, cost = columns(drivers, marks, costs)
    return headroom_and_price(drivers, adds * (7 - mark), cost * adds)


@priorities.mistake("Your last column is the cost of a level of the *item*. How many of these make one level overall?")
def cost_of_the_item(drivers, marks, costs):
    adds, mark, cost = columns(drivers, marks, costs)
    return headroom_and_price(drivers, adds * (7 - mark), cost)


priorities.hint("How far is each item from a 7, and how much of that arrives at the overall mark?")
priorities.hint("headroom = drivers * (7 - marks); rmb_per_level = costs / drivers. DataFrames do it row by row.")


@exercise.choice(
    points=2,
    level=3,
    options={
        "hold": "hold it constant: it comes before both, and would pass for an effect of the courier",
        "between": "leave it out: the effect runs through it, and would be held back",
        "after": "leave it out: it follows from both, and who compares within it ties them together",
        "any": "either will do: with enough answers it makes no difference",
    },
    wrong={
        "hold": "That is right for what comes *before* both. Who moves whom here? Draw the arrows.",
        "between": "That is right for what lies *between* courier and order. Who moves whom here? Draw the arrows.",
        "after": "That is right for what courier and order *both bring about*. Who moves whom here? Draw the arrows.",
        "any": "More answers make a wrong number surer. What is in the regression decides what the number means.",
    },
)
def held_constant(story, third):
    """Does a friendly courier bring customers back? An analyst regresses "ordered again" on the courier's mark.
    She could hold a third thing constant, which stands in her file: {third}. {story}. Shall she?"""
    return {"age": "hold", "contentment with the shop": "between", "a thank-you letter": "after"}[third]


held_constant.hint("Draw an arrow from what comes first to what it changes: courier, order, and the third thing.")
held_constant.hint("Two arrows *out of* the third thing, one in and one out, or two *into* it?")


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
    half=[
        "asks for the number of answers or for the shares, not for both",
        "speaks of a common cause, and names none",
        "says that the regression is wrong there, and not what it hides",
        "proposes a lot, and does not say what is compared",
        "decides without a result that would change it",
    ],
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


@exercise.turn.number(unit="points", within=0.1)
def smallest_rise():
    """Next June we ask 1,200 other mothers. Either score has ± 4.2 points. By how many points must the new score differ
    from the old one, so that luck does as much in 5 of 100 pairs of surveys only?"""
    return (4.2**2 + 4.2**2) ** 0.5


@smallest_rise.mistake(
    "That is how far one score lies from the truth. Here two scores are off, each by luck of its own."
)
def one_of_them():
    return 4.2


@smallest_rise.mistake(
    "Both are seldom off as far as that, and to different sides. Add the squares, and take the root."
)
def both_added():
    return 8.4


@smallest_rise.mistake("That would be the error of the mean of both. A difference is less sure than either, not surer.")
def mean_of_both():
    return 4.2 / 2**0.5


smallest_rise.hint("Is a difference of two uncertain numbers surer than one of them, or less sure?")
smallest_rise.hint("Variances add up: 4.2 ** 2 + 4.2 ** 2. Then take the root.")


@exercise.turn.number(unit="answers", within=20)
def answers_for_five():
    """With 100 answers a score is 30 ± 15.3 points. How many answers make it ± 5?"""
    return 100 * (15.3 / 5) ** 2


@answers_for_five.mistake(
    "Three times as many answers bring ± 8.8. The error falls with the root of their number only."
)
def three_times_as_many():
    return 300


@answers_for_five.mistake("900 answers make it ± 5.1. It must become 15.3 / 5 = 3.06 times narrower: square that.")
def nine_times_as_many():
    return 900


@answers_for_five.mistake("There it is ± 3.4: more than you need.")
def all_of_the_slider():
    return 2000


answers_for_five.hint("Leave score and passives, move the answers up, and read the ±.")
answers_for_five.hint("Three times narrower would take nine times as many. How many times is it here, exactly?")


@exercise.turn.number(unit="in the logarithm of the odds", within=0.005)
def by_two_steps():
    """A level of quality adds 0.326 to the overall mark, and a level of the overall mark adds 0.608 to the logarithm of
    the odds of a new order. What does a level of quality add to that, by the two steps?"""
    return 0.326 * 0.608


@by_two_steps.mistake("The steps follow one another: of each level of the mark, 0.326 arrive. Multiply.")
def steps_added():
    return 0.326 + 0.608


@by_two_steps.mistake("That is what a whole level of the overall mark adds. A level of quality makes a third of one.")
def second_step():
    return 0.608


@by_two_steps.mistake("That is what holding the mark constant says. Then the second step cannot happen.")
def held_back():
    return 0


by_two_steps.hint("How much of a level of the overall mark does one level of quality make?")
by_two_steps.hint("Each whole level would add 0.608. You have 0.326 of a level.")


@exercise.turn.number(unit="levels of the overall mark", within=0.003)
def levels_needed():
    """The box costs 1.50 RMB a parcel, on 10 parcels per mother and year. A level of the overall mark is worth 56 RMB a
    mother and year. By how many levels must the box lift the mark, so that it pays for itself?"""
    return 1.50 * 10 / 56


@levels_needed.mistake("That is for one parcel only. A mother gets ten in a year, and the 56 RMB are for a year, too.")
def one_parcel():
    return 1.50 / 56


@levels_needed.mistake("That is the cost in RMB. How much of a level is worth so much, if a whole one is worth 56?")
def cost_in_rmb():
    return 15


@levels_needed.mistake("Turn it round: what a mother's box costs, divided by what a level is worth.")
def upside_down():
    return 56 / 15


levels_needed.hint("What does the box cost for one mother in a year?")
levels_needed.hint("15 RMB, and a whole level is worth 56.")
