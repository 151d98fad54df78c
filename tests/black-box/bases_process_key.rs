//! A long-term key from `credential_process`: the beginning of an MFA session like one in a file.
//! The command gets the session, the key is kept nowhere, and a cached session needs no program.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use local_aws::Account;
use serde_json::Value;

use crate::harness::{SERIAL, Said, World, has};
use crate::keys_rotate::allow;
use crate::provided::{Keys, calls, variable};

const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";

/// The story's key as a program prints it, with `more` behind.
fn key(more: &str) -> String {
    let account = Account::story();
    let user = account.user("testuser");
    format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"{more}}}"#,
        user.access_key_id(),
        user.secret_access_key()
    )
}

/// A world whose profile `me` runs a program that prints this, and has these settings, too. The
/// key is in no file of AWS's. Each run leaves an `x` in `runs`.
fn world(printed: &str, settings: &str) -> World {
    let world = World::new();
    world.write_credentials("");
    prints(&world, printed);
    configure(&world, "program.sh", settings);
    world
}

fn prints(world: &World, printed: &str) {
    let runs = world.home().join("runs");
    let text = format!(
        "#!/bin/sh\nprintf x >> {}\ncat << 'END'\n{printed}\nEND\n",
        runs.display()
    );
    for name in ["program.sh", "another.sh"] {
        let path = world.write(name, &text);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    }
}

fn configure(world: &World, program: &str, settings: &str) {
    let path = world.home().join(program);
    world.write_config(&format!(
        "[profile me]\nregion = eu-central-1\ncredential_process = {}\n{settings}",
        path.display()
    ));
}

fn named() -> String {
    format!("mfa_serial = {SERIAL}\n")
}

fn runs(world: &World) -> usize {
    std::fs::read(world.home().join("runs")).map_or(0, |runs| runs.len())
}

fn with_code(world: &World, args: &[&str]) -> Said {
    let code = world.code();
    world.run(&[&["-c", &code], args].concat())
}

/// It is a session of the story's user, and nothing of the key.
#[track_caller]
fn is_session(env: &str) {
    let id = variable(env, "AWS_ACCESS_KEY_ID").unwrap();
    assert!(id.starts_with("ASIA"), "{env}");
    assert!(variable(env, "AWS_SESSION_TOKEN").is_some(), "{env}");
    assert!(!env.contains("AKIAIOSFODNN7EXAMPLE") && !env.contains("wJalrXUtnFEMI"));
}

#[test]
fn the_command_gets_a_session_and_the_next_run_needs_no_program() {
    for more in ["", r#", "SessionToken": null"#, r#", "SessionToken": """#] {
        let world = world(&key(more), &named());
        let said = with_code(&world, &["-p", "me", "--", "env"]);
        assert_eq!(said.stderr, "");
        let env = said.succeeds();
        is_session(&env);
        assert_eq!(
            variable(&env, "AWS_ACCOUNT_ID").as_deref(),
            Some("123456789012")
        );
        assert_eq!(
            (runs(&world), calls(&world, 0)),
            (1, vec!["GetSessionToken".to_owned()])
        );
        let again = world
            .run(&["-p", "me", "--no-input", "--", "env"])
            .succeeds();
        assert_eq!(
            variable(&again, "AWS_SESSION_TOKEN"),
            variable(&env, "AWS_SESSION_TOKEN")
        );
        assert_eq!((runs(&world), calls(&world, 1)), (1, vec![]));
        // The key is in the program alone.
        for directory in [world.cache(), world.home().join(".aws")] {
            for file in std::fs::read_dir(directory).unwrap().flatten() {
                let text = std::fs::read(file.path()).unwrap_or_default();
                assert!(!String::from_utf8_lossy(&text).contains("wJalrXUtnFEMI"));
            }
        }
        has(
            &world.run(&["status", "-p", "me"]).succeeds(),
            &["MFA session"],
        );
        // With --fresh it is another one, for which the program has to run.
        let fresh = with_code(&world, &["-p", "me", "--fresh", "--", "env"]).succeeds();
        assert_ne!(
            variable(&fresh, "AWS_SESSION_TOKEN"),
            variable(&env, "AWS_SESSION_TOKEN")
        );
        assert_eq!(runs(&world), 2);
        world.run(&["clear", "-p", "me"]).succeeds();
        world
            .run(&["-p", "me", "--no-input", "--", "true"])
            .fails(125);
    }
}

#[test]
fn what_was_configured_otherwise_is_another_session() {
    let world = world(&key(""), &named());
    with_code(&world, &["-p", "me", "--", "true"]).succeeds();
    let misses = || {
        let error = world
            .run(&["-p", "me", "--no-input", "--", "true"])
            .fails(125);
        has(&error, &["a code is needed, and mfaexec cannot ask for it"]);
    };
    configure(&world, "another.sh", &named());
    misses();
    configure(
        &world,
        "program.sh",
        "mfa_serial = arn:aws:iam::123456789012:mfa/other\n",
    );
    misses();
    configure(
        &world,
        "program.sh",
        &format!("{}endpoint_url = http://127.0.0.1:9\n", named()),
    );
    let mut command = world.mfaexec(&["-p", "me", "--no-input", "--", "true"]);
    command.env_remove("AWS_ENDPOINT_URL");
    crate::harness::finish(&mut command).fails(125);
    configure(&world, "program.sh", &named());
    world
        .run(&["-p", "me", "--no-input", "--", "true"])
        .succeeds();
    // The device of the command line, and of the environment.
    let other = [
        "-p",
        "me",
        "--no-input",
        "--mfa-serial",
        "GAHT12345678",
        "--",
        "true",
    ];
    world.run(&other).fails(125);
}

#[test]
fn the_device_is_named_by_the_role_or_looked_up_and_remembered() {
    let role = format!(
        "[profile dev]\nrole_arn = {DEPLOYER}\nsource_profile = me\nmfa_serial = {SERIAL}\n"
    );
    let world = world(&key(""), &role);
    is_session(&with_code(&world, &["-p", "dev", "--", "env"]).succeeds());
    let asked = ["GetSessionToken", "GetCallerIdentity", "AssumeRole"];
    assert_eq!(calls(&world, 0), asked);
    world
        .run(&["-p", "dev", "--no-input", "--", "true"])
        .succeeds();
    // A new session of the role needs neither code nor program.
    world
        .run(&["-p", "dev", "--no-input", "--fresh", "--", "true"])
        .succeeds();
    assert_eq!(
        (runs(&world), calls(&world, 3)),
        (1, vec!["AssumeRole".to_owned()])
    );
    // No one names it: IAM does, once.
    let world = self::world(&key(""), "");
    is_session(&with_code(&world, &["-p", "me", "--", "env"]).succeeds());
    let expected = ["GetCallerIdentity", "ListMFADevices", "GetSessionToken"];
    assert_eq!(calls(&world, 0), expected);
    is_session(
        &world
            .run(&["-p", "me", "--no-input", "--", "env"])
            .succeeds(),
    );
    assert_eq!((runs(&world), calls(&world, 3)), (1, vec![]));
    with_code(&world, &["login", "-p", "me", "--fresh"]).succeeds();
    assert_eq!(calls(&world, 3), ["GetSessionToken"]);
}

#[test]
fn without_mfa_it_is_a_session_without_a_code() {
    let world = world(&key(""), &named());
    for _ in 0..2 {
        let run = ["-p", "me", "--without-mfa", "--", "env"];
        is_session(&world.run(&run).succeeds());
    }
    assert_eq!(
        (runs(&world), calls(&world, 0)),
        (1, vec!["GetSessionToken".to_owned()])
    );
    assert!(world.code_calls().is_empty());
    // It is no session with MFA.
    world
        .run(&["-p", "me", "--no-input", "--", "true"])
        .fails(125);
}

#[test]
fn the_program_runs_before_the_question_and_everything_else_before_the_program() {
    let world = world(&key(""), &named());
    // Not for a command that is not there, nor for a file that cannot be written.
    world
        .run(&["-p", "me", "-c", "123456", "--", "no-such-program"])
        .fails(127);
    assert_eq!(runs(&world), 0);
    let mut terminal = world.at_terminal(&["-p", "me", "--", "printenv", "AWS_ACCESS_KEY_ID"]);
    terminal.exp_string("MFA code: ").unwrap();
    assert_eq!(runs(&world), 1);
    terminal.send_line(&world.code()).unwrap();
    has(&terminal.exp_eof().unwrap(), &["ASIA"]);
    // What could be refused is refused before a code is spent.
    let spent = world.code_calls().len();
    let refused = [
        ("mfaexec_expected_account = 210987654321\n", "210987654321"),
        (
            "mfaexec_min_ttl = 5h\n",
            "mfaexec_min_ttl = 5h can never be met",
        ),
    ];
    for (guard, words) in refused {
        configure(&world, "program.sh", &format!("{}{guard}", named()));
        let error = with_code(&world, &["-p", "me", "--fresh", "--", "true"]).fails(125);
        has(&error, &[words]);
    }
    assert_eq!(world.code_calls().len(), spent);
}

#[test]
fn a_sign_in_for_nothing_is_refused_before_the_program_runs() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    prints(&world, &keys.printed());
    configure(&world, "program.sh", "");
    let error = world.run(&["login", "-p", "me"]).fails(1);
    has(
        &error,
        &[
            "there is nothing to keep for me",
            "credential_process",
            "--mfa-serial",
        ],
    );
    assert_eq!(runs(&world), 0);
    // A device is named, so it could be a long-term key; it is none.
    configure(&world, "program.sh", &named());
    let error = world.run(&["login", "-p", "me"]).fails(1);
    has(&error, &["there is nothing to keep for me"]);
    assert_eq!(runs(&world), 1);
    keys.are_in(&world.run(&["-p", "me", "--", "env"]).succeeds());
    prints(&world, &key(""));
    let said = with_code(&world, &["login", "-p", "me"]).succeeds();
    has(&said, &["me: signed in until"]);
    // A duration is for a session, and not for keys of someone else's.
    let said = with_code(&world, &["login", "-p", "me", "--fresh", "-d", "2h"]).succeeds();
    has(&said, &["(2h "]);
    prints(&world, &keys.printed());
    let fresh = ["-p", "me", "--fresh", "-d", "1h", "--", "true"];
    let error = world.run(&fresh).fails(125);
    has(&error, &["how long keys last is up to credential_process"]);
}

/// Those that start together wait for the one that runs the program and asks.
#[test]
fn one_program_and_one_code_do_for_all() {
    let world = world(&key(""), &named());
    let code = world.code();
    let children: Vec<_> = (0..8)
        .map(|_| {
            let mut command = world.mfaexec(&["-q", "-p", "me", "--", "echo", "done"]);
            command.env(
                "MFAEXEC_MFA_PROCESS",
                format!("sh -c 'sleep 1; echo {code}'"),
            );
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "done\n",
            "{output:?}"
        );
    }
    assert_eq!((runs(&world), world.code_calls().len()), (1, 1));
}

/// `explain` does not run the program, so it tells both.
#[test]
fn explain_tells_what_the_program_decides() {
    let role = format!("[profile dev]\nrole_arn = {DEPLOYER}\nsource_profile = me\n");
    let world = world(&key(""), &format!("{}{role}", named()));
    let explained = |profile: &str| -> Value {
        let printed = world.run(&["explain", "--json", "-p", profile]).succeeds();
        serde_json::from_str(&printed).unwrap()
    };
    let actions = |requests: &Value| -> Vec<String> {
        let requests = requests.as_array().unwrap().iter();
        requests
            .map(|request| request["action"].as_str().unwrap().to_owned())
            .collect()
    };
    let told = explained("dev");
    assert_eq!(
        actions(&told["requests"]),
        ["credential_process", "GetCallerIdentity", "AssumeRole"]
    );
    let with_key = actions(&told["requests_with_long_term_key"]);
    let with_name = ["GetSessionToken", "GetCallerIdentity", "AssumeRole"];
    assert_eq!(with_key, with_name);
    assert_eq!(told["needs_code"], Value::Null);
    let text = world.run(&["explain", "-p", "dev"]).succeeds();
    has(
        &text,
        &[
            "which uses credential_process",
            "request            program credential_process\n",
            "if a long-term key sts GetSessionToken, 4h, with a code\n",
            "none, or one if the program gives a long-term key",
        ],
    );
    assert_eq!(runs(&world), 0);
    // At a terminal a run sends just that, and tries the key while the code is typed.
    let mut terminal = world.at_terminal(&["-p", "dev", "--", "true"]);
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.code()).unwrap();
    terminal.exp_eof().unwrap();
    assert_eq!(
        calls(&world, 0),
        ["GetCallerIdentity", "GetSessionToken", "AssumeRole"]
    );
    // With a cached session there is nothing left to decide.
    let told = explained("me");
    assert_eq!(
        (actions(&told["requests"]), &told["needs_code"]),
        (vec![], &false.into())
    );
    assert_eq!(told["environment"]["set"]["AWS_ACCOUNT_ID"], "123456789012");
    assert_eq!(told["requests_with_long_term_key"], Value::Null);
}

/// With the key alone, IAM refuses to remove the device. The session for it begins with the same key.
#[test]
fn a_call_that_needs_a_session_runs_the_program_once() {
    let world = world(&key(""), &named());
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    let mut asked = world.at_terminal(&["mfa", "remove", "-p", "me", "--yes"]);
    asked.exp_string("MFA code: ").unwrap();
    asked.send_line(&world.code()).unwrap();
    has(&asked.exp_eof().unwrap(), &["is removed"]);
    assert_eq!(runs(&world), 1);
}
