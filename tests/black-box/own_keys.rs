//! What a profile may say beside the AWS CLI's own settings, and what no profile has to say: guards,
//! durations, included settings, programs that give codes, keys of the environment, no MFA at all.

use local_aws::Fault;

use crate::harness::{SERIAL, World, finish, has};
use crate::roles::{last, world};

const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";

#[test]
fn no_code_is_asked_for_only_where_somebody_says_so() {
    let world = World::new();
    world.write_config("[profile nodevice]\nregion = eu-central-1\n");
    let error = world
        .run(&["-p", "nodevice", "-c", "123456", "--", "true"])
        .fails(125);
    has(&error, &["has no MFA device", "--without-mfa"]);
    let shown = world
        .run(&[
            "-p",
            "nodevice",
            "--without-mfa",
            "--",
            "printenv",
            "AWS_SESSION_TOKEN",
        ])
        .succeeds();
    assert!(!shown.is_empty());
    let call = last(&world, "GetSessionToken");
    assert!(!call.had_token_code && call.serial_number.is_none());
    has(&world.run(&["status"]).succeeds(), &["session without MFA"]);
    // A device in the profile does not make one of the two out of the other.
    let world = self::world();
    world
        .run(&["-p", "testuser", "--without-mfa", "--", "true"])
        .succeeds();
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
    world
        .run(&["-p", "partner", "--without-mfa", "-d", "1h", "--", "true"])
        .succeeds();
    assert!(!last(&world, "AssumeRole").had_session_token);
    let error = world
        .run(&["-p", "deploy", "--without-mfa", "--", "true"])
        .fails(125);
    has(&error, &["leave out --without-mfa"]);
}

#[test]
fn a_key_of_the_environment_is_a_base_when_no_profile_is_chosen() {
    let world = World::new();
    let user = local_aws::Account::story();
    let user = user.user("testuser");
    let run = |args: &[&str]| {
        let mut command = world.mfaexec(args);
        command
            .env("AWS_ACCESS_KEY_ID", user.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", user.secret_access_key());
        finish(&mut command)
    };
    let code = world.code();
    let shown = run(&["-c", &code, "--mfa-serial", SERIAL, "--", "env"]).succeeds();
    assert!(
        shown.contains("AWS_SESSION_TOKEN=") && !shown.contains("MFAEXEC_PROFILE="),
        "{shown}"
    );
    assert!(!shown.contains(user.secret_access_key()));
    // Inside it is the same session again, not that of a profile.
    world.write_config("[default]\nregion = eu-west-3\n");
    let inner = [
        "--mfa-serial",
        SERIAL,
        "--no-input",
        "--",
        crate::harness::MFAEXEC,
        "--no-input",
        "--",
        "env",
    ];
    let before = world.aws.journal().len();
    let inside = run(&inner).succeeds();
    let token = |shown: &str| {
        let mut lines = shown.lines();
        lines
            .find(|line| line.starts_with("AWS_SESSION_TOKEN="))
            .map(str::to_owned)
    };
    assert_eq!(token(&inside), token(&shown));
    assert_eq!(world.aws.journal().len(), before);
    // A profile that someone chose overrides it.
    let error = run(&["-p", "nodevice", "-c", "123456", "--", "true"]).fails(125);
    has(&error, &["nodevice"]);
    let mut half = world.mfaexec(&["--", "true"]);
    let error = finish(half.env("AWS_ACCESS_KEY_ID", user.access_key_id())).fails(125);
    has(
        &error,
        &["half of its access key is missing", "AWS_ACCESS_KEY_ID"],
    );
}

#[test]
fn guards_stand_before_the_command() {
    let world = world();
    let guarded = |more: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n{more}\n"
        ));
    };
    world.sign_in(&[]);
    guarded("mfaexec_expected_account = 123456789012");
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    guarded("mfaexec_expected_account = 210987654321");
    let error = world
        .run(&["-p", "testuser", "--no-input", "--", "echo", "ran"])
        .fails(125);
    has(
        &error,
        &[
            "123456789012",
            "210987654321",
            "config, line 3",
            "nothing was run",
        ],
    );
    let before = world.aws.journal().len();
    let code = world.code();
    let error = world
        .run(&[
            "-p", "testuser", "--fresh", "-c", &code, "--", "echo", "ran",
        ])
        .fails(125);
    has(&error, &["210987654321"]);
    assert_eq!(
        world.aws.journal().len(),
        before,
        "no code is spent for the wrong account"
    );
    guarded("mfaexec_expected_account = production");
    let error = world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
    has(&error, &["twelve digits"]);

    guarded("mfaexec_confirm = true");
    let error = world
        .run(&["-p", "testuser", "--no-input", "--", "echo", "ran"])
        .fails(125);
    has(&error, &["was not confirmed", "config, line 3"]);
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "ran"]);
    terminal.exp_string("Type testuser to go on: ").unwrap();
    for wrong in ["testuse", "", "y", "testuser2"] {
        terminal.send_line(wrong).unwrap();
        let said = terminal.exp_string("Type testuser to go on: ").unwrap();
        has(&said, &["that is not the profile's name"]);
    }
    terminal.send_control('d').unwrap();
    let said = terminal.exp_eof().unwrap();
    assert!(said.starts_with("\r\n"), "{said:?}");
    has(&said, &["profile testuser was not confirmed"]);
    assert!(!said.contains("ran\r\n"), "{said}");
    // Once is enough for what runs inside.
    let inner = "mfaexec --no-input -- echo ran";
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "sh", "-c", inner]);
    terminal.exp_string("Type testuser to go on: ").unwrap();
    terminal.send_line("testuser").unwrap();
    has(&terminal.exp_eof().unwrap(), &["ran"]);
}

#[test]
fn keys_of_our_own_set_durations() {
    let world = world();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfaexec_duration = 2h\n\
         mfaexec_min_ttl = 30m\n\
         [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n\
         mfaexec_duration = 20m\n"
    ));
    let code = world.code();
    world
        .run(&["-p", "deploy", "-c", &code, "--", "true"])
        .succeeds();
    assert_eq!(last(&world, "GetSessionToken").duration_seconds, Some(7200));
    assert_eq!(last(&world, "AssumeRole").duration_seconds, Some(1200));
    let error = world.run(&["-p", "testuser", "--no-input", "-d", "20m", "--", "true"]);
    error.succeeds();
    let error = world
        .run(&["-p", "testuser", "--fresh", "-d", "20m", "--", "true"])
        .fails(125);
    has(&error, &["can never be met", "config, line 4"]);
    world.write_config("[profile testuser]\nmfaexec_duration = soon\n");
    let error = world.run(&["-p", "testuser", "--", "true"]).fails(125);
    has(&error, &["mfaexec_duration = soon", "config, line 2"]);
}

#[test]
fn a_duration_belongs_to_the_profile_that_says_it() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfaexec_duration = 8h\n\
         [profile borrower]\nsource_profile = testuser\n"
    ));
    let code = world.code();
    let role = [
        "-p",
        "testuser",
        "--role-arn",
        DEPLOYER,
        "-c",
        &code,
        "--",
        "true",
    ];
    world.run(&role).succeeds();
    assert_eq!(
        last(&world, "GetSessionToken").duration_seconds,
        Some(8 * 3600)
    );
    assert_eq!(last(&world, "AssumeRole").duration_seconds, Some(3600));
    world.run(&["clear"]).succeeds();
    let code = world.code();
    world
        .run(&["-p", "borrower", "-c", &code, "--", "true"])
        .succeeds();
    assert_eq!(
        last(&world, "GetSessionToken").duration_seconds,
        Some(8 * 3600)
    );
}

#[test]
fn a_guard_asks_for_the_account_that_a_session_at_hand_does_not_tell() {
    let world = World::new();
    world.write_config("[profile hardware]\nmfa_serial = GAHT12345678\n");
    let code = world.code_of("hardware");
    world
        .run(&["login", "-p", "hardware", "-c", &code])
        .succeeds();
    let guard = |account: &str| {
        world.write_config(&format!(
            "[profile hardware]\nmfa_serial = GAHT12345678\nmfaexec_expected_account = {account}\n"
        ));
        world.run(&["-p", "hardware", "--no-input", "--", "echo", "ran"])
    };
    assert_eq!(guard("123456789012").succeeds(), "ran\n");
    has(
        &guard("210987654321").fails(125),
        &["the session's account is 123456789012"],
    );
}

#[test]
fn an_account_that_cannot_be_asked_for_is_the_error_and_costs_no_session() {
    let world = World::new();
    world.write_config(
        "[profile hardware]\nmfa_serial = GAHT12345678\nmfaexec_expected_account = 123456789012\n",
    );
    world
        .aws
        .fault_on("GetCallerIdentity", Fault::Throttling, 1);
    let code = world.code_of("hardware");
    let error = world
        .run(&["-p", "hardware", "-c", &code, "--", "echo", "ran"])
        .fails(125);
    has(&error, &["Throttling"]);
    assert!(!error.contains("not known"), "{error}");
    // The session was kept before, so the next run needs no code.
    let cached = ["-p", "hardware", "--no-input", "--", "echo", "ran"];
    assert_eq!(world.run(&cached).succeeds(), "ran\n");
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn what_is_included_counts_but_for_keys() {
    let world = World::new();
    world.write_config(&format!(
        "[profile common]\nregion = eu-west-3\nmfa_serial = {SERIAL}\n\
         [profile testuser]\ninclude_profile = common\n\
         [profile thief]\ninclude_profile = testuser\n\
         [profile a]\ninclude_profile = b\n[profile b]\ninclude_profile = a\n"
    ));
    let code = world.code();
    let shown = world
        .run(&[
            "-p",
            "testuser",
            "-c",
            &code,
            "--",
            "printenv",
            "AWS_REGION",
        ])
        .succeeds();
    assert_eq!(shown, "eu-west-3\n");
    assert_eq!(
        last(&world, "GetSessionToken").serial_number.as_deref(),
        Some(SERIAL)
    );
    let error = world
        .run(&["-p", "thief", "--no-input", "--", "true"])
        .fails(125);
    has(&error, &["it has no access key"]);
    let error = world
        .run(&["-p", "a", "--no-input", "--", "true"])
        .fails(125);
    has(&error, &["includes it in its turn", "config, line 11"]);
}

#[test]
fn a_program_gives_the_code() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let program = world.home().join("token");
    let says = |script: &str| {
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let line = format!("{} --for 'my phone'", program.display());
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfa_process = {line}\n"
    ));
    says(&format!("echo touch >&2; echo \"$2: {}\"", world.code()));
    let said = world.run(&["-p", "testuser", "--", "true"]);
    has(&said.stderr, &["mfaexec: touch"]);
    said.succeeds();
    // A child that holds the output open costs the time that there is, and no more.
    for (script, words) in [
        ("echo 123456; sleep 60 &", "what it prints does not end"),
        ("echo no code", "no six digits"),
        ("echo 111222 or 333444", "several numbers of six digits"),
        ("echo oops >&2; exit 3", "it failed"),
    ] {
        says(script);
        let error = world
            .run(&["-p", "testuser", "--fresh", "--", "true"])
            .fails(125);
        has(&error, &[words, "config, line 3"]);
    }
    // What lies in the working directory is no one's program.
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfa_process = token\n"
    ));
    let mut command = world.mfaexec(&["-p", "testuser", "--fresh", "--", "true"]);
    let error = finish(command.env("PATH", ".:/usr/bin:/bin")).fails(125);
    has(
        &error,
        &["no absolute directory of PATH has a program token"],
    );
}

/// What a program says on stderr is what a person waits for: it is there at once, however quiet
/// mfaexec is to be.
#[test]
fn what_the_program_says_is_seen_while_it_waits() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let world = World::new();
    let touched = world.home().join("touched");
    let script = format!(
        "sh -c 'echo Touch your token >&2; while [ ! -e {} ]; do sleep 0.05; done; echo {}'",
        touched.display(),
        world.code()
    );
    let mut command = world.mfaexec(&["-q", "-p", "testuser", "--", "echo", "done"]);
    command.env("MFAEXEC_MFA_PROCESS", script);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "mfaexec: Touch your token\n");
    std::fs::write(&touched, "").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
}
