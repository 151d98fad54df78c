"""Raw signed requests: botocore signs, and then the request may be spoilt.

Used instead of a client because a client would not send most of what the probe asks for.
"""

import datetime
import http.client
import re
import urllib.parse
import xml.etree.ElementTree
from unittest import mock

import boto3
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08", "ec2": "2016-11-15"}


class Spoil:
    """What is wrong with a request, before or after it is signed."""

    def __init__(self, skew=0, scope=None, region="us-east-1", unsigned=(), after=None, method="POST"):
        self.skew = datetime.timedelta(seconds=skew)
        # The service that the signature names instead of the right one.
        self.scope = scope
        self.region = region
        # Headers that are sent, but not signed.
        self.unsigned = unsigned
        # Changes the headers and the body of the signed request.
        self.after = after or (lambda headers, body: body)
        self.method = method


def ask(url, keys, service, action, parameters, spoil):
    """Sends one call and returns (status, code, message), as the wire has them."""
    form = urllib.parse.urlencode({"Action": action, "Version": VERSIONS[service], **parameters})
    get = spoil.method == "GET"
    request = AWSRequest(
        method=spoil.method, url=f"{url}/" + (f"?{form}" if get else ""), data="" if get else form,
        headers={} if get else {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    if keys:
        _sign(request, keys, spoil.scope or service, spoil)
    headers = dict(request.headers.items())
    body = spoil.after(headers, request.data)
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(spoil.method, request.url.removeprefix(url), body=body, headers=headers)
        response = connection.getresponse()
        return response.status, *_error(response.read().decode())
    finally:
        connection.close()


def _sign(request, keys, service, spoil):
    now = datetime.datetime.now(datetime.timezone.utc) + spoil.skew
    signer = auth.SigV4Auth(Credentials(*keys), service, spoil.region)
    if spoil.unsigned:
        whole = signer.headers_to_sign

        def some(request):
            headers = whole(request)
            for name in spoil.unsigned:
                del headers[name]
            return headers

        signer.headers_to_sign = some
    with mock.patch.object(auth, "get_current_datetime", lambda: now):
        signer.add_auth(request)


def _error(text):
    """Code and message of an error, or two times nothing."""
    try:
        root = xml.etree.ElementTree.fromstring(text)
    except xml.etree.ElementTree.ParseError:
        return "not XML", text[:100]
    found = {}
    for element in root.iter():
        found.setdefault(element.tag.rpartition("}")[2], element.text or "")
    return found.get("Code", ""), found.get("Message", "")


def message_class(message):
    """A message without what differs from run to run: times, keys and hashes."""
    message = re.sub(r"\d{8}T\d{6}Z", "TIME", message)
    message = re.sub(r"'\d{8}' != '\d{8}'", "'DAY' != 'DAY'", message)
    message = re.sub(r"Authorization=[\w+/=]+", "Authorization=HASH", message)
    message = re.sub(r"'[\w+/=]{44}'", "'HASH'", message)
    return re.sub(r"\b(AKIA|ASIA)\w+", "KEY", message)


def session_of(url, keys, action, parameters):
    """Keys of a session that a target gave out."""
    key, secret, *token = keys
    client = boto3.client(
        "sts", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token[0] if token else None,
        # A session of one second is what only some servers refuse.
        config=Config(parameter_validation=False),
    )
    found = getattr(client, action)(**parameters)["Credentials"]
    return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]
