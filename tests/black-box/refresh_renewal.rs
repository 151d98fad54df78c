//! `--refresh`: the next session, where it comes from, and what is answered where there is none.

use crate::harness::{World, eventually, has};
use crate::refresh::{Served, with_role};

/// A session of 15 minutes has `left` seconds left: the clock of AWS is behind.
fn ends_in(world: &World, left: i64) {
    world.aws.set_clock(left - 900);
}

#[test]
fn role_sessions_are_renewed_without_a_question() {
    let world = World::new();
    with_role(&world);
    world.sign_in(&["-d", "4h"]);
    ends_in(&world, 3);
    let served = Served::start(&world, &["-p", "deployer", "-d", "15m", "--min-ttl", "1s"]);
    let first = served.session();
    world.aws.set_clock(0);
    eventually("another session is served", || served.session() != first);
    let second = served.session();
    assert!(second["Expiration"].as_str() > first["Expiration"].as_str());
    let calls = world.aws.journal();
    let calls = calls.iter().filter(|call| call.action == "AssumeRole");
    assert!((2..5).contains(&calls.count()));
    assert_eq!(world.code_calls().len(), 1, "of the sign-in");
    served.end();
}

#[test]
fn when_the_mfa_session_ends_the_answer_says_how_to_sign_in_and_signing_in_heals_it() {
    let world = World::new();
    with_role(&world);
    ends_in(&world, 6);
    world.sign_in(&["-d", "15m"]);
    let served = Served::start(&world, &["-p", "testuser", "--min-ttl", "1s"]);
    let first = served.session();
    eventually("the session has ended", || served.ask().status != 200);
    let answer = served.ask();
    assert_eq!(answer.status, 403);
    let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(error["Code"], "SignInNeeded");
    let message = error["Message"].as_str().unwrap();
    has(
        message,
        &[
            "the session of testuser has ended",
            "mfaexec login -p testuser",
        ],
    );
    world.aws.set_clock(30);
    let code = world.aws.code("testuser");
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    // At once, and without a restart.
    assert_ne!(served.session(), first);
    served.end();
}

#[test]
fn a_program_of_mfa_process_gives_the_next_code() {
    let world = World::new();
    let codes = crate::harness::aws_client();
    let device = crate::harness::SERIAL;
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {device}\nmfa_process = {codes} code testuser\n"
    ));
    ends_in(&world, 4);
    let served = Served::start(&world, &["-p", "testuser", "-d", "15m", "--min-ttl", "1s"]);
    let first = served.session();
    world.aws.set_clock(60);
    eventually("another session is served", || {
        // Asked once: the session may end between two requests.
        let answer = served.ask();
        let session = serde_json::from_str::<serde_json::Value>(&answer.body).unwrap();
        answer.status == 200 && session["AccessKeyId"] != first["AccessKeyId"]
    });
    served.end();
}

#[test]
fn what_could_never_be_renewed_is_refused_before_a_code_is_spent() {
    let world = World::new();
    let code = world.code();
    let words = [
        "--refresh",
        "--cache",
        "none",
        "-p",
        "testuser",
        "-c",
        &code,
    ];
    let error = world
        .run(&[&words[..], &["--", "true"]].concat())
        .fails(125);
    has(
        &error,
        &["--refresh cannot renew", "leave --cache none out"],
    );
    assert!(world.aws.journal().is_empty());
}
