//! The journal: what was asked, never with what.

use local_aws::Entry;

use crate::support::{SERIAL, client, start};

#[test]
fn what_it_says() {
    let server = start();
    let user = client(&server, "testuser");
    user.session_token(SERIAL, "000000", "1800");
    let reply = user.session_token(SERIAL, &server.code("testuser"), "900");
    let role = "arn:aws:iam::123456789012:role/chained";
    let session = user.with(&reply);
    session
        .sts(
            "AssumeRole",
            &[("RoleArn", role), ("RoleSessionName", "me")],
        )
        .ok();
    session.regions().ok();
    let journal = server.journal();
    let plain = Entry {
        service: "sts".to_owned(),
        method: "POST".to_owned(),
        action: "GetSessionToken".to_owned(),
        region: "us-east-1".to_owned(),
        access_key_id: Some(user.key.clone()),
        serial_number: Some(SERIAL.to_owned()),
        had_token_code: true,
        duration_seconds: Some(1800),
        status: 403,
        outcome: "AccessDenied".to_owned(),
        time: journal[0].time,
        ..Entry::default()
    };
    assert_eq!(journal[0], plain);
    assert_eq!(
        (journal[1].status, journal[1].outcome.as_str()),
        (200, "OK")
    );
    assert_eq!(journal[2].role_arn.as_deref(), Some(role));
    assert_eq!(journal[2].role_session_name.as_deref(), Some("me"));
    assert!(journal[2].had_session_token && !journal[2].had_token_code);
    assert_eq!(journal[3].service, "ec2");
    server.clear_journal();
    assert!(server.journal().is_empty());
}

#[test]
fn no_secrets() {
    let server = start();
    let user = client(&server, "testuser");
    let code = server.code("testuser");
    let session = user.with(&user.session_token(SERIAL, &code, "900"));
    session.regions().ok();
    session.sts("GetCallerIdentity", &[]).ok();
    let written = format!("{:?}", server.journal());
    assert_eq!(server.journal().len(), 3);
    assert!(written.contains(&session.key));
    let token = session.token.unwrap();
    for secret in [&user.secret, &session.secret, &token, &code] {
        assert!(!written.contains(secret.as_str()));
    }
    let account = format!("{:?}", local_aws::Account::story());
    assert!(account.contains(&user.key) && !account.contains(&user.secret));
    assert!(!account.contains("JBSWY3DPEHPK3PXP"));
}
