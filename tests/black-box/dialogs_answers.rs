//! What programs that ask are told, and what becomes of their answers.

use std::fs;
use std::time::{Duration, Instant};

use crate::dialogs::{PINENTRY, RUN, WINDOW, alone, answers, asked, wrong};
use crate::harness::{World, finish, has};
use crate::skipping::needs;

#[test]
fn a_window_shows_what_the_terminal_does() {
    needs!("setsid");
    for name in ["zenity", "kdialog", "osascript"] {
        let world = World::new();
        world.write_config(&format!(
            "[profile a_<b>\\\\n]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
             source_profile = testuser\n[profile testuser]\nmfa_serial = {}\n",
            crate::harness::SERIAL
        ));
        let right = world.code();
        answers(&world, &[&wrong(&right), &right]);
        let args = [
            "--prompt",
            name,
            "-p",
            "a_<b>\\n",
            "--",
            "/bin/echo",
            "s3cret",
        ];
        let mut command = alone(&world, &[(name, WINDOW)], &args);
        let secrets = [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_SECURITY_TOKEN",
            "AWS_BEARER_TOKEN_BEDROCK",
            "MFAEXEC_RESTORE",
        ];
        for secret in secrets {
            command.env(secret, "canary-of-the-caller");
        }
        finish(&mut command).succeeds();
        let text = asked(&world, 1);
        let shown = match name {
            "zenity" => "Profile: a__<b>\\\\n",
            "kdialog" => "Profile: a_‹b>\\\\n",
            _ => "Profile: a_<b>\\n",
        };
        has(
            &text,
            &[
                "mfaexec\n",
                "An MFA code is needed to assume deployer and run echo.\n",
                &format!("{shown}\nAccount: 123456789012\n"),
                "Device: arn:aws:iam::123456789012:mfa/testuser\n",
            ],
        );
        assert!(
            !text.contains("s3cret") && !text.contains("did not accept"),
            "{text}"
        );
        let text = asked(&world, 2);
        has(
            &text,
            &[
                "STS did not accept the code: ",
                "; the next code comes in ",
                "\n\nAn MFA",
            ],
        );
        let env = fs::read_to_string(world.home().join("env-1")).unwrap();
        assert!(!env.contains("canary-of-the-caller"), "{env}");
        has(&env, &["DISPLAY=:99"]);
    }
}

#[test]
fn a_pinentry_is_told_by_its_protocol() {
    needs!("setsid");
    let world = World::new();
    // In two lines of data, escaped.
    let code = world.code();
    let (begin, end) = code.split_at(3);
    let script = PINENTRY.replace(
        "sed -n \"${n}p\" \"$HOME/answers\"",
        "cat \"$HOME/answers\"",
    );
    world.write(
        "answers",
        format!("D {begin}\nD %3{}{}\nOK\n", &end[..1], &end[1..]),
    );
    let args = [&["--prompt", "pinentry-qt"], &RUN[..]].concat();
    let mut command = alone(&world, &[("pinentry-qt", &script)], &args);
    command
        .env("GPG_TTY", "/dev/pts/7")
        .env("TERM", "xterm")
        .env("LANG", "de_DE.UTF-8");
    finish(&mut command).succeeds();
    let told = asked(&world, 1);
    let told: Vec<&str> = told.lines().skip(1).collect();
    assert_eq!(
        told,
        [
            "OPTION ttyname=/dev/pts/7",
            "OPTION ttytype=xterm",
            "OPTION lc-ctype=de_DE.UTF-8",
            "OPTION lc-messages=de_DE.UTF-8",
            "SETTITLE mfaexec",
            "SETDESC An MFA code is needed to run echo.%0AProfile: testuser%0AAccount: \
             123456789012%0ADevice: arn:aws:iam::123456789012:mfa/testuser",
            "SETPROMPT MFA code:",
            "SETTIMEOUT 300",
            "GETPIN",
            "BYE",
        ]
    );
}

#[test]
fn three_tries_and_used_codes_are_as_on_the_terminal() {
    needs!("setsid");
    let world = World::new();
    let right = world.code();
    let run = [&["--fresh"], &RUN[..]].concat();
    let wrong_by = |by: u32| {
        let right: u32 = right.parse().unwrap();
        format!("{:06}", (right + by * 111_111) % 1_000_000)
    };
    let [first, second, third] = [1, 2, 3].map(wrong_by);
    answers(
        &world,
        &[&first, "12345", &first, "12 345", &second, &third],
    );
    let error = finish(&mut alone(&world, &[("zenity", WINDOW)], &run)).fails(125);
    has(
        &error,
        &["STS did not accept the code", "the next code comes in "],
    );
    has(&asked(&world, 2), &["STS did not accept the code"]);
    for number in [3, 5] {
        has(
            &asked(&world, number),
            &["that is not a code: a code has six digits"],
        );
    }
    has(
        &asked(&world, 4),
        &["this code was used already", "the next one comes in "],
    );
    assert_eq!(asked(&world, 7), "", "three codes and no more");
    assert_eq!(world.code_calls().len(), 3);
    // The reason comes to pinentry in its own place.
    fs::write(world.home().join("count"), "0").unwrap();
    let errors = PINENTRY.replace("sed -n \"${n}p\"", "sed -n \"$((n * 2 - 1)),$((n * 2))p\"");
    answers(
        &world,
        &[
            &format!("D {}", wrong(&right)),
            "OK",
            &format!("D {right}"),
            "OK",
        ],
    );
    let said = finish(&mut alone(&world, &[("pinentry", &errors)], &run));
    assert_eq!(said.succeeds(), "done\n");
    assert!(!asked(&world, 1).contains("SETERROR"));
    has(
        &asked(&world, 2),
        &[
            "SETDESC this code was used already: a code works once; the next",
            "SETERROR Please try again.",
        ],
    );
    assert_eq!(world.code_calls().len(), 4);
}

/// A program that answers by itself, and never with a code, does not go on for ever.
#[test]
fn a_window_that_gives_no_code_is_given_up() {
    needs!("setsid");
    let world = World::new();
    let noise = "echo x >> \"$HOME/times\"; echo noise";
    let error = finish(&mut alone(&world, &[("zenity", noise)], &RUN)).fails(125);
    has(&error, &["that is not a code"]);
    let times = fs::read_to_string(world.home().join("times")).unwrap();
    assert_eq!(times.lines().count(), 10);
    assert!(world.code_calls().is_empty());
}

#[test]
fn who_cancels_is_not_asked_again() {
    needs!("setsid");
    let cancel = "echo 'execution error: User canceled. (-128)' >&2; exit 1";
    let count = "echo x >> \"$HOME/times\"\n";
    let pinentry = |answer: &str| {
        let answer = format!("echo '{answer}'");
        format!(
            "{count}{}",
            PINENTRY.replace("sed -n \"${n}p\" \"$HOME/answers\"", &answer)
        )
    };
    for (name, script) in [
        (
            "zenity",
            format!("{count}echo 'Gtk-Message: harmless' >&2; exit 1"),
        ),
        ("kdialog", format!("{count}exit 1")),
        ("osascript", format!("{count}{cancel}")),
        (
            "pinentry",
            pinentry("ERR 83886179 Operation cancelled <Pinentry>"),
        ),
        (
            "pinentry-tty",
            pinentry("ERR 83886278 Operation fully cancelled <Pinentry>"),
        ),
    ] {
        let world = World::new();
        let args = [&["--prompt", name], &RUN[..]].concat();
        let error = finish(&mut alone(&world, &[(name, &script)], &args)).fails(125);
        has(
            &error,
            &[
                "no code was given",
                &format!("the question of {name} was cancelled"),
            ],
        );
        let times = fs::read_to_string(world.home().join("times")).unwrap();
        assert_eq!(times, "x\n", "{name}");
        assert!(world.code_calls().is_empty());
    }
    let world = World::new();
    let late = pinentry("ERR 83886142 Timeout <Pinentry>");
    let error = finish(&mut alone(&world, &[("pinentry", &late)], &RUN));
    has(
        &error.fails(125),
        &[
            "no code was given",
            "no one answered pinentry for 5 minutes",
        ],
    );
}

/// On macOS: a job of the system, or a locked screen.
#[test]
fn a_window_that_macos_does_not_allow_is_told_as_such() {
    needs!("setsid");
    let world = World::new();
    let refuses = "echo '0:60: execution error: No user interaction allowed. (-1713)' >&2; exit 1";
    let args = [&["--prompt", "osascript"], &RUN[..]].concat();
    let error = finish(&mut alone(&world, &[("osascript", refuses)], &args)).fails(125);
    has(
        &error,
        &["osascript: macOS lets it show no window: ", "(-1713)"],
    );
    assert!(world.code_calls().is_empty());
}

#[test]
fn the_window_of_osascript_comes_to_the_front() {
    needs!("setsid");
    let world = World::new();
    answers(&world, &[&world.code()]);
    let args = [&["--prompt", "osascript"], &RUN[..]].concat();
    finish(&mut alone(&world, &[("osascript", WINDOW)], &args)).succeeds();
    let lines = asked(&world, 1);
    let at = |line: &str| lines.lines().position(|found| found.starts_with(line));
    let (activate, asks) = (at("activate"), at("set answer to display dialog"));
    assert!(activate.is_some() && activate < asks, "{lines}");
}

#[test]
fn a_program_that_cannot_ask_leaves_it_to_the_next_one() {
    needs!("setsid");
    let curses = PINENTRY.replace("D gtk2", "D curses");
    let tty = PINENTRY.replace("D gtk2", "D tty");
    let fallen = PINENTRY.replace("D gtk2", "D gnome3:curses");
    for (pinentry, cause) in [
        ("exit 0", "it ended"),
        ("echo 'no library' >&2; exit 127", "no library"),
        (
            "echo 'Usage: pinentry'",
            "what it says is not pinentry's protocol",
        ),
        (
            "while :; do printf x; done",
            "what it says is not pinentry's protocol",
        ),
        ("echo OK; exit", "it ended"),
        (&curses, "its flavour curses asks on a terminal"),
        (&fallen, "its flavour gnome3:curses asks on a terminal"),
        (&tty, "its flavour tty asks on a terminal"),
        (
            "echo OK; while read -r l; do case $l in GETPIN) echo 'ERR 83918950 No tty <x>';; \
             *) echo OK;; esac; done",
            "No tty <x>",
        ),
    ] {
        let world = World::new();
        let failing = "echo '(zenity:1): Gtk-WARNING **: cannot open display: ' >&2; exit 1";
        let programs = [
            ("pinentry", pinentry),
            ("zenity", failing),
            ("kdialog", WINDOW),
        ];
        let code = world.code();
        // pinentry may have counted as the first.
        answers(&world, &[&code, &code]);
        let args = [&["-v"], &RUN[..]].concat();
        let said = finish(&mut alone(&world, &programs, &args));
        has(
            &said.stderr,
            &[
                &format!("pinentry cannot ask: {cause}"),
                "zenity cannot ask: (zenity:1): Gtk-WARNING **: cannot open display:",
                "asking with kdialog",
            ],
        );
        assert_eq!(said.succeeds(), "done\n");
        // Where there is no other, that is why it fails.
        let world = World::new();
        let error = finish(&mut alone(&world, &[("pinentry", pinentry)], &RUN)).fails(125);
        let sign_in = "sign in on a terminal first: mfaexec login -p testuser\n";
        has(
            &error,
            &[
                "mfaexec cannot ask for it",
                &format!("pinentry: {cause}\n"),
                sign_in,
            ],
        );
        assert!(world.code_calls().is_empty());
    }
}

#[test]
fn a_pinentry_that_never_speaks_is_given_up() {
    needs!("setsid");
    let world = World::new();
    let begun = Instant::now();
    let silent = [("pinentry", "exec sleep 600")];
    let error = finish(&mut alone(&world, &silent, &RUN)).fails(125);
    has(&error, &["pinentry: it said nothing for 10 s"]);
    assert!(begun.elapsed() < Duration::from_secs(60));
}
