//! `credential_source = Environment`: a role assumed with a session or a long-term key of the
//! environment.

use std::process::Command;

use crate::bases_machine::{cannot_prove, config, role};
use crate::harness::{SERIAL, World, finish, has};
use crate::provided::{Keys, calls, whoami};

/// The variables by which a program finds these keys.
fn hand_over<'c>(command: &'c mut Command, keys: &Keys) -> &'c mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", &keys.id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret)
        .env("AWS_SESSION_TOKEN", &keys.token)
}

#[test]
fn a_session_of_the_environment() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let weak = Keys::without_mfa(&world);
    config(&world, "Environment", "");
    let run = |args: &[&str]| finish(hand_over(&mut world.mfaexec(args), &keys));
    role(&world, "the environment", run);
    // The command has the role's session, and nothing of the caller's.
    let shown = run(&["-p", "deploy", "--", "env"]).succeeds();
    assert!(!shown.contains(&keys.token) && !shown.contains(&keys.id));
    // Other keys are another session.
    let mut command = world.mfaexec(&["-p", "deploy", "--", "true"]);
    cannot_prove(
        &finish(hand_over(&mut command, &weak)).fails(125),
        "the environment",
    );
    // What is not there, or was never a session.
    let fails = |change: fn(&mut Command)| {
        let mut command = world.mfaexec(&["-p", "deploy", "--fresh", "--", "true"]);
        hand_over(&mut command, &keys);
        change(&mut command);
        finish(&mut command).fails(125)
    };
    let none = fails(|command| {
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY");
    });
    has(
        &none,
        &[
            "credential_source = Environment finds no keys",
            "config, line 7",
        ],
    );
    let old = fails(|command| {
        command
            .env_remove("AWS_SESSION_TOKEN")
            .env("AWS_SECURITY_TOKEN", "x");
    });
    has(&old, &["AWS_SECURITY_TOKEN", "set AWS_SESSION_TOKEN"]);
    let half = fails(|command| {
        command.env_remove("AWS_SECRET_ACCESS_KEY");
    });
    has(
        &half,
        &[
            "the environment gives no keys for profile deploy",
            "AWS_SECRET_ACCESS_KEY",
        ],
    );
    let unknown = fails(|command| {
        command.env("AWS_SESSION_TOKEN", "nobody's");
    });
    has(
        &unknown,
        &["session that was to assume role", "set AWS_ACCESS_KEY_ID"],
    );
}

#[test]
fn a_long_term_key_of_the_environment_takes_a_code() {
    let world = World::new();
    let account = local_aws::Account::story();
    let user = account.user("testuser");
    config(&world, "Environment", &format!("mfa_serial = {SERIAL}\n"));
    let run = |args: &[&str]| {
        let mut command = world.mfaexec(args);
        command
            .env("AWS_ACCESS_KEY_ID", user.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", user.secret_access_key());
        finish(&mut command)
    };
    let code = world.code();
    let who = run(&[&["-p", "deploy", "-c", &code], &whoami()[..]].concat()).succeeds();
    has(&who, &["assumed-role/deployer/"]);
    run(&["-p", "deploy", "--no-input", "--", "true"]).succeeds();
    let asked = [
        "GetSessionToken",
        "GetCallerIdentity",
        "AssumeRole",
        "GetCallerIdentity",
    ];
    assert_eq!(calls(&world, 0), asked);
}
