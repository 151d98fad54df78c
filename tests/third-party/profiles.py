"""The AWS CLI, boto3 and mfaexec read the same files: whose key, which roles, which region?

    profiles.py LOCAL_AWS_BINARY MFAEXEC_BINARY [--write]

The files are those of the table of profiles (tests/profiles/profiles.toml). For each case the three
say what they make of them, as one line, and have to agree: the key that the way begins with, the
roles that STS is asked for, and the region of the command. No role wants a code here: who asks for
which code is what the three do differently by design. profiles-differences.toml lists and explains
every case in which they disagree; one that is not listed fails, and so does a listed one that is
gone or has changed. With --write it prints the list as it would have to be, without explanations.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import tomllib

import boto3
from awscli.clidriver import create_clidriver

import harness
import signed

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "profiles" / "profiles.toml"
DIFFERENCES = HERE / "profiles-differences.toml"
FEWEST = 120
ROLE = "arn:aws:iam::123456789012:role"
# Options that the others do not have, and that change the way.
OURS_ALONE = ["--role-arn", "--role-session-name", "--policy-"]
# Nobody listens there: whatever would leave this machine ends at once.
NOWHERE = "http://127.0.0.1:1"
PATIENCE = 60
USERS = {user["keys"][0]["id"]: name for name, user in harness.story()["users"].items()}
CONDITION = """,
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
  }]"""


class Stage:
    """The files and the environment of a case, before a server of its own."""

    def __init__(self, case, server, home, mfaexec):
        self.case, self.server, self.home, self.mfaexec = case, server, home, mfaexec
        key, secret = harness.story_key("testuser")
        self.names = {
            "$KEY": f"aws_access_key_id = {key}\naws_secret_access_key = {secret}",
            "$ID": key, "$SECRET": secret, "$SERIAL": harness.story_serial("testuser"),
            "$ROLE": ROLE, "$URL": server.url, "$HOME": str(home),
        }
        if "$SESSION" in json.dumps(case):
            session = signed.session_of(server.url, (key, secret), "get_session_token", {})
            self.names |= zip(["$SESSION_ID", "$SESSION_SECRET", "$SESSION_TOKEN"], session)
        encoding = "latin-1" if case.get("latin1") else "utf-8"
        self.put(".aws/config", case.get("config", ""), encoding)
        self.put(".aws/credentials", case.get("credentials", "[base]\n$KEY\n"), encoding)
        for path, text in case.get("files", {}).items():
            self.put(path, text)
        self.options = shlex.split(self.meant(case.get("run", "-p base")))
        self.code = server.code(case.get("user", "testuser"))
        server.clear_journal()

    def meant(self, text):
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def put(self, path, text, encoding="utf-8"):
        path = self.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.meant(text).encode(encoding))

    def option(self, name):
        found = [self.options[at + 1] for at, word in enumerate(self.options) if word == name]
        return found[0] if found else None

    def environment(self):
        env = {
            "HOME": str(self.home), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
            "PATH": f"{self.mfaexec.parent}:{pathlib.Path(sys.executable).parent}:/usr/bin:/bin",
            "AWS_ENDPOINT_URL": self.server.url, "NO_PROXY": "127.0.0.1",
            "HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE,
        }
        for name, value in self.case.get("env", {}).items():
            env.pop(name, None)
            if value is not False:
                env[name] = self.meant(value)
        return env

    def answer(self, look):
        """What one of the three makes of the case, as one line."""
        found = look(self)
        calls = [call for call in self.server.journal() if call["service"] == "sts"]
        roles = [call for call in calls if call["action"] == "AssumeRole"]
        if found is None and not roles:
            return "nothing"
        key = calls[0]["access_key_id"] if calls else found["key"]
        words = [f"key of {USERS[key]}" if key in USERS else "another key"]
        words += [f"role {in_short(call)}" for call in roles]
        words.append(f"region {found['region'] or 'none'}" if found else "then nothing")
        return ", ".join(words)


def in_short(call):
    role = call["role_arn"].removeprefix(f"{ROLE}/")
    external_id = call["parameters"].get("ExternalId")
    return f"{role} with {external_id}" if external_id else role


def ask_mfaexec(stage):
    options = stage.options
    if "--without-mfa" not in options:
        options = [*options, "-c", stage.code]
    done = subprocess.run(
        [stage.mfaexec, *options, "--", "env", "-0"], env=stage.environment(), cwd=stage.home,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )
    if done.returncode != 0:
        return None
    child = dict(entry.partition("=")[::2] for entry in done.stdout.split("\0"))
    return {"key": child["AWS_ACCESS_KEY_ID"], "region": child.get("AWS_REGION")}


def ask_boto3(stage):
    chosen = {"profile_name": stage.option("-p"), "region_name": stage.option("--region")}

    def look():
        region = boto3.Session(**chosen).region_name
        assume_somewhere(region)
        keys = boto3.Session(**chosen).get_credentials().get_frozen_credentials()
        return {"key": keys.access_key, "region": region}

    return apart(stage, look)


def ask_cli(stage):
    profile, region = stage.option("-p"), stage.option("--region")
    words = ["configure", "list"]
    words += ["--profile", profile] if profile else []
    words += ["--region", region] if region else []

    def look():
        session = create_clidriver().session
        session.set_config_variable("profile", profile)
        known = region or session.get_config_variable("region")
        assume_somewhere(known)
        driver = create_clidriver()
        if driver.main(words) != 0:
            return None
        keys = driver.session.get_credentials().get_frozen_credentials()
        return {"key": keys.access_key, "region": known}

    return apart(stage, look)


def assume_somewhere(region):
    """botocore assumes no role without a region; mfaexec takes that of the partition by itself."""
    if not region:
        os.environ["AWS_DEFAULT_REGION"] = "us-east-1"


def apart(stage, look):
    """Runs `look` in a process of its own without a terminal: a code is read from stdin."""
    # Where the AWS CLI has its own data.
    env = stage.environment() | {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile("w+") as answer:
        print(stage.code, file=stdin, flush=True)
        stdin.seek(0)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                os.chdir(stage.home)
                os.environ.clear()
                os.environ.update(env)
                os.dup2(stdin.fileno(), 0)
                # Whatever it says, only what it finds counts.
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.dup2(nowhere, 2)
                json.dump(look(), answer)
                answer.flush()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        answer.seek(0)
        text = answer.read()
        return json.loads(text) if text else None


LOOKS = {"mfaexec": ask_mfaexec, "cli": ask_cli, "boto3": ask_boto3}


def compare(local_aws, mfaexec):
    """What the three say, by the names of the cases."""
    story = harness.STORY.read_text()
    if story.count(CONDITION) != 2:
        raise RuntimeError("not one policy and one role of the story ask for a second factor")
    found = {}
    with harness.home() as place:
        account = place / "account.toml"
        account.write_text(story.replace(CONDITION, "}]"))
        for name, case in tomllib.loads(CASES.read_text()).items():
            if not any(option in case.get("run", "") for option in OURS_ALONE):
                found[name] = {
                    program: answer(look, case, [local_aws, "--account", account], mfaexec)
                    for program, look in LOOKS.items()
                }
    return found


def answer(look, case, local_aws, mfaexec):
    """What one of them says. Nothing that it keeps is of use to another."""
    with harness.local_aws(*local_aws) as server, harness.home() as home:
        return Stage(case, server, home, mfaexec).answer(look)


def listed():
    """The differences that are expected: by case, what each says."""
    found = {}
    for group in tomllib.loads(DIFFERENCES.read_text())["difference"]:
        if not group["why"].strip():
            raise RuntimeError("a difference without a reason")
        for says in group["says"]:
            for name in says.pop("cases"):
                if name in found:
                    raise RuntimeError(f"{name} is listed twice")
                found[name] = says
    return found


def agree(answers):
    return len(set(answers.values())) == 1


def check(found, expected):
    checks = harness.Checks()
    for name, answers in found.items():
        if name not in expected:
            checks.that(f"profiles: {name}", agree(answers), answers)
        elif agree(answers):
            checks.that(f"profiles: {name}", False, f"listed, but all say {answers['mfaexec']!r}")
        else:
            checks.that(f"profiles: {name} (listed)", expected[name] == answers, answers)
    lost = sorted(set(expected) - set(found))
    checks.that("profiles: the list has only cases that exist", not lost, lost)
    checks.that(f"profiles: at least {FEWEST} cases", len(found) >= FEWEST, len(found))
    checks.end()


def write(found):
    groups = {}
    for name, answers in found.items():
        if not agree(answers):
            groups.setdefault(json.dumps(answers), []).append(name)
    for answers, names in groups.items():
        print("[[difference.says]]")
        for program, said in json.loads(answers).items():
            print(f"{program} = {json.dumps(said)}")
        names = [f"    {json.dumps(name, ensure_ascii=False)}," for name in names]
        print("cases = [", *names, "]\n", sep="\n")


def main():
    found = compare(sys.argv[1], pathlib.Path(sys.argv[2]))
    if "--write" in sys.argv:
        write(found)
    else:
        check(found, listed())


main()
