"""A small language for formulas and computed properties: arithmetic, comparison, ``and or not``, ``a if c else b``, a few functions.

The source is parsed with Python's grammar and walked over a list of allowed nodes; nothing is ever executed as Python. Numbers
are exact fractions. Length, depth and the size of numbers are bounded, so that no expression can run away.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from bezant.sdk.values import Exact, Invalid, round_half_away

Value = Fraction | bool | str
"""What an expression may compute with."""

MAX_SOURCE = 500
MAX_BITS = 4096
MAX_EXPONENT = 12

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Mod: operator.mod,
    ast.Pow: lambda a, b: _power(a, b),
}
_ORDER: Mapping[type[ast.cmpop], Callable[[Fraction, Fraction], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Fraction]]] = {
    "min": (1, 20, min),
    "max": (1, 20, max),
    "abs": (1, 1, abs),
    "ceil": (1, 1, lambda a: Fraction(ceil(a))),
    "floor": (1, 1, lambda a: Fraction(floor(a))),
    "round": (1, 2, lambda a, digits=Fraction(0): _rounded(a, digits)),
}
"""Functions with the least and most arguments they take."""


def evaluate(expression: str, names: Mapping[str, Exact | str | bool]) -> Value:
    """The value of an expression with these names. Raises ``Invalid`` naming what is wrong: syntax, name, type, division by zero."""
    values = {name: _value(value) for name, value in names.items()}
    try:
        return _walk(_parse(expression), values)
    except ZeroDivisionError:
        raise _wrong("division_by_zero", "It divides by zero; guard it, as in: a / b if b else 0.") from None


def evaluate_number(expression: str, names: Mapping[str, Exact | str | bool]) -> Fraction:
    """Like :func:`evaluate`, for an expression that must give a number."""
    return _number(evaluate(expression, names))


def names_in(expression: str) -> frozenset[str]:
    """The names that an expression reads. Raises ``Invalid`` where it is not well formed."""
    tree = _parse(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)


@lru_cache(maxsize=512)
def _parse(expression: str) -> ast.expr:
    if len(expression) > MAX_SOURCE:
        raise _wrong("too_long", f"It has {len(expression)} characters; {MAX_SOURCE} are allowed.")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong("syntax", "It cannot be read; write arithmetic such as: 2 * quantity + 5.") from None
    for node in ast.walk(tree):
        _check_node(node)
    return _exact_constants(tree, expression.strip())


_ALLOWED = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
)


def _check_node(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED) or isinstance(node, ast.MatMult | ast.BitOr | ast.BitAnd | ast.BitXor | ast.LShift | ast.RShift):
        raise _wrong("not_allowed", f"{type(node).__name__} is not allowed in an expression.")
    if isinstance(node, ast.Call):
        _check_call(node)
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str):
        raise _wrong("not_allowed", f"The constant {node.value!r} is not allowed in an expression.")


def _check_call(node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS or node.keywords:
        raise _wrong("unknown_function", f"Only these functions exist: {', '.join(sorted(_FUNCTIONS))}.")
    least, most, _ = _FUNCTIONS[node.func.id]
    if not least <= len(node.args) <= most:
        raise _wrong("arguments", f"{node.func.id} takes {least} to {most} arguments.")


def _exact_constants(tree: ast.expr, source: str) -> ast.expr:
    """Numbers as they were written: 0.1 is a tenth, not the float nearest to it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            node.value = _exact(node, source)  # type: ignore[assignment]
    return tree


def _exact(node: ast.Constant, source: str) -> Fraction:
    if isinstance(node.value, int):
        return _bounded(Fraction(node.value))
    written = Decimal((ast.get_source_segment(source, node) or "0").replace("_", ""))
    if abs(written.adjusted()) > MAX_BITS // 8:
        raise _wrong("too_large", "It holds a number that is too large or too small.")
    return Fraction(written)


def _walk(node: ast.expr, names: Mapping[str, Value]) -> Value:
    return _WALKERS[type(node)](node, names)


def _constant(node: ast.Constant, names: Mapping[str, Value]) -> Value:
    return node.value  # type: ignore[return-value]


def _name(node: ast.Name, names: Mapping[str, Value]) -> Value:
    if node.id not in names:
        raise _wrong("unknown_name", f"{node.id!r} is unknown; known are: {', '.join(sorted(names)) or 'none'}.")
    return names[node.id]


def _binary(node: ast.BinOp, names: Mapping[str, Value]) -> Value:
    return _bounded(_ARITHMETIC[type(node.op)](_number(_walk(node.left, names)), _number(_walk(node.right, names))))


def _unary(node: ast.UnaryOp, names: Mapping[str, Value]) -> Value:
    value = _walk(node.operand, names)
    if isinstance(node.op, ast.Not):
        return not value
    if isinstance(node.op, ast.Invert):
        raise _wrong("not_allowed", "The operator ~ is not allowed in an expression.")
    return -_number(value) if isinstance(node.op, ast.USub) else _number(value)


def _logic(node: ast.BoolOp, names: Mapping[str, Value]) -> Value:
    stop = isinstance(node.op, ast.Or)
    return stop if any(bool(_walk(value, names)) == stop for value in node.values) else not stop


def _compare(node: ast.Compare, names: Mapping[str, Value]) -> Value:
    left = _walk(node.left, names)
    for comparison, right in zip(node.ops, node.comparators, strict=True):
        if not _holds(comparison, left, right, names):
            return False
        left = False if isinstance(right, ast.Tuple | ast.List) else _walk(right, names)
    return True


def _holds(comparison: ast.cmpop, left: Value, right: ast.expr, names: Mapping[str, Value]) -> bool:
    if isinstance(comparison, ast.In | ast.NotIn):
        if not isinstance(right, ast.Tuple | ast.List):
            raise _wrong("type", "After 'in' comes a list such as (1, 2, 3).")
        return (left in [_walk(item, names) for item in right.elts]) == isinstance(comparison, ast.In)
    value = _walk(right, names)
    if isinstance(comparison, ast.Eq | ast.NotEq):
        return (left == value) == isinstance(comparison, ast.Eq)
    if type(comparison) not in _ORDER:
        raise _wrong("not_allowed", "'is' is not allowed in an expression; write ==.")
    return _ORDER[type(comparison)](_number(left), _number(value))


def _choice(node: ast.IfExp, names: Mapping[str, Value]) -> Value:
    return _walk(node.body if _walk(node.test, names) else node.orelse, names)


def _call(node: ast.Call, names: Mapping[str, Value]) -> Value:
    assert isinstance(node.func, ast.Name)
    return _bounded(_FUNCTIONS[node.func.id][2](*(_number(_walk(argument, names)) for argument in node.args)))


def _list(node: ast.expr, names: Mapping[str, Value]) -> Value:
    raise _wrong("type", "A list may only stand after 'in'.")


_WALKERS: Mapping[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Call: _call,
    ast.Tuple: _list,
    ast.List: _list,
}


def _value(value: Exact | str | bool) -> Value:
    return value if isinstance(value, bool | str) else Fraction(value)


def _number(value: Value) -> Fraction:
    if isinstance(value, str):
        raise _wrong("type", f"{value!r} is text where a number is needed.")
    return Fraction(value)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT:
        raise _wrong("exponent", f"Powers take whole exponents up to {MAX_EXPONENT}.")
    return base ** int(exponent)


def _rounded(value: Fraction, digits: Fraction) -> Fraction:
    scale = _power(Fraction(10), digits)
    return Fraction(round_half_away(value * scale)) / scale


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise _wrong("too_large", "It computes a number that is too large.")
    return value


def _wrong(code: str, message: str) -> Invalid:
    return Invalid.field("expression", code, message)
