//! Sessions: the story, what a session may do, how long it lasts.

use local_aws::Account;

use crate::support::{Client, Reply, SERIAL, client, start};

const UNAUTHORIZED: &str = "You are not authorized to perform this operation.";

fn lifetime(reply: &Reply, server: &local_aws::Server) -> i64 {
    let end: jiff::Timestamp = reply.ok().field("Expiration").parse().unwrap();
    end.as_second() - jiff::Timestamp::now().as_second() - server.clock()
}

#[test]
fn the_story() {
    let server = start();
    let user = client(&server, "testuser");
    user.regions()
        .refused(403, "UnauthorizedOperation", UNAUTHORIZED);
    let reply = user.session_token(SERIAL, &server.code("testuser"), "900");
    let session = user.with(&reply);
    assert!(
        session
            .regions()
            .ok()
            .body
            .contains("<regionName>eu-west-1</regionName>")
    );

    // After its end; the client's clock goes along, so that only the session is too old.
    server.move_clock(910);
    let later = Client {
        skew: 910,
        ..session
    };
    later
        .regions()
        .refused(400, "RequestExpired", "Request has expired.");
    later.sts("GetCallerIdentity", &[]).refused(
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
    );
    let reply = later.iam("ListMFADevices", &[]);
    assert_eq!(reply.field("Code"), "ExpiredToken");
}

/// How the tests of mfaexec get a session that ends in ten real seconds.
#[test]
fn a_session_that_is_nearly_over() {
    let server = start();
    let user = client(&server, "testuser");
    server.set_clock(-890);
    let reply = user.session_token(SERIAL, &server.code("testuser"), "900");
    let session = user.with(&reply);
    server.set_clock(0);
    session.regions().ok();
    server.set_clock(12);
    session
        .regions()
        .refused(400, "RequestExpired", "Request has expired.");
}

#[test]
fn without_a_code() {
    let server = start();
    let user = client(&server, "testuser");
    let session = user.with(&user.sts("GetSessionToken", &[]));
    session.sts("GetCallerIdentity", &[]).ok();
    session
        .regions()
        .refused(403, "UnauthorizedOperation", UNAUTHORIZED);
    session.iam("ListMFADevices", &[]).refused(
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    );
}

#[test]
fn no_session_from_a_session() {
    let server = start();
    let user = client(&server, "testuser");
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    server.move_clock(30);
    let refused = "Cannot call GetSessionToken with session credentials";
    let again = session.session_token(SERIAL, &server.code("testuser"), "900");
    again.refused(403, "AccessDenied", refused);
    // It was refused before its code was looked at.
    user.session_token(SERIAL, &server.code("testuser"), "900")
        .ok();
}

#[test]
fn durations() {
    let server = start();
    let near = |reply: &Reply, seconds: i64| {
        let found = lifetime(reply, &server);
        assert!(
            (found - seconds).abs() <= 2,
            "{found} is not about {seconds}"
        );
    };
    let user = client(&server, "testuser");
    near(&user.sts("GetSessionToken", &[]), 43_200);
    near(
        &user.sts("GetSessionToken", &[("DurationSeconds", "129600")]),
        129_600,
    );
    near(
        &user.sts("GetSessionToken", &[("DurationSeconds", "900")]),
        900,
    );
    let root = client(&server, "root");
    near(&root.sts("GetSessionToken", &[]), 3600);
    near(
        &root.sts("GetSessionToken", &[("DurationSeconds", "43200")]),
        3600,
    );
    near(
        &root.sts("GetSessionToken", &[("DurationSeconds", "900")]),
        900,
    );
}

#[test]
fn the_age_of_a_code() {
    let server = start();
    let user = client(&server, "fresh");
    let serial = Account::story().user("fresh").serial().to_owned();
    let session = user.with(&user.session_token(&serial, &server.code("fresh"), "43200"));
    session.regions().ok();
    server.move_clock(3590);
    Client {
        skew: 3590,
        ..session.clone()
    }
    .regions()
    .ok();
    server.move_clock(20);
    let later = Client {
        skew: 3610,
        ..session
    };
    later
        .regions()
        .refused(403, "UnauthorizedOperation", UNAUTHORIZED);
}

#[test]
fn policies_of_the_deny_kind() {
    let server = start();
    let user = client(&server, "otheruser");
    user.regions()
        .refused(403, "UnauthorizedOperation", UNAUTHORIZED);
    user.iam("ListMFADevices", &[]).ok();
    let serial = "arn:aws:iam::123456789012:mfa/otheruser";
    let session = user.with(&user.session_token(serial, &server.code("otheruser"), "900"));
    session.regions().ok();
}

#[test]
fn who_am_i() {
    let server = start();
    let arn = |user: &str| {
        client(&server, user)
            .sts("GetCallerIdentity", &[])
            .ok()
            .field("Arn")
    };
    assert_eq!(arn("testuser"), "arn:aws:iam::123456789012:user/testuser");
    assert_eq!(
        arn("fresh"),
        "arn:aws:iam::123456789012:user/division/fresh"
    );
    assert_eq!(arn("root"), "arn:aws:iam::123456789012:root");
}

#[test]
fn devices_as_iam_lists_them() {
    let server = start();
    let serials = |user: &str| -> Vec<String> {
        let reply = client(&server, user).iam("ListMFADevices", &[]);
        let parts = reply.ok().body.split("<SerialNumber>").skip(1);
        parts
            .map(|part| part.split('<').next().unwrap().to_owned())
            .collect()
    };
    for user in ["testuser", "fidouser", "twodevices", "nodevice", "hardware"] {
        assert_eq!(
            serials(user),
            Account::story().user(user).serials(),
            "{user}"
        );
    }
    assert_eq!(serials("nodevice"), Vec::<String>::new());
    client(&server, "locked")
        .iam("ListMFADevices", &[])
        .refused(
            403,
            "AccessDenied",
            "User: arn:aws:iam::123456789012:user/locked is not authorized to perform: \
         iam:ListMFADevices on resource: user locked because no identity-based policy allows the \
         iam:ListMFADevices action",
        );
    // The policy names the own user only, and an unknown one is no exception.
    let user = client(&server, "testuser");
    for other in ["otheruser", "nobody"] {
        let reply = user.iam("GetUser", &[("UserName", other)]);
        assert_eq!(
            (reply.status, reply.field("Code")),
            (403, "AccessDenied".to_owned())
        );
    }
    let root = client(&server, "root").iam("GetUser", &[("UserName", "nobody")]);
    root.refused(
        404,
        "NoSuchEntity",
        "The user with name nobody cannot be found.",
    );
}

#[test]
fn parameters_of_describe_regions() {
    let server = start();
    let root = client(&server, "root");
    let regions =
        |parameters: &[(&str, &str)]| root.call("ec2", "2016-11-15", "DescribeRegions", parameters);
    let text = "Request would have succeeded, but DryRun flag is set.";
    regions(&[("DryRun", "true")]).refused(412, "DryRunOperation", text);
    let one = regions(&[("RegionName.1", "eu-west-1")]);
    assert_eq!(one.ok().body.matches("<regionName>").count(), 1);
    let text = "Invalid region provided: [xx-nowhere-1]";
    regions(&[("RegionName.1", "xx-nowhere-1")]).refused(400, "InvalidParameterValue", text);
}
