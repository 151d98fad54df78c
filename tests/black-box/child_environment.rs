//! What the command finds in its environment: every row of the rules.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::harness::{MFAEXEC, World, finish, has};
use crate::skipping::needs;

/// The command's environment as `env -0` prints it, entry by entry.
fn entries(world: &World, options: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input"]);
    command
        .args(options)
        .args(["--", "env", "-0"])
        .envs(variables.iter().copied());
    let printed = finish(&mut command).succeeds();
    printed.split_terminator('\0').map(str::to_owned).collect()
}

/// The same by name.
pub(crate) fn child(
    world: &World,
    options: &[&str],
    variables: &[(&str, &str)],
) -> HashMap<String, String> {
    let entries = entries(world, options, variables);
    let pairs = entries.iter().filter_map(|entry| entry.split_once('='));
    let map: HashMap<_, _> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    assert_eq!(map.len(), entries.len(), "no name twice");
    map
}

#[test]
fn the_session_and_its_end_are_there() {
    let world = World::new();
    world.sign_in(&[]);
    let child = child(
        &world,
        &[],
        &[("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")],
    );
    assert!(child["AWS_ACCESS_KEY_ID"].starts_with("ASIA"));
    assert_eq!(child["AWS_SECRET_ACCESS_KEY"].len(), 40);
    assert!(child["AWS_SESSION_TOKEN"].len() > 100);
    let end = &child["AWS_CREDENTIAL_EXPIRATION"];
    assert!(humantime::parse_rfc3339(end).unwrap() > std::time::SystemTime::now());
    assert!(
        end.len() == 20 && end.ends_with('Z'),
        "UTC, whole seconds, Z: {end}"
    );
    assert_eq!(child["AWS_ACCOUNT_ID"], "123456789012");
    assert_eq!(child["MFAEXEC_PROFILE"], "testuser");
}

#[test]
fn every_rival_source_of_credentials_is_gone() {
    let world = World::new();
    world.sign_in(&[]);
    let rivals = [
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SECURITY_TOKEN",
        "AWS_ACCESS_KEY",
        "AWS_SECRET_KEY",
        "AMAZON_ACCESS_KEY_ID",
        "AMAZON_SECRET_ACCESS_KEY",
        "AMAZON_SESSION_TOKEN",
        "SECRET_ACCESS_KEY",
        "AWS_CREDENTIAL_FILE",
        "AWS_CREDENTIAL_SCOPE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_EB_PROFILE",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_BEARER_TOKEN_A_SERVICE_TO_COME",
        "MFAEXEC_CODE",
        "MFAEXEC_RESTORE",
        "MFAEXEC_PROCESS_OF",
    ];
    for value in ["stale", ""] {
        let variables: Vec<_> = rivals.iter().map(|name| (*name, value)).collect();
        let child = child(&world, &[], &variables);
        for name in rivals {
            assert!(
                !child.contains_key(name),
                "{name} has to be removed, not emptied"
            );
        }
    }
}

#[test]
fn keys_of_the_caller_do_not_survive_beside_the_sessions() {
    let world = World::new();
    world.sign_in(&[]);
    let stale = [
        ("AWS_ACCESS_KEY_ID", "AKIASTALE00000000000"),
        ("AWS_SECRET_ACCESS_KEY", "stale"),
        ("AWS_SESSION_TOKEN", "stale"),
        ("AWS_ACCOUNT_ID", "999999999999"),
    ];
    let child = child(&world, &[], &stale);
    for (name, value) in stale {
        assert_ne!(child[name], value, "{name}");
    }
}

#[test]
fn duplicates_go_and_everything_else_stays_byte_for_byte() {
    needs!("python3");
    let world = World::new();
    world.sign_in(&[]);
    // Only execve(2) can hand over duplicates and entries without an equals sign.
    let script = "
import os, ctypes
entries = [b'AWS_SESSION_TOKEN=one', b'AWS_SESSION_TOKEN=two', b'AWS_PROFILE=a', b'AWS_PROFILE=b',
           b'ODD=\\xff\\xfe', b'noequals', b'TWICE=1', b'TWICE=2', b'EMPTY=', b'LINES=a\\nb']
entries += [k + b'=' + v for k, v in os.environb.items()]
def array(items): return (ctypes.c_char_p * (len(items) + 1))(*items, None)
libc = ctypes.CDLL(None)
program = os.environb[b'PROGRAM']
libc.execve(program, array([b'mfaexec', b'-p', b'testuser', b'--no-input', b'--', b'env', b'-0']),
            array(entries))
";
    let mut command = world.program("python3");
    command.args(["-c", script]).env("PROGRAM", MFAEXEC);
    let output = command.output().expect("python3 runs");
    assert!(output.status.success(), "{output:?}");
    let entries: Vec<&OsStr> = output
        .stdout
        .split(|b| *b == 0)
        .map(OsStr::from_bytes)
        .collect();
    let count = |start: &str| {
        entries
            .iter()
            .filter(|e| e.as_bytes().starts_with(start.as_bytes()))
            .count()
    };
    assert_eq!(count("AWS_SESSION_TOKEN="), 1);
    assert_eq!(count("AWS_PROFILE="), 0);
    for kept in [
        &b"ODD=\xff\xfe"[..],
        b"noequals",
        b"TWICE=1",
        b"TWICE=2",
        b"EMPTY=",
        b"LINES=a\nb",
    ] {
        assert!(
            entries.contains(&OsStr::from_bytes(kept)),
            "{kept:?} is missing"
        );
    }
}

#[test]
fn one_region_in_both_variables_or_none() {
    let world = World::new();
    world.sign_in(&[]);
    let region = |options: &[&str], variables: &[(&str, &str)]| {
        let child = child(&world, options, variables);
        assert_eq!(child.get("AWS_REGION"), child.get("AWS_DEFAULT_REGION"));
        child.get("AWS_REGION").cloned()
    };
    assert_eq!(
        region(&[], &[]).as_deref(),
        Some("eu-central-1"),
        "the profile's"
    );
    let default = ("AWS_DEFAULT_REGION", "eu-west-1");
    assert_eq!(region(&[], &[default]).as_deref(), Some("eu-west-1"));
    let both = [default, ("AWS_REGION", "eu-west-2")];
    assert_eq!(region(&[], &both).as_deref(), Some("eu-west-2"));
    assert_eq!(
        region(&["--region", "sa-east-1"], &both).as_deref(),
        Some("sa-east-1")
    );
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {}\n",
        crate::harness::SERIAL
    ));
    assert_eq!(region(&[], &[]), None, "none known, none exported");
}

#[test]
fn the_account_is_unset_where_it_is_not_known() {
    let world = World::new();
    let code = world.code_of("hardware");
    let arguments = [
        "-p",
        "hardware",
        "--mfa-serial",
        "GAHT12345678",
        "-c",
        &code,
        "--",
        "env",
    ];
    let mut command = world.mfaexec(&arguments);
    let printed = finish(command.env("AWS_ACCOUNT_ID", "999999999999")).succeeds();
    assert!(!printed.contains("AWS_ACCOUNT_ID"), "{printed}");
}

#[test]
fn the_account_of_a_device_without_one_is_that_of_the_key() {
    let world = World::new();
    let run = ["-p", "hardware", "--mfa-serial", "GAHT12345678"];
    let printed = ["--", "printenv", "AWS_ACCOUNT_ID"];
    // While someone types, STS is asked whose key it is.
    let mut terminal = world.at_terminal(&[&run[..], &printed].concat());
    terminal.exp_string("hardware, to run ").unwrap();
    terminal.send_line(&world.code_of("hardware")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["\n123456789012\r"]);
    let cached = world.run(&[&run[..], &["--no-input"], &printed].concat());
    assert_eq!(cached.succeeds(), "123456789012\n");
}

#[test]
fn what_is_no_credential_stays() {
    let world = World::new();
    world.sign_in(&[]);
    let config = world.home().join(".aws/config");
    let credentials = world.home().join(".aws/credentials");
    let kept = [
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()),
        ("AWS_PAGER", ""),
        ("AWS_CLI_AUTO_PROMPT", "on"),
        ("AWS_METADATA_SERVICE_TIMEOUT", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"),
        ("LD_PRELOAD", ""),
        ("MFAEXEC_SOMETHING", "x"),
        // They tell who one is, and lead no program to other keys.
        ("AWS_VAULT", "testuser"),
        ("AWS_BEARER", "x"),
        ("AWS_PROFILE_NAME", "x"),
    ];
    let child = child(&world, &[], &kept);
    for (name, value) in kept {
        assert_eq!(child.get(name).map(String::as_str), Some(value), "{name}");
    }
}
