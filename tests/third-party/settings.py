"""Every setting that botocore and the AWS CLI read from a variable reaches the command as that.

    settings.py LOCAL_AWS_BINARY MFAEXEC_BINARY

The tables are those of the installed packages: a setting that a new version has, and that mfaexec
does not know, fails here. What no variable can carry has to be listed by `mfaexec explain`.
"""

import json
import pathlib
import subprocess
import sys

import awscli
import awscli.botocore.configprovider
import botocore.configprovider

import harness

# Who one is, which files are read and where requests go have rules of their own.
OWN_RULES = {"profile", "region", "config_file", "credentials_file"}
# A value that each kind of setting can have; all others can have any text.
VALUES = {"sts_regional_endpoints": "regional", "ca_bundle": "/etc/hosts"}
# Written as groups.
NESTED = {"api_versions"}


def tables():
    """All settings: names in a profile, and variables."""
    for module in (botocore.configprovider, awscli.botocore.configprovider):
        for table in (
            module.BOTOCORE_DEFAUT_SESSION_VARIABLES,
            module.DEFAULT_S3_CONFIG_VARS,
            module.DEFAULT_PROXIES_CONFIG_VARS,
        ):
            yield from table.items()
    yield from awscli.EnvironmentVariables.items()


def settings():
    """The settings by their places in a profile: the names of their variables."""
    found = {}
    for logical, (places, variables, *_) in tables():
        if logical in OWN_RULES or places is None:
            continue
        places = places if isinstance(places, list) else [places]
        variables = variables if isinstance(variables, list) else [variables]
        for place in places:
            found.setdefault(place, set()).update(variables)
    return found


def config_of(place, value):
    if isinstance(place, tuple):
        group, name = place
        return f"{group} =\n  {name} = {value}\n"
    if place in NESTED:
        return f"{place} =\n  ec2 = {value}\n"
    return f"{place} = {value}\n"


def name_of(place):
    return ".".join(place) if isinstance(place, tuple) else place


class Stage:
    def __init__(self, server, home, mfaexec):
        self.home, self.mfaexec = home, mfaexec
        key, secret = harness.story_key("testuser")
        (home / ".aws").mkdir()
        text = f"[testuser]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        (home / ".aws/credentials").write_text(text)
        self.write("")
        self.env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL": server.url}
        self.run("login", "-p", "testuser", "-c", server.code("testuser"))

    def write(self, settings):
        serial = harness.story_serial("testuser")
        text = f"[profile testuser]\nmfa_serial = {serial}\n{settings}"
        (self.home / ".aws/config").write_text(text)

    def run(self, *arguments):
        done = subprocess.run(
            [self.mfaexec, *arguments], env=self.env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout

    def command(self):
        printed = self.run("-p", "testuser", "--no-input", "--", "env", "-0")
        return dict(entry.split("=", 1) for entry in printed.split("\0") if "=" in entry)

    def not_passed(self):
        told = json.loads(self.run("explain", "-p", "testuser", "--json"))
        return [row["name"] for row in told["environment"]["not_passed"]]


def check(stage, checks):
    found = settings()
    checks.that("settings: the tables are there", len(found) >= 40, len(found))
    for place, variables in sorted(found.items(), key=lambda entry: name_of(entry[0])):
        name, value = name_of(place), VALUES.get(place, "7")
        stage.write(config_of(place, value))
        variables = variables - {None}
        if variables:
            command = stage.command()
            got = {variable: command.get(variable) for variable in variables}
            checks.that(f"settings: {name}", set(got.values()) == {value}, got)
        else:
            got = stage.not_passed()
            checks.that(f"settings: {name} has no variable", got == [name], got)


def main():
    checks = harness.Checks()
    mfaexec = pathlib.Path(sys.argv[2])
    with harness.local_aws(sys.argv[1]) as server, harness.home() as home:
        check(Stage(server, home, mfaexec), checks)
    checks.end()


main()
