"""One probe of signed calls, wrong ones included, against local-aws and against ministack.

    probe.py LOCAL_AWS_BINARY [--write]

Compares status, error code and class of message. `differences.toml` lists and explains every
difference; one that is not listed fails, and so does a listed one that is gone or has changed.
With --write it prints the table as it would have to be, without explanations.
"""

import json
import pathlib
import sys
import tomllib

import calls
import harness
import signed
from targets import Local, Ministack

TABLE = pathlib.Path(__file__).parent / "differences.toml"
FEWEST = 40


def answer(target, call, codes):
    """What a target says, as one line."""
    _, who, service, action, parameters, spoil = call
    values = set(parameters.values())
    if calls.CODE in values:
        codes[target] = target.code("testuser")
    elif calls.USED not in values:
        target.settle()
    plain = {
        key: codes[target] if value in (calls.CODE, calls.USED) else value
        for key, value in parameters.items()
    }
    status, code, message = signed.ask(
        target.url, target.keys[who], service, action, plain, spoil)
    return f"{status} {code} {signed.message_class(message)}".strip()


def compare(local, other):
    """Both answers to every call, by its name."""
    codes, found = {}, {}
    for call in calls.every():
        if call[0] in found:
            raise RuntimeError(f"two calls are named {call[0]}")
        found[call[0]] = answer(local, call, codes), answer(other, call, codes)
    return found


def listed():
    """The table: by call, the two answers that are expected, and why."""
    table = tomllib.loads(TABLE.read_text())
    return {
        name: (sides["local-aws"], sides["ministack"])
        for group in table["difference"]
        for name, sides in group["calls"].items()
        if group["why"].strip()
    }


def check(found, expected):
    checks = harness.Checks()
    for name, (ours, theirs) in found.items():
        if name in expected:
            now = f"local-aws: {ours!r}, ministack: {theirs!r}"
            if ours == theirs:
                checks.that(f"probe: {name}", False, f"listed, but both say {ours!r}")
            else:
                checks.that(f"probe: {name} (listed)", expected[name] == (ours, theirs), now)
        else:
            checks.that(f"probe: {name}", ours == theirs, f"local-aws: {ours!r}, ministack: {theirs!r}")
    lost = sorted(set(expected) - set(found))
    checks.that("probe: the table lists only calls that exist", not lost, lost)
    checks.that(f"probe: at least {FEWEST} calls", len(found) >= FEWEST, len(found))
    checks.end()


def write(found):
    for name, (ours, theirs) in found.items():
        if ours != theirs:
            print(f"[difference.calls.{json.dumps(name)}]")
            print(f"local-aws = {json.dumps(ours)}\nministack = {json.dumps(theirs)}")


def main():
    account = harness.story()["account"]
    with harness.local_aws(sys.argv[1]) as server, harness.ministack(account) as url:
        found = compare(Local(server), Ministack(url))
    if "--write" in sys.argv:
        write(found)
    else:
        check(found, listed())


main()
