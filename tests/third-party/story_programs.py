"""Programs that fetch their own credentials: the real AWS CLI, boto3 and, where tests/all has put it
below target/node, the JavaScript SDK, as commands of `mfaexec --refresh` and `mfaexec --profiles`.

    story_programs.py LOCAL_AWS_BINARY MFAEXEC_BINARY

Sessions end while a program runs: the clock of local-aws is behind, so that a session of 15 minutes has a
few seconds left, and then it is right again.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import harness

CHECKS = harness.Checks()
SERIAL = harness.story_serial("testuser")
KEY = harness.story_key("testuser")
ROLE = "arn:aws:iam::123456789012:role/deployer"
MODULES = pathlib.Path(sys.executable).parents[2] / "node" / "node_modules"
SHORTEST = 900

CONFIG = f"""[profile testuser]
region = eu-central-1
mfa_serial = {SERIAL}
[profile deployer]
role_arn = {ROLE}
source_profile = testuser
region = eu-west-1
"""
# Static keys, which come before an endpoint in every SDK.
CREDENTIALS = f"""[default]
aws_access_key_id = AKIASTATICKEY0000001
aws_secret_access_key = not-for-anyone
[testuser]
aws_access_key_id = {KEY[0]}
aws_secret_access_key = {KEY[1]}
"""

CLI = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
# One line for each line of stdin: who it is, and with which region.
BOTO3 = """
import boto3, sys
profile = sys.argv[1] if len(sys.argv) > 1 else None
session = boto3.Session(profile_name=profile)
sts = session.client("sts")
for line in sys.stdin:
    try:
        print(session.region_name, sts.get_caller_identity()["Arn"], session.get_credentials().method, flush=True)
    except Exception as error:
        print("error", str(error).replace("\\n", " "), flush=True)
"""
JAVASCRIPT = f"""
const {{ defaultProvider }} = require("{MODULES}/@aws-sdk/credential-provider-node");
const readline = require("readline");
const provider = defaultProvider(process.argv[1] ? {{ profile: process.argv[1] }} : {{}});
readline.createInterface({{ input: process.stdin }}).on("line", async () => {{
    try {{
        const found = await provider();
        console.log(found.accessKeyId, found.expiration.toISOString());
    }} catch (error) {{
        console.log("error", String(error.message).replace(/\\n/g, " "));
    }}
}});
"""


class World:
    def __init__(self, aws, mfaexec, home):
        self.aws, self.mfaexec, self.home = aws, mfaexec, home
        (home / ".aws").mkdir()
        (home / ".aws" / "config").write_text(CONFIG)
        (home / ".aws" / "credentials").write_text(CREDENTIALS)
        self.env = harness.environment(home, AWS_ENDPOINT_URL=aws.url, NO_PROXY="127.0.0.1")
        del self.env["AWS_DEFAULT_REGION"]

    def run(self, *words):
        done = subprocess.run(
            [self.mfaexec, *words], env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120, cwd=self.home,
        )
        return done.stdout.strip() if done.returncode == 0 else f"{done.returncode}: {done.stderr}"

    def sign_in(self, *options):
        return self.run("login", "-p", "testuser", "-c", self.aws.code("testuser"), *options)

    @contextlib.contextmanager
    def asked(self, *words):
        """A program that answers a line for each line."""
        process = subprocess.Popen(
            [self.mfaexec, *words], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=self.home,
        )

        def ask():
            process.stdin.write("\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        try:
            yield ask
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def world(binaries):
    with harness.local_aws(binaries[0]) as aws, harness.home() as home:
        made = World(aws, binaries[1], home)
        try:
            yield made
        finally:
            made.run("clear", "-q")


def clients():
    """Each long-lived client, with the words that start it for a profile."""
    def boto3(*profile):
        return [sys.executable, "-c", BOTO3, *profile]

    found = {"boto3": boto3}
    if MODULES.joinpath("@aws-sdk", "credential-provider-node").is_dir():
        found["javascript"] = lambda *profile: ["node", "-e", JAVASCRIPT, *profile]
    return found


def until(ask, good, seconds=40):
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if good(answer) or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)


def refresh(binaries):
    with world(binaries) as here:
        here.sign_in()
        arn = here.run("--refresh", "-p", "deployer", "--", *CLI)
        CHECKS.that("refresh: the AWS CLI asks the endpoint, not the keys of [default]",
                    ":assumed-role/deployer/" in arn, arn)
        region = here.run("--refresh", "-p", "deployer", "--", "aws", "configure", "get", "region")
        CHECKS.that("refresh: the AWS CLI has the region of the profile", region == "eu-west-1", region)
    for name, client in clients().items():
        with world(binaries) as here:
            here.sign_in()
            left = 4
            here.aws.set_clock(left - SHORTEST)
            words = ["--refresh", "-p", "deployer", "-d", "15m", "--min-ttl", "1s", "--", *client()]
            with here.asked(*words) as ask:
                first = ask()
                CHECKS.that(f"refresh: {name} gets a session", "error" not in first and first, first)
                here.aws.set_clock(0)
                time.sleep(left + 1)
                here.aws.clear_journal()
                second = until(ask, lambda answer: "error" not in answer)
                good = second == first if name == "boto3" else second.split(" ")[0] != first.split(" ")[0]
                CHECKS.that(f"refresh: {name} gets another one when it ends", good, second)


def heals(binaries):
    with world(binaries) as here:
        left = 12
        here.aws.set_clock(left - SHORTEST)
        here.sign_in("-d", "15m")
        words = ["--refresh", "-p", "testuser", "--min-ttl", "1s", "--", *clients()["boto3"]()]
        with here.asked(*words) as ask:
            first = ask()
            CHECKS.that("refresh: boto3 is the user", first.endswith(":user/testuser container-role"), first)
            time.sleep(left + 1)
            error = ask()
            CHECKS.that("refresh: after the end boto3 shows what to type",
                        "mfaexec login -p testuser" in error, error)
            here.aws.set_clock(60)
            said = here.sign_in()
            healed = ask()
            CHECKS.that("refresh: signing in elsewhere heals it", healed == first, (said, healed))


def profiles(binaries):
    with world(binaries) as here:
        here.sign_in()
        for profile, region, arn in [
            ("testuser", "eu-central-1", ":user/testuser"), ("deployer", "eu-west-1", ":assumed-role/deployer/"),
        ]:
            found = here.run("--profiles", "--", *CLI, "--profile", profile)
            CHECKS.that(f"profiles: the AWS CLI with --profile {profile}", arn in found, found)
            with here.asked("--profiles", "--", *clients()["boto3"](profile)) as ask:
                found = ask()
                good = found.startswith(region) and arn in found and "custom-process" in found
                CHECKS.that(f"profiles: boto3 with profile_name={profile}", good, found)
            found = here.run("--profiles", "-p", profile, "--", *CLI)
            CHECKS.that(f"profiles: the AWS CLI with -p {profile} as the default", arn in found, found)
        if "javascript" in clients():
            with here.asked("--profiles", "--", *clients()["javascript"]("deployer")) as ask:
                found = ask()
                CHECKS.that("profiles: the JavaScript SDK", found.startswith("ASIA"), found)
        secret = here.run("--profiles", "--", "sh", "-c", "cat $(dirname $AWS_CONFIG_FILE)/*")
        CHECKS.that("profiles: no key is in the private files",
                    KEY[1] not in secret and "not-for-anyone" not in secret, secret)
    for name, client in clients().items():
        with world(binaries) as here:
            here.sign_in()
            left = 4
            here.aws.set_clock(left - SHORTEST)
            config = CONFIG + "duration_seconds = 900\nmfaexec_min_ttl = 1\n"
            (here.home / ".aws" / "config").write_text(config)
            with here.asked("--profiles", "--", *client("deployer")) as ask:
                first = ask()
                here.aws.set_clock(0)
                time.sleep(left + 1)
                second = until(ask, lambda answer: "error" not in answer)
                good = second and "error" not in second and "error" not in first
                CHECKS.that(f"profiles: {name} lives on across the end of a session", good, (first, second))


binaries = [os.path.abspath(word) for word in sys.argv[1:]]
refresh(binaries)
heals(binaries)
profiles(binaries)
CHECKS.end()
