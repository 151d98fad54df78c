//! What a person reads at the question on the terminal: what the code is for, and at every try what
//! was wrong with the one before.

use local_aws::Fault;

use crate::harness::{SERIAL, World, has, terminal};
use crate::prompt_signals::QUESTION;
use crate::screen::Screen;
use crate::skipping::needs;

/// The question of this run, without what all have. No one answers.
fn question(world: &World, args: &[&str]) -> String {
    let mut terminal = world.at_terminal(args);
    let seen = terminal.exp_string(" MFA code: ").unwrap();
    terminal.send_control('d').unwrap();
    terminal.exp_eof().unwrap();
    seen
}

#[test]
fn the_question_is_one_line_and_says_what_the_code_is_for() {
    let world = crate::roles::world();
    let own = "testuser (123456789012), to";
    for (args, line) in [
        (
            &["-p", "testuser", "--", "echo", "s3cret"][..],
            format!("{own} run echo."),
        ),
        (
            &["-p", "testuser", "--", "/bin/echo"],
            format!("{own} run echo."),
        ),
        (&["login", "-p", "testuser"], format!("{own} sign in.")),
        (
            &["shell", "-p", "testuser"],
            format!("{own} start a shell."),
        ),
        (
            &["-p", "deploy", "--", "echo"],
            "deploy (123456789012), to assume deployer and run echo.".into(),
        ),
        (
            &[
                "login",
                "-p",
                "deploy",
                "--role-arn",
                "arn:aws:iam::210987654321:role/x/admin",
            ],
            "deploy (210987654321), to assume x/admin.".into(),
        ),
        // Which account a hardware device belongs to no one knows.
        (
            &["-p", "hardware", "--", "true"],
            "hardware, to run true.".into(),
        ),
    ] {
        assert_eq!(question(&world, args), line, "{args:?}");
    }
    // The device is named to who wants to know more.
    let seen = question(&world, &["-v", "-p", "testuser", "--", "true"]);
    let line = "testuser (123456789012, device mfa/testuser), to run true.";
    assert_eq!(seen.lines().last(), Some(line));
    // A name may be anything.
    let odd = world.write("e\u{1b}[31mvil", "#!/bin/sh\n");
    std::fs::set_permissions(&odd, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let line = question(&world, &["-p", "testuser", "--", odd.to_str().unwrap()]);
    assert_eq!(line, format!("{own} run e\\u{{1b}}[31mvil."));
}

/// On a narrow terminal, and with names of any length, the cursor stays on the question's line.
#[test]
fn the_question_fits_on_the_line() {
    needs!("tmux");
    let world = World::new();
    let long = "the-production-account-of-the-company-in-europe";
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&keys.replace("[testuser]", &format!("[{long}]")));
    world.write_config(&format!("[profile {long}]\nmfa_serial = {SERIAL}\n"));
    for (columns, expected) in [
        (30, "MFA code:"),
        (
            60,
            "the-prod...n-europe (123456789012), to run true. MFA code:",
        ),
        (
            100,
            "the-production-account-of-the-company-in-europe (123456789012), to run true. MFA code:",
        ),
    ] {
        let mut command = world.mfaexec(&["-p", long, "--", "true"]);
        let screen = Screen::sized(&world, command.env("TERM", "dumb"), columns);
        screen.ends_with(expected);
        assert_eq!(screen.text().lines().count(), 1, "{columns}");
        screen.key("C-c");
    }
}

/// The question is on the terminal, and on nothing else.
#[test]
fn the_question_stands_on_the_terminal_alone() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    shell.args([
        "-c",
        "mfaexec -q -p testuser -- cat < /dev/null > out 2> err",
    ]);
    let mut terminal = terminal(shell);
    terminal.exp_string("to run cat. MFA code: ").unwrap();
    terminal.send_line("1").unwrap();
    terminal.exp_string("to run cat. MFA code: ").unwrap();
    terminal.send_line(&world.code()).unwrap();
    terminal.exp_eof().unwrap();
    for stream in ["out", "err"] {
        assert_eq!(
            std::fs::read_to_string(world.home().join(stream)).unwrap(),
            ""
        );
    }
}

/// Whatever was wrong with the first two codes is said before the next question.
#[test]
fn every_try_is_told_what_was_wrong_with_the_one_before() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    let wrong = format!("{:06}", (right + 111_111) % 1_000_000);
    terminal.exp_string(QUESTION).unwrap();
    // GetCallerIdentity is over by then, so that the fault meets the code.
    crate::harness::eventually("GetCallerIdentity", || !world.aws.journal().is_empty());
    world.aws.fault(Fault::ClockOff(-120), 1);
    terminal.send_line(&wrong).unwrap();
    let said = terminal.exp_string(QUESTION).unwrap();
    has(
        &said,
        &[
            "mfaexec: STS did not accept the code",
            "; the next code comes in ",
            " s (this machine's clock is 2m ahead of AWS's)",
        ],
    );
    terminal.send_line(&wrong).unwrap();
    let said = terminal
        .exp_string("testuser (123456789012), to run echo. MFA code: ")
        .unwrap();
    let said = said.trim();
    let seconds = said
        .strip_prefix(
            "mfaexec: this code was used already: a code works once; the next one comes in ",
        )
        .and_then(|rest| rest.strip_suffix(" s"));
    let seconds: u64 = seconds
        .unwrap_or_else(|| panic!("{said:?}"))
        .parse()
        .unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
    assert_eq!(world.code_calls().len(), 2);
}

/// Behind the question the seconds until the next code go down, one by one, and what is typed
/// meanwhile counts.
#[test]
fn a_used_code_is_followed_by_a_countdown() {
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let mut terminal = world.at_terminal(&["--fresh", "-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_line(&code).unwrap();
    let (_, said) = terminal
        .exp_regex("next one comes in [0-9]+ s\r\n")
        .unwrap();
    let seconds: u64 = said.split(' ').nth(4).unwrap().parse().unwrap();
    terminal.exp_string(QUESTION).unwrap();
    let next = world.code();
    let (begin, end) = next.split_at(3);
    terminal.send(begin).unwrap();
    terminal.flush().unwrap();
    // The first and the last may be over before they are shown.
    for left in (seconds.saturating_sub(2).max(1)..=seconds.saturating_sub(1).max(1)).rev() {
        terminal
            .exp_string(&format!("{QUESTION}(new in {left} s) "))
            .unwrap();
    }
    terminal.send_line(end).unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains("done") && !rest.contains(end), "{rest:?}");
}

/// Where the names leave no room for the seconds, the line before has them.
#[test]
fn a_long_name_is_no_reason_not_to_count() {
    let world = World::new();
    let profile = "production-of-the-whole-company";
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&keys.replace("[testuser]", &format!("[{profile}]")));
    world.write_config(&format!("[profile {profile}]\nmfa_serial = {SERIAL}\n"));
    let code = world.code();
    world.run(&["login", "-p", profile, "-c", &code]).succeeds();
    let mut terminal = world.at_terminal(&["--fresh", "-p", profile, "--", "echo", "done"]);
    terminal
        .exp_string(&format!(
            "{profile} (123456789012), to run echo. MFA code: "
        ))
        .unwrap();
    terminal.send_line(&code).unwrap();
    terminal.exp_string("used already").unwrap();
    terminal
        .exp_regex("MFA code: \\(new in [0-9]+ s\\)")
        .unwrap();
    terminal.send_line(&world.code()).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
}
