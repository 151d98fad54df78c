//! Threats that come as text: files of the directory one happens to stand in, escapes meant for
//! the terminal, and answers of an endpoint that is not AWS's.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use local_aws::Fault;

use crate::harness::{SERIAL, World, finish, has};
use crate::skipping::needs;

/// Sets a title, fills the clipboard, clears the screen, goes back to the line's start, turns the
/// reading direction round.
const HOSTILE: &str = "a\u{1b}]0;t\u{7}\u{1b}]52;c;eA==\u{7}\u{9b}2J\r\u{202e}b";

/// Nothing in it acts on a terminal.
#[track_caller]
fn is_harmless(text: &str) {
    let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(acts), "{text:?}");
}

#[test]
fn configuration_in_the_working_directory_is_never_read() {
    let world = World::new();
    let owned = world.home().join("owned");
    let touch = format!("touch {}", owned.display());
    let keys = "aws_access_key_id = AKIAHOSTILE000000000\naws_secret_access_key = hostile\n";
    let config = format!(
        "[profile testuser]\nregion = xx-hostile-1\nendpoint_url = http://127.0.0.1:1\n\
         credential_process = {touch}\nmfa_process = {touch}\n"
    );
    let env = "AWS_REGION=xx-hostile-1\nMFAEXEC_CODE=000000\nAWS_PROFILE=hostile\n";
    for (name, text) in [
        (".aws/config", config.as_str()),
        (
            ".aws/credentials",
            &format!("[testuser]\n{keys}[default]\n{keys}"),
        ),
        ("config", &config),
        ("credentials", keys),
        (".env", env),
        (".envrc", env),
        (".mfaexec", &config),
        (".mfaexec.toml", "region = 'xx-hostile-1'\n"),
        ("mfaexec.toml", "region = 'xx-hostile-1'\n"),
        (".config/mfaexec/config.toml", "region = 'xx-hostile-1'\n"),
        (".cache/mfaexec/x.session", "MFX1p{}"),
    ] {
        world.write(&format!("hostile/{name}"), text);
    }
    let here = |mut command: Command| {
        command.current_dir(world.home().join("hostile"));
        command
    };
    let code = world.code();
    let run = ["-p", "testuser", "-c", &code, "--", "env"];
    let printed = finish(&mut here(world.mfaexec(&run))).succeeds();
    has(&printed, &["AWS_REGION=eu-central-1\n"]);
    assert!(!printed.contains("hostile-1") && !owned.exists());
    let keys: Vec<_> = world.aws.journal();
    let keys: Vec<_> = keys
        .iter()
        .filter_map(|e| e.access_key_id.as_deref())
        .collect();
    assert_eq!(keys, ["AKIAIOSFODNN7EXAMPLE"]);

    // Without a home there is nothing to look in, and this directory is no substitute.
    needs!("cc", "/proc");
    let mut command = here(world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]));
    world.with_home_of_user(&mut command, None);
    has(&finish(&mut command).fails(125), &["HOME is not set"]);
    let error = finish(command.env("HOME", "")).fails(125);
    has(&error, &["there is no profile testuser"]);
}

#[test]
fn escapes_in_words_variables_and_paths_do_not_reach_the_terminal() {
    let world = World::new();
    let run = ["-p", "testuser", "--no-input", "-vv"];
    let words = |more: &[&str]| {
        let mut command = world.mfaexec(&run);
        command.args(more);
        command
    };
    let option = |name: &str| words(&[name, HOSTILE, "--", "true"]);
    let variable = |name: &str, value: &str| {
        let mut command = words(&["--", "true"]);
        command.env(name, value);
        command
    };
    let path = format!("/nonexistent/{HOSTILE}");
    let mut cases: Vec<Command> = [
        "-p",
        "--mfa-serial",
        "--region",
        "--duration",
        "--min-ttl",
        "--cache",
        HOSTILE,
        &format!("--{HOSTILE}"),
    ]
    .into_iter()
    .map(option)
    .collect();
    cases.extend([
        variable("AWS_MFA_SERIAL", HOSTILE),
        variable("AWS_REGION", HOSTILE),
        variable("AWS_ENDPOINT_URL", &format!("http://{HOSTILE}/")),
        variable("AWS_ENDPOINT_URL", &format!("http://example.com/{HOSTILE}")),
        variable("AWS_CA_BUNDLE", &path),
        variable("AWS_CONFIG_FILE", &path),
        variable("AWS_SHARED_CREDENTIALS_FILE", &path),
        variable("HOME", &path),
        variable("XDG_CACHE_HOME", &format!("/dev/null/{HOSTILE}")),
        variable("MFAEXEC_CODE", HOSTILE),
        world.mfaexec(&[HOSTILE]),
        world.mfaexec(&["status", HOSTILE]),
        world.mfaexec(&["login", "-p", HOSTILE]),
    ]);
    let mut command = world.mfaexec(&["--no-input", "-vv", "--", "true"]);
    command.env("AWS_PROFILE", HOSTILE);
    cases.push(command);
    for mut command in cases {
        let said = finish(&mut command);
        assert_ne!(said.code, Some(0), "{command:?}");
        is_harmless(&said.stderr);
        is_harmless(&said.stdout);
    }
    // A command's name, where the session is cached and where it is not.
    let code = world.code();
    for _ in 0..2 {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", HOSTILE]);
        is_harmless(&finish(&mut command).fails(127));
        world.run(&["login", "-p", "testuser", "-c", &code]);
    }
}

#[test]
fn escapes_in_a_config_file_do_not_reach_the_terminal() {
    let world = World::new();
    let name = HOSTILE.replace('\r', "");
    let keys = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&keys.replacen("[testuser]", &format!("[{name}]"), 1));
    let section = format!("[profile \"{name}\"]\nmfa_serial = {SERIAL}\n");
    let run = ["-p", &name, "--no-input", "-vv", "--", "true"];
    for setting in [
        "region",
        "mfa_serial",
        "endpoint_url",
        "ca_bundle",
        "role_arn",
    ] {
        world.write_config(&format!("{section}{setting} = {name}\n"));
        is_harmless(&world.run(&run).fails(125));
    }
    for line in [
        name.as_str(),
        &format!("[{name}"),
        &format!("[profile a {name}]"),
    ] {
        world.write_config(&format!("{section}{line}\n"));
        let said = world.run(&run);
        is_harmless(&said.stderr);
    }
    // A name that is none is compared with those that there are.
    world.write_config(&section);
    is_harmless(&world.run(&["-p", "a", "--", "true"]).fails(125));

    let mut command = world.mfaexec(&["login", "-p", &name]);
    let mut terminal = crate::harness::terminal({
        command.env("NO_COLOR", "1");
        command
    });
    let question = terminal.exp_string("MFA code: ").unwrap();
    is_harmless(&question.replace("\r\n", "\n"));
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    is_harmless(&terminal.exp_eof().unwrap().replace("\r\n", "\n"));
    is_harmless(&world.run(&["status"]).succeeds());
    is_harmless(&world.run(&["clear"]).stderr);
}

#[test]
fn escapes_in_what_aws_says_do_not_reach_the_terminal() {
    let world = World::new();
    world.write_config("[profile testuser]\nregion = eu-central-1\n");
    let login = || {
        let mut command = world.mfaexec(&["login", "-p", "testuser", "-vv"]);
        command.env("NO_COLOR", "1");
        let seen = crate::harness::terminal(command).exp_eof().unwrap();
        seen.replace("\r\n", "\n")
    };
    // The one device that IAM lists goes into the question.
    world.aws.edit(|account| {
        account.user_mut("testuser").devices[0].serial = format!("{SERIAL}{HOSTILE}");
    });
    let seen = login();
    is_harmless(&seen);
    has(&seen, &["cannot be the MFA device"]);
    // The caller's ARN leads to a guess.
    world.aws.edit(|account| {
        account.user_mut("testuser").path = format!("/{HOSTILE}/");
    });
    let seen = login();
    is_harmless(&seen);
    has(&seen, &["the answer names no caller"]);
    assert!(world.code_calls().is_empty());
}

#[test]
fn a_token_with_a_line_break_and_a_page_in_place_of_an_answer_are_refused() {
    for (fault, words) in [
        (Fault::NewlineInToken, "cannot be real ones"),
        (Fault::WebPage, "an answer that cannot be read"),
    ] {
        let world = World::new();
        world.aws.fault(fault, 9);
        let code = world.code();
        let ran = world.home().join("ran");
        let touch = ["touch", ran.to_str().unwrap()];
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--"]);
        has(&finish(command.args(touch)).fails(125), &[words]);
        assert!(!ran.exists(), "nothing is run");
        assert_eq!(world.code_calls().len(), 1, "nothing is sent again");
        world.aws.clear_faults();
        let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
        has(&finish(&mut command).fails(125), &["a code is needed"]);
    }
}

#[test]
fn what_goes_to_this_machine_in_the_clear_takes_no_proxy() {
    let world = World::new();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let through = format!("http://{}", proxy.local_addr().unwrap());
    // A scheme is the same in capitals.
    for scheme in ["http", "HTTP"] {
        let url = world.aws.url().replacen("http", scheme, 1);
        let code = world.code();
        let mut command = world.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
        for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(variable, &through);
        }
        finish(command.env_remove("NO_PROXY").env("AWS_ENDPOINT_URL", url)).succeeds();
    }
    assert!(proxy.accept().is_err(), "the proxy was asked");
}

#[test]
fn a_line_that_no_environment_can_hold_is_found_before_the_code_is_spent() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nretry_mode = a\0b\n"
    ));
    let error = world.run(&["-p", "testuser", "-c", "123456", "--", "true"]);
    has(&error.fails(125), &["line 3: a NUL"]);
    assert!(world.aws.journal().is_empty());
}
