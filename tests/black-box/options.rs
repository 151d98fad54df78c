//! Every option and subcommand: what it does.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{MFAEXEC, SERIAL, World, finish, has};

#[test]
fn durations_reach_sts_in_seconds() {
    for (text, seconds) in [
        ("4h", 14_400),
        ("90m", 5400),
        ("900", 900),
        ("36h", 129_600),
    ] {
        let world = World::new();
        world.sign_in(&["-d", text]);
        assert_eq!(
            world.code_calls()[0].duration_seconds,
            Some(seconds),
            "{text}"
        );
    }
}

#[test]
fn impossible_times_are_refused_at_once() {
    let world = World::new();
    for (option, value) in [
        ("-d", "14m"),
        ("-d", "37h"),
        ("-d", "0"),
        ("-d", "soon"),
        ("-d", ""),
        ("-d", "99999999999999999999"),
        ("--min-ttl", "x"),
    ] {
        world
            .run(&[
                "-p", "testuser", "-c", "123456", option, value, "--", "true",
            ])
            .fails(125);
        world
            .run(&["login", "-p", "testuser", "-c", "123456", option, value])
            .fails(2);
    }
    let never = [
        "-p",
        "testuser",
        "-c",
        "123456",
        "--min-ttl",
        "5h",
        "--",
        "true",
    ];
    has(
        &world.run(&never).fails(125),
        &["--min-ttl 5h can never be met"],
    );
    // What was typed is what is repeated.
    for (typed, remedy) in [
        ("5m", "15m and 36h"),
        ("2880m", "15m and 36h"),
        ("300", "36h"),
    ] {
        let error = world.run(&["-p", "testuser", "-d", typed, "--", "true"]);
        let what = format!("--duration {typed} is not possible");
        has(&error.fails(125), &[&what, remedy]);
    }
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_command_without_dashes_gets_the_right_line() {
    let world = World::new();
    let error = world
        .run(&["-p", "testuser", "aws", "s3", "ls", "--recursive"])
        .fails(125);
    has(&error, &["mfaexec -p testuser -- aws s3 ls --recursive"]);
    let error = world
        .run(&["-p", "testuser", "run", "--", "aws", "s3 ls"])
        .fails(125);
    has(&error, &["mfaexec -p testuser -- aws 's3 ls'"]);
    has(
        &world.run(&[]).fails(125),
        &["nothing to run", "mfaexec [OPTIONS] -- COMMAND"],
    );
    has(&world.run(&["--"]).fails(125), &["nothing to run"]);
    has(
        &world.run(&["--nonsense", "--", "true"]).fails(125),
        &["--nonsense"],
    );
    has(
        &world.run(&["login", "--nonsense"]).fails(2),
        &["--nonsense"],
    );
}

#[test]
fn words_after_the_dashes_are_the_commands() {
    let world = World::new();
    world.sign_in(&[]);
    let arguments = [
        "-p", "testuser", "--", "printf", "%s|", "-p", "x", "--", "login", "--fresh",
    ];
    assert_eq!(world.run(&arguments).succeeds(), "-p|x|--|login|--fresh|");
}

#[test]
fn the_code_comes_from_the_option_stdin_or_the_environment() {
    let world = World::new();
    world.sign_in(&[]);

    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "--fresh", "-c", "-", "--", "cat"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = format!("{code}\nthe rest is the command's\n");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "the rest is the command's\n"
    );

    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "--fresh", "--", "env"]);
    let printed = finish(command.env("MFAEXEC_CODE", &code)).succeeds();
    assert!(!printed.contains("MFAEXEC_CODE"));
    assert_eq!(world.code_calls().len(), 3);

    // The option overrides the environment.
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "--fresh", "-c", &code, "--", "true"]);
    finish(command.env("MFAEXEC_CODE", "nonsense")).succeeds();
}

#[test]
fn the_line_on_stdin_is_the_codes_whether_it_is_needed_or_not() {
    let world = World::new();
    world.sign_in(&[]);
    world.write("input", "123456\nthe rest\n");
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "-", "--", "cat"]);
    command.stdin(std::fs::File::open(world.home().join("input")).unwrap());
    assert_eq!(finish(&mut command).succeeds(), "the rest\n");
    // An end of file matters only when a code is needed.
    let options = ["-p", "testuser", "-c", "-", "--", "true"];
    world.run(&options).succeeds();
    let error = world.run(&[&["--fresh"], &options[..]].concat()).fails(125);
    has(&error, &["cannot read a code from stdin"]);
}

#[test]
fn a_code_that_cannot_be_one_is_not_sent() {
    let world = World::new();
    for code in ["12345", "1234567", "12345a", "", "-1"] {
        let error = world.run(&["login", "-p", "testuser", "-c", code]).fails(1);
        has(&error, &["six digits"]);
    }
    assert!(world.code_calls().is_empty());
}

#[test]
fn the_device_comes_from_option_environment_profile() {
    let world = World::new();
    world.write_config("[profile testuser]\nmfa_serial = GAHT00000000\n");
    let right = |options: &[&str], variables: &[(&str, &str)]| {
        let code = world.code();
        let mut command = world.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
        finish(command.args(options).envs(variables.iter().copied())).succeeds();
        assert_eq!(
            world.code_calls().last().unwrap().serial_number.as_deref(),
            Some(SERIAL)
        );
    };
    right(&["--mfa-serial", SERIAL], &[]);
    right(
        &["--mfa-serial", SERIAL],
        &[("AWS_MFA_SERIAL", "GAHT11111111")],
    );
    right(&[], &[("AWS_MFA_SERIAL", SERIAL)]);
    world.write_config(&format!("[profile testuser]\nmfa_serial = {SERIAL}\n"));
    right(&[], &[]);
    right(&[], &[("AWS_MFA_SERIAL", "")]);
}

#[test]
fn the_region_decides_where_sts_is_asked() {
    let world = World::new();
    world.sign_in(&["--region", "ap-southeast-2"]);
    assert_eq!(world.code_calls()[0].region, "ap-southeast-2");
    let error = world
        .run(&["-p", "testuser", "--region", "evil.example/", "--", "true"])
        .fails(125);
    has(&error, &["no region's name"]);
}

#[test]
fn quiet_and_verbose_change_what_is_said() {
    let world = World::new();
    let code = world.code();
    let said = world.run(&["-v", "login", "-p", "testuser", "-c", &code]);
    has(&said.stderr, &["profile", "signing in"]);
    let said = world.run(&["-q", "clear"]);
    assert_eq!((said.stderr.as_str(), said.code), ("", Some(0)));
    has(&world.run(&["clear"]).stderr, &["nothing to clear"]);
    world.run(&["-q", "-v", "clear"]).fails(2);
}

#[test]
fn shell_is_the_users_shell_with_the_session() {
    let world = World::new();
    world.sign_in(&[]);
    let shell = world.write(
        "shell",
        "#!/bin/sh\necho \"$0 $# $MFAEXEC_PROFILE\"\nexit 7\n",
    );
    std::fs::set_permissions(&shell, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = world.mfaexec(&["shell", "-p", "testuser", "--no-input"]);
    let said = finish(command.env("SHELL", &shell));
    assert_eq!(said.code, Some(7));
    assert_eq!(said.stdout, format!("{} 0 testuser\n", shell.display()));
    // Without SHELL it is /bin/sh.
    let mut command = world.mfaexec(&["shell", "-p", "testuser", "--no-input"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"echo $MFAEXEC_PROFILE; exit 3\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(3), &b"testuser\n"[..])
    );
}

#[test]
fn a_nested_run_of_the_same_profile_is_free_and_of_another_one_clean() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nretry_mode = adaptive\nmfa_serial = {SERIAL}\n\
         [profile otheruser]\nregion = us-west-2\n"
    ));
    world.sign_in(&[]);
    let inner = [
        "-p",
        "testuser",
        "--no-input",
        "--",
        MFAEXEC,
        "--no-input",
        "--",
    ];
    let mut command = world.mfaexec(&inner);
    let printed = finish(command.args(["printenv", "MFAEXEC_PROFILE"])).succeeds();
    assert_eq!(
        printed, "testuser\n",
        "the profile is the one of the run around it"
    );
    let code = world.code_of("otheruser");
    world
        .run(&["login", "-p", "otheruser", "-c", &code])
        .succeeds();

    let nested = |options: &[&str], script: &str| {
        let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--"]);
        let line = format!("{script} exec {MFAEXEC} -p otheruser --no-input -- sh -c \"$0\"");
        let ask = "echo $MFAEXEC_PROFILE $AWS_REGION $AWS_DEFAULT_REGION ${AWS_RETRY_MODE-none}";
        finish(command.args(["sh", "-c", &line, ask]).args(options)).succeeds()
    };
    assert_eq!(nested(&[], ""), "otheruser us-west-2 us-west-2 none\n");
    // A login inside goes to the region of its own profile.
    let code = world.code_of("otheruser");
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", MFAEXEC, "login"]);
    finish(command.args(["--fresh", "-p", "otheruser", "-c", &code])).succeeds();
    let calls = world.code_calls();
    assert_eq!(calls.last().unwrap().region, "us-west-2");
    // However deep: a run of the first profile in between makes its settings no setting of the caller.
    let inner = ["-p", "testuser", "--no-input", "--"];
    let mut command = world.mfaexec(&inner);
    command.arg(MFAEXEC).args(inner);
    command.args([MFAEXEC, "-p", "otheruser", "--no-input", "--"]);
    let ask = "echo $AWS_REGION $AWS_DEFAULT_REGION ${AWS_RETRY_MODE-none}";
    let printed = finish(command.args(["sh", "-c", ask])).succeeds();
    assert_eq!(printed, "us-west-2 us-west-2 none\n");
    // What was set in between is the caller's.
    let exports = "export AWS_REGION=sa-east-1 AWS_RETRY_MODE=legacy;";
    assert_eq!(
        nested(&[], exports),
        "otheruser sa-east-1 sa-east-1 legacy\n"
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let world = World::new();
    let script = format!("{MFAEXEC} --help | true; echo ${{PIPESTATUS[0]}}");
    let said = finish(world.program("/bin/bash").args(["-c", &script]));
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("0\n", ""));
}
