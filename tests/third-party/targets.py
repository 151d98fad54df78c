"""The two servers that the probe compares, with the same users, policies and roles on both.

ministack's account is made through its IAM from the very file that local-aws reads. A target has
`keys`, by the names that `calls.py` uses, and can make a code.
"""

import time

import boto3

import harness
import signed

ROLE = "arn:aws:iam::123456789012:role/"


class Target:
    def __init__(self, url):
        self.url = url
        self.keys = {}

    def code(self, user):
        """A code that was not used before."""
        raise NotImplementedError

    def settle(self):
        """Sets the clock right after a code was used."""

    def session(self, keys=None, action="get_session_token", **parameters):
        return signed.session_of(self.url, keys or self.keys["user"], action, parameters)

    def open_sessions(self):
        """The sessions that every target opens in the same way, and keys that are wrong."""
        self.keys["session"] = self.session()
        for name, user_name in [("mfa session", "testuser"), ("other mfa session", "otheruser"),
                                ("fresh mfa session", "fresh")]:
            self.keys[name] = self.session(
                self.keys["user" if user_name == "testuser" else user_name],
                SerialNumber=harness.story_serial(user_name), TokenCode=self.code(user_name))
        self.keys["role"] = self.session(
            action="assume_role", RoleArn=ROLE + "partner", RoleSessionName="probe",
            ExternalId="partner-42")
        key, secret, token = self.keys["session"]
        self.keys["no token"] = key, secret
        self.keys["wrong token"] = key, secret, token[:-4] + "AAAA"
        self.keys["user with token"] = *self.keys["user"], token
        self.keys["wrong secret"] = self.keys["user"][0], "wrong"
        self.keys["session with wrong secret"] = key, "wrong", token
        self.keys["unknown"] = "AKIANOBODY00EXAMPLE0", "nobody"
        self.keys["nobody"] = None


class Local(Target):
    def __init__(self, server):
        super().__init__(server.url)
        self.server = server
        self.clock = -600
        for user in harness.story()["users"]:
            self.keys["user" if user == "testuser" else user] = harness.story_key(user)
        self.keys["over"] = self.session()
        server.end_sessions()
        self.open_sessions()
        self.settle()

    def code(self, user):
        # Burnt codes are burnt: the clock goes on to the next one, within what a signature allows.
        self.clock += 30
        self.server.set_clock(self.clock)
        return self.server.code(user)

    def settle(self):
        self.server.set_clock(0)


class Ministack(Target):
    def __init__(self, url):
        super().__init__(url)
        self.keys["root"] = "test", "test"
        story = harness.story()
        iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1",
                           aws_access_key_id="test", aws_secret_access_key="test")
        for name, user in story["users"].items():
            if not user.get("root"):
                self.keys["user" if name == "testuser" else name] = make_user(iam, story, name, user)
        for name, role in story["roles"].items():
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=role["trust"],
                            MaxSessionDuration=role.get("max_session_duration", 3600))
            for policy in role["policies"]:
                iam.put_role_policy(RoleName=name, PolicyName=policy,
                                    PolicyDocument=story["policies"][policy])
        self.open_sessions()
        # It takes any duration, which saves a quarter of an hour. It forgets sessions that are over
        # as soon as it opens another one, so this one comes last.
        self.keys["over"] = self.session(DurationSeconds=1)
        time.sleep(1.5)

    def code(self, user):
        # Any six digits do.
        return "000000"


def make_user(iam, story, name, user):
    """Creates a user like that of the story; AWS and ministack make the key up themselves."""
    iam.create_user(UserName=name, Path=user.get("path", "/"))
    for policy in user["policies"]:
        iam.put_user_policy(UserName=name, PolicyName=policy,
                            PolicyDocument=story["policies"][policy])
    for device in user.get("devices", []):
        if ":mfa/" in device["serial"]:
            made = iam.create_virtual_mfa_device(
                VirtualMFADeviceName=device["serial"].rpartition("/")[2])
            iam.enable_mfa_device(
                UserName=name, SerialNumber=made["VirtualMFADevice"]["SerialNumber"],
                AuthenticationCode1="000000", AuthenticationCode2="111111")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    if not user["keys"][0].get("active", True):
        iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    return key["AccessKeyId"], key["SecretAccessKey"]
