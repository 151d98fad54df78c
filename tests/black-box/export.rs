//! `mfaexec export` apart from its readers: where it prints, what it refuses, whom it asks.

use std::process::Stdio;

use crate::harness::{SERIAL, World, finish, has, terminal};

#[test]
fn a_terminal_gets_no_secret_unless_it_is_forced() {
    let world = World::new();
    // Refused before a question, as nothing is cached.
    let mut session = world.at_terminal(&["export", "-p", "testuser"]);
    let said = session.exp_eof().unwrap();
    has(
        &said,
        &["would be shown on the terminal", "-- COMMAND", "--force"],
    );
    assert!(!said.contains("MFA code"), "{said}");
    world.sign_in(&[]);
    let mut session = world.at_terminal(&["export", "-p", "testuser", "--force"]);
    has(&session.exp_eof().unwrap(), &["export AWS_SESSION_TOKEN='"]);
}

#[test]
fn a_question_says_what_the_code_is_for() {
    let world = World::new();
    let file = world.home().join("exported");
    let mut export = world.mfaexec(&["export", "-p", "testuser"]);
    export.stdout(Stdio::from(std::fs::File::create(&file).unwrap()));
    // Only the terminal is there to ask on.
    let line = format!(
        "exec {} export -p testuser > {}",
        crate::harness::MFAEXEC,
        file.display()
    );
    let mut shell = world.program("sh");
    shell.args(["-c", &line]);
    let mut session = terminal(shell);
    session
        .exp_string("testuser (123456789012), to export the session. MFA code: ")
        .unwrap();
    session.send_line(&world.code()).unwrap();
    session.exp_eof().unwrap();
    let printed = std::fs::read_to_string(file).unwrap();
    assert!(
        printed.starts_with("export AWS_ACCESS_KEY_ID='ASIA"),
        "{printed}"
    );
}

#[test]
fn without_a_session_and_a_person_nothing_is_printed() {
    let world = World::new();
    let error = world
        .run(&["export", "-p", "testuser", "--no-input"])
        .fails(1);
    has(&error, &["mfaexec login -p testuser"]);
}

#[test]
fn the_guards_of_a_profile_hold_for_an_export() {
    let world = World::new();
    world.sign_in(&[]);
    let guarded = |guard: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n{guard}\n"
        ));
        world
            .run(&["export", "-p", "testuser", "--no-input"])
            .fails(1)
    };
    has(&guarded("mfaexec_confirm = true"), &["was not confirmed"]);
    has(
        &guarded("mfaexec_expected_account = 210987654321"),
        &["is not in the account"],
    );
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let world = World::new();
    world.sign_in(&[]);
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nretry_mode = ${{HOME}}\n"
    ));
    let export = |format| world.run(&["export", "-p", "testuser", "--format", format]);
    let error = export("dotenv").fails(1);
    has(
        &error,
        &["dotenv cannot hold AWS_RETRY_MODE", "${", "--format"],
    );
    has(&export("docker").succeeds(), &["AWS_RETRY_MODE=${HOME}\n"]);
    let error = export("xml").fails(2);
    has(
        &error,
        &["xml", "env, json, dotenv, docker, fish, nu, powershell"],
    );
}

#[test]
fn no_name_of_a_variable_becomes_code() {
    let world = World::new();
    world.sign_in(&[]);
    // A run takes them away, so an export names them.
    let names = [
        "AWS_BEARER_TOKEN_X;touch owned;",
        "AWS_BEARER_TOKEN_$(touch owned)",
        "AWS_BEARER_TOKEN_\ntouch owned\n",
    ];
    for format in ["env", "fish", "nu", "powershell"] {
        let mut export = world.mfaexec(&["export", "-p", "testuser", "--format", format]);
        export.envs(names.map(|name| (name, "")));
        let text = finish(export.env("AWS_BEARER_TOKEN_S3", "x")).succeeds();
        assert!(!text.contains("touch"), "{text}");
        let end = if format == "fish" {
            "; or true\n"
        } else {
            "\n"
        };
        has(&text, &[&format!("AWS_BEARER_TOKEN_S3{end}")]);
    }
}

#[test]
fn the_loudest_log_of_an_export_shows_no_secret() {
    let world = World::new();
    world.sign_in(&[]);
    let said = world.run(&["export", "-p", "testuser", "--format", "json", "-vv"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        let secret = json[name].as_str().unwrap();
        assert!(secret.len() > 39 && !said.stderr.contains(secret));
    }
}

#[test]
fn an_export_inside_a_run_says_what_a_run_inside_would_set() {
    let world = World::new();
    world.sign_in(&[]);
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nregion = eu-west-1\nmax_attempts = 5\n\
         [profile other]\nsource_profile = testuser\nregion = eu-west-2\n"
    ));
    let inside = ["export", "-p", "other", "--no-input"];
    let mut run = world.mfaexec(&["-p", "testuser", "--", crate::harness::MFAEXEC]);
    let text = finish(run.args(inside)).succeeds();
    has(
        &text,
        &[
            "export AWS_REGION='eu-west-2'\n",
            "unset AWS_MAX_ATTEMPTS\n",
        ],
    );
}

#[test]
fn an_mfaexec_shell_can_still_see_that_its_keys_were_replaced() {
    let world = World::new();
    world.sign_in(&[]);
    let mut export = world.mfaexec(&["export", "-p", "testuser", "--no-input"]);
    export
        .env("MFAEXEC_SHELL", "0af3:77:ASIA1")
        .env("AWSU_PROFILE", "shell");
    let text = finish(&mut export).succeeds();
    has(&text, &["unset AWS_PROFILE\n"]);
    for name in ["MFAEXEC_SHELL", "AWSU_PROFILE", "AWS_SESSION_EXPIRATION"] {
        assert!(!text.contains(name), "{text}");
    }
}
