"""Does every function question notice a wrong function? Each reference is changed a little, one place at a time."""

import ast
import copy
import inspect
import textwrap

import pytest

from clvlib.course.exercise import KEYS, FunctionQuestion, load_exercise

# Changes that give the same function: where, what was changed into what, and why nobody could notice.
SAME: dict[tuple[str, str], str] = {
    ("kappa", "one -> other"): "both codings are equally long, and a letter that only one coder uses adds 0",
}

COMPARED = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
COMPUTED = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult],
}


def changes(node, names):
    """Other nodes in place of this one."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARED.get(type(node.ops[0]), []):
            yield ast.Compare(node.left, [other()], node.comparators)
    if isinstance(node, ast.BinOp):
        for other in COMPUTED.get(type(node.op), []):
            yield ast.BinOp(node.left, other(), node.right)
        yield node.left
        yield node.right
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    if isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        yield from (ast.Tuple([each for each in node.elts if each is not one], ast.Load()) for one in node.elts)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value * 0.9 if isinstance(node.value, float) else node.value - 1)
    if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(other, ast.Load()) for other in names if other != node.id)


def mutants(function):
    """(what changed, the changed function), one for each change of a function's body."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    definition.decorator_list = []
    names = list(inspect.signature(function).parameters)
    for place, node in enumerate(ast.walk(tree)):
        for change in changes(node, names):
            changed = copy.deepcopy(tree)
            target = next(other for number, other in enumerate(ast.walk(changed)) if number == place)
            Replace(target, copy.deepcopy(change)).visit(changed)
            scope = dict(function.__globals__)
            exec(compile(ast.fix_missing_locations(changed), "mutant", "exec"), scope)
            yield f"{ast.unparse(node)} -> {ast.unparse(change)}", scope[definition.name]


class Replace(ast.NodeTransformer):
    def __init__(self, target, change):
        self.target, self.change = target, change

    def visit(self, node):
        return self.change if node is self.target else super().visit(node)


def questions():
    for path in sorted(KEYS.glob("[0-9]*.py")):
        exercise = load_exercise(path.stem)
        for key, question in (exercise.questions | exercise.turn.questions).items():
            if isinstance(question, FunctionQuestion):
                yield pytest.param(question, id=f"{path.stem}-{key}")


@pytest.mark.long
@pytest.mark.parametrize("question", list(questions()))
def test_every_small_change_of_the_reference_is_noticed(question):
    tried = list(mutants(question.reference))
    passed = [what for what, mutant in tried if question.problem(mutant, {}) is None]
    assert len(tried) > 4
    assert [what for what in passed if (question.name, what) not in SAME] == []
    assert {what for name, what in SAME if name == question.name} <= set(passed), "noticed after all"
