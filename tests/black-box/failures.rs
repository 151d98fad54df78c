//! Failures of AWS and of the way to it: one clear error, the command not run, and never a second
//! request with the same code.

use std::process::Stdio;
use std::time::Duration;

use local_aws::Fault;

use crate::harness::{Said, World, eventually, finish, has};
use crate::trouble::{names, said};

/// One run with a given code under a fault; the error, and how many calls carried a code.
fn fails_with(fault: Fault, words: &[&str]) {
    let world = World::new();
    world.aws.fault(fault, 9);
    let code = world.code();
    let error = world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .fails(125);
    has(&error, words);
    assert_eq!(world.code_calls().len(), 1, "a code is sent once");
    // The next run, with the next code, works.
    world.aws.clear_faults();
    let code = world.code();
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
}

#[test]
fn throttling() {
    fails_with(
        Fault::Throttling,
        &["asked too often", "Rate exceeded (Throttling)"],
    );
}

/// A run whose answer is lost when its code may be used up. The same code again is refused here,
/// without asking anyone.
fn loses(fault: Fault) {
    let words = ["was lost", "may be used up", "next one"];
    fails_with(fault.clone(), &words);
    let world = World::new();
    world.aws.fault(fault, 1);
    let code = world.code();
    let run = ["-p", "testuser", "-c", &code, "--", "true"];
    has(&world.run(&run).fails(125), &words);
    let asked = world.aws.journal().len();
    has(&world.run(&run).fails(125), &["this code was used already"]);
    assert_eq!(world.aws.journal().len(), asked);
}

#[test]
fn a_500_before_and_after_the_code_was_burnt() {
    loses(Fault::ErrorBefore);
    loses(Fault::ErrorAfter);
}

#[test]
fn a_cut_connection_before_and_after_the_code_was_burnt() {
    loses(Fault::CutBefore);
    loses(Fault::CutAfter);
}

#[test]
fn an_answer_that_cannot_be_one() {
    fails_with(Fault::HugeBody, &["was lost"]);
    fails_with(Fault::MalformedXml, &["was lost"]);
    fails_with(
        Fault::WebPage,
        &["does not answer like STS", "cannot be read", "a web page"],
    );
    fails_with(Fault::ExpiredSession, &["over already", "clock"]);
}

#[test]
fn sts_switched_off_and_clocks_that_differ() {
    fails_with(
        Fault::RegionDisabled,
        &["STS is switched off in", "--region us-east-1"],
    );
    fails_with(
        Fault::ClockOff(3600),
        &["clock is 1h behind AWS's", "set the clock"],
    );
    fails_with(Fault::ClockOff(-86_400), &["clock is 24h ahead of AWS's"]);
}

#[test]
fn escapes_in_a_message_do_not_reach_the_terminal() {
    let world = World::new();
    world.aws.fault(Fault::Escapes, 9);
    let code = world.code();
    let error = world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .fails(125);
    let plain = |c: char| c == '\n' || !c.is_control();
    assert!(error.chars().all(plain), "{error:?}");
    has(&error, &["\\u{1b}"]);
}

#[test]
fn a_slow_answer_is_waited_for() {
    let world = World::new();
    world.aws.fault(Fault::Slow(Duration::from_secs(2)), 1);
    let code = world.code();
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
}

#[test]
fn an_end_with_fractions_of_a_second_is_none_the_worse() {
    let world = World::new();
    world.aws.fault(Fault::FractionalExpiry, 1);
    let code = world.code();
    let run = ["-p", "testuser", "-c", &code, "--", "printenv"];
    let end = world.run(&[&run[..], &["AWS_CREDENTIAL_EXPIRATION"]].concat());
    let end = end.succeeds();
    assert!(end.len() == 21 && end.ends_with("Z\n"), "{end}");
    // It was kept, too.
    let mut again = world.mfaexec(&["-p", "testuser", "--no-input", "--", "printenv"]);
    let again = finish(again.arg("AWS_CREDENTIAL_EXPIRATION"));
    assert_eq!(again.succeeds(), end);
}

#[test]
fn refusals_of_sts() {
    let world = World::new();
    let run = |profile: &str, serial: &str, code: &str| {
        let arguments = [
            "-p",
            profile,
            "--mfa-serial",
            serial,
            "-c",
            code,
            "--",
            "true",
        ];
        world.run(&arguments).fails(125)
    };
    let serial = crate::harness::SERIAL;
    has(
        &run("testuser", serial, "000000"),
        &["did not accept the code", "one time pass code"],
    );
    let foreign = "arn:aws:iam::123456789012:mfa/otheruser";
    let error = run("testuser", foreign, &world.code_of("otheruser"));
    has(
        &error,
        &[
            "cannot check codes of the device",
            "correct the device in --mfa-serial",
        ],
    );
    let leaver = "arn:aws:iam::123456789012:mfa/leaver";
    has(
        &run("leaver", leaver, "123456"),
        &["does not know the access key", "is active"],
    );
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&keys.replace("wJalrXUtnFEMI", "wJalrXUtnFEMJ"));
    let error = run("testuser", serial, "123456");
    has(
        &error,
        &["the secret of access key AKIAIOSFODNN7EXAMPLE is wrong"],
    );
    assert!(!error.contains("wJalrXUtnFEMJ"));
}

#[test]
fn nobody_listens() {
    let world = World::new();
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
    let error = finish(command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")).fails(125);
    has(
        &error,
        &["cannot reach STS", "refused", "check the network"],
    );
}

#[test]
fn a_proxy_that_is_not_there_is_named_as_unreachable() {
    let world = World::new();
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
    let error = finish(command.env_remove("AWS_ENDPOINT_URL")).fails(125);
    has(
        &error,
        &[
            "cannot reach STS (sts.eu-central-1.amazonaws.com) through the proxy",
            "Connection refused",
            "the proxy is http://127.0.0.1:1 (HTTPS_PROXY)",
            "check the network and the proxy in HTTPS_PROXY",
        ],
    );
}

#[test]
fn a_ca_bundle_that_is_none_is_named() {
    let world = World::new();
    let certificate =
        |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    world.write("broken.pem", certificate("AAAA"));
    world.write("torn.pem", certificate("no base64 at all!"));
    for (path, words) in [
        ("/nonexistent", "No such file"),
        ("/dev/null", "no certificate"),
        ("broken.pem", "certificate 1: "),
        ("torn.pem", "certificate 1: "),
    ] {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
        let error = finish(command.env("AWS_CA_BUNDLE", path)).fails(125);
        has(
            &error,
            &["cannot use the CA bundle", words, "AWS_CA_BUNDLE"],
        );
    }
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_code_that_was_not_sent_can_be_used() {
    let world = World::new();
    let code = world.code();
    let options = ["-p", "testuser", "-c", &code, "--", "true"];
    let mut offline = world.mfaexec(&options);
    offline.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    has(&finish(&mut offline).fails(125), &["cannot reach STS"]);
    world.run(&options).succeeds();
}

/// A run whose session cannot be kept: a directory takes the place of its file when the code is on
/// its way, too late to be noticed before that is spent.
fn cannot_keep(options: &[&str]) -> Said {
    let world = World::new();
    world.sign_in(&[]);
    let files = names(&world.cache());
    let session = files.iter().find(|name| name.ends_with(".session"));
    let session = world.cache().join(session.unwrap());
    std::fs::remove_file(&session).unwrap();
    world.aws.clear_journal();
    let slow = Fault::Slow(Duration::from_secs(1));
    world.aws.fault_on("GetSessionToken", slow, 1);
    let mut command = world.mfaexec(options);
    command.env("MFAEXEC_CODE", world.code());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    eventually("the code is sent", || world.code_calls().len() == 1);
    std::fs::create_dir_all(session.join("in-the-way")).unwrap();
    let said = said(child);
    assert_eq!(world.code_calls().len(), 1, "and sent once");
    said
}

#[test]
fn a_login_whose_session_is_lost_is_none() {
    let error = cannot_keep(&["login", "-p", "testuser"]).fails(1);
    has(&error, &["cannot use", ".session", "Is a directory"]);
}

#[test]
fn a_session_that_cannot_be_kept_is_used_all_the_same() {
    let said = cannot_keep(&["-p", "testuser", "--", "echo", "done"]);
    has(
        &said.stderr,
        &["the session cannot be kept, the next run will ask again"],
    );
    assert_eq!(said.succeeds(), "done\n");
}

#[test]
fn a_cache_that_cannot_be_written_is_found_before_the_code_is_spent() {
    let world = World::new();
    world.write(".cache/mfaexec", "a file in the way");
    let code = world.code();
    let error = world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .fails(125);
    has(&error, &["cannot use", ".cache/mfaexec", "--cache none"]);
    assert!(world.aws.journal().is_empty());
    world
        .run(&[
            "-p", "testuser", "-c", &code, "--cache", "none", "--", "true",
        ])
        .succeeds();
}
