//! `credential_process`: whose keys the command gets, and what a program must not get hold of.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::harness::{Said, World, eventually, finish, has, kill};
use crate::provided::{Keys, calls, tells, variable};
use crate::skipping::needs;

const SOURCE: &str = "credential_process";

/// A world whose profile `me` runs `program.sh` with this text. Each run leaves an `x` in `runs`.
fn world(script: &str) -> World {
    let world = World::new();
    program(&world, script);
    world
}

fn program(world: &World, script: &str) {
    let runs = world.home().join("runs");
    let text = format!("#!/bin/sh\nprintf x >> {}\n{script}\n", runs.display());
    let path = world.write("program.sh", text);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    world.write_config(&format!(
        "[profile me]\nregion = eu-central-1\ncredential_process = {} a 'b  c'\n",
        path.display()
    ));
}

fn runs(world: &World) -> usize {
    std::fs::read(world.home().join("runs")).map_or(0, |runs| runs.len())
}

fn me(world: &World) -> Said {
    world.run(&["-p", "me", "--", "env"])
}

/// A world whose program prints a session.
pub(crate) fn printing(change: impl Fn(String) -> String) -> (World, Keys) {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let printed = change(keys.printed());
    program(&world, &format!("cat << 'END'\n{printed}\nEND"));
    (world, keys)
}

#[test]
fn what_a_program_prints_is_the_commands_and_is_not_kept() {
    let (world, keys) = printing(|printed| printed);
    let before = calls(&world, 0).len();
    let explained = world.run(&["explain", "-p", "me"]).succeeds();
    has(
        &explained,
        &[
            "which uses credential_process",
            "program credential_process",
        ],
    );
    assert_eq!(runs(&world), 0);
    let said = me(&world);
    tells(&said, "me", SOURCE);
    keys.are_in(&said.succeeds());
    // What it prints can depend on anything, so no one gets what someone else was given.
    keys.are_in(&me(&world).succeeds());
    assert_eq!((runs(&world), calls(&world, before)), (2, vec![]));
    assert!(!world.run(&["status"]).succeeds().contains("temporary keys"));
    let duration = world
        .run(&["-p", "me", "-d", "1h", "--", "true"])
        .fails(125);
    has(
        &duration,
        &["how long keys last is up to credential_process"],
    );
}

#[test]
fn a_comments_beginning_is_none_in_a_programs_words() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    world.write("printed", keys.printed());
    world.write_config(
        "[profile me]\ncredential_process = sh -c 'true ; cat printed # and no more'\n",
    );
    keys.are_in(&me(&world).succeeds());
}

#[test]
fn keys_without_an_end_have_none_and_are_not_kept() {
    let (world, keys) = printing(|printed| {
        let (before, _) = printed.split_once(", \"Expiration\"").unwrap();
        format!("{before}, \"AccountId\": \"123456789012\"}}")
    });
    for run in 1..=2 {
        let mut command = world.mfaexec(&["-p", "me", "--", "env"]);
        // Whatever the caller had there is about other keys.
        let said = finish(command.env("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"));
        tells(&said, "me", SOURCE);
        let shown = said.succeeds();
        has(&shown, &[&keys.token, "AWS_ACCOUNT_ID=123456789012\n"]);
        assert_eq!(variable(&shown, "AWS_CREDENTIAL_EXPIRATION"), None);
        assert_eq!(runs(&world), run);
    }
    assert!(!world.run(&["status"]).succeeds().contains("temporary keys"));
}

#[test]
fn keys_that_hardly_last_are_used_and_that_is_said() {
    let (world, keys) = printing(|printed| printed);
    let soon = std::time::SystemTime::now() + Duration::from_secs(50);
    let soon = Keys {
        expiration: humantime::format_rfc3339_seconds(soon).to_string(),
        ..keys
    };
    program(&world, &format!("cat << 'END'\n{}\nEND", soon.printed()));
    for run in 1..=2 {
        let said = me(&world);
        has(
            &said.stderr,
            &["credential_process gave a session of ", "instead of 1m"],
        );
        soon.are_in(&said.succeeds());
        assert_eq!(runs(&world), run);
    }
}

#[test]
fn an_account_that_is_none_goes_into_no_environment() {
    let (world, _) = printing(|printed| {
        printed.replace("\"Version\"", "\"AccountId\": \"12\\n34\", \"Version\"")
    });
    assert_eq!(variable(&me(&world).succeeds(), "AWS_ACCOUNT_ID"), None);
}

#[test]
fn a_program_that_gives_no_session_says_why() {
    let world = world("");
    let place = format!("{}/.aws/config, line 3", world.home().display());
    let end = "2020-01-01T00:00:00Z";
    let long = r#"{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"}"#;
    let over = format!(
        r#"{{"Version": 1, "AccessKeyId": "ASIAX", "SecretAccessKey": "x", "SessionToken": "a-token", "Expiration": "{end}"}}"#
    );
    let broken = over
        .replace(end, "2999-01-01T00:00:00Z")
        .replace("a-token", "a-token\\nAWS_PROFILE=z");
    let cases = [
        (
            "echo 'no card in the reader' >&2; exit 3".to_owned(),
            "it failed with exit code 3: no card in the reader",
        ),
        ("exit 4".to_owned(), "it failed with exit code 4\n"),
        ("kill -9 $$".to_owned(), "it failed with exit code 137"),
        ("echo junk".to_owned(), "JSON"),
        (":".to_owned(), "JSON"),
        (
            r"printf 'a\033]0;title\007b' >&2; exit 1".to_owned(),
            r"a\u{1b}]0;title\u{7}b",
        ),
        ("echo '{}'".to_owned(), "Version"),
        (
            format!("echo '{}'", long.replace("AKIAIOSF", "ASIAIOSF")),
            "a temporary key without its token",
        ),
        (format!("echo '{over}'"), "over"),
        (format!("cat << 'E'\n{broken}\nE"), "cannot be credentials"),
    ];
    for (script, cause) in cases {
        program(&world, &script);
        let error = me(&world).fails(125);
        has(
            &error,
            &[
                "credential_process gives no keys for profile me",
                &place,
                cause,
            ],
        );
        // What it said on stderr was shown while it ran.
        let said = usize::from(script.contains(">&2"));
        let lines = error.lines().count();
        // Some shells say what has killed a program.
        let may_say = script.starts_with("kill");
        assert!(lines == 3 + said || may_say && lines == 4, "{error}");
        // What was printed may have secrets.
        assert!(!error.contains("SecretAccessKey\""), "{error}");
    }
    world.write_config("[profile me]\ncredential_process = /nonexistent/program\n");
    has(&me(&world).fails(125), &["/nonexistent/program", "127"]);
}

#[test]
fn blanks_and_quotes_reach_the_shell_as_they_are() {
    let world = world(r#"printf '<%s>' "$@" >&2; exit 1"#);
    let path = world.home().join("program.sh");
    let line = format!("{} 'a;b' \"c  d\" $HOME 'e#f' | cat", path.display());
    world.write_config(&format!(
        "[profile \"a profile, its 'own'\"]\ncredential_process = {line}; exit 5\n"
    ));
    let error = world
        .run(&["-p", "a profile, its 'own'", "--", "true"])
        .fails(125);
    let home = format!("<a;b><c  d><{}><e#f>", world.home().display());
    has(&error, &[&home, "exit code 5: "]);
}

#[test]
fn stdin_is_the_commands_alone() {
    let (world, _) = printing(|printed| printed);
    let script = std::fs::read_to_string(world.home().join("program.sh")).unwrap();
    let greedy = format!("cat > {}/eaten\n{script}", world.home().display());
    program(&world, &greedy);
    let mut command = world.mfaexec(&["-p", "me", "--", "cat"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"for the command\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, b"for the command\n");
    assert_eq!(std::fs::read(world.home().join("eaten")).unwrap(), b"");
}

#[test]
fn the_command_gets_signals_as_they_were() {
    needs!("python3", "/proc");
    let (world, _) = printing(|printed| printed);
    let masks = |wrapper: &str, how: &str| {
        let script = format!(
            "import os, signal\nfor name in 'CHLD HUP PIPE'.split():\n    \
             signal.signal(getattr(signal, 'SIG' + name), signal.{how})\n\
             signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n\
             w = '{wrapper} grep -E Sig(Ign|Blk|Cgt) /proc/self/status'.split()\n\
             os.execvp(w[0], w)"
        );
        let printed = finish(world.program("python3").args(["-c", &script])).succeeds();
        let words = printed.split_whitespace();
        let masks = words.filter_map(|word| u64::from_str_radix(word, 16).ok());
        // 32 and 33 are glibc's own: a thread, which a sign-in has, sets the second.
        masks.map(|mask| mask & 0x7fff_ffff).collect::<Vec<_>>()
    };
    for how in ["SIG_IGN", "SIG_DFL"] {
        let expected = masks("env A=1", how);
        assert_eq!(masks("mfaexec -p me --fresh --", how), expected, "{how}");
    }
    assert_eq!(runs(&world), 2);
}

#[test]
fn a_program_that_takes_long_can_be_ended() {
    needs!("/proc");
    let world = world("grep SigBlk /proc/self/status > blocked; sleep 300");
    let mut command = world.mfaexec(&["-p", "me", "--", "true"]);
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    let mut child = command
        .process_group(0)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let blocked = world.home().join("blocked");
    eventually("the program runs", || {
        std::fs::read(&blocked).is_ok_and(|text| !text.is_empty())
    });
    // As ^C does.
    kill("INT", &format!("-{}", child.id()));
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    let group = child.id().to_string();
    eventually("nothing of it stays", || {
        let found = Command::new("/bin/sh")
            .args(["-c", &format!("kill -0 -{group}")])
            .stderr(Stdio::null())
            .status();
        !found.unwrap().success()
    });
    let mask = std::fs::read_to_string(blocked).unwrap();
    assert_eq!(mask.trim(), "SigBlk:\t0000000000000000");
}
