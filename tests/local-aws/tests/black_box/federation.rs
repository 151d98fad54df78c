//! The federation endpoint of the console: whom it signs in, and how long a link works.

use crate::support::{Client, Reply, SERIAL, client, send, start};

const DESTINATION: &str = "https://eu-central-1.console.aws.amazon.com/ec2/home";

fn post(client: &Client, parameters: &[(&str, &str)]) -> Reply {
    let escape = local_aws::sigv4::escape;
    let pairs = parameters.iter();
    let pairs: Vec<_> = pairs.map(|(n, v)| format!("{n}={}", escape(v))).collect();
    let kind = "application/x-www-form-urlencoded".to_owned();
    let headers = [
        ("content-type".to_owned(), kind),
        ("host".to_owned(), client.url.replace("http://", "")),
    ];
    let url = format!("{}/federation", client.url);
    send(&url, &headers, &pairs.join("&"))
}

fn session(client: &Client) -> String {
    serde_json::json!({
        "sessionId": client.key,
        "sessionKey": client.secret,
        "sessionToken": client.token,
    })
    .to_string()
}

fn token(client: &Client, more: &[(&str, &str)]) -> Reply {
    let session = session(client);
    let mut parameters = vec![("Action", "getSigninToken"), ("Session", session.as_str())];
    parameters.extend(more);
    post(client, &parameters)
}

fn role(user: &Client, role: &str, more: &[(&str, &str)]) -> Client {
    let arn = format!("arn:aws:iam::123456789012:role/{role}");
    let mut parameters = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "me")];
    parameters.extend(more);
    user.with(&user.sts("AssumeRole", &parameters))
}

#[track_caller]
fn refused(reply: &Reply, words: &str) {
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(reply.body.contains(words), "{}", reply.body);
}

#[test]
fn a_role_session_signs_in_for_a_quarter_of_an_hour() {
    let server = start();
    let user = client(&server, "testuser");
    let role = role(&user, "partner", &[("ExternalId", "partner-42")]);
    let reply = token(&role, &[("SessionDuration", "43200")]);
    let json: serde_json::Value = serde_json::from_str(&reply.ok().body).unwrap();
    let token = json["SigninToken"].as_str().unwrap();
    let login = || {
        let parameters = [
            ("Action", "login"),
            ("Destination", DESTINATION),
            ("SigninToken", token),
        ];
        post(&user, &parameters)
    };
    assert_eq!(login().status, 302);
    assert_eq!(login().header("location"), Some(DESTINATION));
    server.move_clock(15 * 60);
    refused(&login(), "The credentials in your login link were invalid");
    let entry = &server.journal()[1];
    assert_eq!(
        (entry.service.as_str(), entry.method.as_str()),
        ("signin", "POST")
    );
    assert_eq!(entry.access_key_id.as_ref(), Some(&role.key));
    assert_eq!(entry.duration_seconds, Some(43_200));
    assert!(entry.parameters.is_empty(), "{entry:?}");
}

#[test]
fn the_sessions_of_a_user_do_not_sign_in() {
    let server = start();
    let user = client(&server, "testuser");
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    refused(
        &token(&session, &[]),
        "Only federation tokens or assume role tokens",
    );
    // Nor does a long-term key, or half of a session.
    refused(&token(&user, &[]), "Invalid credentials parameter");
    let half = Client {
        secret: user.secret.clone(),
        ..role(&user, "partner", &[("ExternalId", "partner-42")])
    };
    refused(&token(&half, &[]), "Invalid credentials parameter");
    refused(
        &post(&user, &[("Action", "getSigninToken")]),
        "Invalid credentials",
    );
    refused(&post(&user, &[("Action", "other")]), "Action");
}

#[test]
fn a_duration_is_for_roles_that_a_long_term_key_has_assumed() {
    let server = start();
    let user = client(&server, "testuser");
    let direct = role(&user, "chained", &[]);
    for wrong in ["899", "43201", "long"] {
        refused(
            &token(&direct, &[("SessionDuration", wrong)]),
            "SessionDuration",
        );
    }
    let session = user.with(&user.session_token(SERIAL, &server.code("testuser"), "900"));
    let chained = role(&session, "chained", &[]);
    token(&chained, &[]).ok();
    refused(
        &token(&chained, &[("SessionDuration", "3600")]),
        "Invalid credentials",
    );
    server.end_sessions();
    refused(&token(&direct, &[]), "Invalid credentials parameter");
}
