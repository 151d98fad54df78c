//! Each fault, and that a code is burnt exactly when the fault says so.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use local_aws::{Fault, Server};

use crate::support::{Client, Reply, SERIAL, client, start};

/// Plays a fault on GetSessionToken, and says what came back and whether the code was burnt.
fn play(fault: Fault) -> (Reply, bool) {
    let server = start();
    let user = client(&server, "testuser");
    let code = server.code("testuser");
    server.fault(fault.clone(), 1);
    let reply = user.session_token(SERIAL, &code, "900");
    let entry = server.journal().pop().unwrap();
    assert_eq!(entry.fault, Some(fault.to_string()));
    assert_eq!(entry.status, reply.status);
    let burnt = user.session_token(SERIAL, &code, "900").status != 200;
    // Once played, it is over.
    assert_eq!(server.journal().pop().unwrap().fault, None);
    (reply, burnt)
}

#[test]
fn before_the_code_is_burnt() {
    let (reply, burnt) = play(Fault::Throttling);
    reply.refused(400, "Throttling", "Rate exceeded");
    assert!(!burnt);
    let (reply, burnt) = play(Fault::ErrorBefore);
    assert_eq!(
        (reply.status, reply.field("Code"), burnt),
        (500, "InternalFailure".to_owned(), false)
    );
    let (reply, burnt) = play(Fault::CutBefore);
    assert_eq!((reply.status, reply.body.as_str(), burnt), (0, "", false));
    let (reply, burnt) = play(Fault::WebPage);
    assert!(reply.body.starts_with("<html>") && reply.status == 200 && !burnt);
    let (reply, burnt) = play(Fault::Escapes);
    let message = reply.field("Message");
    assert!(
        message.contains("&#27;]52;c;") && message.contains("&#13;all"),
        "{message}"
    );
    assert_eq!((reply.status, burnt), (403, false));
}

#[test]
fn after_the_code_is_burnt() {
    let (reply, burnt) = play(Fault::ErrorAfter);
    assert_eq!(
        (reply.status, reply.field("Code"), burnt),
        (500, "InternalFailure".to_owned(), true)
    );
    let (reply, burnt) = play(Fault::CutAfter);
    assert_eq!((reply.status, burnt), (0, true));
    let (reply, burnt) = play(Fault::MalformedXml);
    assert!(reply.body.contains("<AccessKeyId>") && !reply.body.contains("</GetSession") && burnt);
    assert_eq!(reply.status, 200);
    let (reply, burnt) = play(Fault::NewlineInToken);
    assert!(reply.field("SessionToken").contains("&#10;") && burnt);
    let (reply, burnt) = play(Fault::FractionalExpiry);
    let expiration = reply.field("Expiration");
    assert!(expiration.ends_with(".123Z") && burnt, "{expiration}");
    let (reply, burnt) = play(Fault::ExpiredSession);
    let end: Timestamp = reply.field("Expiration").parse().unwrap();
    assert!(end < Timestamp::now() && burnt);
}

#[test]
fn a_body_of_100_megabytes() {
    let (reply, burnt) = play(Fault::HugeBody);
    assert!(reply.body.len() > 100 << 20, "{}", reply.body.len());
    assert!(reply.body.contains("</GetSessionTokenResponse>") && burnt);
    assert_eq!(reply.header("content-length"), None);
}

#[test]
fn a_slow_answer() {
    let started = Instant::now();
    let (reply, burnt) = play(Fault::Slow(Duration::from_millis(300)));
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(reply.status == 200 && burnt);

    // The work is done at once, and others are served meanwhile.
    let server = start();
    let user = client(&server, "testuser");
    server.fault_on("GetSessionToken", Fault::Slow(Duration::from_secs(60)), 1);
    let slow = user.clone();
    let thread = std::thread::spawn(move || slow.sts("GetSessionToken", &[]));
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.journal().is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    user.sts("GetCallerIdentity", &[]).ok();
    assert_eq!(server.journal().len(), 2);
    // A server that stops does not wait for it.
    drop(server);
    assert_eq!(thread.join().unwrap().status, 0);
}

#[test]
fn only_what_it_applies_to() {
    let server = start();
    let user = client(&server, "testuser");
    server.fault_on("GetSessionToken", Fault::Throttling, 2);
    user.sts("GetCallerIdentity", &[]).ok();
    user.sts("GetSessionToken", &[])
        .refused(400, "Throttling", "Rate exceeded");
    user.sts("GetSessionToken", &[])
        .refused(400, "Throttling", "Rate exceeded");
    user.sts("GetSessionToken", &[]).ok();

    // One that strikes after success waits for a success.
    server.fault(Fault::CutAfter, 1);
    assert_eq!(user.session_token(SERIAL, "000000", "900").status, 403);
    assert_eq!(
        user.session_token(SERIAL, &server.code("testuser"), "900")
            .status,
        0
    );
    // One about sessions waits for a session.
    server.fault(Fault::ExpiredSession, 1);
    user.sts("GetCallerIdentity", &[]).ok();
    let session = user.with(&user.sts("GetSessionToken", &[]));
    let over = session.sts("GetCallerIdentity", &[]);
    assert_eq!(over.field("Code"), "ExpiredToken");
    server.fault(Fault::Throttling, 1);
    server.clear_faults();
    user.sts("GetCallerIdentity", &[]).ok();
}

#[test]
fn throttling_in_the_words_of_ec2() {
    let server = start();
    server.fault(Fault::Throttling, 1);
    let reply = client(&server, "testuser").regions();
    reply.refused(503, "RequestLimitExceeded", "Request limit exceeded.");
}

#[test]
fn sts_switched_off() {
    let server = start();
    let user = client(&server, "testuser");
    server.fault(Fault::RegionDisabled, 1);
    // us-east-1 cannot be switched off, so the fault waits.
    user.sts("GetCallerIdentity", &[]).ok();
    let there = Client {
        region: "eu-central-1".to_owned(),
        ..user
    };
    let code = server.code("testuser");
    let reply = there.session_token(SERIAL, &code, "900");
    assert_eq!(reply.field("Code"), "RegionDisabledException");
    there.session_token(SERIAL, &code, "900").ok();
}

fn date(reply: &Reply, server: &Server) -> i64 {
    let text = reply.header("date").unwrap();
    let date = rfc2822::parse(text).unwrap().timestamp().as_second();
    date - Timestamp::now().as_second() - server.clock()
}

#[test]
fn a_clock_one_hour_off() {
    for hour in [3600, -3600] {
        let server = start();
        let user = client(&server, "testuser");
        server.fault(Fault::ClockOff(hour), 2);
        let code = server.code("testuser");
        let reply = user.session_token(SERIAL, &code, "900");
        assert_eq!(reply.field("Code"), "SignatureDoesNotMatch");
        assert!((date(&reply, &server) - hour).abs() <= 2);
        // A client that follows the server's clock gets in, with the code of its phone.
        Client {
            skew: hour,
            ..user.clone()
        }
        .session_token(SERIAL, &code, "900")
        .ok();
        let reply = user.sts("GetCallerIdentity", &[]);
        assert!(date(reply.ok(), &server).abs() <= 2);
    }
}

#[test]
fn names_and_back() {
    for name in [
        "throttling",
        "error-before",
        "error-after",
        "cut-before",
        "cut-after",
        "region-disabled",
        "huge-body",
        "malformed-xml",
        "escapes",
        "expired-session",
        "newline-in-token",
        "fractional-expiry",
        "web-page",
        "slow=1.5s",
        "clock-off=-3600s",
    ] {
        assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
    }
    assert_eq!("clock-off=1h".parse(), Ok(Fault::ClockOff(3600)));
    assert!("slow".parse::<Fault>().is_err());
}
