"""Synthetic answers, tickets, panels and files of the shop: what customers say, complain about and are offered.

An answer with a known effect in it is drawn so that its mean is exactly linear in what causes it (`_answer`): a
regression then finds the planted weights, not weights shrunk by the ends of the scale.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[[np.random.Generator], tuple[pd.DataFrame, dict[str, Any]]]

# What overall satisfaction rises by for each level of an item; the other items move nothing.
DRIVERS = {"quality": 0.30, "service": 0.22, "price": 0.14, "delivery": 0.08}
OVERALL_BASE, OVERALL_MEMBER = 0.76, 0.5
REPURCHASE = {"intercept": -2.8, "overall": 0.6, "member": 0.7}
# Respondents who answered 0, 1, ..., 10: 1/2 promoters, 1/3 passives, 1/6 detractors.
NPS_COUNTS = [8, 6, 10, 16, 26, 54, 80, 170, 230, 310, 290]
CITIES = ["Beijing", "Shanghai", "Guangzhou", "Shenzhen", "Chengdu", "Hangzhou", "Wuhan", "Xi'an"]


def make_survey(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """1,200 questionnaires: nine items, overall satisfaction, expectation, recommendation, and who bought again."""
    n = sum(NPS_COUNTS)
    member = (rng.random(n) < 0.38).astype(int)
    mood = rng.standard_normal(n)

    def item(mean: Any, spread: float, share_of_mood: float = 0.5) -> np.ndarray:
        own = rng.standard_normal(n)
        return _on_scale(mean + spread * (share_of_mood * mood + np.sqrt(1 - share_of_mood**2) * own))

    items = pd.DataFrame({
        "quality": _with_mean(5.6, item(5.65, 1.1), rng),
        "service": _with_mean(4.9, item(4.9, 1.2), rng),
        "delivery": _with_mean(6.1, item(6.2, 0.9), rng),
        "price": item(4.3, 1.2),
        "range": item(5.3, 1.1),
        "website": item(5.4, 1.0, share_of_mood=0),
        # members get a gift box: they like the packaging, and they come back anyway
        "packaging": item(4.4 + 1.5 * member, 1.0),
        # sending goods back went smoothly or was a nuisance: a middling mean, yet many sevens
        "returns": item(np.where(rng.random(n) < _logistic(0.8 * mood - 0.2), 6.6, 3.2), 0.9),
    })  # fmt: skip
    slip = rng.choice([-1, 0, 1], n, p=[0.03, 0.94, 0.03])
    items["delivery_speed"] = _on_scale(items["delivery"] + slip)

    drawn = OVERALL_BASE + sum(weight * items[name] for name, weight in DRIVERS.items()) + OVERALL_MEMBER * member
    overall = _answer(drawn, rng)
    liking = overall + 0.5 * member + rng.standard_normal(n)
    nps = np.empty(n, dtype=int)
    nps[np.argsort(liking)] = np.repeat(np.arange(11), NPS_COUNTS)
    chance = _logistic(REPURCHASE["intercept"] + REPURCHASE["overall"] * overall + REPURCHASE["member"] * member)
    table = pd.DataFrame({
        "respondent_id": np.arange(1, n + 1),
        "answered_date": _days("2024-06-03", np.sort(rng.integers(0, 21, n))),
        "city": rng.choice(CITIES, n, p=[0.19, 0.18, 0.13, 0.12, 0.12, 0.1, 0.09, 0.07]),
        "member": member,
        **items,
        "expectation": _on_scale(5.3 + 0.9 * rng.standard_normal(n)),
        "overall": overall,
        "nps": nps,
        "repurchase": (rng.random(n) < chance).astype(int),
    })  # fmt: skip
    truth = {
        "overall": {"intercept": OVERALL_BASE, "member": OVERALL_MEMBER}
        | {name: DRIVERS.get(name, 0.0) for name in items},
        "repurchase_logit": REPURCHASE,
        "nps_counts": NPS_COUNTS,
        "means": {"quality": 5.6, "service": 4.9, "delivery": 6.1},
        "duplicate": ["delivery", "delivery_speed"],
        "weak": "website",
        "polarised": "returns",
        "false_driver": "packaging",
        "confounder": "member",
        "city_effect": 0,
    }
    return table, truth


# Feature: how many of the 300 find it A, O, M, I, R and Q. A : O : M : I of `nursing_advice` is 4 : 3 : 2 : 1.
KANO_COUNTS = {
    "genuine_guarantee": [18, 66, 189, 21, 2, 4],
    "leak_proof_parcel": [12, 81, 165, 36, 3, 3],
    "low_price": [45, 171, 48, 27, 3, 6],
    "next_day_delivery": [72, 147, 42, 30, 4, 5],
    "nursing_advice": [116, 87, 58, 29, 6, 4],
    "birthday_gift": [183, 36, 6, 63, 8, 4],
    "star_designer_box": [39, 9, 3, 216, 27, 6],
    "daily_app_message": [12, 3, 3, 96, 177, 9],
}
# Category: the pairs of answers (there, not there) that make it, and how often each is given.
KANO_PAIRS = {
    "A": {("like", "must-be"): 0.1, ("like", "neutral"): 0.6, ("like", "live-with"): 0.3},
    "O": {("like", "dislike"): 1.0},
    "M": {("must-be", "dislike"): 0.75, ("neutral", "dislike"): 0.15, ("live-with", "dislike"): 0.1},
    "I": {("neutral", "neutral"): 0.5, ("must-be", "live-with"): 0.3, ("live-with", "neutral"): 0.2},
    "R": {("dislike", "like"): 0.4, ("dislike", "neutral"): 0.35, ("neutral", "like"): 0.25},
    "Q": {("like", "like"): 0.8, ("dislike", "dislike"): 0.2},
}


def make_kano(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """300 of the survey's respondents on eight features, a pair of answers each."""
    respondents = np.sort(rng.choice(np.arange(1, sum(NPS_COUNTS) + 1), 300, replace=False))
    parts = []
    for feature, counts in KANO_COUNTS.items():
        letters = rng.permutation(np.repeat(list("AOMIRQ"), counts))
        answers = pd.DataFrame({"respondent_id": respondents, "feature": feature})
        for letter, chances in KANO_PAIRS.items():
            mine = np.flatnonzero(letters == letter)
            pairs = np.array(list(chances))[rng.choice(len(chances), len(mine), p=list(chances.values()))]
            answers.loc[mine, ["functional", "dysfunctional"]] = pairs
        parts.append(answers)
    table = pd.concat(parts).sort_values("respondent_id", kind="stable")
    truth = {
        feature: dict(zip("AOMIRQ", counts, strict=True)) | {"category": "AOMIRQ"[int(np.argmax(counts))]}
        for feature, counts in KANO_COUNTS.items()
    }
    return table, {"features": truth}


SNAPSHOT = pd.Timestamp("2025-01-01")
LIMIT_HOURS = {"P0": 2, "P1": 24, "P2": 48, "P3": 168}
SLA_RATE = {"P0": 0.90, "P1": 0.84, "P2": 0.78, "P3": 0.70}
STUCK = {"P0": 0.05, "P1": 0.25, "P2": 0.40, "P3": 0.55}  # share of the late that nobody ever closes
NEVER = 10**6  # minutes: two years, far beyond the snapshot
REPLY_HOURS = {"P0": 0.6, "P1": 3.0, "P2": 6.0, "P3": 9.0}  # median until the first reply
# Fault: share of the tickets, chances of P0 to P3.
FAULTS = {
    "late delivery": (0.26, [0, 0.10, 0.60, 0.30]),
    "damaged parcel": (0.15, [0, 0.15, 0.65, 0.20]),
    "wrong item": (0.13, [0, 0.10, 0.60, 0.30]),
    "refund delay": (0.12, [0, 0.25, 0.45, 0.30]),
    "suspected fake": (0.09, [0.35, 0.55, 0.10, 0]),
    "fan noise": (0.07, [0, 0, 0.20, 0.80]),
    "leaking bottle": (0.06, [0.05, 0.35, 0.50, 0.10]),
    "skin rash": (0.05, [0.70, 0.30, 0, 0]),
    "price cut after purchase": (0.04, [0, 0, 0.30, 0.70]),
    "website error": (0.03, [0, 0.10, 0.50, 0.40]),
}
# Product line: share of the tickets, by fault where only some lines can have it.
PRODUCTS = {
    "fan noise": {"learning computer": 1.0},
    "leaking bottle": {"bottles": 1.0},
    "skin rash": {"diapers": 0.6, "baby care": 0.4},
    "suspected fake": {"milk powder": 0.8, "baby care": 0.2},
    "other": {"diapers": 0.34, "milk powder": 0.27, "clothing": 0.14, "toys": 0.1, "strollers": 0.08, "baby care": 0.05,
              "learning computer": 0.02},
}  # fmt: skip
CHANNELS = {"chatbot": 0.40, "phone": 0.35, "wechat": 0.25}
ONE_CONTACT = {"chatbot": 0.86, "phone": 0.74, "wechat": 0.70}
REOPENED = {"chatbot": 0.34, "phone": 0.08, "wechat": 0.10}
FAN_NOISE: dict[str, Any] = {"from": "2024-09-10", "no_fault_found": 0.80, "reopened": 0.62, "one_contact": 0.45}
NO_FAULT_FOUND = 0.06
SATISFACTION = {"intercept": 1.9, "recovery_steps": 0.5, "in_time": 0.7}
COMPLAINER_REPURCHASE = {"intercept": -1.0, "orders_before": 0.32, "recovery_steps": 0.0}
DAY_WEIGHT = [1.15, 1.05, 1.0, 1.0, 1.0, 0.9, 0.8]  # Monday to Sunday
HOUR_WEIGHT = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 7, 10, 11, 9, 6, 7, 8, 8, 8, 6, 6, 8, 11, 11, 7, 3]


def make_complaints(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """1,500 complaints of half a year, as the table stood at midnight on New Year's Eve."""
    n = 1500
    fault = rng.choice(list(FAULTS), n, p=[share for share, _ in FAULTS.values()])
    noisy = fault == "fan noise"
    opened = _opening_times(np.where(noisy, FAN_NOISE["from"], "2024-07-01"), rng)
    level, product = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for name, (_, chances) in FAULTS.items():
        mine = fault == name
        lines = PRODUCTS.get(name, PRODUCTS["other"])
        level[mine] = rng.choice(list(LIMIT_HOURS), mine.sum(), p=chances)
        product[mine] = rng.choice(list(lines), mine.sum(), p=list(lines.values()))
    channel = rng.choice(list(CHANNELS), n, p=list(CHANNELS.values()))

    limit = _of(level, LIMIT_HOURS) * 60
    in_time = rng.random(n) < _of(level, SLA_RATE)
    minutes_in_time = np.ceil(limit * rng.beta(1.6, 1.6, n))
    minutes_late = limit + np.ceil(limit * rng.exponential(0.8, n))
    stuck = ~in_time & (rng.random(n) < _of(level, STUCK))
    minutes = np.where(in_time, minutes_in_time, np.where(stuck, NEVER, minutes_late))
    reply = np.ceil(60 * _of(level, REPLY_HOURS) * np.exp(rng.standard_normal(n)))
    closed_at, replied_at = _before_snapshot(opened, minutes), _before_snapshot(opened, np.minimum(reply, minutes))
    closed = closed_at.notna().to_numpy()

    one_contact = np.where(noisy, FAN_NOISE["one_contact"], _of(channel, ONE_CONTACT))
    comes_back = np.where(noisy, FAN_NOISE["reopened"], _of(channel, REOPENED))
    contacts = np.where(rng.random(n) < one_contact, 1, 1 + rng.geometric(0.55, n))
    outcome = rng.choice(["refund", "replacement", "explained"], n, p=[0.4, 0.3, 0.3]).astype(object)
    outcome[rng.random(n) < np.where(noisy, FAN_NOISE["no_fault_found"], NO_FAULT_FOUND)] = "no fault found"

    # good customers are courted: recovery goes where repurchase was likely anyway
    orders = 1 + rng.poisson(rng.gamma(1.5, 2.0, n))
    steps = rng.binomial(3, _logistic(-1.6 + 0.35 * orders))
    liking = SATISFACTION["intercept"] + SATISFACTION["recovery_steps"] * steps + SATISFACTION["in_time"] * in_time
    satisfaction = _answer(liking, rng)
    chance = _logistic(COMPLAINER_REPURCHASE["intercept"] + COMPLAINER_REPURCHASE["orders_before"] * orders)
    table = pd.DataFrame({
        "channel": channel,
        "class": level,
        "product": product,
        "fault": fault,
        "opened_at": opened.strftime("%Y-%m-%d %H:%M"),
        "first_reply_at": replied_at.dt.strftime("%Y-%m-%d %H:%M"),
        "closed_at": closed_at.dt.strftime("%Y-%m-%d %H:%M"),
        "contacts": contacts,
        "outcome": pd.Series(outcome).where(closed),
        "reopened": ((rng.random(n) < comes_back) & closed).astype(int),
        "orders_before": orders,
        "recovery_steps": pd.Series(steps, dtype="Int64").where(closed),
        "satisfaction": pd.Series(satisfaction, dtype="Int64").where(closed),
        "repurchase": (rng.random(n) < chance).astype(int),
    })  # fmt: skip
    table = table.iloc[np.argsort(opened, kind="stable")]
    table.insert(0, "ticket_id", np.arange(1, n + 1))
    truth = {
        "snapshot": str(SNAPSHOT),
        "limit_hours": LIMIT_HOURS,
        "sla_rate": SLA_RATE,
        "stuck_share_of_late": STUCK,
        "fault_share": {name: share for name, (share, _) in FAULTS.items()},
        "one_contact": ONE_CONTACT,
        "reopened": REOPENED,
        "fan_noise": FAN_NOISE,
        "no_fault_found_elsewhere": NO_FAULT_FOUND,
        "satisfaction": SATISFACTION,
        "repurchase_logit": COMPLAINER_REPURCHASE,
    }
    return table, truth


LAUNCH_MONTH = 13
PROGRAM_EFFECT = 0.12
# What every customer spends more or less in a month than in a usual one (RMB): Spring Festival, 6.18, 11.11.
SEASON = [-5, -30, 0, 0, 5, 40, -5, 0, 5, 0, 75, 15]
MONTHLY_GROWTH = 2


def make_loyalty_panel(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """2,000 customers in 24 months; a points program opens in the thirteenth, and heavy buyers join it."""
    n, months = 2000, np.arange(1, 25)
    base = 70 + np.exp(4.9 + 0.8 * rng.standard_normal(n))
    joins = rng.random(n) < _logistic(3 * (np.log(base) - 5.75))
    birthday = rng.integers(1, 13, n)

    month_of_year = (months - 1) % 12
    without = base[:, np.newaxis] + np.array(SEASON)[month_of_year] + MONTHLY_GROWTH * months
    member = joins[:, np.newaxis] & (months >= LAUNCH_MONTH)
    expected = without * (1 + PROGRAM_EFFECT * member)
    # one month in seven she buys nothing; both factors have mean 1 together
    buys = rng.random(expected.shape) < 0.86
    luck = np.exp(0.4 * rng.standard_normal(expected.shape) - 0.08) / 0.86
    spend = np.round(expected * buys * luck).astype(int)
    points = spend * member * np.where(birthday[:, np.newaxis] == month_of_year + 1, 2, 1)
    table = pd.DataFrame({
        "customer_id": np.repeat(np.arange(1, n + 1), len(months)),
        "month": np.tile(months, n),
        "member": member.ravel().astype(int),
        "spend": spend.ravel(),
        "points": points.ravel(),
    })  # fmt: skip
    after = months >= LAUNCH_MONTH
    without_program = float(without[joins][:, after].mean())
    truth = {
        "launch_month": LAUNCH_MONTH,
        "relative_effect": PROGRAM_EFFECT,
        "effect": round(PROGRAM_EFFECT * without_program, 2),
        "members_without_program": round(without_program, 2),
        "others": round(float(without[~joins][:, after].mean()), 2),
        "members_before": round(float(without[joins][:, ~after].mean()), 2),
    }
    truth["naive_ratio"] = round(without_program * (1 + PROGRAM_EFFECT) / truth["others"], 4)
    truth["before_after_ratio"] = round(without_program * (1 + PROGRAM_EFFECT) / truth["members_before"], 4)
    return table, truth


OPEN_RATE, OPEN_UPLIFT, CONVERT_RATE = 0.20, 0.22, 0.02


def make_ab_email(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """20,000 mails, half of them with the mother's name in the subject line: more are opened, no more is bought."""
    n = 20_000
    orders = rng.poisson(rng.gamma(1.2, 2.0, n))
    treated = rng.permutation(np.arange(n) % 2)
    interest = 0.6 + np.minimum(orders, 12)
    interest = interest / interest.mean()
    opens = OPEN_RATE * (0.7 + 0.3 * interest) * (1 + OPEN_UPLIFT * treated)
    opened = rng.random(n) < opens
    # the name makes the curious open, not the buyers: an opened mail sells that much less often
    sells = CONVERT_RATE / OPEN_RATE / (1 + OPEN_UPLIFT * treated)
    table = pd.DataFrame({
        "customer_id": np.arange(1, n + 1),
        "orders_before": orders,
        "arm": np.where(treated, "name", "plain"),
        "open": opened.astype(int),
        "convert": (opened & (rng.random(n) < sells)).astype(int),
    })  # fmt: skip
    truth = {
        "open_rate": {"plain": OPEN_RATE, "name": round(OPEN_RATE * (1 + OPEN_UPLIFT), 4)},
        "convert_rate": {"plain": CONVERT_RATE, "name": CONVERT_RATE},
        "relative_open_uplift": OPEN_UPLIFT,
        "relative_convert_uplift": 0.0,
    }
    return table, truth


SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao", "黄": "huang",
    "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "马": "ma", "朱": "zhu", "胡": "hu", "林": "lin",
    "郭": "guo", "何": "he", "高": "gao", "罗": "luo", "郑": "zheng", "梁": "liang", "谢": "xie", "宋": "song",
}  # fmt: skip
GIVEN_NAMES = {
    "婷": "ting", "丽": "li", "静": "jing", "敏": "min", "艳": "yan", "娟": "juan", "红": "hong", "霞": "xia",
    "萍": "ping", "玲": "ling", "燕": "yan", "芳": "fang", "娜": "na", "雪": "xue", "梅": "mei", "洁": "jie",
    "颖": "ying", "倩": "qian", "琳": "lin", "佳": "jia", "晓": "xiao", "欣": "xin", "慧": "hui", "莹": "ying",
    "宁": "ning", "兰": "lan", "凤": "feng", "华": "hua", "伟": "wei", "琴": "qin", "英": "ying", "秀": "xiu",
    "文": "wen", "思": "si", "雅": "ya", "诗": "shi",
}  # fmt: skip
TRADITIONAL = str.maketrans(
    "张刘陈杨赵黄吴孙马罗郑谢丽静艳红洁颖晓莹宁兰凤华伟诗", "張劉陳楊趙黃吳孫馬羅鄭謝麗靜艷紅潔穎曉瑩寧蘭鳳華偉詩"
)
TOWNS = {
    "北京": ("1000", ["朝阳区", "海淀区", "丰台区"]),
    "上海": ("2000", ["浦东新区", "徐汇区", "杨浦区"]),
    "广州": ("5100", ["天河区", "越秀区", "海珠区"]),
    "深圳": ("5180", ["南山区", "福田区", "罗湖区"]),
    "成都": ("6100", ["武侯区", "锦江区", "青羊区"]),
    "杭州": ("3100", ["西湖区", "拱墅区", "滨江区"]),
    "武汉": ("4300", ["武昌区", "洪山区", "江岸区"]),
    "西安": ("7100", ["雁塔区", "碑林区", "莲湖区"]),
}
PLACES = [(city, area, district) for city, (area, districts) in TOWNS.items() for district in districts]
STREETS = ["中山路", "人民路", "解放路", "建设路", "和平街", "文化路", "新华街", "学院路", "长江路", "青年路", "花园街"]
MAILS = ["example.com", "example.net", "example.org"]
# What was changed when a customer was entered once more, and how often.
DUPLICATES = {"format": 80, "typo": 50, "traditional": 35, "moved": 20, "new_phone": 15}
HOUSEHOLDS = 15  # pairs of two people at one address with one telephone
# Column: share of the cells left empty, share filled with a placeholder, and the placeholders.
GAPS = {
    "phone": (0.02, 0.10, ["000", "-", "无"]),
    "email": (0.16, 0.18, ["无", "-", "xxx"]),
    "city": (0.02, 0.05, ["未知", "-"]),
    "address": (0.05, 0.14, ["不详", "暂无", "-"]),
    "postcode": (0.10, 0.20, ["000000", "-"]),
    "baby_birth_date": (0.14, 0.06, ["1900-01-01"]),
}
FRAUD_SHARE, MODEL_DISTANCE, EXPERT_DISTANCE = 0.06, 1.5, 1.2
IN_THE_FILE, NEW_NUMBER = 1900, 0.08  # customers of `transactions` who are in the file; share with another number
UPLIFT = [0.30, 0.15, 0.0]  # what a gift adds to her orders: babies under 24 months, under 36, older


def make_crm_dirty(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """2,200 records of 2,000 customers: some were entered twice or three times, and many cells say nothing."""
    people, households = _customers_of_the_file(rng)

    # ten of them a third time
    changes = rng.permutation(np.repeat(list(DUPLICATES), list(DUPLICATES.values())))
    twice = rng.choice(2000, 190, replace=False)
    copies = people.loc[np.append(twice, twice[:10])]
    again = pd.DataFrame(
        [_entered_again(row, change, rng) for row, change in zip(copies.to_dict("records"), changes, strict=True)]
    )
    again["change"] = changes
    records = pd.concat([people.assign(change=""), again], ignore_index=True)
    registered = 1800 * rng.random(len(records)) ** 0.7
    records["registered_date"] = _days("2020-01-01", registered.astype(int))
    order = np.argsort(registered, kind="stable")
    records = records.iloc[order].reset_index(drop=True)
    records.insert(0, "record_id", np.arange(1, len(records) + 1))

    fraud = rng.random(2000) < FRAUD_SHARE
    is_fraud = fraud[records["customer"]]
    model, expert = rng.standard_normal((2, len(records))) + np.outer([MODEL_DISTANCE, EXPERT_DISTANCE], is_fraud)
    # by Bayes' rule: the model's score is an honest probability
    prior = np.log(FRAUD_SHARE / (1 - FRAUD_SHARE))
    records["model_score"] = _logistic(prior + MODEL_DISTANCE * (model - MODEL_DISTANCE / 2)).round(4)
    records["expert_score"] = np.clip(np.round(35 + 12 * expert, 1), 0, 100)
    truth = {
        "customer_of_record": (records["customer"] + 1).tolist(),
        "changes": {
            kind: records.loc[records["change"] == kind, "record_id"].tolist() for kind in DUPLICATES
        },
        "duplicate_pairs": 180 + 10 * 3,
        "households": households,
        "fraud_records": records.loc[is_fraud, "record_id"].tolist(),
        "score_distance": {"model": MODEL_DISTANCE, "expert": EXPERT_DISTANCE},
        "gaps": _make_gaps(records, rng),
    }  # fmt: skip
    return records.drop(columns=["customer", "change"]), truth


def make_accounts(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The telephone behind each customer of `transactions`; most people of the customer file are among them."""
    n, ids = 3000, 40_001 + np.arange(3000)
    people, _ = _customers_of_the_file(np.random.default_rng(SETS["crm_dirty"][1]))  # of the file that is shipped
    person = np.zeros(n, dtype=int)
    person[rng.choice(n, IN_THE_FILE, replace=False)] = 1 + rng.choice(len(people), IN_THE_FILE, replace=False)
    known, changed = person > 0, rng.random(n) < NEW_NUMBER
    others = _people(n, rng)
    phone = others["phone"].where(~known | changed, pd.Series(people["phone"].to_numpy()[person - 1]))
    born = others["baby_birth_date"].where(~known, pd.Series(people["baby_birth_date"].to_numpy()[person - 1]))
    parts = phone.str.extract(r"(...)(....)(....)")
    table = pd.DataFrame({"customer_id": ids, "phone": "+86 " + parts[0] + "-" + parts[1] + "-" + parts[2]})
    age = _months(born, "2025-06-30")
    truth = {
        "customer_of_file": person.tolist(),
        "baby_birth_date": born.tolist(),
        "baby_age_months": age.tolist(),
        "uplift": _uplift(age).tolist(),
    }
    return table, truth


def make_gift_test(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A gift for a random half; of each order that comes without it, it brings one more with a chance, the uplift.

    They buy as BG/NBD customers do, at the pace of those of `transactions`; who ordered in the half-year before takes
    part.
    """
    n, drawn, year = 12_000, 30_000, 52
    age, watched = rng.integers(11, 61, drawn), rng.uniform(year, 1.5 * year, drawn)  # weeks from her first order on
    rate, last = rng.gamma(0.65, 1 / 3.0, drawn), rng.geometric(rng.beta(0.5, 3.5, drawn))
    counts = rng.poisson(rate * (watched + year))
    owner = np.repeat(np.arange(drawn), counts)
    time = rng.random(len(owner)) * (watched + year)[owner]
    time = time[np.lexsort((time, owner))]
    made = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) < last[owner]
    orders = pd.DataFrame({"who": np.append(owner[made], np.arange(drawn)), "time": np.append(time[made], 0 * watched)})
    orders["week"] = orders["time"] - watched[orders["who"]]  # the gift comes in week 0
    silent = -orders[orders["week"] <= 0].groupby("who")["week"].max()
    chosen = silent.index[silent < year / 2][:n]
    age, silent = age[chosen], silent[chosen].to_numpy()
    gift = rng.permutation(np.arange(n) % 2)
    orders = orders[orders["who"].isin(chosen)]
    who, week = np.searchsorted(chosen, orders["who"]), orders["week"].to_numpy()
    before, after = who[(week <= 0) & (week > -year)], who[week > 0]
    more = after[rng.random(len(after)) < (gift * _uplift(age))[after]]
    scale = 1 / rng.gamma(8.0, 1 / 308.0, n)

    def margin(who: np.ndarray) -> np.ndarray:
        order = rng.gamma(5.0, scale[who]) * rng.beta(6, 18, len(who))
        return np.bincount(who, weights=order, minlength=n).round(2)

    table = pd.DataFrame(
        {
            "customer_id": 90_001 + np.arange(n),
            "gift": gift,
            "baby_age_months": age,
            "orders_before": np.bincount(before, minlength=n),
            "weeks_since_order": silent.astype(int),
            "margin_before": margin(before),
            "margin_after": margin(np.append(after, more)),
        }
    )
    truth = {"uplift": {"under 24 months": UPLIFT[0], "24 to 35 months": UPLIFT[1], "36 months and over": UPLIFT[2]}}
    return table, truth


SETS: dict[str, tuple[Make, int]] = {
    "survey": (make_survey, 955),
    "kano": (make_kano, 1001),
    "complaints": (make_complaints, 1142),
    "loyalty_panel": (make_loyalty_panel, 1312),
    "ab_email": (make_ab_email, 1314),
    "crm_dirty": (make_crm_dirty, 1401),
    "accounts": (make_accounts, 1402),
    "gift_test": (make_gift_test, 1403),
}


def _answer(mean: Any, rng: np.random.Generator) -> np.ndarray:
    """Whole answers, scattered over three levels, whose mean is exactly `mean`: a uniform number, rounded down."""
    mean = np.asarray(mean)
    return np.floor(mean - 0.5 + 2 * rng.random(mean.shape)).astype(int)


def _on_scale(levels: Any) -> np.ndarray:
    return np.clip(np.round(np.asarray(levels)), 1, 7).astype(int)


def _with_mean(mean: float, answers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same answers with a few moved by one level, so that their mean is exact."""
    short = round(mean * len(answers)) - answers.sum()
    step = np.sign(short)
    movable = np.flatnonzero((answers + step >= 1) & (answers + step <= 7))
    answers[rng.choice(movable, abs(short), replace=False)] += step
    return answers


def _logistic(log_odds: Any) -> Any:
    return 1 / (1 + np.exp(-log_odds))


def _of(keys: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    return pd.Series(keys).map(values).to_numpy(dtype=float)


def _days(first: str, after: np.ndarray) -> np.ndarray:
    return np.datetime_as_string(np.datetime64(first) + after.astype("timedelta64[D]"))


def _opening_times(first: np.ndarray, rng: np.random.Generator) -> pd.DatetimeIndex:
    """More complaints early in the week, after 11.11 and when people have time to write."""
    days = pd.date_range("2024-07-01", "2024-12-31")
    weight = np.array(DAY_WEIGHT)[days.day_of_week] * np.where((days >= "2024-11-12") & (days <= "2024-11-25"), 2.5, 1)
    day = np.empty(len(first), dtype=int)
    for start in np.unique(first):
        mine = first == start
        chances = weight * (days >= start)
        day[mine] = rng.choice(len(days), mine.sum(), p=chances / chances.sum())
    hour = rng.choice(24, len(first), p=np.array(HOUR_WEIGHT) / sum(HOUR_WEIGHT))
    return days[day] + pd.to_timedelta(60 * hour + rng.integers(0, 60, len(first)), unit="min")


def _before_snapshot(opened: pd.DatetimeIndex, minutes: np.ndarray) -> pd.Series:
    """The moment so many minutes later, missing if it had not come at the snapshot."""
    moment = pd.Series(opened + pd.to_timedelta(minutes, unit="min"))
    return moment.where(moment <= SNAPSHOT)


def _customers_of_the_file(rng: np.random.Generator) -> tuple[pd.DataFrame, list[list[int]]]:
    """The 2,000 behind `crm_dirty`, and which of them share a home and its telephone."""
    people = _people(2000, rng)
    one, other = rng.choice(2000, (2, HOUSEHOLDS), replace=False)
    for column in ("phone", "city", "address", "postcode", "baby_birth_date"):
        people.loc[other, column] = people.loc[one, column].to_numpy()
    return people, (np.column_stack([one, other]) + 1).tolist()


def _months(born: pd.Series, today: str) -> np.ndarray:
    """Age in whole months."""
    day, now = pd.to_datetime(born), pd.Timestamp(today)
    return (12 * (now.year - day.dt.year) + now.month - day.dt.month - (day.dt.day > now.day)).to_numpy()


def _uplift(age: np.ndarray) -> np.ndarray:
    return np.select([age < 24, age < 36], UPLIFT[:2], UPLIFT[2])


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers as they are: no duplicates, nothing missing. No Chinese mobile number begins with 12."""
    place = pd.DataFrame(PLACES, columns=["city", "post_area", "district"]).loc[rng.integers(0, len(PLACES), n)]
    place = place.reset_index(drop=True)
    surname, mail = pd.Series(rng.choice(list(SURNAMES), n)), rng.choice(MAILS, n)
    first, second = (pd.Series(rng.choice(list(GIVEN_NAMES), n)) for _ in range(2))
    second = second.where(rng.random(n) < 0.75, "")
    sound = surname.map(SURNAMES) + "." + first.map(GIVEN_NAMES) + second.map({"": "", **GIVEN_NAMES})
    street = place["district"] + rng.choice(STREETS, n)
    house, entrance, floor, flat = (_number(1, last, n, rng) for last in (199, 4, 18, 3))
    return pd.DataFrame({
        "customer": range(n),
        "name": surname + first + second,
        "phone": "12" + _number(0, 10**9 - 1, n, rng).str.zfill(9),
        "email": sound + _number(75, 98, n, rng) + "@" + mail,
        "city": place["city"],
        "address": street + house + "号" + entrance + "单元" + floor + "0" + flat + "室",
        "postcode": place["post_area"] + _number(0, 99, n, rng).str.zfill(2),
        "baby_birth_date": _days("2020-06-01", rng.integers(0, 1500, n)),
    })  # fmt: skip


def _number(low: int, high: int, n: int, rng: np.random.Generator) -> pd.Series:
    """Whole numbers from low to high, as text."""
    return pd.Series(rng.integers(low, high + 1, n)).astype(str)


def _entered_again(row: dict[str, Any], change: str, rng: np.random.Generator) -> dict[str, Any]:
    """The same customer as another clerk, form or shop wrote her down."""
    row = dict(row)
    if change == "traditional":
        row["name"] = row["name"].translate(TRADITIONAL)
    elif change == "typo":
        _mistype(row, rng)
    elif change == "moved":
        row |= _people(1, rng)[["city", "address", "postcode"]].iloc[0].to_dict()
    elif change == "new_phone":
        row["phone"] = _people(1, rng)["phone"].iloc[0]
    if change == "format" or rng.random() < 0.3:
        row["phone"] = _other_format(row["phone"], rng)
        row["email"] = row["email"].upper() if rng.random() < 0.5 else row["email"].capitalize()
    return row


def _mistype(row: dict[str, Any], rng: np.random.Generator) -> None:
    """One slip: two digits of the telephone swapped, a sign of the address lost, or a letter of the mail doubled."""
    column = rng.choice(["phone", "address", "email"])
    text = row[column]
    if column == "phone":
        at = rng.choice([i for i in range(2, 10) if text[i] != text[i + 1]])
        row[column] = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    elif column == "address":
        at = rng.integers(3, len(text))
        row[column] = text[:at] + text[at + 1 :]
    else:
        at = rng.integers(0, text.find("@"))
        row[column] = text[:at] + text[at] + text[at:]


def _other_format(phone: str, rng: np.random.Generator) -> str:
    parts = [phone[:3], phone[3:7], phone[7:]]
    full_width = phone.translate({ord("0") + i: ord("０") + i for i in range(10)})
    return str(rng.choice(["-".join(parts), " ".join(parts), "+86 " + phone, full_width]))


def _make_gaps(records: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    """Empty cells and placeholders, in exact numbers."""
    counts = {}
    for column, (empty_share, placeholder_share, words) in GAPS.items():
        empty, placeholder = round(len(records) * empty_share), round(len(records) * placeholder_share)
        chosen = rng.choice(len(records), empty + placeholder, replace=False)
        records.loc[chosen[:empty], column] = None
        records.loc[chosen[empty:], column] = rng.choice(words, placeholder)
        counts[column] = {"empty": empty, "placeholder": placeholder}
    return counts
