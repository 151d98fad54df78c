"""AWS CLI v1 drives local-aws through the story.

    story_cli.py LOCAL_AWS_BINARY

What the CLI prints, and with which status it ends, is its own understanding of our answers.
"""

import json
import subprocess
import sys

import harness

CHECKS = harness.Checks()
SERIAL = harness.story_serial("testuser")
DENIED = "An error occurred (UnauthorizedOperation) when calling the DescribeRegions operation: " \
    "You are not authorized to perform this operation."
BAD_CODE = "An error occurred (AccessDenied) when calling the {} operation: " \
    "MultiFactorAuthentication failed with invalid MFA one time pass code."


class Cli:
    """The AWS CLI with a set of keys in its environment."""

    def __init__(self, home, server, key, secret, token=None):
        self.env = harness.environment(
            home, AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret,
            # One attempt each, so that the journal has one entry per command.
            AWS_MAX_ATTEMPTS="1",
        )
        if token:
            self.env["AWS_SESSION_TOKEN"] = token

    def __call__(self, *args, **env):
        done = subprocess.run(
            ["aws", *args], env=self.env | env, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 and done.stdout else None
        return done.returncode, answer, done.stderr.strip()

    def session(self, code, **env):
        return self(
            "sts", "get-session-token", "--serial-number", SERIAL, "--token-code", code,
            "--duration-seconds", "900", **env,
        )


def refused(name, result, message):
    status, _, stderr = result
    CHECKS.that(f"cli: {name}", status == 255 and message in stderr, result)


def works(name, result, test=lambda answer: True):
    status, answer, _ = result
    CHECKS.that(f"cli: {name}", status == 0 and test(answer), result)


def regions(answer):
    return "us-east-1" in [region["RegionName"] for region in answer["Regions"]]


def tell(home, binary, server):
    user = Cli(home, server, *harness.story_key("testuser"))
    refused("the bare key is refused", user("ec2", "describe-regions"), DENIED)
    works("the bare key may say whose it is", user("sts", "get-caller-identity"),
          lambda answer: answer["Arn"].endswith(":user/testuser"))
    works("the device is found", user("iam", "list-mfa-devices"),
          lambda answer: [d["SerialNumber"] for d in answer["MFADevices"]] == [SERIAL])

    env = harness.environment(home, LOCAL_AWS_URL=server.url)
    code = subprocess.run([binary, "code", "testuser"], env=env, capture_output=True, text=True).stdout
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    refused("a wrong code is refused", user.session(wrong), BAD_CODE.format("GetSessionToken"))
    # The session will end in ten seconds of real time.
    server.set_clock(-890)
    code = server.code("testuser")
    result = user.session(code)
    works("a code opens a session", result,
          lambda answer: answer["Credentials"]["AccessKeyId"].startswith("ASIA"))
    refused("the same code is refused", user.session(code), BAD_CODE.format("GetSessionToken"))
    keys = result[1]["Credentials"]
    session = Cli(home, server, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    works("the session works", session("ec2", "describe-regions"), regions)
    works("the session assumes a role that demands a code", session(
        "sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/deployer",
        "--role-session-name", "story",
    ), lambda answer: answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/deployer/story"))
    refused("no session from a session", session("sts", "get-session-token"),
            "Cannot call GetSessionToken with session credentials")

    server.set_clock(11)
    refused("the session is over for EC2", session("ec2", "describe-regions"),
            "An error occurred (RequestExpired) when calling the DescribeRegions operation: "
            "Request has expired.")
    refused("the session is over for STS", session("sts", "get-caller-identity"),
            "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: "
            "The security token included in the request is expired")
    return code, keys


def journal(server, code, keys):
    entries = server.journal()
    found = [(e["action"], e["outcome"]) for e in entries if e["action"] == "GetSessionToken"]
    expected = ["AccessDenied", "OK", "AccessDenied", "AccessDenied"]
    CHECKS.that("cli: the journal has every attempt",
                found == [("GetSessionToken", outcome) for outcome in expected], found)
    secrets = [code, keys["SecretAccessKey"], keys["SessionToken"], harness.story_key("testuser")[1]]
    text = json.dumps(entries)
    CHECKS.that("cli: the journal has no secret", not any(s in text for s in secrets), text)


def trouble(home, server):
    """Faults whose meaning the CLI has to recognise by itself: it retries what may be retried."""
    user = Cli(home, server, *harness.story_key("testuser"))
    for fault in ("throttling", "error-before", "cut-before"):
        server.clear_journal()
        server.fault(fault)
        status, _, stderr = user("sts", "get-caller-identity", AWS_MAX_ATTEMPTS="2")
        count = len(server.journal())
        CHECKS.that(f"cli: retries after {fault}", (status, count) == (0, 2), (status, count, stderr))
    for fault in ("error-after", "cut-after"):
        server.set_clock(0 if fault == "error-after" else 60)
        server.fault(fault)
        result = user.session(server.code("testuser"), AWS_MAX_ATTEMPTS="2")
        refused(f"a retry after {fault} finds the code used up", result,
                BAD_CODE.format("GetSessionToken"))
    server.set_clock(0)
    server.fault("region-disabled")
    result = user("sts", "get-caller-identity", "--region", "eu-west-1")
    refused("STS switched off in a region", result, "(RegionDisabledException)")
    server.set_clock(3600)
    result = user("sts", "get-caller-identity")
    refused("a clock one hour off", result, "(SignatureDoesNotMatch)")
    CHECKS.that("cli: the message says by how much", "Signature expired: 2" in result[2], result[2])


def main():
    binary = sys.argv[1]
    with harness.home() as home, harness.local_aws(binary) as server:
        code, keys = tell(home, binary, server)
        journal(server, code, keys)
        trouble(home, server)
    CHECKS.end()


main()
