//! `mfaexec credential-process`: what SDKs get from it, and how long sessions last that it hands out.
//! How several at once wait for one question is in `credential_process_waits`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{MFAEXEC, SERIAL, Said, World, finish, has};
use crate::roles;
use crate::skipping::needs;
use crate::trouble::said;

pub(crate) const ASK: [&str; 3] = ["credential-process", "-p", "testuser"];

/// mfaexec without a terminal and without a display.
pub(crate) fn detached(world: &World, args: &[&str]) -> Command {
    let mut setsid = world.program("setsid");
    setsid.args(["--wait", MFAEXEC]).args(args);
    setsid.stdout(Stdio::piped()).stderr(Stdio::piped());
    setsid
}

/// What it has printed: one object on one line, and nothing on stderr.
#[track_caller]
pub(crate) fn keys(said: Said) -> Value {
    assert_eq!(said.stderr, "", "{said:?}");
    let printed = said.succeeds();
    assert_eq!(printed.matches('\n').count(), 1, "{printed}");
    serde_json::from_str(&printed).unwrap()
}

#[track_caller]
fn key(said: Said) -> String {
    keys(said)["AccessKeyId"].as_str().unwrap().to_owned()
}

/// It failed with one line on stderr, and nothing on stdout; the line.
#[track_caller]
pub(crate) fn line(said: Said, code: i32) -> String {
    assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{said:?}");
    let line = said.stderr.strip_suffix('\n').unwrap_or_default();
    assert!(line.starts_with("mfaexec: "), "{said:?}");
    assert!(!line.contains('\n'), "{said:?}");
    line.to_owned()
}

#[test]
fn the_object_is_as_the_protocol_has_it() {
    let world = World::new();
    world.sign_in(&[]);
    let said = world.run(&ASK);
    let (printed, object) = (said.stdout.clone(), keys(said));
    let object = object.as_object().unwrap();
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "AccessKeyId",
            "AccountId",
            "Expiration",
            "SecretAccessKey",
            "SessionToken",
            "Version"
        ]
    );
    has(
        &printed,
        &["\"Version\":1,", "\"AccountId\":\"123456789012\""],
    );
    let end = object["Expiration"].as_str().unwrap();
    assert!(end.len() == 20 && end.ends_with('Z'), "{end}");
    let shown = world.run(&["-p", "testuser", "--", "env"]).succeeds();
    for (variable, name) in [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
        ("AWS_CREDENTIAL_EXPIRATION", "Expiration"),
    ] {
        let value = object[name].as_str().unwrap();
        has(&shown, &[&format!("{variable}={value}\n")]);
    }
}

#[test]
fn where_no_one_can_be_asked_one_line_names_the_command_that_signs_in() {
    needs!("setsid");
    let world = World::new();
    let refused = line(finish(&mut detached(&world, &ASK)), 1);
    has(&refused, &["a code is needed", "no terminal", "no display"]);
    assert!(
        refused.ends_with(": mfaexec login -p testuser"),
        "{refused}"
    );
    let no_input = line(world.run(&[&ASK[..], &["--no-input"]].concat()), 1);
    has(&no_input, &["--no-input was given"]);
    // A name that has to be quoted, and options that decide which session it is.
    world.write_config(&format!(
        "[profile my own]\nmfa_serial = {SERIAL}\n[profile \"my own\"]\nmfa_serial = {SERIAL}\n\
         source_profile = testuser\n"
    ));
    let args = [
        "credential-process",
        "-p",
        "my own",
        "-d",
        "8h",
        "--min-ttl",
        "90m",
    ];
    let refused = line(finish(&mut detached(&world, &args)), 1);
    let remedy = ": mfaexec login -p 'my own' -d 8h --min-ttl 90m";
    assert!(refused.ends_with(remedy), "{refused}");
    assert!(world.code_calls().is_empty());
    for (args, code) in [
        (&["credential-process", "-p", "nosuch"][..], 1),
        (&["credential-process", "-p", "testuser", "--json"], 2),
        (&["credential-process", "-p", "testuser", "-c", "-"], 2),
        (&["credential-process", "aws"], 2),
    ] {
        line(world.run(args), code);
    }
}

#[test]
fn stdin_is_not_read() {
    let world = World::new();
    world.sign_in(&[]);
    // As the JavaScript SDK starts it: a pipe that stays open, and is never written to.
    let mut command = world.mfaexec(&ASK);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    keys(said(child));
    drop(held);
    // What is there is left to the run that comes next.
    let mut shell = world.program("/bin/sh");
    let line = "mfaexec credential-process -p testuser > out; cat";
    shell.args(["-c", &format!("echo 123456 | {{ {line}; }}")]);
    assert_eq!(finish(&mut shell).succeeds(), "123456\n");
}

#[test]
fn the_question_is_on_the_terminal_and_stdout_has_the_object_alone() {
    let world = World::new();
    let mut sh = world.program("/bin/sh");
    let line = "mfaexec credential-process -p testuser > out 2> err < /dev/null; echo ended $?";
    sh.args(["-c", line]);
    let mut terminal = crate::harness::terminal(sh);
    let question = terminal.exp_string("MFA code: ").unwrap();
    has(
        &question,
        &["testuser (123456789012), to give a program its session."],
    );
    terminal.send_line(&world.code()).unwrap();
    terminal.exp_string("ended 0").unwrap();
    terminal.exp_eof().unwrap();
    let read = |name: &str| std::fs::read_to_string(world.home().join(name)).unwrap();
    assert_eq!(read("err"), "");
    let object: Value = serde_json::from_str(&read("out")).unwrap();
    assert_eq!(object["Version"], 1);
}

#[test]
fn on_a_terminal_no_secret_is_shown() {
    let world = World::new();
    world.sign_in(&[]);
    let object = keys(world.run(&ASK));
    let seen = world.at_terminal(&ASK).exp_eof().unwrap();
    let id = object["AccessKeyId"].as_str().unwrap();
    has(&seen, &[id, "\"Expiration\":", "(not shown on a terminal)"]);
    for secret in ["SecretAccessKey", "SessionToken"] {
        assert!(!seen.contains(object[secret].as_str().unwrap()), "{seen}");
    }
}

#[test]
fn an_output_that_is_refused_is_told_and_a_reader_that_is_gone_is_not() {
    let world = World::new();
    world.sign_in(&[]);
    let shell = |script: &str| {
        let mut shell = world.program("/bin/bash");
        finish(shell.args(["-c", script]))
    };
    let full = shell("mfaexec credential-process -p testuser > /dev/full");
    has(&line(full, 1), &["cannot write the result"]);
    let closed = shell("mfaexec credential-process -p testuser >&-");
    has(&line(closed, 1), &["stdout is closed"]);
    let gone = shell("mfaexec credential-process -p testuser | exec 0<&-; echo ${PIPESTATUS[0]}");
    assert_eq!((&*gone.stdout, &*gone.stderr), ("0\n", ""));
}

#[test]
fn a_role_is_renewed_in_silence_when_15_minutes_are_left() {
    needs!("cc", "setsid");
    let world = roles::world();
    world.sign_in(&[]);
    let ask = |minutes: i64| {
        world.aws.set_clock(minutes * 60);
        let mut command = detached(&world, &["credential-process", "-p", "deploy"]);
        world.with_clock(&mut command, "CLOCK_SHIFT", &(minutes * 60).to_string());
        key(finish(&mut command))
    };
    let first = ask(1);
    assert_eq!(ask(40), first);
    let second = ask(47);
    assert_ne!(second, first);
    assert_eq!(ask(47), second);
    // AWS cannot be reached: what is left is better than nothing.
    world
        .aws
        .fault_on("AssumeRole", local_aws::Fault::ErrorBefore, 20);
    assert_eq!(ask(47 + 50), second);
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn a_code_is_asked_for_early_and_who_cannot_give_one_gets_the_rest() {
    needs!("cc", "setsid");
    let world = World::new();
    world.sign_in(&["-d", "1h"]);
    let at = |mut command: Command, minutes: i64| {
        world.aws.set_clock(minutes * 60);
        world.with_clock(&mut command, "CLOCK_SHIFT", &(minutes * 60).to_string());
        command
    };
    let ask = |args: &[&str], minutes| finish(&mut at(detached(&world, args), minutes));
    let first = key(ask(&ASK, 30));
    assert_eq!(key(ask(&ASK, 46)), first);
    let wanted = [&ASK[..], &["--min-ttl", "15m"]].concat();
    let refused = line(ask(&wanted, 46), 1);
    assert!(
        refused.ends_with("mfaexec login -p testuser --min-ttl 15m"),
        "{refused}"
    );
    // Less than a minute is nothing to begin with.
    line(ask(&ASK, 60), 1);
    let mut sh = world.program("/bin/sh");
    sh.args(["-c", "mfaexec credential-process -p testuser > out"]);
    let mut terminal = crate::harness::terminal(at(sh, 46));
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    terminal.exp_eof().unwrap();
    assert_ne!(key(ask(&ASK, 46)), first);
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn a_session_that_is_never_longer_is_used_for_half_of_its_time() {
    needs!("cc", "setsid");
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfaexec_duration = 15m\n"
    ));
    let code = world.code();
    let first = key(world.run(&[&ASK[..], &["-c", &code]].concat()));
    assert_eq!(key(world.run(&ASK)), first);
    world.aws.set_clock(8 * 60);
    let code = world.aws.code("testuser");
    let mut command = detached(&world, &[&ASK[..], &["-c", &code]].concat());
    world.with_clock(&mut command, "CLOCK_SHIFT", "480");
    assert_ne!(key(finish(&mut command)), first);
    assert_eq!(world.code_calls().len(), 2);
    // What can never be met is an error and no loop.
    let args = [&ASK[..], &["--min-ttl", "20m"]].concat();
    has(&line(world.run(&args), 2), &["can never be met"]);
}

#[test]
fn keys_whose_end_no_one_knows_are_asked_for_again() {
    let world = World::new();
    let given = crate::provided::Keys::with_mfa(&world);
    let printed = given.printed();
    let (printed, _) = printed.split_once(", \"Expiration\"").unwrap();
    world.write("printed", format!("{printed}}}"));
    world.write_config("[profile me]\ncredential_process = cat printed\n");
    let object = keys(world.run(&["credential-process", "-p", "me"]));
    let end = object["Expiration"].as_str().unwrap();
    let left = humantime::parse_rfc3339(end)
        .unwrap()
        .duration_since(std::time::SystemTime::now());
    let minutes = left.unwrap().as_secs() / 60;
    assert!((15..=60).contains(&minutes), "{end}");
    assert_eq!(object["AccessKeyId"], given.id);
    assert_eq!(object.get("AccountId"), None);
}

#[test]
fn the_option_counts_whatever_the_caller_has_in_its_environment() {
    let world = World::new();
    world.sign_in(&[]);
    let wanted = key(world.run(&ASK));
    let mut command = world.mfaexec(&ASK);
    command
        .env("AWS_PROFILE", "otheruser")
        .env("AWS_DEFAULT_PROFILE", "otheruser")
        .env("AWS_ACCESS_KEY_ID", "ASIAANOTHERKEY123456")
        .env("AWS_SECRET_ACCESS_KEY", "of another session")
        .env("AWS_SESSION_TOKEN", "of another session");
    assert_eq!(key(finish(&mut command)), wanted);
    // Inside a run of the same and of another profile.
    for outer in ["testuser", "otheruser"] {
        let more = ["-p", outer, "--without-mfa", "--", "mfaexec"];
        let inner = world.run(&[&more[..], &ASK].concat());
        assert_eq!(key(inner), wanted, "{outer}");
    }
}

#[test]
fn a_profile_whose_program_is_mfaexec_for_itself_is_an_error() {
    let world = World::new();
    let loops = |name: &str, line: &str| {
        format!("[profile {name}]\ncredential_process = {MFAEXEC} credential-process {line}\n")
    };
    world.write_config(&format!(
        "{}{}{}",
        loops("me", "-p me"),
        loops("one", "-p two"),
        loops("two", "-p one")
    ));
    for name in ["me", "one"] {
        let refused = line(world.run(&["credential-process", "-p", name]), 1);
        has(&refused, &["gets its keys from itself"]);
    }
    // Without -p the profile is the one that the program was told, which runs this.
    let mut command = world.mfaexec(&["credential-process"]);
    command.env("AWS_PROFILE", "bare");
    world.write_config(&loops("bare", ""));
    has(
        &line(finish(&mut command), 1),
        &["gets its keys from itself"],
    );
}

#[test]
fn guards_hold_for_programs() {
    needs!("setsid");
    let world = World::new();
    world.sign_in(&[]);
    let guard = |more: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n{more}\n"
        ));
    };
    guard("mfaexec_expected_account = 210987654321");
    let refused = line(world.run(&ASK), 1);
    has(&refused, &["is not in the account", "210987654321"]);
    guard("mfaexec_confirm = true");
    let refused = line(finish(&mut detached(&world, &ASK)), 1);
    has(
        &refused,
        &[
            "testuser was not confirmed",
            "mfaexec -p testuser -- COMMAND",
        ],
    );
    // A person types the name, once for all programs of a run.
    let mut terminal = world.at_terminal(&ASK);
    terminal
        .exp_string("Type testuser to give a program its session: ")
        .unwrap();
    terminal.send_line("testuser").unwrap();
    terminal.exp_string("\"Version\":1").unwrap();
    terminal.exp_eof().unwrap();
    let inner = "mfaexec credential-process -p testuser | grep -c Version";
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "sh", "-c", inner]);
    terminal.exp_string("Type testuser to go on: ").unwrap();
    terminal.send_line("testuser").unwrap();
    let seen = terminal.exp_eof().unwrap();
    assert!(
        seen.trim_end().ends_with('1') && !seen.contains("Type"),
        "{seen}"
    );
}
