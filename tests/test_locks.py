"""The lock invariant: code that asks the engine holds no lock meanwhile, and none that yields.

Requests of one thread are greenlets, and each call of the engine switches to another one. If
that one waits for a lock that the first holds, the thread never continues. Slots that are
taken without waiting (`acquire(blocking=False)`) are no locks in this sense.
"""

import ast
from pathlib import Path

import bambleweeny
import pytest

APP = Path(bambleweeny.__path__[0])
KINDS = {"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"}
OF_WAITRESS = {"outbuf_lock", "requests_lock"}
EXCEPTIONS = {
    # A stream has yielded leadership, so it is alone in its thread; the slots bound memory.
    ("core/notify/streams.py", "_listen"): {"read", "write", "yield"},
    # Requests share no round trips on a Cluster; one thread asks for the map, the others wait.
    ("store/client/cluster.py", "ranges"): {"ask_first"},
}
HARMLESS = """Busy Postponed Thread _Line _Turn _Waiter _flush_exception add add_task all any
    append at bisect_left bool bytearray clear close decode deque dict discard encode
    from_bytes fromkeys get hash hear int is_due items iter ioctl isinstance join len list max min
    monotonic next note owner_of pop popleft pull_trigger remove reversed send send_continue set setdefault soon sorted start
    startswith str sum super suppress tell time tuple values verify wait wake zip"""
"""What may be called with a lock held, apart from functions of the same module."""
BLOCKING = {
    # A long step has yielded leadership, so it is alone in its thread.
    ("core/pacing.py", "of"),
    ("server/http/leader_follower.py", "start"),
    ("server/http/leader_follower.py", "_lead_once"),
    ("server/http/leader_follower.py", "shutdown"),
}
"""The functions that wait for a lock outside a `with`."""
MODULES = {
    path.relative_to(APP).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in APP.rglob("*.py")
    if path.relative_to(APP).parts[0] != "client"  # runs in the programs of users
}


def last(node: ast.AST) -> str:
    """The last word of a name, an attribute, or what is called."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def functions(tree: ast.AST) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_own(call: ast.Call) -> bool:
    """Whether a call names a function, or a method of `self`."""
    return isinstance(call.func, ast.Name) or ast.unparse(call.func) == f"self.{last(call)}"


def done_in(body: list[ast.stmt], own: dict[str, ast.FunctionDef], seen: set[str]) -> set[str]:
    """What statements call, with what the called functions of the module call; `yield` too."""
    found = set()
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Yield | ast.YieldFrom):
            found.add("yield")
        elif isinstance(node, ast.Call) and last(node) in own and is_own(node):
            if last(node) not in seen:
                callee = own[last(node)]
                found |= done_in(callee.body, own, seen | {callee.name}) - {"yield"}
        elif isinstance(node, ast.Call):
            found.add(last(node))
    return found


def locks() -> set[str]:
    """The names of attributes and variables that hold a lock, and of the function that takes a place."""
    made = [node for tree in MODULES.values() for node in ast.walk(tree)]
    assigned = [node for node in made if isinstance(node, ast.Assign)]
    named = {last(to) for one in assigned if last(one.value) in KINDS for to in one.targets}
    return named | OF_WAITRESS | {"hashing"}


def held_blocks() -> list[tuple[str, str, set[str]]]:
    """Each block that holds a lock: its module, its function and what is done in it."""
    known, found = locks(), []
    for path, tree in MODULES.items():
        own = functions(tree)
        for function in own.values():
            for block in ast.walk(function):
                if isinstance(block, ast.With) and any(
                    last(item.context_expr) in known for item in block.items
                ):
                    found.append((path, function.name, done_in(block.body, own, set())))
    return found


def test_code_that_holds_a_lock_calls_only_what_is_harmless():
    blocks = held_blocks()
    assert len(blocks) > 35
    for path, function, done in blocks:
        extra = done - {*HARMLESS.split()} - EXCEPTIONS.get((path, function), set())
        assert not extra, f"{path}:{function} holds a lock over {sorted(extra)}"


def test_every_exception_is_needed():
    blocks = held_blocks()
    for place, names in EXCEPTIONS.items():
        assert any(names <= done for path, function, done in blocks if (path, function) == place)
    assert not {*HARMLESS.split()} - set().union(*(done for _, _, done in blocks))


def test_a_lock_is_waited_for_in_a_with_statement_or_at_a_named_place():
    waits = {
        (path, function.name)
        for path, tree in MODULES.items()
        for function in functions(tree).values()
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and last(call) == "acquire"
        if "blocking=False" not in ast.unparse(call)
    }
    assert waits == BLOCKING


@pytest.mark.parametrize("line", ["self._store.read()", "run_as(1)", "yield", "self.ask()"])
def test_the_guard_sees_what_it_should(line):
    own = functions(ast.parse("def ask(self):\n    self._store.run()"))
    body = ast.parse(f"def f():\n    with lock:\n        {line}").body[0].body[0].body
    assert done_in(body, own, set()) - {*HARMLESS.split()}
