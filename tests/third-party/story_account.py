"""The policies of mfaexec, put into an account by the AWS CLI and lived by a user with boto3.

    story_account.py LOCAL_AWS_BINARY MFAEXEC_BINARY

The CLI reads a policy from the pipe that the pages show, and botocore reads every answer of IAM with the
model of AWS: a field or a blob that is not as it is there shows here.
"""

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import sys
import time

import boto3
import botocore.exceptions

import harness

CHECKS = harness.Checks()
POLICIES = [
    ["mfa"],
    ["mfa", "--action", "s3:Get*", "--resource", "arn:aws:s3:::reports/*", "--max-age", "1h"],
    ["deny-without-mfa", "--max-age", "1h"],
    ["self-service", "--enrolled", "--max-age", "1h"],
    ["self-service"],
]


def totp(seed, step):
    """The code of RFC 6238 in this time step."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10 ** 6:06}"


def client(server, service, key, secret, token=None):
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1",
                        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)


def allowed(name, call, **parameters):
    try:
        answer = call(**parameters)
    except botocore.exceptions.ClientError as error:
        CHECKS.that(f"account: {name}", False, error)
        raise
    CHECKS.that(f"account: {name}", True)
    return answer


def refused(name, code, call, **parameters):
    try:
        found = call(**parameters)
    except botocore.exceptions.ClientError as error:
        found = error.response["Error"]["Code"]
    CHECKS.that(f"account: {name}", found == code, found)


def put_policies(home, server, mfaexec):
    """Each policy through the pipe of docs/account.md."""
    key, secret = harness.story_key("root")
    env = harness.environment(home, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret,
                              AWS_ENDPOINT_URL=server.url)
    for words in POLICIES:
        line = " ".join([str(mfaexec), "policy", *(f"'{word}'" for word in words)])
        line += " | aws iam put-user-policy --user-name ann --policy-name test" \
            " --policy-document file:///dev/stdin"
        result = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True)
        CHECKS.that(f"cli: put-user-policy takes policy {' '.join(words)}",
                    (result.returncode, result.stderr) == (0, ""), result)


def live(server, key, secret):
    """What a user with `self-service` does from the first day to the last."""
    iam = client(server, "iam", key, secret)
    device = allowed("a device without a code", iam.create_virtual_mfa_device,
                     VirtualMFADeviceName="ann")["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"]
    CHECKS.that("account: the picture is a PNG", device["QRCodePNG"].startswith(b"\x89PNG\r\n"))
    now = int(time.time()) // 30
    wrong = {"UserName": "ann", "SerialNumber": serial,
             "AuthenticationCode1": totp(seed, now - 1), "AuthenticationCode2": totp(seed, now - 1)}
    refused("one code twice", "InvalidAuthenticationCode", iam.enable_mfa_device, **wrong)
    allowed("two codes", iam.enable_mfa_device, UserName="ann", SerialNumber=serial,
            AuthenticationCode1=totp(seed, now - 1), AuthenticationCode2=totp(seed, now))
    devices = allowed("the list", iam.list_mfa_devices)["MFADevices"]
    CHECKS.that("account: the device is in it", [it["SerialNumber"] for it in devices] == [serial])
    for call, parameters in [
        (iam.create_access_key, {}),
        (iam.deactivate_mfa_device, {"UserName": "ann", "SerialNumber": serial}),
        (iam.list_access_keys, {"UserName": "testuser"}),
    ]:
        refused(f"no {call.__name__} without a code", "AccessDenied", call, **parameters)

    # The codes of now and before are used up; the next one is accepted a little early.
    session = client(server, "sts", key, secret).get_session_token(
        SerialNumber=serial, TokenCode=totp(seed, now + 1), DurationSeconds=900)["Credentials"]
    iam = client(server, "iam", session["AccessKeyId"], session["SecretAccessKey"],
                 session["SessionToken"])
    new = allowed("a second key", iam.create_access_key, UserName="ann")["AccessKey"]
    refused("no third key", "LimitExceeded", iam.create_access_key, UserName="ann")
    allowed("the old key off", iam.update_access_key, UserName="ann", AccessKeyId=key,
            Status="Inactive")
    old = client(server, "sts", key, secret)
    refused("the old key is not known", "InvalidClientTokenId", old.get_caller_identity)
    used = allowed("its last use", iam.get_access_key_last_used, AccessKeyId=key)
    CHECKS.that("account: it was STS", used["AccessKeyLastUsed"]["ServiceName"] == "sts", used)
    allowed("the old key gone", iam.delete_access_key, UserName="ann", AccessKeyId=key)
    keys = allowed("the list of keys", iam.list_access_keys, UserName="ann")["AccessKeyMetadata"]
    found = [(it["AccessKeyId"], it["Status"]) for it in keys]
    CHECKS.that("account: the new one is left", found == [(new["AccessKeyId"], "Active")], found)
    refused("a device in use stays", "DeleteConflict", iam.delete_virtual_mfa_device,
            SerialNumber=serial)
    allowed("the device off", iam.deactivate_mfa_device, UserName="ann", SerialNumber=serial)
    allowed("the device gone", iam.delete_virtual_mfa_device, SerialNumber=serial)


def main():
    local_aws, mfaexec = sys.argv[1:]
    with harness.home() as home, harness.local_aws(local_aws) as server:
        root = client(server, "iam", *harness.story_key("root"))
        root.create_user(UserName="ann")
        put_policies(home, server, mfaexec)
        key = root.create_access_key(UserName="ann")["AccessKey"]
        live(server, key["AccessKeyId"], key["SecretAccessKey"])
        journal = json.dumps(server.journal())
        CHECKS.that("account: no secret is in the journal", key["SecretAccessKey"] not in journal)
    CHECKS.end()


main()
