"""What the models share: maximum likelihood, standard errors, and a diagnosis whose forecasts were tried.

The parameters are climbed on the log scale, where they are free to move and errors are alike in both directions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Self, TypedDict, Union, get_args, get_origin

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln, ndtri

from clvlib import _checks
from clvlib._checks import Range
from clvlib._formula import OneCount, formula
from clvlib.models._alike import each_once
from clvlib.models._spread import Customers

AMOUNT, COUNT, _POSITIVE = Range(at_least=0), Range(at_least=0, whole=True), Range(above=0)
_FLAT = 1e-6  # curvature below which a direction counts as flat
_REACH = np.log(1e4)  # a fit looks between 1 / 10,000 of its starting values and 10,000 times them
_FALL = 1.353  # of the log-likelihood, within which values fit almost as well: half of chi2(1)'s 90 % quantile
_ENOUGH = 0.97  # of that fall, and a walk is at its end
_UNSURE = 0.2  # an error on the log scale above which the log-likelihood may be no parabola
_VAGUE = 0.6  # on the log scale, so that the 90 % interval is a factor of 2.7 either way
_SURE, _WIDE = 1.1, 1.5  # a forecast is sure if its ends differ by less than this factor, not determined if by more
_PLAUSIBLE = 200  # parameters that a fit keeps of a ridge
_LITTLE = 0.01  # of a cohort, a purchase, a currency unit: a difference that does not count

# Log-likelihood and its slope, at some parameters.
Climb = Callable[[np.ndarray], tuple[float, np.ndarray]]
# Some standard forecasts in words, at some parameters: "survival after 14 periods" -> 0.34.
Forecast = Callable[[list[float]], dict[str, float]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Model:
    """What a fit leaves beside the parameters.

    log_likelihood : float
        At the estimate, total over customers, in the unit of the data. None where the parameters were given.
    standard_errors : dict
        By parameter, from the curvature of the log-likelihood in the log-parameters (delta method); ``inf`` where the
        data do not bound a parameter: where it can go to the edge of the search, 10,000 times as far as it began, and
        the log-likelihood falls by less than 1.353 (a 90 % interval). None where the parameters were given.
    diagnosis : str
        In words: boundary, flat ridge, too few repeaters, no mean spend, not converged; or that there is nothing.
        Parameters that the data leave vague are led along their ridge, as far as the log-likelihood falls by 1.353, and
        it is said what the model forecasts on the way. (A fit then takes a few times as long.) This is what the ridge
        does to the forecast; the error of sampling comes on top.
    curvature : tuple of tuples
        Covariance of the log-parameters, a row a parameter: the inverse of the curvature at the estimate. `covariance`
        has it by name. None where the parameters were given.
    ridge : tuple of tuples
        If a parameter is unsure or vague: some that fit almost as well, a row each, spread as `draws` says.
    """

    log_likelihood: float | None = None
    standard_errors: dict[str, float] | None = field(default=None, hash=False)
    diagnosis: str = "Not fitted: the parameters were given."
    curvature: tuple[tuple[float, ...], ...] | None = None
    ridge: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        for name, value in self._own.items():
            object.__setattr__(self, name, _checks.one(name, _POSITIVE.read(name, value)))

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return self._own

    @property
    def _own(self) -> dict[str, float]:
        """The parameters that are above 0, and climbed as logs. The others, effects of covariates, are as they are."""
        return {item.name: getattr(self, item.name) for item in fields(self) if not item.kw_only}

    def __repr__(self) -> str:
        shown = [f"{name}={value:.4g}" for name, value in self.parameters.items()]
        if self.log_likelihood is not None:
            shown.append(f"log_likelihood={self.log_likelihood:.2f}")
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def aic(self) -> float:
        """Akaike's information criterion, ``2 * parameters - 2 * log_likelihood``: of two models, take the smaller."""
        if self.log_likelihood is None:
            raise ValueError("aic needs a fitted model: this one was made from given parameters, use fit")
        return 2 * len(self.parameters) - 2 * self.log_likelihood

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance matrix of the estimates, by parameter (delta method from the log-parameters).

        What the data do not bound has an infinite variance, and missing (NaN) covariances.
        """
        if self.curvature is None or self.standard_errors is None:
            raise ValueError("covariance needs a fitted model: this one was made from given parameters, use fit")
        slope = np.where(self._is_effect, 1, self._theta)
        matrix = np.outer(slope, slope) * self.curvature
        errors = np.array(list(self.standard_errors.values()))
        unbounded = np.isinf(errors)
        matrix[unbounded] = matrix[:, unbounded] = np.nan
        matrix[unbounded, unbounded] = np.inf
        return pd.DataFrame(matrix, index=self.parameters, columns=self.parameters)

    @formula
    def draws(self, n: Customers, seed: OneCount) -> pd.DataFrame:
        """Parameters that the data allow, drawn as often as they are likely: what intervals of forecasts are made of.

        From a normal law of the log-parameters, with the curvature at the estimate. Where an error is above 0.2 of an
        estimate, the log-likelihood is no parabola: then along the parameter that is the least sure, or along the ridge
        that the diagnosis speaks of, to where the log-likelihood has fallen by z^2 / 2, with z from a standard normal
        law; if it never falls so far, to the edge of the search. The other parameters vary around it. The ends of nine
        in ten draws are then those of a likelihood interval.

        Parameters
        ----------
        n : int
            Draws.
        seed : int
            The same seed gives the same draws.

        Returns
        -------
        DataFrame
            A draw a row, a parameter a column. Of a model with given parameters, all draws are these.

        Raises
        ------
        ValueError
            If n is not a whole number above 0, or the seed not a whole number.

        Source
        ------
        Pawitan 2001, In All Likelihood (Oxford): the signed root of twice the fall is nearly standard normal.

        Examples
        --------
        >>> from clvlib.models import SBG
        >>> fit = SBG.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> fit.draws(1000, seed=1).quantile([0.05, 0.95]).round(1)
              alpha  beta
        0.05    0.5   2.8
        0.95    0.9   5.5
        """
        theta = self._draws(n, np.random.default_rng(seed))
        return pd.DataFrame(np.where(self._is_effect, np.log(theta), theta), columns=list(self.parameters))

    def to_dict(self) -> dict[str, Any]:
        """All that the model is and knows, ready for JSON: `from_dict` makes it again, equal in every digit.

        Returns
        -------
        dict
            Under ``"model"`` the name of the class; then parameters, log_likelihood and the rest by name. Infinity,
            which strict JSON does not know, is the text ``"inf"``.

        Examples
        --------
        >>> import json
        >>> from clvlib.models import SBG
        >>> fit = SBG.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> text = json.dumps(fit.to_dict(), allow_nan=False)
        >>> SBG.from_dict(json.loads(text)) == fit
        True
        """
        return {"model": type(self).__name__} | {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        """The model that `to_dict` saved.

        Parameters
        ----------
        saved : dict
            As `to_dict` gives it, e.g. read from a JSON file.

        Returns
        -------
        Model
            Of this class.

        Raises
        ------
        ValueError
            If it is no dict, of another class, or damaged: an entry is missing, unknown, or not what it should be.

        Examples
        --------
        >>> from clvlib.models import SBG
        >>> SBG.from_dict(SBG(alpha=0.668, beta=3.806).to_dict())
        SBG(alpha=0.668, beta=3.806)
        """
        name, wanted = cls.__name__, {each.name: each for each in fields(cls)}
        if not isinstance(saved, dict):
            raise ValueError(f"saved must be a dict, as to_dict gives it, got {_checks.kind(saved)}")
        if saved.get("model") != name:
            raise ValueError(f"saved must be a {name}, got {_checks.shown(saved.get('model'))} under 'model'")
        missing = [repr(each) for each in wanted if each not in saved]
        damage = [f"has no {_checks.listed(missing)}"] if missing else []
        damage += [f"has {each!r}, which a {name} does not know" for each in saved if each not in {"model", *wanted}]
        values = {each: _restored(saved[each]) for each in wanted if each in saved}
        damage += [
            f"has {_checks.shown(saved[each])} as {each!r}"
            for each, value in values.items()
            if not _fits(value, wanted[each].type)
        ]
        model = None if damage else cls(**values)
        if model is not None and not model._is_whole():
            damage = ["tells of other parameters than it has"]
        if model is None or damage:
            raise ValueError(f"saved is damaged: it {damage[0]}")
        return model

    def _is_whole(self) -> bool:
        """Whether what is said of the parameters is said of each of them."""
        names, rows = list(self.parameters), [*(self.curvature or ()), *self.ridge]
        return (
            (self.standard_errors is None or list(self.standard_errors) == names)
            and (self.curvature is None or len(self.curvature) == len(names))
            and all(len(row) == len(names) for row in rows)
        )

    def _draws(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """A draw a row, effects as in `_theta`."""
        if self.ridge:
            return np.array(self.ridge)[rng.permutation(n) % len(self.ridge)]
        if self.curvature is None:
            return np.tile(self._theta, (n, 1))
        return np.exp(
            _normal(rng.standard_normal((n, len(self._theta))), np.log(self._theta), np.array(self.curvature))
        )

    @property
    def _theta(self) -> np.ndarray:
        """The parameters above 0; of an effect g, exp(g)."""
        values = np.array(list(self.parameters.values()))
        return np.where(self._is_effect, np.exp(values), values)

    @property
    def _is_effect(self) -> np.ndarray:
        return np.arange(len(self.parameters)) >= len(self._own)


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value


def _restored(value: Any) -> Any:
    """What `_plain` was given."""
    if isinstance(value, dict):
        return {key: _restored(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_restored(each) for each in value)
    return float(value) if isinstance(value, str) and value in ("inf", "-inf", "nan") else value


def _fits(value: Any, declared: Any) -> bool:
    """Whether a value is of the type that a field declares."""
    kind, inner = get_origin(declared), get_args(declared)
    if kind in (Union, UnionType):
        return any(_fits(value, each) for each in inner)
    if kind is Annotated:
        return _fits(value, inner[0])
    if kind is Literal:
        return value in inner
    if kind is dict:
        return isinstance(value, dict) and all(_fits(key, inner[0]) and _fits(value[key], inner[1]) for key in value)
    if kind is tuple:
        return isinstance(value, tuple) and all(_fits(each, inner[0]) for each in value)
    return isinstance(value, int | float if declared is float else declared) and not isinstance(value, bool)


def _normal(z: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Standard normal numbers, a row a draw, as draws with this mean and covariance."""
    size, direction = np.linalg.eigh(spread)
    return mean + (z * np.sqrt(np.maximum(size, 0))) @ direction.T


class Report(TypedDict):
    """What a fit says of itself."""

    log_likelihood: float
    standard_errors: dict[str, float]
    diagnosis: str
    curvature: tuple[tuple[float, ...], ...]
    ridge: tuple[tuple[float, ...], ...]


def maximise(
    likelihood: Climb,
    start: dict[str, float],
    notes: list[str],
    forecast: Forecast,
    horizon: str = "the horizon beyond the data",
) -> tuple[list[float], Report]:
    """The parameters at the top of the log-likelihood, and the report."""

    def climb(logs: np.ndarray) -> tuple[float, np.ndarray]:
        theta = np.exp(logs)
        value, slope = likelihood(theta)
        return value, slope * theta

    middle = np.log(list(start.values()))
    box = _Box(middle - _REACH, middle + _REACH)
    top = _newton(climb, middle, box)
    ridge = _ridge(climb, top, box)
    for _ in range(5):  # a walk may find a higher top
        highest = max(ridge.points, key=lambda point: point.value, default=top)
        if highest.value < top.value + 1e-3:
            break
        top = _newton(climb, highest.logs, box)
        ridge = _ridge(climb, top, box)
    theta = np.exp(top.logs).tolist()
    if top.gain > 1e-3:
        notes = [*notes, "Not converged: the search stopped where the log-likelihood still rises."]
    notes = [*notes, *_warnings(dict(zip(start, theta, strict=True)), top, ridge, forecast, horizon)]
    errors = np.where(top.free & ~ridge.endless, theta * top.error, np.inf)
    return theta, Report(
        log_likelihood=top.value,
        standard_errors=dict(zip(start, errors.tolist(), strict=True)),
        diagnosis=" ".join(notes) or "Converged, nothing to report.",
        curvature=tuple(map(tuple, top.spread.tolist())),
        ridge=tuple(map(tuple, np.exp(_plausible(top, ridge.walks or _lean(climb, top), box)).tolist())),
    )


class _Box(NamedTuple):
    """Where a fit looks: the lowest and the highest log-parameters."""

    low: np.ndarray
    high: np.ndarray


class _Top(NamedTuple):
    """Log-parameters at the top; the value there; which are free, not at the edge of the box; their covariance, inverse
    to the curvature; and how much a further step would gain."""

    logs: np.ndarray
    value: float
    free: np.ndarray
    spread: np.ndarray
    gain: float

    @property
    def error(self) -> np.ndarray:
        return np.sqrt(np.diag(self.spread))


def _newton(climb: Climb, logs: np.ndarray, box: _Box, held: int | None = None, enough: float = 1e-7) -> _Top:
    """Top of the log-likelihood by Newton's method, each step rising, in the box; one log-parameter may be held.

    Written here because a few parameters and an exact slope need no more, while a general optimiser's threaded linear
    algebra can take longer than all the sums.
    """
    value, slope = climb(logs)
    loose = np.arange(len(logs)) != held
    for _ in range(100):
        free = loose & np.where(slope < 0, logs > box.low, logs < box.high)
        bend, direction = np.linalg.eigh(_curvature(climb, logs, slope) * np.outer(free, free))
        along = (direction.T * (slope * free)).sum(axis=1)
        step = (direction * (along / np.maximum(abs(bend), _FLAT))).sum(axis=1) * free
        gain = (slope * step).sum() / 2
        if gain < enough:
            break
        step /= max(1, abs(step).max())
        for halving in range(40):
            ahead = np.clip(logs + step / 2**halving, *box)
            value_ahead, slope_ahead = climb(ahead)
            if value_ahead > value:
                break
        else:
            break
        logs, value, slope = ahead, value_ahead, slope_ahead
    spread = (direction / np.maximum(bend, _FLAT)) @ direction.T
    return _Top(logs, value, free, spread, gain)


def _curvature(climb: Climb, logs: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """How the slope falls along each log-parameter."""
    small = 1e-5
    falls = np.array([slope - climb(logs + small * unit)[1] for unit in np.eye(len(logs))]) / small
    return (falls + falls.T) / 2


class _Ridge(NamedTuple):
    """Points that fit almost as well as the top; which parameters differ much among them, and which of these are
    endless: the ridge goes on to the edge of the search. `walks` has the points by the parameter that was led."""

    points: list[_Top]
    vague: np.ndarray
    endless: np.ndarray
    walks: list[tuple[int, list[_Top]]]


def _ridge(climb: Climb, top: _Top, box: _Box) -> _Ridge:
    """From the top along each vague parameter, and what goes with it. A fit without vague parameters has no ridge."""
    to_try = ~top.free | (top.error > _VAGUE)
    points: list[_Top] = []
    walks = []
    vague, endless = np.zeros((2, len(to_try)), dtype=bool)
    while to_try.any():
        which = int(np.argmax(np.where(to_try, top.error, 0)))
        walk, ends = _walk(climb, top, box, which)
        moved = np.arange(len(to_try)) == which
        for point in walk:
            moved |= abs(point.logs - top.logs) > _VAGUE
        tied = abs(top.spread[which]) > 0.9 * top.error[which] * top.error  # no other way leads along it
        points, vague, endless = points + walk, vague | moved, endless | (moved & (not ends))
        walks.append((which, walk))
        to_try &= ~(moved & tied)
    return _Ridge(points, vague, endless, walks)


def _walk(climb: Climb, top: _Top, box: _Box, which: int) -> tuple[list[_Top], bool]:
    """One log-parameter is led down from the top, the others follow, until the log-likelihood has fallen by `_FALL`.

    Returns the points passed, and whether both ways ended before the edge of the box. A step is twice the last one, or
    as long as a parabola through the top makes it; the others start out as the curvature at the top ties them, then go
    on in the direction of the last step, and climb from there.
    """
    points: list[_Top] = []
    ends = True
    for side in (-1, 1):
        here, fallen, step = top, 0.0, min(1, 1.6 * top.error[which])
        others = top.spread[:, which] / top.spread[which, which]
        for _ in range(20):
            at_edge = (here.logs == box.low) | (here.logs == box.high)
            leaves = here.logs[which] == (box.low if side < 0 else box.high)[which]
            if leaves or (at_edge & top.free).any() or fallen > _ENOUGH * _FALL:
                ends &= fallen > _ENOUGH * _FALL
                break
            ahead = _newton(climb, np.clip(here.logs + side * step * others, *box), box, held=which, enough=0.01)
            fall = max(0.0, top.value - ahead.value)
            if fall > _FALL:  # too far
                step *= 0.99 * (_FALL**0.5 - fallen**0.5) / (fall**0.5 - fallen**0.5)
                continue
            others = (ahead.logs - here.logs) / (ahead.logs - here.logs)[which]
            here, fallen, step = ahead, fall, 2 * step
            points.append(here)
            if fall > 0:
                step = min(step, 0.99 * ((_FALL / fall) ** 0.5 - 1) * abs(here.logs - top.logs)[which])
    return points, ends


def _lean(climb: Climb, top: _Top) -> list[tuple[int, list[_Top]]]:
    """Where no parameter is vague, but one unsure: how the top leans, by a step along it to either side.

    The others go along as the curvature ties them, then climb by one step of Newton's method.
    """
    which = int(np.argmax(top.error))
    if top.error[which] < _UNSURE:
        return []
    tied = top.spread[:, which] / top.error[which]
    spread = top.spread - np.outer(tied, tied)  # of the others, with this one held
    points = []
    for side in (-1, 1):
        ahead = top.logs + side * np.sqrt(2 * _FALL) * tied
        value, slope = climb(ahead)
        step = spread @ slope
        points.append(top._replace(logs=ahead + step, value=value + (slope * step).sum() / 2))
    return [(which, points)]


def _plausible(top: _Top, walks: list[tuple[int, list[_Top]]], box: _Box) -> np.ndarray:
    """Log-parameters along each walk, a row each, as `Model.draws` says; none without one.

    The log-likelihood falls by z^2 / 2 where its signed root is z. Beyond its last point a walk goes straight on,
    unless that is the edge of the search.
    """
    if not walks:
        return np.empty((0, len(top.logs)))
    rng, found = np.random.default_rng(0), []
    z = ndtri((np.arange(size := _PLAUSIBLE // len(walks)) + 0.5) / size)
    for which, walk in walks:
        path = sorted([top, *walk], key=lambda point: point.logs[which])
        places, falls = np.array([point.logs for point in path]), np.array([top.value - point.value for point in path])
        roots = np.sort(np.sign(places[:, which] - top.logs[which]) * np.sqrt(2 * np.maximum(falls, 0)))
        centre = np.transpose([np.interp(z, roots, place) for place in places.T])
        for side, end, before in ((-1, 0, 1), (1, -1, -2)):
            at_edge = top.free & ((places[end] <= box.low) | (places[end] >= box.high))
            if side * roots[end] > 0 and not at_edge.any():
                slope = (places[end] - places[before]) / (roots[end] - roots[before])
                centre += side * np.outer(np.maximum(side * (z - roots[end]), 0), slope)
        nearest, normal = abs(roots[:, None] - z).argmin(axis=0), rng.standard_normal(centre.shape)
        for place, point in enumerate(path):
            here = nearest == place
            found.append(_normal(normal[here], centre[here], _around(point, which)))
    return np.clip(np.concatenate(found), *box)


def _around(point: _Top, which: int) -> np.ndarray:
    """Covariance of the log-parameters around a point of a walk; what was led, and what is at the edge, stays.

    At most a factor of e either way: a direction that is flatter has a walk of its own.
    """
    loose = point.free.copy()
    loose[which] = False
    bend, direction = np.linalg.eigh(np.linalg.inv(point.spread) * np.outer(loose, loose))
    return (direction / np.maximum(bend, 1)) @ direction.T * np.outer(loose, loose)


def _warnings(theta: dict[str, float], top: _Top, ridge: _Ridge, forecast: Forecast, horizon: str) -> list[str]:
    """Boundary and ridge in words, with what is forecast along them; nothing if neither matters."""
    if not ridge.points and top.free.all():
        return []
    edge, endless, vague = (
        [name for name, yes in zip(theta, which, strict=True) if yes]
        for which in (~top.free, ridge.endless & top.free, ridge.vague & top.free)
    )
    forecasts = [forecast(np.exp(point.logs).tolist()) for point in (top, *ridge.points)]
    ranges = {what: sorted(each[what] for each in forecasts) for what in forecasts[0]}
    wide = [what for what, values in ranges.items() if values[-1] > _WIDE * values[0] + _LITTLE]
    sure = all(values[-1] < _SURE * values[0] + _LITTLE for values in ranges.values())
    if not (edge or endless or wide):
        return []
    if edge:
        values = _checks.listed(f"{theta[name]:.3g}" for name in edge)
        found = (
            f"Boundary: {_checks.listed(edge)} went to the edge of the search ({values}), so the data do not bound "
            f"{'it' if len(edge) == 1 else 'them'} on that side{''.join(f', nor {name}' for name in endless)}. "
            "Along the ridge that leads there"
        )
    else:
        to_edge = ", up to the edge of the search" if endless else ""
        found = f"Flat ridge: other values of {_checks.listed(endless or vague)} fit almost as well{to_edge}. Along it"
    goes = [f"{what} goes from {_said(values[0])} to {_said(values[-1])}" for what, values in ranges.items()]
    verdict = ": the forecasts do not hang on these parameters" if sure else ""
    if wide:
        verdict = f": {'that far, ' if len(wide) < len(ranges) else ''}{horizon} is not determined"
    return [f"{found}, {_checks.listed(goes)}{verdict}."]


def _said(value: float) -> str:
    if value < 0.0005 or np.isinf(value):
        return "infinity" if value > 1 else "0"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def column_of(name: str, summary: pd.DataFrame, label: str, allowed: Range) -> np.ndarray:
    """A column of a summary, or a sentence."""
    _checks.needed(name, _checks.table(name, summary), [label])
    return _checks.numbers(f"column {label!r} of {name}", summary[label], allowed).to_numpy()


def customers_of(name: str, summary: pd.DataFrame) -> np.ndarray:
    """How many customers each row stands for: one, unless it is a row of `clvlib.transactions.histories`."""
    if "customers" not in _checks.table(name, summary):
        return np.ones(len(summary))
    return column_of(name, summary, "customers", Range(at_least=1, whole=True))


class Levels(NamedTuple):
    """The different values of a count, and how many customers have each."""

    value: np.ndarray
    weight: np.ndarray


def different(customers: np.ndarray, *columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, Levels]:
    """The different rows, how many customers have each, and the same of the first column alone.

    Customers with the same history add the same to the log-likelihood, so it is worked out once. `customers`: how many
    each row stands for.
    """
    rows, kind = each_once(*columns)
    order = np.lexsort(rows[::-1])
    rows, weight = [column[order] for column in rows], np.bincount(kind, customers)[order]
    value, level = np.unique(rows[0], return_inverse=True)
    return rows, weight, Levels(value, np.bincount(level, weight))


def rise_by(base: float | np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``ln G(base + count) - ln G(base)``, and its slope in base."""
    return gammaln(base + count) - gammaln(base), digamma(base + count) - digamma(base)


def few_repeaters(repeaters: int, customers: int, parameters: int) -> list[str]:
    if repeaters >= 10 * parameters:
        return []
    return [
        f"Too few repeaters: {repeaters} of {customers} customers came back, and {parameters} parameters want at least "
        f"{10 * parameters} of them (a rule of thumb)."
    ]
