"""What the three checks share: servers on loopback, a scrubbed environment, and one line per check.

Nothing here knows what is checked. Programs are started with an environment made from nothing, so
that no key, profile or endpoint of the machine can leak into a result.
"""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request

STORY = pathlib.Path(__file__).parents[1] / "local-aws" / "src" / "story.toml"
STARTUP_SECONDS = 60


class Checks:
    """Prints one line per check and remembers whether any failed."""

    def __init__(self):
        self.failed = 0

    def that(self, name, good, found=""):
        if good:
            print(f"ok   {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL {name}: {found}", flush=True)

    def end(self):
        sys.exit(1 if self.failed else 0)


def story():
    """The account that local-aws serves, for its public made-up keys."""
    return tomllib.loads(STORY.read_text())


def story_key(user):
    key = story()["users"][user]["keys"][0]
    return key["id"], key["secret"]


def story_serial(user):
    return story()["users"][user]["devices"][0]["serial"]


def environment(home, **more):
    """An environment made from nothing; `more` wins."""
    base = {
        "HOME": str(home),
        "PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_PAGER": "",
    }
    return base | more


class LocalAws:
    """A running local-aws, with its controls."""

    def __init__(self, url):
        self.url = url

    def _ask(self, method, page, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_local/{page}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def code(self, user):
        return self._ask("GET", f"code/{user}")["code"]

    def set_clock(self, offset):
        self._ask("POST", "clock", {"set": offset})

    def journal(self):
        return self._ask("GET", "journal")

    def clear_journal(self):
        self._ask("DELETE", "journal")

    def fault(self, fault, times=1, action=None):
        self._ask("POST", "fault", {"fault": fault, "action": action, "next": times})

    def end_sessions(self):
        self._ask("POST", "end-sessions", {})


@contextlib.contextmanager
def home():
    with tempfile.TemporaryDirectory(prefix="third-party-") as path:
        yield pathlib.Path(path)


@contextlib.contextmanager
def _process(args, env):
    process = subprocess.Popen(
        args, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, start_new_session=True,
    )
    try:
        yield process
    finally:
        # The whole group, since an emulator may have children of its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def local_aws(binary, *options):
    """Starts local-aws with the account of the story, unless options say otherwise."""
    with home() as path, _process([binary, "serve", *options], environment(path)) as process:
        line = process.stdout.readline()
        prefix = "local-aws listening on "
        if not line.startswith(prefix):
            raise RuntimeError(f"local-aws said {line!r}")
        yield LocalAws(line.removeprefix(prefix).strip())


@contextlib.contextmanager
def ministack(account):
    """Starts ministack with its checks on, and yields its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = pathlib.Path(sys.executable).parent / "ministack"
    with home() as path:
        env = environment(
            path, AUTH="true", BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port),
            MINISTACK_ACCOUNT_ID=account, TMPDIR=str(path),
        )
        # Its output would fill a pipe that nobody reads.
        with _process(["/bin/sh", "-c", 'exec "$0" >/dev/null', program], env) as process:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + STARTUP_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("ministack did not start")
                time.sleep(0.1)
            yield url


def _answers(url):
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
