//! What a shell says when its session comes to its end, and how the session is renewed in place.

use std::fs;

use crate::harness::{World, has};
use crate::screen::Screen;
use crate::shells::{BASH, DASH, FISH_SHELL, Kind, ZSH, in_each_shell};
use crate::skipping::needs;

in_each_shell!(
    the_sign_warns_and_the_end_is_told_once_and_mended_in_place,
    a_renewal_elsewhere_is_taken_over,
);

/// A session of the shortest duration with that many seconds left.
fn sign_in_with(world: &World, left: i64) {
    world.aws.set_clock(left - 900);
    world.sign_in(&["-d", "15m"]);
}

fn the_sign_warns_and_the_end_is_told_once_and_mended_in_place(kind: &Kind) {
    let world = World::new();
    // As long as the slowest of the shells takes to start.
    sign_in_with(&world, 12);
    let mut command = kind.at_home(&world);
    let screen = Screen::start(
        &world,
        command.args(["shell", "-p", "testuser", "--min-ttl", "1"]),
    );
    screen.is_at("(testuser only ", &format!("s) {}", kind.prompt));
    let first = kind.value(&screen, "AWS_ACCESS_KEY_ID");
    let expired = format!("(testuser expired) {}", kind.prompt);
    // It counts: nothing is typed but Enter, until it is over.
    let mut seen = Vec::new();
    while !screen.text().contains("expired") {
        seen.push(screen.is_at("(testuser ", kind.prompt));
        screen.key("Enter");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    seen.dedup();
    assert!(seen.len() > 1, "{seen:?}");
    screen.ends_with(&expired);
    kind.run(&screen, "hello");
    kind.run(&screen, "hello");
    let told = "mfaexec: the session of testuser ended at ";
    let remedy = "; to renew it in this shell: mfaexec login";
    let text = screen.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains(told)).collect();
    assert!(lines.len() == 1 && lines[0].ends_with(remedy), "{text}");

    world.aws.set_clock(0);
    screen.line("mfaexec login");
    screen.shows("MFA code:");
    screen.line(&world.code());
    screen.is_at("(testuser 4h", kind.prompt);
    let second = kind.value(&screen, "AWS_ACCESS_KEY_ID");
    assert!(second.starts_with("ASIA") && second != first);
    let caller = kind.run(&screen, "local-aws sts get-caller-identity");
    has(&caller, &["user/testuser"]);
    assert_eq!(
        kind.value(&screen, "AWS_SESSION_EXPIRATION"),
        kind.value(&screen, "AWS_CREDENTIAL_EXPIRATION")
    );

    // With hours left: the user who says so in the shell gets a new one.
    screen.line("mfaexec login");
    screen.is_at("testuser (123456789012), to ", "MFA code: ");
    screen.line(&world.code());
    kind.at_prompt(&screen, "testuser");
    let third = kind.value(&screen, "AWS_ACCESS_KEY_ID");
    assert!(third.starts_with("ASIA") && third != second);
    let said = kind.run(&screen, "mfaexec login --min-ttl 1h");
    has(&said, &["testuser: signed in until"]);
    assert_eq!(kind.value(&screen, "AWS_ACCESS_KEY_ID"), third);
}

/// A POSIX shell does nothing before a prompt, so there it takes a call of mfaexec.
fn a_renewal_elsewhere_is_taken_over(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let screen = kind.screen(&world, &["-p", "testuser"]);
    kind.at_prompt(&screen, "testuser");
    let first = kind.value(&screen, "AWS_ACCESS_KEY_ID");
    world.sign_in(&["--fresh"]);
    let line = if kind.name == "dash" {
        "mfaexec status"
    } else {
        "hello"
    };
    kind.run(&screen, line);
    let second = kind.value(&screen, "AWS_ACCESS_KEY_ID");
    assert!(second.starts_with("ASIA") && second != first);
}

#[test]
fn the_warning_and_the_end_have_colours_where_they_are_wanted() {
    needs!("tmux", "bash", "zsh", "fish");
    for kind in [&BASH, &ZSH, &FISH_SHELL] {
        for (left, sign, colour) in [
            (700, "(testuser 11m)", None),
            (500, "(testuser only 8m)", Some("\u{1b}[33m")),
            (3, "(testuser expired)", Some("\u{1b}[31m")),
        ] {
            for no_color in ["", "1"] {
                let world = World::new();
                sign_in_with(&world, left);
                let mut command = kind.at_home(&world);
                command.args(["shell", "-p", "testuser", "--min-ttl", "1"]);
                let screen = Screen::start(&world, command.env("NO_COLOR", no_color));
                screen.is_at("(testuser ", kind.prompt);
                while left == 3 && !screen.text().contains(sign) {
                    std::thread::sleep(std::time::Duration::from_millis(500));
                    screen.key("Enter");
                }
                screen.is_at(sign, kind.prompt);
                let text = screen.coloured();
                let line = text.lines().rfind(|line| line.contains(sign)).unwrap();
                match colour.filter(|_| no_color.is_empty()) {
                    Some(colour) => has(line, &[&format!("{colour}{sign}")]),
                    None => assert!(!line.contains("\u{1b}[3"), "{line:?}"),
                }
            }
        }
    }
}

#[test]
fn the_line_that_renews_has_what_the_session_was_asked_for_with() {
    needs!("tmux", "bash");
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let role = "arn:aws:iam::123456789012:role/deployer";
    let screen = BASH.screen(&world, &["-p", "testuser", "--role-arn", role]);
    BASH.at_prompt(&screen, "testuser/deployer");
    let said = BASH.run(
        &screen,
        "mfaexec shell --role-arn arn:aws:iam::123456789012:role/deployer",
    );
    has(&said, &[&format!("mfaexec login --role-arn {role} renews")]);
    // Without the role it is another session.
    let first = BASH.value(&screen, "AWS_ACCESS_KEY_ID");
    let said = BASH.run(&screen, &format!("mfaexec login --role-arn {role}"));
    has(&said, &["signed in until"]);
    assert_ne!(BASH.value(&screen, "AWS_ACCESS_KEY_ID"), first);
}

#[test]
fn a_session_that_nothing_keeps_ends_with_its_shell() {
    needs!("tmux", "bash");
    let world = World::new();
    world.aws.set_clock(4 - 900);
    let code = world.code();
    let options = [
        "-p", "testuser", "--cache", "none", "-d", "15m", "-c", &code,
    ];
    let screen = BASH.screen(&world, &options);
    screen.is_at("(testuser only ", BASH.prompt);
    std::thread::sleep(std::time::Duration::from_secs(5));
    screen.key("Enter");
    screen.shows("; exit, and start another shell");
}

#[test]
fn a_trace_shows_no_secret() {
    needs!("tmux", "bash", "zsh", "fish", "dash");
    for kind in [&BASH, &ZSH, &FISH_SHELL, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let trace = if kind.name == "fish" {
            "set -g fish_trace 1"
        } else {
            "set -x"
        };
        let mut command = kind.at_home_with(&world, trace);
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        screen.is_at("(testuser ", kind.prompt);
        world.sign_in(&["--fresh"]);
        screen.line("mfaexec status -p testuser");
        screen.shows("[##########]");
        screen.line("printenv AWS_ACCESS_KEY_ID");
        screen.shows("\nASIA");
        kind.at_prompt(&screen, "testuser");
        let traced = screen.text();
        has(&traced, &["printenv AWS_ACCESS_KEY_ID\n"]);
        for secret in ["AWS_SECRET", "AWS_SESSION_TOKEN"] {
            assert!(!traced.contains(secret), "{} shows {secret}", kind.name);
        }
        // It goes on as the user has it.
        screen.line("echo on");
        screen.shows(if kind.name == "fish" {
            "> echo on"
        } else {
            "+"
        });
    }
}

#[test]
fn no_secret_is_in_a_file_of_a_shells() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&["--cache", "encrypted"]);
    let screen = BASH.screen(&world, &["-p", "testuser"]);
    BASH.at_prompt(&screen, "testuser");
    let secret = BASH.run(&screen, "printenv AWS_SECRET_ACCESS_KEY | cut -c1-20");
    assert_eq!(secret.len(), 20);
    for file in fs::read_dir(world.cache().join("shell")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(text.len() > 100 && !text.contains(&secret));
    }
}
