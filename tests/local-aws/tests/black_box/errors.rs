//! One test for every way in which a request is refused before its action counts: AWS's status,
//! code and text, to the letter.

use jiff::Timestamp;

use crate::support::{Client, Reply, SERIAL, client, send, start};

const INVALID: &str = "The security token included in the request is invalid.";
const MISMATCH: &str = "The request signature we calculated does not match the signature you \
    provided. Check your AWS Secret Access Key and signing method. Consult the service \
    documentation for details.";
const EC2_INVALID: &str = "AWS was not able to validate the provided access credentials";

fn whoami(client: &Client) -> Reply {
    client.sts("GetCallerIdentity", &[])
}

#[test]
fn unknown_and_inactive_keys() {
    let server = start();
    let good = client(&server, "testuser");
    let unknown = Client {
        key: "AKIANOBODY00EXAMPLE0".to_owned(),
        ..good.clone()
    };
    whoami(&unknown).refused(403, "InvalidClientTokenId", INVALID);
    unknown
        .iam("GetUser", &[])
        .refused(403, "InvalidClientTokenId", INVALID);
    unknown.regions().refused(401, "AuthFailure", EC2_INVALID);

    whoami(&good).ok();
    server.edit(|account| account.user_mut("testuser").keys[0].active = false);
    whoami(&good).refused(403, "InvalidClientTokenId", INVALID);
}

#[test]
fn wrong_secret() {
    let server = start();
    let wrong = Client {
        secret: "wrong".to_owned(),
        ..client(&server, "testuser")
    };
    whoami(&wrong).refused(403, "SignatureDoesNotMatch", MISMATCH);
    wrong.regions().refused(401, "AuthFailure", EC2_INVALID);
}

#[test]
fn changed_on_the_way() {
    let server = start();
    let good = client(&server, "testuser");
    let (headers, body) = good.signed("sts", "2011-06-15", "GetSessionToken", &[]);
    send(&good.url, &headers, &body).ok();
    let longer = body.clone() + "&DurationSeconds=900";
    send(&good.url, &headers, &longer).refused(403, "SignatureDoesNotMatch", MISMATCH);

    // A header of AWS's own that the signature does not cover.
    let mut more = headers.clone();
    more.push(("x-amz-extra".to_owned(), "1".to_owned()));
    send(&good.url, &more, &body).refused(403, "SignatureDoesNotMatch", MISMATCH);
    // Any other one may come along.
    more.last_mut().unwrap().0 = "x-harmless".to_owned();
    send(&good.url, &more, &body).ok();
}

#[test]
fn scope() {
    let server = start();
    let good = client(&server, "testuser");
    let other = Client {
        scope_service: Some("ec2".to_owned()),
        ..good.clone()
    };
    let text = "Credential should be scoped to correct service: 'sts'. ";
    whoami(&other).refused(403, "SignatureDoesNotMatch", text);
    let (mut headers, body) = good.signed("sts", "2011-06-15", "GetCallerIdentity", &[]);
    let authorization = &mut headers.last_mut().unwrap().1;
    *authorization = authorization.replace("aws4_request", "aws5_request");
    let text =
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.";
    send(&good.url, &headers, &body).refused(403, "SignatureDoesNotMatch", text);
}

#[test]
fn headers_that_must_be_signed() {
    let server = start();
    let with = |name| Client {
        unsigned: Some(name),
        ..client(&server, "testuser")
    };
    let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    whoami(&with("host")).refused(403, "SignatureDoesNotMatch", text);
    whoami(&with("x-amz-date")).refused(403, "SignatureDoesNotMatch", MISMATCH);
    whoami(&with("content-type")).ok();
}

#[test]
fn unsigned_and_half_signed() {
    let server = start();
    let good = client(&server, "testuser");
    let (mut headers, body) = good.signed("sts", "2011-06-15", "GetCallerIdentity", &[]);
    headers.last_mut().unwrap().1 = "AWS4-HMAC-SHA256 Credential=a/b/c".to_owned();
    let text = "Authorization header requires 'Signature' parameter. Authorization header \
                requires 'SignedHeaders' parameter.";
    send(&good.url, &headers, &body).refused(400, "IncompleteSignature", text);
    headers.pop();
    let text = "Request is missing Authentication Token";
    send(&good.url, &headers, &body).refused(403, "MissingAuthenticationToken", text);
}

#[test]
fn fifteen_minutes_either_way() {
    let server = start();
    let good = client(&server, "testuser");
    for seconds in [-890, 890] {
        server.set_clock(seconds);
        whoami(&good).ok();
        whoami(&Client {
            skew: seconds,
            ..good.clone()
        })
        .ok();
    }
    server.set_clock(0);
    let basic = |epoch: i64| {
        Timestamp::from_second(epoch)
            .unwrap()
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string()
    };
    let late = whoami(&Client {
        skew: -910,
        ..good.clone()
    });
    assert_eq!(
        (late.status, late.field("Code").as_str()),
        (403, "SignatureDoesNotMatch")
    );
    let message = late.field("Message");
    assert!(message.starts_with("Signature expired: 20"), "{message}");
    assert!(message.contains("Z is now earlier than 20"), "{message}");
    assert!(message.ends_with("Z - 15 min.)"), "{message}");
    let now = Timestamp::now().as_second();
    assert!((now - 3..=now).any(|then| message.contains(&format!("({} -", basic(then)))));

    let early = whoami(&Client {
        skew: 910,
        ..good.clone()
    });
    let message = early.field("Message");
    assert!(
        message.starts_with("Signature not yet current: 20"),
        "{message}"
    );
    assert!(message.contains("Z is still later than 20"), "{message}");
    assert!(message.ends_with("Z + 15 min.)"), "{message}");

    let expired = "Request has expired.";
    Client {
        skew: -910,
        ..good.clone()
    }
    .regions()
    .refused(400, "RequestExpired", expired);
    Client { skew: 910, ..good }
        .regions()
        .refused(400, "RequestExpired", expired);
}

#[test]
fn session_tokens() {
    let server = start();
    let user = client(&server, "testuser");
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    session.regions().ok();
    for token in [None, Some("FwoGZXIvYXdzEwrong".to_owned())] {
        let wrong = Client {
            token,
            ..session.clone()
        };
        whoami(&wrong).refused(403, "InvalidClientTokenId", INVALID);
        wrong.regions().refused(401, "AuthFailure", EC2_INVALID);
    }
    let mixed = Client {
        token: session.token.clone(),
        ..user
    };
    whoami(&mixed).refused(403, "InvalidClientTokenId", INVALID);
    server.edit(|account| drop(account.users.remove("testuser")));
    whoami(&session).refused(403, "InvalidClientTokenId", INVALID);
}

#[test]
fn regions_switched_off() {
    let server = start();
    server.edit(|account| account.disabled_regions.push("eu-west-1".to_owned()));
    server.edit(|account| account.disabled_regions.push("us-east-1".to_owned()));
    let user = client(&server, "testuser");
    let there = Client {
        region: "eu-west-1".to_owned(),
        ..user.clone()
    };
    let code = server.code("testuser");
    there.session_token(SERIAL, &code, "900").refused(
        403,
        "RegionDisabledException",
        "STS is not activated in this region for account:123456789012. Your account administrator \
         can activate STS in this region using the IAM Console.",
    );
    // The code was not looked at, and us-east-1 cannot be switched off.
    user.session_token(SERIAL, &code, "900").ok();
    there.iam("ListMFADevices", &[]).ok();
}

#[test]
fn parameters() {
    let server = start();
    let user = client(&server, "testuser");
    let one = "1 validation error detected: ";
    let fails = " failed to satisfy constraint: Member must ";
    for (name, value, expected) in [
        (
            "DurationSeconds",
            "20",
            format!(
                "{one}Value '20' at 'durationSeconds'{fails}have value greater than or equal to 900"
            ),
        ),
        (
            "DurationSeconds",
            "129601",
            format!(
                "{one}Value '129601' at 'durationSeconds'{fails}have value less than or equal to 129600"
            ),
        ),
        (
            "TokenCode",
            "12345",
            format!(
                "{one}Value '12345' at 'tokenCode'{fails}have length greater than or equal to 6"
            ),
        ),
        (
            "TokenCode",
            "12345x",
            format!(
                "{one}Value '12345x' at 'tokenCode'{fails}satisfy regular expression pattern: [\\d]*"
            ),
        ),
        (
            "SerialNumber",
            "short",
            format!(
                "{one}Value 'short' at 'serialNumber'{fails}have length greater than or equal to 9"
            ),
        ),
        (
            "SerialNumber",
            "with a blank",
            format!(
                "{one}Value 'with a blank' at 'serialNumber'{fails}satisfy regular expression pattern: [\\w+=/:,.@-]*"
            ),
        ),
    ] {
        user.sts("GetSessionToken", &[(name, value)])
            .refused(400, "ValidationError", &expected);
    }
    let both = user.sts(
        "GetSessionToken",
        &[("DurationSeconds", "1"), ("TokenCode", "1")],
    );
    assert!(
        both.field("Message")
            .starts_with("2 validation errors detected: "),
        "{}",
        both.body
    );
    let reply = user.sts("AssumeRole", &[("RoleSessionName", "me")]);
    let text = format!("{one}Value null at 'roleArn'{fails}not be null");
    reply.refused(400, "ValidationError", &text);
}

#[test]
fn unknown_actions() {
    let server = start();
    let user = client(&server, "testuser");
    let text = "Could not find operation GetWeather for version 2011-06-15";
    user.sts("GetWeather", &[])
        .refused(400, "InvalidAction", text);
    let text = "Could not find operation CreateGroup for version 2010-05-08";
    user.iam("CreateGroup", &[])
        .refused(400, "InvalidAction", text);
    let reply = user.call("ec2", "2016-11-15", "RunInstances", &[]);
    reply.refused(
        400,
        "InvalidAction",
        "The action RunInstances is not valid for this web service.",
    );
}
