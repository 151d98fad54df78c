"""The story with mfaexec, and with the real AWS CLI and boto3 as its commands.

    story_mfaexec.py LOCAL_AWS_BINARY MFAEXEC_BINARY

What these programs make of the environment that mfaexec gives them is their own affair; this finds
out whether they see the session, all of it and nothing else. It speaks of botocore, so it is in Python,
and has pexpect for the terminal, the library that Rust's rexpect was made after.
"""

import datetime
import json
import shlex
import subprocess
import sys
import time

import botocore.session
import pexpect

import harness

CHECKS = harness.Checks()
SERIAL = harness.story_serial("testuser")
QUESTION = ". MFA code: "
DENIED = "(UnauthorizedOperation) when calling the DescribeRegions operation: " \
    "You are not authorized to perform this operation."
EXPIRED = "(RequestExpired) when calling the DescribeRegions operation: Request has expired."
STILL_EXPIRED = "Credentials were refreshed, but the refreshed credentials are still expired."

CLI = ["aws", "ec2", "describe-regions"]
BOTO3 = [sys.executable, "-c", "import boto3, json; "
         "print(json.dumps({'Regions': boto3.client('ec2').describe_regions()['Regions']}))"]
# The command line of each client, and the same with the profile's own keys.
CLIENTS = {
    "cli": (CLI, [*CLI, "--profile", "testuser"]),
    "boto3": (BOTO3, [*BOTO3[:2], BOTO3[2].replace(
        "boto3.client(", "boto3.Session(profile_name='testuser').client(")]),
}

# What botocore found, and where.
LOOK = """
import boto3, json, os
session = boto3.Session()
found = session.get_credentials()
keys = found.get_frozen_credentials()
print(json.dumps({
    "method": found.method, "region": session.region_name,
    "same": [keys.access_key, keys.secret_key, keys.token] == [os.environ[name] for name in
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")],
    "key": keys.access_key, "account": found.account_id,
    "identity": session.client("sts").get_caller_identity()["Arn"],
}))
"""

# A program that lives longer than its session.
OUTLIVE = """
import boto3, datetime, json, os, time
with open("environment", "w") as file:
    json.dump(dict(os.environ), file)
ec2 = boto3.client("ec2")
print(len(ec2.describe_regions()["Regions"]), "regions", flush=True)
end = datetime.datetime.fromisoformat(os.environ["AWS_CREDENTIAL_EXPIRATION"])
time.sleep(max(0, end.timestamp() - time.time()) + 1)
ec2.describe_regions()
"""
# Seconds that its session lasts, of the 15 minutes that are the least.
LAST_SESSION = 10


class Person:
    """Somebody with the story's key, at a shell."""

    def __init__(self, home, server, mfaexec):
        self.home, self.server, self.mfaexec = home, server, mfaexec
        # The profile's region counts.
        self.env = harness.environment(home, AWS_ENDPOINT_URL=server.url, AWS_MAX_ATTEMPTS="1")
        del self.env["AWS_DEFAULT_REGION"]
        key, secret = harness.story_key("testuser")
        (home / ".aws").mkdir()
        (home / ".aws" / "credentials").write_text(
            f"[testuser]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
        (home / ".aws" / "config").write_text(
            f"[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n")

    def line(self, *options, command):
        return [self.mfaexec, "-p", "testuser", *options, "--", *command]

    def run(self, args, env=None, **more):
        """Runs a program without a terminal: a question would be a failure."""
        done = subprocess.run(
            args, env=(env or self.env) | more, cwd=self.home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, start_new_session=True,
        )
        return done.returncode, done.stdout, done.stderr

    def terminal(self, args):
        return pexpect.spawn(
            args[0], args[1:], env=self.env, cwd=self.home, timeout=60, encoding="utf-8")

    def answer(self, terminal, name):
        """Answers the question; what is typed must not be seen."""
        terminal.expect_exact(QUESTION)
        terminal.sendline(self.server.code("testuser"))
        terminal.expect_exact("\r\n")
        seen = terminal.before
        CHECKS.that(f"{name}: the code is not seen on the terminal", seen == "", repr(seen))

    def ask(self, name, command, *options):
        with self.terminal(self.line(*options, command=command)) as terminal:
            self.answer(terminal, name)
            return end_of(terminal)

    def actions(self):
        return [entry["action"] for entry in self.server.journal()]

    def files(self):
        return {path.name: path.read_bytes() for path in (self.home / ".aws").iterdir()}


def end_of(terminal):
    """Waits for the program's end; its exit status and the rest of what it printed."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, terminal.before.replace("\r\n", "\n")


def lists(name, status, output):
    try:
        found = [region["RegionName"] for region in json.loads(output)["Regions"]]
    except ValueError:
        found = []
    CHECKS.that(name, status == 0 and "eu-central-1" in found, (status, output))


def fails(name, result, message):
    status, _, stderr = result
    CHECKS.that(name, status not in (0, 125) and message in stderr, result)


def tell(person, client, clock):
    """Steps 1 to 4 with one client."""
    command, bare = CLIENTS[client]
    name = f"mfaexec with {client}"
    server = person.server
    server.set_clock(clock)
    fails(f"{name}: the bare key is refused", person.run(bare), DENIED)
    before = person.files()

    server.clear_journal()
    status, output = person.ask(name, command)
    lists(f"{name}: with a code the regions are listed", status, output)
    calls = [e for e in server.journal() if e["action"] == "GetSessionToken"]
    CHECKS.that(f"{name}: one session of four hours",
                [call["duration_seconds"] for call in calls] == [4 * 3600], calls)

    server.clear_journal()
    status, output, _ = person.run(person.line(command=command))
    lists(f"{name}: the second time nobody is asked", status, output)
    CHECKS.that(f"{name}: nor is STS", person.actions() == ["DescribeRegions"], person.actions())

    line = shlex.join(person.line(command=command))
    result = person.run(["/bin/sh", "-c", f"env | sort > before; {line} > out || exit 9; "
                         "env | sort > after; cmp before after"])
    CHECKS.that(f"{name}: no variable of the calling shell changes", result[0] == 0, result)
    CHECKS.that(f"{name}: no file of AWS's changes", person.files() == before, list(person.files()))
    fails(f"{name}: the bare key is refused as before", person.run(bare), DENIED)


def speed(person):
    person.server.clear_journal()
    took, results = [], set()
    for _ in range(5):
        begun = time.monotonic()
        results.add(person.run(person.line(command=["true"])))
        took.append(time.monotonic() - begun)
    CHECKS.that("mfaexec: a session at hand is enough", results == {(0, "", "")}, results)
    CHECKS.that("mfaexec: it takes no time worth noticing", min(took) < 0.5, took)
    CHECKS.that("mfaexec: and asks nobody", person.actions() == [], person.actions())


def look(person):
    """What botocore sees, compared with what mfaexec says."""
    status, output, stderr = person.run([person.mfaexec, "status", "--json"])
    session = json.loads(output)["sessions"][0]
    status, output, stderr = person.run(person.line(command=[sys.executable, "-c", LOOK]))
    found = json.loads(output) if status == 0 else stderr
    account = harness.story()["account"]
    CHECKS.that("mfaexec: botocore sees the session, whole and alone", found == {
        "method": "env", "region": "eu-central-1", "same": True, "key": session["access_key_id"],
        "account": account, "identity": f"arn:aws:iam::{account}:user/testuser",
    }, found)
    CHECKS.that("mfaexec: and knows the same account", session["account"] == account, session)
    entry = person.server.journal()[-1]
    CHECKS.that("mfaexec: AWS sees it, too", (entry["access_key_id"], entry["region"]) ==
                (session["access_key_id"], "eu-central-1"), entry)


def misled(person):
    """Variables of the caller that would lead a client elsewhere."""
    identity = ["aws", "sts", "get-caller-identity"]
    fails("mfaexec: a profile that is not there confuses the cli", person.run(
        identity, AWS_PROFILE="nonexistent"), "The config profile (nonexistent) could not be found")
    for variables in ({"AWS_PROFILE": "nonexistent"}, {"AWS_DEFAULT_PROFILE": "nonexistent"},
                      {"AWS_SECURITY_TOKEN": "stale"}, {"AWS_SESSION_TOKEN": "stale"},
                      {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}):
        for client, command in (("cli", identity), ("boto3", [sys.executable, "-c", LOOK])):
            status, output, stderr = person.run(person.line(command=command), **variables)
            CHECKS.that(f"mfaexec with {client}: {' '.join(variables)} of the caller does no harm",
                        status == 0 and ":user/testuser" in output, (status, output, stderr))


def end(person):
    """Step 5. The server's clock goes back, and 15 minutes pass in seconds."""
    server = person.server
    server.set_clock(LAST_SESSION - 900)
    line = person.line("--fresh", "-d", "15m", command=[sys.executable, "-c", OUTLIVE])
    with person.terminal(line) as terminal:
        person.answer(terminal, "mfaexec: near the end")
        terminal.expect_exact(" regions\r\n")
        regions = terminal.before.split()[-1]
        CHECKS.that("mfaexec: a program works in its session", regions.isdigit(), regions)
        server.set_clock(90)
        server.clear_journal()
        status, output = end_of(terminal)
    CHECKS.that("mfaexec: when the session is over botocore says so",
                status == 1 and STILL_EXPIRED in output, (status, output))
    CHECKS.that("mfaexec: before it asks", person.actions() == [], person.actions())

    child = json.loads((person.home / "environment").read_text())
    for client, (command, _) in CLIENTS.items():
        fails(f"mfaexec with {client}: one that starts late is told", person.run(command, child),
              STILL_EXPIRED)
    CHECKS.that("mfaexec: without a request either", person.actions() == [], person.actions())
    ended = datetime.datetime.fromisoformat(child.pop("AWS_CREDENTIAL_EXPIRATION"))
    CHECKS.that("mfaexec: it knew the end in time", ended.timestamp() < time.time(), ended)
    for client, (command, _) in CLIENTS.items():
        fails(f"mfaexec with {client}: the service refuses the session", person.run(command, child),
              EXPIRED)

    status, output, stderr = person.run(person.line("--no-input", command=CLI))
    CHECKS.that("mfaexec: the next run needs a code", status == 125 and "a code is needed" in stderr,
                (status, output, stderr))
    status, output = person.ask("mfaexec: the next run", CLI)
    lists("mfaexec: and with one it works again", status, output)


def regions(person):
    """Every region that the SDK knows is offered at the tab key, but for the secret ones."""
    words = [person.mfaexec, "--", "mfaexec", "--region", ""]
    _, offered, _ = person.run(words, MFAEXEC_COMPLETE="bash")
    session = botocore.session.get_session()
    known = {
        region for partition in session.get_available_partitions()
        if not partition.startswith("aws-iso")
        for region in session.get_available_regions("sts", partition)
    }
    missing = known - set(offered.split())
    CHECKS.that("mfaexec: all regions are offered", len(known) > 30 and not missing, missing)


def main():
    binary, mfaexec = sys.argv[1:]
    with harness.home() as home, harness.local_aws(binary) as server:
        person = Person(home, server, mfaexec)
        try:
            # Codes work once: the clock goes on, within what a signature allows.
            tell(person, "cli", 0)
            person.run([mfaexec, "clear"])
            tell(person, "boto3", 60)
            speed(person)
            look(person)
            misled(person)
            regions(person)
            end(person)
        finally:
            # The cache key is the kernel's to keep, else.
            person.run([mfaexec, "clear"])
    CHECKS.end()


main()
