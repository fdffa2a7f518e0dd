"""Exercise 11, the satisfaction index: scales, screens, weights, and what of the number was chosen."""

from itertools import combinations

import numpy as np
import pandas as pd

from clvlib import satisfaction
from clvlib.course import Exercise

exercise = Exercise("11_satisfaction_index", title="The satisfaction index", minutes=40, uses=["satisfaction"])

# Share of the answers on levels 1 to 7: one item ahead of the second everywhere, and a third that divides people.
PROFILES = np.array([
    [0.00, 0.01, 0.04, 0.10, 0.25, 0.40, 0.20],
    [0.02, 0.06, 0.15, 0.27, 0.25, 0.17, 0.08],
    [0.10, 0.12, 0.10, 0.06, 0.09, 0.18, 0.35],
])  # fmt: skip


@exercise.case
def survey(rng):
    """A survey of the same kind, with answers and a board of its own."""
    points = int(rng.choice([5, 6, 9, 10]))
    gaps = rng.permutation([*[-1] * int(rng.integers(4, 6)), *[-2] * int(rng.integers(1, 3)), 0, 0, 1, 2, 1])
    expected = rng.integers(4, 6, gaps.size)
    answers = dict(zip(["goods", "hotline", "returns"], rng.permutation(_three_items(rng)).tolist(), strict=True))
    twins = ["delivery", "delivery_speed"]
    related = {
        "quality": rng.integers(45, 60),
        "waiting": -rng.integers(30, 45),
        "logo": rng.integers(1, 9),
        twins[0]: rng.integers(20, 40),
    }
    related[twins[1]] = related[twins[0]] + rng.choice([-6, -4, 3, 5])
    first, third = rng.choice([(2, 3), (2, 4), (3, 3), (3, 2), (4, 2)]).tolist()
    board = rng.choice([(2, 5, 2), (3, 5, 2), (2, 3, 2), (3, 7, 2), (2, 6, 4)]).tolist()
    return dict(
        points=points,
        mean=float(round(points * rng.uniform(0.6, 0.9), 1)),
        received=(expected + gaps).tolist(),
        expected=expected.tolist(),
        answers=answers,
        with_overall={item: float(related[item] / 100) for item in rng.permutation(list(related)).tolist()},
        twins=twins,
        twin_correlation=float(rng.integers(93, 98) / 100),
        quality_service=first,
        quality_delivery=int(rng.integers(1, 3)),
        service_delivery=third,
        board=board,
        branches={
            "quality": (rng.integers(51, 55) / 10 + rng.permutation([-0.2, -0.1, 0, 0.1, 0.3])).round(1).tolist(),
            "service": (rng.integers(44, 50) / 10 + rng.permutation([-0.7, -0.4, 0.1, 0.3, 0.7])).round(1).tolist(),
            "delivery": (rng.integers(61, 65) / 10 + rng.permutation([-0.1, 0, 0, 0, 0.2])).round(1).tolist(),
        },
    )


def _three_items(rng):
    """200 answers to each of three items, drawn until they behave as their profiles do."""
    while True:
        counts = np.array([rng.multinomial(200, profile) for profile in PROFILES])
        steady, plain, divided = counts
        reach, mean = counts[:, ::-1].cumsum(axis=1), counts @ np.arange(1, 8)
        crosses = (reach[2] < reach[1]).any()
        tops = divided[6] > steady[6] > plain[6]
        if (reach[0] >= reach[1]).all() and crosses and tops and mean[0] > mean[2] > mean[1]:
            return counts


@exercise.textbook
def redbaby():
    return dict(
        points=7,
        mean=5.6,
        received=[4, 5, 3, 6, 5, 4, 6, 5, 7, 4, 5, 6],
        expected=[5, 5, 5, 5, 6, 6, 5, 6, 6, 5, 5, 7],
        answers={
            "goods": [0, 2, 8, 20, 50, 80, 40],
            "hotline": [4, 12, 30, 54, 50, 34, 16],
            "returns": [20, 24, 20, 12, 18, 36, 70],
        },
        with_overall={"quality": 0.50, "delivery": 0.31, "waiting": -0.38, "delivery_speed": 0.29, "logo": 0.04},
        twins=["delivery", "delivery_speed"],
        twin_correlation=0.96,
        quality_service=2,
        quality_delivery=1,
        service_delivery=3,
        board=[2, 4, 3],
        branches={
            "quality": [5.6, 5.5, 5.7, 5.8, 5.4],
            "service": [4.2, 5.6, 4.9, 5.3, 4.5],
            "delivery": [6.1, 6.0, 6.2, 6.1, 6.1],
        },
    )


@exercise.number(points=1, level=1, unit="points", within=0.05)
def on_0_to_100(mean, points):
    """Customers answered on levels from 1 (very dissatisfied) to {points} (very satisfied). Their mean is {mean}. How
    many points is that, on a scale where the lowest level is 0 and the highest 100?"""
    return (mean - 1) / (points - 1) * 100


@on_0_to_100.mistake(
    "You divided the level by the number of levels. Then a shop where everybody is on level 1 still gets points."
)
def divided_by_levels(mean, points):
    return mean / points * 100


@on_0_to_100.mistake(
    "You took 1 away above, but not below: between the lowest and the highest level lie points - 1 steps."
)
def one_step_too_many(mean, points):
    return (mean - 1) / points * 100


@on_0_to_100.mistake("You divided by the steps, but counted them from 0. The lowest level is 1: take it away first.")
def counted_from_0(mean, points):
    return mean / (points - 1) * 100


on_0_to_100.hint("How many steps is it from the lowest level to the highest? How many has the mean climbed?")
on_0_to_100.hint("`satisfaction.rescale(mean, points=points)`")


@exercise.number(points=1, level=1, within=0.005)
def disappointed(received, expected):
    """The lists `received` and `expected` hold what some customers got and what they had expected, on one scale, in
    the same order. Take satisfaction as expectation met: what share of them was disappointed, that is, got less than
    expected? Write a fraction (80 % is 0.8)."""
    return satisfaction.disconfirmation(received, expected).negative


@disappointed.mistake("Those got more than they expected. The gap is received less expected: disappointed is below 0.")
def the_delighted(received, expected):
    return satisfaction.disconfirmation(received, expected).positive


@disappointed.mistake(
    "You counted those who got exactly what they expected as well. They are confirmed, not disappointed."
)
def equal_counted(received, expected):
    return 1 - satisfaction.disconfirmation(received, expected).positive


@disappointed.mistake("That is the mean gap, in levels. The question asks how many customers have a gap below 0.")
def mean_gap(received, expected):
    return satisfaction.disconfirmation(received, expected).mean


@disappointed.mistake("That is how many. Divide by the number of customers.")
def heads(received, expected):
    return sum(got < hoped for got, hoped in zip(received, expected, strict=True))


disappointed.hint("Compare place by place: 4 received and 5 expected is a disappointment.")
disappointed.hint("`satisfaction.disconfirmation(received, expected)` counts all three kinds.")


@exercise.function(
    points=2,
    level=2,
    within=0.001,
    shown=[([4, 8, 26, 96, 66], 2), ([4, 8, 26, 96, 66], 1), ([10, 10, 20, 30, 60, 40, 30], 3)],
)
def csat(counts, boxes):
    """Write a function `csat` of `counts`, how many customers chose each level, from the lowest to the highest, and of
    `boxes`, how many of the highest levels mean "satisfied". It returns the share of satisfied customers as a
    fraction, whatever the number of levels."""
    return sum(counts[-boxes:]) / sum(counts)


@csat.hidden_inputs
def other_surveys(rng):
    return [(rng.integers(5, 90, size=int(levels)).tolist(), 2 + int(levels) // 5) for levels in (4, 5, 7, 10)]


@csat.mistake("Your function counts the lowest levels. The satisfied are at the end of the list: counts[-boxes:].")
def lowest_boxes(counts, boxes):
    return sum(counts[:boxes]) / sum(counts)


@csat.mistake("Your function counts the top box alone, whatever `boxes` says.")
def top_only(counts, boxes):
    return counts[-1] / sum(counts)


@csat.mistake("Your function divides by the number of levels. A share divides by the number of customers.")
def divided_by_number_of_levels(counts, boxes):
    return sum(counts[-boxes:]) / len(counts)


@csat.mistake("Your function always counts levels 4 and 5. With seven levels these are not the highest.")
def always_4_and_5(counts, boxes):
    return sum(counts[3:5]) / sum(counts)


csat.hint("A list's last two elements are `counts[-2:]`.")
csat.hint("`sum(...) / sum(counts)`: which part of the list goes in?")


@exercise.choice(
    points=2,
    level=2,
    options={
        "goods_hotline": "goods and hotline",
        "goods_returns": "goods and returns",
        "hotline_returns": "hotline and returns",
    },
)
def safe_order(answers):
    """`answers` holds 200 answers to each of three items: how many chose level 1, 2, ... 7. Levels are ordinal, so any
    rising numbers may stand for them. For one pair of items the order of the two means is the same whatever rising
    numbers you take. Which pair?"""
    reach = {item: [sum(counts[level:]) for level in range(7)] for item, counts in answers.items()}
    ahead = [
        (one, other)
        for one in reach
        for other in reach
        if one != other and all(a >= b for a, b in zip(reach[one], reach[other], strict=True))
    ]
    return "_".join(sorted(ahead[0]))


def other_pairs(answers):
    """The two wrong pairs: first the one whose means and top boxes disagree, then the one that crosses further down."""
    wrong = [
        pair for pair in combinations(sorted(answers), 2) if "_".join(pair) != safe_order.answer({"answers": answers})
    ]

    def agree(pair):
        one, other = (np.array(answers[item]) for item in pair)
        return (one @ np.arange(1, 8) > other @ np.arange(1, 8)) == (one[-1] > other[-1])

    return ["_".join(pair) for pair in sorted(wrong, key=agree)]


@safe_order.mistake(
    "Of these two, one has the higher mean and the other the larger top box. Give level 7 much more, and they change "
    "places."
)
def top_box_disagrees(answers):
    return other_pairs(answers)[0]


@safe_order.mistake(
    "Mean and top box agree here, but more customers of the better one sit on the lowest levels. Give level 1 much "
    "less, and they change places."
)
def crosses_below(answers):
    return other_pairs(answers)[1]


safe_order.hint("For each item count how many reach at least level 2, at least 3, ... 7.")
safe_order.hint("The pair is safe if one item is ahead in every one of these counts.")


@exercise.table(points=2, level=2, within=0)
def screen(with_overall, twins, twin_correlation):
    """`with_overall` holds the correlation of five items with overall satisfaction; `waiting` asks how annoying waiting
    was. The two `twins` correlate with one another at {twin_correlation}, all other pairs below 0.5. An item is weak if
    the size of its correlation with overall satisfaction is below 0.1. Of two items that correlate above 0.9, one is a
    duplicate. Build a DataFrame with the columns `item` (in the order of `with_overall`) and `verdict`: "keep", "weak"
    or "duplicate"."""
    verdict = {item: "keep" if abs(r) >= 0.1 else "weak" for item, r in with_overall.items()}
    further = min(twins, key=lambda item: abs(with_overall[item]))
    if twin_correlation > 0.9:
        verdict[further] = "duplicate"
    return pd.DataFrame({"item": list(verdict), "verdict": list(verdict.values())})


@screen.mistake(
    "You dropped `waiting` because its correlation is negative. Its size counts: an annoying wait says much about "
    "satisfaction."
)
def negative_is_weak(with_overall, **case):
    table = screen.answer({"with_overall": with_overall, **case})
    return table.assign(verdict=table["verdict"].where(table["item"] != "waiting", "weak"))


@screen.mistake("You dropped both twins. What they say in common is then lost: keep one of them.")
def both_dropped(twins, **case):
    table = screen.answer({"twins": twins, **case})
    return table.assign(verdict=table["verdict"].where(~table["item"].isin(twins), "duplicate"))


@screen.mistake("You dropped the twin that is closer to overall satisfaction. Keep that one, drop the other.")
def wrong_twin(twins, **case):
    table = screen.answer({"twins": twins, **case})
    swap = {"keep": "duplicate", "duplicate": "keep"}
    return table.assign(verdict=table["verdict"].where(~table["item"].isin(twins), table["verdict"].map(swap)))


@screen.mistake("The twins are both in. They ask the same thing twice, so the index would count it twice.")
def twins_kept(**case):
    return screen.answer({**case, "twin_correlation": 0.0})


screen.hint("Two rules, one after the other: first the weak, then the twins.")
screen.hint("Of the twins the one with the smaller correlation with `overall` goes.")


@exercise.table(points=3, level=2, within=0.001)
def mended(quality_service, quality_delivery, service_delivery):
    """How many times as important is the one as the other? For quality over service a manager says {quality_service},
    for quality over delivery {quality_delivery}, for service over delivery {service_delivery}. Asked again, he stands
    by the first and the last, and wants quality over delivery to be what these two say together. Build a DataFrame with
    the columns `matrix` ("said" and "mended"), `cr` (consistency ratio by Saaty's table, 0.58 for three items) and
    `quality` (its AHP weight, a fraction)."""
    rows = []
    for name, b in [("said", quality_delivery), ("mended", quality_service * service_delivery)]:
        a, c = quality_service, service_delivery
        result = satisfaction.ahp([[1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]])
        rows.append({"matrix": name, "cr": result.cr, "quality": result.weights[0]})
    return pd.DataFrame(rows)


def both_matrices(said, repaired, a, c, cr=lambda result: result.cr, weight=lambda result: result.weights[0]):
    """The table of the question with another repair or another reading of the result."""
    results = [satisfaction.ahp([[1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]]) for b in (said, repaired)]
    columns = {"cr": [cr(result) for result in results], "quality": [weight(result) for result in results]}
    return pd.DataFrame({"matrix": ["said", "mended"], **columns})


@mended.mistake("That is the consistency index CI. The ratio CR divides it by the CI of random answers, 0.58.")
def ci_for_cr(quality_service, quality_delivery, service_delivery):
    repaired = quality_service * service_delivery
    return both_matrices(
        quality_delivery, repaired, quality_service, service_delivery, cr=lambda result: 0.58 * result.cr
    )


@mended.mistake("You divided the excess of lambda by n. It is divided by n - 1, here by 2.")
def divided_by_n(quality_service, quality_delivery, service_delivery):
    repaired = quality_service * service_delivery
    return both_matrices(
        quality_delivery, repaired, quality_service, service_delivery, cr=lambda result: result.cr * 2 / 3
    )


@mended.mistake("That CR is by the simulated table, 0.52 for three items. Here Saaty's 0.58 is asked for.")
def simulated_table(quality_service, quality_delivery, service_delivery):
    repaired = quality_service * service_delivery
    return both_matrices(
        quality_delivery, repaired, quality_service, service_delivery, cr=lambda result: result.cr * 0.58 / 0.52
    )


@mended.mistake("You added the two comparisons. They are ratios: twice as important as something 3 times as important.")
def added(quality_service, quality_delivery, service_delivery):
    repaired = quality_service + service_delivery
    return both_matrices(quality_delivery, repaired, quality_service, service_delivery)


@mended.mistake(
    "You divided the one comparison by the other. Quality is so many times service, and service so many times "
    "delivery: go from quality to delivery by way of service."
)
def divided_by_one_another(quality_service, quality_delivery, service_delivery):
    repaired = quality_service / service_delivery
    return both_matrices(quality_delivery, repaired, quality_service, service_delivery)


@mended.mistake(
    "You read the comparisons the other way round: a 3 in the row of quality says that quality is more important."
)
def read_backwards(quality_service, quality_delivery, service_delivery):
    repaired = quality_service * service_delivery
    return both_matrices(1 / quality_delivery, 1 / repaired, 1 / quality_service, 1 / service_delivery)


mended.hint("Row by row: [1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]. What must b be if a and c are right?")
mended.hint("`satisfaction.ahp(matrix)` has `.cr` and `.weights`; the first weight is that of quality.")


@exercise.table(points=3, level=2, within=0.02)
def two_indices(board, branches):
    """`branches` holds the mean levels (1 to 7) of five branches on three items. The firm's mean is the plain mean of
    the branches. The board compared the items in pairs: quality over service, quality over delivery and service over
    delivery are {board}. Build a DataFrame with the columns `weights` ("pairs" and "entropy") and `index` (0 to 100):
    first with the board's AHP weights, then with the entropy weights of the table of branches, its levels left as they
    are."""
    a, b, c = board
    table = pd.DataFrame(branches)
    pairs = satisfaction.ahp([[1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]]).weights
    each = [pairs, satisfaction.entropy_weights(table).to_numpy()]
    index = [satisfaction.satisfaction_index(table.mean(), weights) for weights in each]
    return pd.DataFrame({"weights": ["pairs", "entropy"], "index": index})


def indices(board, branches, pairs=None, entropy=None):
    """The table of the question with other weights in place of one's own."""
    table = pd.DataFrame(branches)
    a, b, c = board
    if pairs is None:
        pairs = satisfaction.ahp([[1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]]).weights
    if entropy is None:
        entropy = satisfaction.entropy_weights(table).to_numpy()
    index = [satisfaction.satisfaction_index(table.mean(), weights) for weights in (pairs, entropy)]
    return pd.DataFrame({"weights": ["pairs", "entropy"], "index": index})


@two_indices.mistake("You divided by 7. Take 1 away first and divide by the six steps: the lowest level is 0 points.")
def in_sevenths(board, branches):
    table = indices(board, branches)
    return table.assign(index=(table["index"] / 100 * 6 + 1) / 7 * 100)


@two_indices.mistake("Both indices are the plain average: the weights are not in it.")
def unweighted(board, branches):
    return indices(board, branches, pairs=[1 / 3] * 3, entropy=[1 / 3] * 3)


@two_indices.mistake("The entropy row is right. In the other the comparisons are read the other way round.")
def pairs_backwards(board, branches):
    a, b, c = board
    return indices(board, branches, pairs=satisfaction.ahp([[1, 1 / a, 1 / b], [a, 1, 1 / c], [b, c, 1]]).weights)


@two_indices.mistake("The first row is right. In the second you weighed by standard deviations; entropy is not that.")
def by_deviation(board, branches):
    deviation = pd.DataFrame(branches).std().to_numpy()
    return indices(board, branches, entropy=deviation / deviation.sum())


@two_indices.mistake(
    "The first row is right. In the second the levels were turned into 0 to 100 before the entropy was taken. That "
    "moves zero, and the weights with it. Weigh the levels as they are, then rescale the index."
)
def rescaled_before_entropy(board, branches):
    weights = satisfaction.entropy_weights((pd.DataFrame(branches) - 1) / 6 * 100)
    return indices(board, branches, entropy=weights.to_numpy())


@two_indices.mistake(
    "The first row is right. In the second each item was stretched before the entropy was taken. Weigh the levels as "
    "they are: stretched, each item runs from 0 to 1, however little its branches differ."
)
def stretched_before_entropy(board, branches):
    table = pd.DataFrame(branches)
    stretched = (table - table.min()) / (table.max() - table.min())
    return indices(board, branches, entropy=satisfaction.entropy_weights(stretched).to_numpy())


two_indices.hint("pd.DataFrame(branches) has a row a branch; its .mean() is the firm's.")
two_indices.hint(
    "`satisfaction.satisfaction_index(table.mean(), weights)`, once with `satisfaction.ahp(...).weights` and once with "
    "`satisfaction.entropy_weights(table).to_numpy()`."
)


@exercise.text(
    level=3,
    at_least=60,
    rubric={
        "says that a CR of 0 shows no contradiction, not that the weights are true or disinterested": 1,
        "objects, with the reason, to dividing by 7, or to items and weights from one who may gain": 1,
        "asks who was in the 9.2 (selection, number of answers, scale) and wants a comparison group": 1,
        "fixes before the survey: items, scale, weights by people without a bonus, error or top box": 1,
        "decides, and says what evidence would change the decision": 1,
    },
    half=[
        "says that a CR of 0 proves little, and not what it does show",
        "objects to dividing by 7 or to the items, and does not say why",
        "doubts the 9.2, and asks for only one: who, how many, or which scale",
        "fixes one or two of these",
        "decides without the evidence that would change it",
    ],
)
def your_memo():
    """A hotel chain will pay its managers a bonus if "guest satisfaction" is 80 or more. The sales director proposes:
    the mean of seven-level answers divided by 7; the items "room", "breakfast" and "check-in"; his own pairwise
    weights, "with a CR of 0, so they are right"; and, as proof that all is well, a surprise score of 9.2 out of 10
    among guests who got a free upgrade. Write to the board in four to seven sentences: do you accept, what would you
    put in the contract, and what would change your mind?"""
    return (
        "I would not accept this. Dividing by 7 gives points to a guest who is furious, so 80 would be reached by "
        "a mean of 5.6, which is 77 on a scale from 0 to 100. A CR of 0 says that the director does not contradict "
        "himself; it does not say that his weights are the guests', and he gains from them. The 9.2 comes from guests "
        "who were given something: I would ask how many answered and on which scale, and compare guests upgraded at "
        "random with others. Into the contract I would put, before the next survey: the items that passed a screen, "
        "price among them; levels rescaled from 0 to 100; weights from people without a bonus, with the CR; the share "
        "of top answers beside each mean; calls to some of the silent; and no bonus for a difference within the "
        "sampling error. I would change my mind if his weights agreed with what moves guests' overall answer and their "
        "return in the booking data."
    )


@exercise.turn.number(unit="a mean level", within=0.005)
def level_for_75():
    """On seven levels, at which mean level does an index reach 75, if the lowest level counts 0 and the highest 100?"""
    return 1 + 0.75 * 6


@level_for_75.mistake("That is 75 % of seven, the head of operations' reading. The lowest level must count 0.")
def three_quarters_of_seven():
    return 0.75 * 7


@level_for_75.mistake("That is 75 % of the six steps. They begin at level 1, not at 0: add it again.")
def steps_from_0():
    return 0.75 * 6


@level_for_75.mistake("You added 1 to 75 % of seven. There are only six steps from level 1 to level 7.")
def seven_steps():
    return 1 + 0.75 * 7


level_for_75.hint("How many steps lie between level 1 and level 7? Three quarters of them are climbed.")
level_for_75.hint("(level - 1) / 6 is 0.75.")


@exercise.turn.number(unit="points", within=0.006)
def error_of_the_rise():
    """This year's index and next year's come from 1,200 answers each, and each has ± 0.77 points. What is the ± of next
    year's less this year's?"""
    return (0.77**2 + 0.77**2) ** 0.5


@error_of_the_rise.mistake("That is the ± of one survey. This year's index is an estimate as well.")
def one_survey_alone():
    return 0.77


@error_of_the_rise.mistake(
    "You added the two. That would be right if both always erred in opposite directions; chance does not: the squares "
    "add up."
)
def errors_added():
    return 0.77 + 0.77


@error_of_the_rise.mistake("That is the square of the ±. Take the root.")
def still_squared():
    return 0.77**2 + 0.77**2


@error_of_the_rise.mistake("A mean of both years would be that exact. A difference has a larger error than either.")
def error_of_the_mean():
    return 0.77 / 2**0.5


error_of_the_rise.hint("Both numbers move by chance. What adds up: the errors, or their squares?")
error_of_the_rise.hint("The root of 0.77² + 0.77².")


@exercise.turn.number(within=0.4)
def highest_answer():
    """The board says that quality counts twice as much as service and four times as much as delivery. Which is the
    highest answer, of 1 to 9, to "service over delivery" that the CR lets pass, below 0.10?"""
    c = {answer: 2 * answer / 4 for answer in range(1, 10)}
    return max(answer for answer in c if (c[answer] ** (1 / 3) + c[answer] ** (-1 / 3) - 2) / 2 / 0.58 < 0.10)


@highest_answer.mistake("There the answers do not contradict one another at all. The CR lets a little pass: go on.")
def no_contradiction():
    return 4 / 2


@highest_answer.mistake("There the CR is 0.117, and it objects. One step back.")
def first_that_fails():
    return 6


@highest_answer.mistake("That is the board's answer. Does the CR object to a higher one?")
def as_the_board_said():
    return 3


highest_answer.hint('Move "Service over delivery" up, and read the CR after each step.')
highest_answer.hint("The bars turn hollow where the CR objects. It is the last answer before.")


@exercise.turn.number(unit="points", within=0.02)
def silent_needed():
    """Of 2,000 mothers asked, 1,200 answered, and their index is 73.95. How high must the index of the 800 others be,
    so that all together come to 75?"""
    return (2000 * 75 - 1200 * 73.95) / 800


@silent_needed.mistake("With 75 for the silent, all together come to 74.37: they must pull the others up.")
def just_75():
    return 75


@silent_needed.mistake("That would do if half were silent. Only 800 of 2,000 are, so each of them must pull more.")
def half_silent():
    return 2 * 75 - 73.95


@silent_needed.mistake("You changed the two groups: 1,200 answered, and 800 are silent.")
def groups_changed():
    return (2000 * 75 - 800 * 73.95) / 1200


silent_needed.hint("How many points do 2,000 mothers need in all? How many do the 1,200 bring?")
silent_needed.hint("(2,000 × 75 − 1,200 × 73.95) / 800.")
