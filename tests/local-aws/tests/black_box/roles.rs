//! AssumeRole: trust policies with and without MFA, and the limits of a role's session.

use local_aws::Policy;

use crate::support::{Client, OTHER_SERIAL, Reply, SERIAL, client, start};

const PREFIX: &str = "arn:aws:iam::123456789012:role/";

fn assume(client: &Client, role: &str, more: &[(&str, &str)]) -> Reply {
    let arn = format!("{PREFIX}{role}");
    let mut parameters = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "me")];
    parameters.extend(more);
    client.sts("AssumeRole", &parameters)
}

#[track_caller]
fn refused(reply: &Reply, who: &str, role: &str) {
    let message = format!(
        "User: {who} is not authorized to perform: sts:AssumeRole on resource: {PREFIX}{role}"
    );
    reply.refused(403, "AccessDenied", &message);
}

#[test]
fn trust_that_demands_a_code() {
    let server = start();
    let user = client(&server, "testuser");
    let me = "arn:aws:iam::123456789012:user/testuser";
    refused(&assume(&user, "deployer", &[]), me, "deployer");

    let code = server.code("testuser");
    let reply = assume(
        &user,
        "deployer",
        &[("SerialNumber", SERIAL), ("TokenCode", &code)],
    );
    let arn = reply.ok().body.split("<AssumedRoleUser>").nth(1).unwrap();
    assert!(
        arn.contains("arn:aws:sts::123456789012:assumed-role/deployer/me"),
        "{arn}"
    );
    let role = user.with(&reply);
    role.regions().ok();
    let identity = role.sts("GetCallerIdentity", &[]);
    assert_eq!(identity.field("UserId"), "AROADEPLOYERROLEEXAM1:me");

    // A session that was opened with a code is as good as a code.
    server.move_clock(30);
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    assume(&session, "deployer", &[]).ok();
    // One that was not, is not.
    let session = user.with(&user.sts("GetSessionToken", &[]));
    refused(&assume(&session, "deployer", &[]), me, "deployer");
}

#[test]
fn trust_in_others() {
    let server = start();
    let user = client(&server, "testuser");
    let me = "arn:aws:iam::123456789012:user/testuser";
    for role in ["foreign", "missing"] {
        refused(&assume(&user, role, &[]), me, role);
    }
    refused(&assume(&user, "partner", &[]), me, "partner");
    refused(
        &assume(&user, "partner", &[("ExternalId", "wrong")]),
        me,
        "partner",
    );
    assume(&user, "partner", &[("ExternalId", "partner-42")]).ok();
    // Trust in the account leaves the decision to the user's own policies: fresh has none.
    let code = server.code("fresh");
    let serial = ("SerialNumber", "arn:aws:iam::123456789012:mfa/fresh");
    let reply = assume(
        &client(&server, "fresh"),
        "deployer",
        &[serial, ("TokenCode", &code)],
    );
    refused(
        &reply,
        "arn:aws:iam::123456789012:user/division/fresh",
        "deployer",
    );
    let own = [("RoleArn", me), ("RoleSessionName", "me")];
    user.sts("AssumeRole", &own)
        .refused(400, "ValidationError", "Request ARN is invalid");
    let reply = assume(&client(&server, "root"), "partner", &[]);
    reply.refused(
        403,
        "AccessDenied",
        "Roles may not be assumed by root accounts.",
    );
}

#[test]
fn a_deny_of_the_users_own() {
    let server = start();
    let trust = |user: &str| {
        let trust = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {{"AWS": "arn:aws:iam::123456789012:user/{user}"}}}}}}"#
        );
        let trust = Policy::from_json(&trust).unwrap();
        server.edit(|account| account.roles.get_mut("chained").unwrap().trust = trust);
    };
    // Both are named by the trust policy; otheruser's own policy forbids it without a code.
    trust("nodevice");
    assume(&client(&server, "nodevice"), "chained", &[]).ok();
    trust("otheruser");
    let other = client(&server, "otheruser");
    let arn = "arn:aws:iam::123456789012:user/otheruser";
    refused(&assume(&other, "chained", &[]), arn, "chained");
    let code = server.code("otheruser");
    let given = [("SerialNumber", OTHER_SERIAL), ("TokenCode", code.as_str())];
    assume(&other, "chained", &given).ok();
}

#[test]
fn durations_and_chaining() {
    let server = start();
    let user = client(&server, "testuser");
    let external = ("ExternalId", "partner-42");
    let too_long =
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let reply = assume(&user, "partner", &[external, ("DurationSeconds", "3601")]);
    reply.refused(400, "ValidationError", too_long);
    let reply = assume(&user, "partner", &[external, ("DurationSeconds", "43201")]);
    let message = reply.field("Message");
    assert!(
        message.ends_with("Member must have value less than or equal to 43200"),
        "{message}"
    );

    let chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles \
                   assumed by role chaining";
    let twelve_hours = ("DurationSeconds", "43200");
    assume(&user, "chained", &[twelve_hours]).ok();
    let partner = user.with(&assume(&user, "partner", &[external]));
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    for temporary in [partner, session] {
        let reply = assume(&temporary, "chained", &[twelve_hours]);
        reply.refused(400, "ValidationError", chained);
        assume(&temporary, "chained", &[("DurationSeconds", "3600")]).ok();
    }
}

#[test]
fn a_role_has_no_devices() {
    let server = start();
    let user = client(&server, "testuser");
    let role = user.with(&assume(&user, "partner", &[("ExternalId", "partner-42")]));
    let code = server.code("testuser");
    let reply = assume(
        &role,
        "chained",
        &[("SerialNumber", SERIAL), ("TokenCode", &code)],
    );
    assert!(
        reply
            .field("Message")
            .contains("unable to validate MFA code"),
        "{}",
        reply.body
    );
    let reply = role.sts("GetSessionToken", &[]);
    reply.refused(
        403,
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    );
}

#[test]
fn trust_that_demands_the_name_of_the_user() {
    let server = start();
    let user = client(&server, "testuser");
    let me = "arn:aws:iam::123456789012:user/testuser";
    refused(&assume(&user, "named", &[]), me, "named");
    let arn = format!("{PREFIX}named");
    let named = [("RoleArn", arn.as_str()), ("RoleSessionName", "testuser")];
    user.sts("AssumeRole", &named).ok();
}
