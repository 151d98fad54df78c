"""The calls of the probe: who, what, and what is wrong with it.

`CODE` stands for a good code of the caller's device, `USED` for that code once more.
"""

from signed import Spoil

SERIAL = "arn:aws:iam::123456789012:mfa/testuser"
ROLE = "arn:aws:iam::123456789012:role/"
CODE, USED = object(), object()


def swap(old, new):
    """Changes the Authorization header after signing."""
    def change(headers, body):
        headers["Authorization"] = headers["Authorization"].replace(old, new)
        return body
    return Spoil(after=change)


def authorization(value):
    def change(headers, body):
        headers["Authorization"] = value
        return body
    return Spoil(after=change)


def drop(header):
    def change(headers, body):
        del headers[header]
        return body
    return Spoil(after=change)


def add(header, value):
    def change(headers, body):
        headers[header] = value
        return body
    return Spoil(after=change)


def yesterday(headers, body):
    day = headers["X-Amz-Date"][:8]
    headers["Authorization"] = headers["Authorization"].replace(day, str(int(day) - 1))
    return body


def without_field(name):
    def change(headers, body):
        fields = headers["Authorization"].split(", ")
        headers["Authorization"] = ", ".join(field for field in fields if not field.startswith(name))
        return body
    return Spoil(after=change)


def identity():
    """GetCallerIdentity with every kind of key, and with every kind of wrong signature."""
    for who in ["user", "otheruser", "root", "leaver", "unknown", "wrong secret", "session", "mfa session",
                "session with wrong secret", "over", "no token", "wrong token", "user with token",
                "role", "nobody"]:
        yield f"whoami as {who}", who, "sts", "GetCallerIdentity", {}, Spoil()
    for minutes in [-16, -14, 14, 16]:
        name = f"whoami signed {abs(minutes)} min {'late' if minutes < 0 else 'early'}"
        yield name, "user", "sts", "GetCallerIdentity", {}, Spoil(skew=60 * minutes)
    for name, spoil in {
        "by GET": Spoil(method="GET"),
        "in another region": Spoil(region="eu-west-1"),
        "with the scope of ec2": Spoil(scope="ec2"),
        "with yesterday's scope": Spoil(after=yesterday),
        "with another terminator": swap("aws4_request", "aws5_request"),
        "with another algorithm": swap("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
        "with a cut credential": swap("/aws4_request", ""),
        "without Signature": without_field("Signature="),
        "without SignedHeaders": without_field("SignedHeaders="),
        "with nonsense for a signature": authorization("AWS4-HMAC-SHA256 nonsense"),
        "with Basic": authorization("Basic dGVzdDp0ZXN0"),
        "without a date": drop("X-Amz-Date"),
        "with a changed body": Spoil(after=lambda headers, body: body + "&X=1"),
        "with a changed signed header": add("Content-Type", "application/x-www-form-urlencoded"),
        "with a new header": add("X-Harmless", "1"),
        "with a new header of AWS's": add("X-Amz-Meta", "1"),
        "with host not signed": Spoil(unsigned=["host"]),
    }.items():
        yield f"whoami {name}", "user", "sts", "GetCallerIdentity", {}, spoil
    yield "an action that STS has not", "user", "sts", "GetWeather", {}, Spoil()


def session_token():
    def call(name, who="user", **parameters):
        return f"session {name}", who, "sts", "GetSessionToken", parameters, Spoil()

    yield call("without a code")
    yield call("with a code", SerialNumber=SERIAL, TokenCode=CODE)
    yield call("with a used code", SerialNumber=SERIAL, TokenCode=USED)
    yield call("with a code of too many digits", SerialNumber=SERIAL, TokenCode="1234567")
    yield call("with a code of letters", SerialNumber=SERIAL, TokenCode="abcdef")
    yield call("with the serial of another", SerialNumber=SERIAL.replace("test", "other"), TokenCode=CODE)
    yield call("with a user's ARN", SerialNumber=SERIAL.replace(":mfa/", ":user/"), TokenCode=CODE)
    yield call("with a serial only", SerialNumber=SERIAL)
    yield call("with a code only", TokenCode="123456")
    yield call("with a short serial", SerialNumber="short", TokenCode="123456")
    yield call("for 900 s", DurationSeconds="900")
    yield call("for 20 s", DurationSeconds="20")
    yield call("for 129601 s", DurationSeconds="129601")
    yield call("of root for 43200 s", "root", DurationSeconds="43200")
    yield call("of a key that is switched off", "leaver")
    yield call("from a session", "session")
    yield call("from a role", "role")


def assume_role():
    def call(name, role, who="user", **parameters):
        parameters = {"RoleArn": ROLE + role, "RoleSessionName": "probe"} | parameters
        return f"role {name}", who, "sts", "AssumeRole", parameters, Spoil()

    yield call("with trust in the user", "chained")
    yield call("that demands a code, without", "deployer")
    yield call("that demands a code, with", "deployer", SerialNumber=SERIAL, TokenCode=CODE)
    yield call("that demands a code, with a used one", "deployer", SerialNumber=SERIAL, TokenCode=USED)
    yield call("that demands a code, from a session with one", "deployer", "mfa session")
    yield call("that demands an external id, without", "partner")
    yield call("that demands an external id, with", "partner", ExternalId="partner-42")
    yield call("that demands an external id, with a wrong one", "partner", ExternalId="wrong")
    yield call("of another account's trust", "foreign")
    yield call("that is missing", "missing")
    yield call("for a user without permission", "deployer", "nodevice")
    yield call("for 43200 s", "chained", DurationSeconds="43200")
    yield call("for 43201 s", "chained", DurationSeconds="43201")
    yield call("for longer than it allows", "partner", ExternalId="partner-42", DurationSeconds="7200")
    yield call("for more than an hour from a session", "chained", "session", DurationSeconds="7200")
    yield call("by a role", "chained", "role")
    yield call("with a session name of one letter", "chained", RoleSessionName="x")
    yield call("with a session name with a blank", "chained", RoleSessionName="x y")
    yield call("by root", "chained", "root")
    nameless = {"RoleSessionName": "probe"}
    yield "role without an ARN", "user", "sts", "AssumeRole", nameless, Spoil()
    yield "role with a user's ARN", "user", "sts", "AssumeRole", \
        {"RoleArn": SERIAL.replace(":mfa/", ":user/"), **nameless}, Spoil()


def iam():
    def call(name, who, action="ListMFADevices", spoil=None, **parameters):
        return f"devices {name}", who, "iam", action, parameters, spoil or Spoil()

    yield call("of the caller", "user")
    yield call("of the caller by name", "user", UserName="testuser")
    yield call("of another", "user", UserName="otheruser")
    yield call("of one who may not ask", "locked")
    yield call("of a user, by root", "root", UserName="testuser")
    yield call("of nobody, by root", "root", UserName="missing")
    yield call("from a session with a code", "mfa session")
    yield call("from a session without", "session")
    yield call("from a session that is over", "over")
    yield call("with a wrong secret", "wrong secret")
    yield call("with an unknown key", "unknown")
    yield call("unsigned", "nobody")
    yield call("16 min late", "user", spoil=Spoil(skew=-960))
    yield "user asked for", "user", "iam", "GetUser", {}, Spoil()
    yield "an action that IAM has not", "user", "iam", "GetWeather", {}, Spoil()


def ec2():
    def call(name, who, spoil=None, **parameters):
        return f"regions {name}", who, "ec2", "DescribeRegions", parameters, spoil or Spoil()

    for who in ["user", "otheruser", "root", "leaver", "unknown", "wrong secret", "session", "mfa session",
                "other mfa session", "fresh mfa session", "over", "no token", "wrong token", "role",
                "nobody"]:
        yield call(f"as {who}", who)
    for minutes in (-16, -10, -4, 4, 10, 16):
        name = f"signed {abs(minutes)} min {'late' if minutes < 0 else 'early'}"
        yield call(name, "role", Spoil(skew=60 * minutes))
    yield call("with a changed body", "role", Spoil(after=lambda headers, body: body + "&X=1"))
    yield call("as a dry run", "role", DryRun="true")
    yield call("that do not exist", "role", **{"RegionName.1": "xx-nowhere-1"})
    yield "an action that EC2 has not", "role", "ec2", "DescribeWeather", {}, Spoil()


def every():
    """All calls; those of the session that is over come first, before a server forgets it."""
    found = [call for group in (identity, session_token, assume_role, iam, ec2) for call in group()]
    return sorted(found, key=lambda call: call[1] != "over")
