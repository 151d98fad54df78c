"""boto3 drives local-aws through the story.

    story_boto3.py LOCAL_AWS_BINARY

Beyond what the AWS CLI shows: parsed fields, the provider of roles with a code, and botocore's own
refusal of keys whose AWS_CREDENTIAL_EXPIRATION is past.
"""

import datetime
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import harness

CHECKS = harness.Checks()
SERIAL = harness.story_serial("testuser")
ROLE = "arn:aws:iam::123456789012:role/deployer"


def client(service, url, keys, region="us-east-1", attempts=1):
    key, secret, *token = keys
    return boto3.client(
        service, endpoint_url=url, region_name=region, aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token[0] if token else None,
        config=Config(retries={"total_max_attempts": attempts}),
    )


def keys_of(answer):
    found = answer["Credentials"]
    return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]


def refused(name, call, code, status, message):
    try:
        answer = call()
    except ClientError as error:
        found = error.response["Error"]["Code"], \
            error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]
        CHECKS.that(f"boto3: {name}", found == (code, status, message), found)
    else:
        CHECKS.that(f"boto3: {name}", False, f"it worked: {answer['ResponseMetadata']}")


BAD_CODE = "AccessDenied", 403, \
    "MultiFactorAuthentication failed with invalid MFA one time pass code."
DENIED = "UnauthorizedOperation", 403, "You are not authorized to perform this operation."


def tell(server):
    url, keys = server.url, harness.story_key("testuser")
    sts, ec2 = client("sts", url, keys), client("ec2", url, keys)
    refused("the bare key is refused", ec2.describe_regions, *DENIED)
    devices = client("iam", url, keys).list_mfa_devices()["MFADevices"]
    CHECKS.that("boto3: the device is found", [d["SerialNumber"] for d in devices] == [SERIAL], devices)

    server.set_clock(-890)
    code = server.code("testuser")

    def session(code):
        return sts.get_session_token(SerialNumber=SERIAL, TokenCode=code, DurationSeconds=900)

    answer = session(code)
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    CHECKS.that("boto3: the session ends when it should", 0 < left.total_seconds() <= 10, left)
    refused("the same code is refused", lambda: session(code), *BAD_CODE)
    refused("a serial of somebody else is refused", lambda: sts.get_session_token(
        SerialNumber=harness.story_serial("otheruser"), TokenCode=server.code("otheruser")),
        "AccessDenied", 403, "MultiFactorAuthentication failed, unable to validate MFA code.  "
        "Please verify your MFA serial number is valid and associated with this user.")

    ec2 = client("ec2", url, keys_of(answer))
    found = [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    CHECKS.that("boto3: the session works", "us-east-1" in found, found)
    role = client("sts", url, keys_of(answer)).assume_role(RoleArn=ROLE, RoleSessionName="story")
    arn = client("sts", url, keys_of(role)).get_caller_identity()["Arn"]
    CHECKS.that("boto3: and so does a role", arn.endswith(":assumed-role/deployer/story"), arn)
    server.set_clock(11)
    refused("the session is over for EC2", ec2.describe_regions,
            "RequestExpired", 400, "Request has expired.")
    refused("the session is over for STS", client("sts", url, keys_of(answer)).get_caller_identity,
            "ExpiredToken", 403, "The security token included in the request is expired")
    refused("the session is over for IAM", client("iam", url, keys_of(answer)).list_mfa_devices,
            "ExpiredToken", 403, "The security token included in the request is expired")
    refused("a session without a code is refused by IAM",
            client("iam", url, keys_of(sts.get_session_token())).list_mfa_devices,
            "InvalidClientTokenId", 403, "The security token included in the request is invalid.")


def role_profile(home, server):
    """botocore's own chain: a profile with role_arn, mfa_serial and a prompt."""
    key, secret = harness.story_key("testuser")
    config = home / "config"
    config.write_text(
        f"[profile base]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        f"[profile deployer]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = {SERIAL}\n"
        f"region = us-east-1\nendpoint_url = {server.url}\n"
    )
    os.environ["AWS_CONFIG_FILE"] = str(config)
    server.set_clock(60)
    server.clear_journal()
    session = boto3.Session(profile_name="deployer")
    resolver = session._session.get_component("credential_provider")
    # The only way to answer botocore's prompt without a terminal.
    resolver.get_provider("assume-role")._prompter = lambda prompt: server.code("testuser")
    arn = session.client("sts", endpoint_url=server.url).get_caller_identity()["Arn"]
    CHECKS.that("boto3: a profile with mfa_serial gets its role",
                ":assumed-role/deployer/botocore-session-" in arn, arn)
    entry = server.journal()[0]
    CHECKS.that("boto3: the journal has the role's serial",
                (entry["serial_number"], entry["had_token_code"]) == (SERIAL, True), entry)


def past_expiry(server):
    """botocore refuses by itself, and the service is never asked."""
    server.set_clock(0)
    answer = client("sts", server.url, harness.story_key("testuser")).get_session_token()
    key, secret, token = keys_of(answer)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
        "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z", "AWS_ENDPOINT_URL": server.url,
    }
    server.clear_journal()
    try:
        boto3.Session(region_name="us-east-1").client("ec2").describe_regions()
    except RuntimeError as error:
        expected = "Credentials were refreshed, but the refreshed credentials are still expired."
        CHECKS.that("boto3: refuses a past AWS_CREDENTIAL_EXPIRATION", str(error) == expected, error)
    else:
        CHECKS.that("boto3: refuses a past AWS_CREDENTIAL_EXPIRATION", False, "it worked")
    CHECKS.that("boto3: without asking the service", server.journal() == [], server.journal())


def main():
    with harness.home() as home, harness.local_aws(sys.argv[1]) as server:
        os.environ.clear()
        os.environ |= harness.environment(home)
        tell(server)
        role_profile(home, server)
        del os.environ["AWS_CONFIG_FILE"]
        past_expiry(server)
    CHECKS.end()


main()
