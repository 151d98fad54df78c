//! Terminals in any state: one question at a time, none that no one could answer, all modes as they
//! were.

use std::time::Duration;

use nix::sys::termios::{InputFlags, LocalFlags, OutputFlags, SetArg, tcgetattr, tcsetattr};
use rexpect::process::WaitStatus;
use rexpect::session::PtySession;

use crate::harness::{World, eventually, has, terminal};
use crate::screen::Screen;
use crate::skipping::needs;

/// Two profiles with a device each.
fn two_profiles() -> World {
    let world = World::new();
    let serial = |user: &str| format!("arn:aws:iam::123456789012:mfa/{user}");
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {}\n[profile otheruser]\nmfa_serial = {}\n",
        serial("testuser"),
        serial("otheruser")
    ));
    world
}

/// Answers the question that is open, whichever of the two it is. What came before it is given
/// back.
fn answer(bash: &mut PtySession, world: &World, codes: &mut Vec<String>) -> String {
    let (before, seen) = bash
        .exp_regex("(test|other)user \\(123456789012\\), to run [a-z]+\\. MFA code: ")
        .unwrap();
    let user = match seen.contains("testuser") {
        true => "testuser",
        false => "otheruser",
    };
    // Time enough for another question to come.
    std::thread::sleep(Duration::from_millis(400));
    let code = world.aws.code(user);
    bash.send_line(&code).unwrap();
    codes.push(code);
    before
}

#[test]
fn two_questions_come_one_after_the_other() {
    for _ in 0..3 {
        let world = two_profiles();
        let mut bash = world.bash();
        bash.send_line("mfaexec -p testuser -- echo ran | mfaexec -p otheruser -- cat")
            .unwrap();
        let mut codes = Vec::new();
        answer(&mut bash, &world, &mut codes);
        let between = answer(&mut bash, &world, &mut codes);
        // The line that the first answer ends, and nothing else.
        assert_eq!(between, "\r\n");
        let rest = bash.exp_string("ran").unwrap();
        assert!(!rest.contains("waiting"), "of one job: {rest}");
        for code in codes {
            assert!(!rest.contains(&code), "echoed: {rest}");
        }
        bash.exp_string("ready> ").unwrap();
        bash.send_line("stty -a | tr ' ' '\\n' | grep -x -- '-*echo'")
            .unwrap();
        bash.exp_string("\r\necho\r\n").unwrap();
        let calls = world.code_calls();
        assert_eq!(calls.len(), 2, "{calls:?}");
        bash.send_line("exit").unwrap();
        bash.exp_eof().unwrap();
    }
}

/// A question that was stopped does not keep others from asking.
#[test]
fn a_stopped_question_lets_others_ask() {
    let world = two_profiles();
    let mut bash = world.bash();
    bash.send_line("mfaexec -p testuser -- echo first").unwrap();
    bash.exp_string("MFA code: ").unwrap();
    bash.send_control('z').unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line("mfaexec -p otheruser -- echo second")
        .unwrap();
    bash.exp_string("otheruser (123456789012), to run echo. MFA code: ")
        .unwrap();
    bash.send_line(&world.aws.code("otheruser")).unwrap();
    bash.exp_string("second").unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line("fg").unwrap();
    bash.exp_string("testuser (123456789012), to run echo. MFA code: ")
        .unwrap();
    bash.send_line(&world.aws.code("testuser")).unwrap();
    bash.exp_string("first").unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

/// The confirmation of one profile, and the code of another.
#[test]
fn a_confirmation_is_a_question_like_any_other() {
    let world = two_profiles();
    let config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&config.replace(
        "[profile otheruser]",
        "[profile otheruser]\nmfaexec_confirm = true",
    ));
    let code = world.aws.code("otheruser");
    world
        .run(&["login", "-p", "otheruser", "-c", &code])
        .succeeds();
    let mut bash = world.bash();
    bash.send_line("mfaexec -p otheruser -- echo ran | mfaexec -p testuser -- cat")
        .unwrap();
    let (_, first) = bash
        .exp_regex("(Type otheruser to go on: |MFA code: )")
        .unwrap();
    let code = world.aws.code("testuser");
    let answers = match first.contains("Type") {
        true => ["otheruser", &code],
        false => [&code, "otheruser"],
    };
    bash.send_line(answers[0]).unwrap();
    bash.exp_regex("(Type otheruser to go on: |MFA code: )")
        .unwrap();
    bash.send_line(answers[1]).unwrap();
    let rest = bash.exp_string("ran").unwrap();
    assert!(!rest.contains(&code), "echoed: {rest}");
    bash.exp_string("ready> ").unwrap();
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

/// Lines in which no one could answer, typed at a shell: each fails at once, and nothing is left
/// stopped.
#[track_caller]
fn fails_at_once(shell: &str, lines: &[&str]) {
    for line in lines {
        let world = World::new();
        let mut command = match shell {
            "zsh" => world.program("zsh"),
            _ => world.program("bash"),
        };
        match shell {
            "zsh" => command.args(["-f", "-i"]),
            _ => command.args(["--norc", "--noprofile", "-i"]),
        };
        command.env("PS1", "ready> ").env("TERM", "dumb");
        let screen = Screen::start(&world, &command);
        screen.ends_with("ready>");
        screen.line(line);
        screen.shows("no one can answer at this terminal");
        screen.shows("remedy: sign in on a terminal first: mfaexec login -p testuser");
        screen.ends_with("ready>");
        let said = screen.run("jobs; echo over-$((40 + 2))", "ready>");
        assert!(said.ends_with("over-42"), "{shell}: {line}: {said}");
        assert!(!screen.text().contains("MFA code"), "{shell}: {line}");
        assert!(world.code_calls().is_empty());
    }
}

#[test]
fn a_question_that_nobody_can_answer_is_not_asked() {
    needs!("tmux", "zsh");
    let lines = [
        "cat <(mfaexec -p testuser -- echo ran)",
        "cat <(mfaexec -p testuser -- echo ran | grep x)",
        "(mfaexec -p testuser -- echo ran &) ; sleep 1",
        "(trap '' TTIN TTOU; mfaexec -p testuser -- echo ran) & wait",
    ];
    fails_at_once("bash", &lines);
    fails_at_once("zsh", &lines[..3]);
}

/// A terminal whose modes another program has left in any state.
#[track_caller]
fn asks_in_these_modes(set: impl Fn(&mut nix::sys::termios::Termios), enter: &str) {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    shell.args([
        "-c",
        "echo begun; read -r line; mfaexec -p testuser -- echo ran; echo over; sleep 100",
    ]);
    let mut seen = terminal(shell);
    seen.exp_string("begun").unwrap();
    let end = seen.process().get_file_handle().unwrap();
    seen.send_line("").unwrap();
    // The modes are set while sh reads nothing more.
    let mut modes = tcgetattr(&end).unwrap();
    set(&mut modes);
    tcsetattr(&end, SetArg::TCSANOW, &modes).unwrap();
    seen.exp_string("MFA code: ").unwrap();
    let code = world.aws.code("testuser");
    seen.send(&code).unwrap();
    seen.send(enter).unwrap();
    seen.flush().unwrap();
    let said = seen.exp_string("over").unwrap();
    assert!(said.contains("ran") && !said.contains(&code), "{said:?}");
}

#[test]
fn enter_ends_the_question_in_any_mode() {
    // Modes are set before the question, so that it finds them.
    let world = World::new();
    for stty in [
        "-icrnl",
        "raw",
        "raw -echo",
        "-icanon min 1 time 0",
        "igncr",
        "inlcr",
    ] {
        let mut shell = world.program("/bin/sh");
        let script = format!(
            "stty {stty}; stty -g > modes; \
             mfaexec -p testuser --fresh -- echo ran; stty -g > after; echo over"
        );
        shell.args(["-c", &script]);
        let mut seen = terminal(shell);
        seen.exp_string("MFA code: ").unwrap();
        let code = world.code();
        seen.send(&format!("{code}\r")).unwrap();
        seen.flush().unwrap();
        let said = seen.exp_string("over").unwrap();
        assert!(
            said.contains("ran") && !said.contains(&code),
            "{stty}: {said:?}"
        );
        let read = |name: &str| std::fs::read_to_string(world.home().join(name)).unwrap();
        assert_eq!(read("modes"), read("after"), "{stty}");
    }
}

/// A program that sets its own modes while the question is open: they are the program's.
#[test]
fn modes_that_another_program_sets_meanwhile_stay() {
    asks_in_these_modes(
        |modes| {
            modes.input_flags.remove(InputFlags::ICRNL);
        },
        "\r",
    );
    let world = World::new();
    let mut seen = world.at_terminal(&["-p", "testuser", "--", "sh", "-c", "echo ran; sleep 100"]);
    seen.exp_string("MFA code: ").unwrap();
    let end = seen.process().get_file_handle().unwrap();
    let mut modes = tcgetattr(&end).unwrap();
    // As a pager has it: every key at once, nothing shown, \r stays what it is.
    modes
        .local_flags
        .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ECHONL);
    modes.input_flags.remove(InputFlags::ICRNL);
    tcsetattr(&end, SetArg::TCSANOW, &modes).unwrap();
    let code = world.aws.code("testuser");
    // A slip is put right with the key for that, which no longer is the terminal's business.
    seen.send(&format!("9\u{7f}{code}\r")).unwrap();
    seen.flush().unwrap();
    seen.exp_string("ran").unwrap();
    assert_eq!(tcgetattr(&end).unwrap().local_flags, modes.local_flags);
    assert_eq!(tcgetattr(&end).unwrap().input_flags, modes.input_flags);
}

/// Lines that go to a terminal without ONLCR, as under watch(1), begin at its left edge.
#[test]
fn no_staircase_where_output_is_raw() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    shell.args(["-c", "stty -onlcr; mfaexec -p testuser -- echo ran"]);
    let mut seen = terminal(shell);
    seen.exp_string("MFA code: ").unwrap();
    seen.send_line("12").unwrap();
    let said = seen.exp_string("MFA code: ").unwrap();
    has(&said, &["a code has six digits\r\n"]);
    let end = seen.process().get_file_handle().unwrap();
    let modes = tcgetattr(&end).unwrap();
    assert!(modes.output_flags.contains(OutputFlags::ONLCR));
    seen.send_control('d').unwrap();
    seen.exp_eof().unwrap();
}

/// The log at its loudest waits until the question is over.
#[test]
fn the_log_does_not_write_into_an_open_question() {
    let world = World::new();
    let mut seen = world.at_terminal(&["-vv", "-p", "testuser", "--", "echo", "ran"]);
    seen.exp_string("MFA code: ").unwrap();
    eventually("the key is tried", || !world.aws.journal().is_empty());
    std::thread::sleep(Duration::from_millis(500));
    seen.send_line(&world.aws.code("testuser")).unwrap();
    let said = seen.exp_eof().unwrap();
    // It comes behind the line that Enter ends.
    assert!(said.starts_with("\r\n"), "{said:?}");
    has(&said, &["GetCallerIdentity succeeded", "ran"]);
    // Nor where the question is stopped.
    let world = World::new();
    let mut bash = world.bash();
    bash.send_line("mfaexec -vv -p testuser -- echo ran")
        .unwrap();
    bash.exp_string("MFA code: ").unwrap();
    eventually("the key is tried", || !world.aws.journal().is_empty());
    std::thread::sleep(Duration::from_millis(500));
    bash.send_control('z').unwrap();
    let said = bash.exp_string("GetCallerIdentity succeeded").unwrap();
    assert!(said.contains("\r\n"), "{said:?}");
    bash.exp_string("ready> ").unwrap();
    bash.send_line("kill %1; fg; exit").unwrap();
}

/// A pager sets its modes while the question comes up. Afterwards its keys work, and when it is gone
/// what is typed can be seen.
#[test]
fn a_pager_behind_the_pipe_keeps_its_modes_and_leaves_none() {
    needs!("tmux", "less");
    let world = World::new();
    let mut command = world.program("bash");
    command
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", "ready> ");
    let screen = Screen::start(&world, &command);
    screen.ends_with("ready>");
    // A pager takes a moment to start.
    screen.line("stty -g > before; mfaexec -p testuser -- seq 1000 | (sleep 0.06; exec less)");
    screen.is_at("testuser (123456789012), to run seq.", "MFA code: ");
    // Nor is a code typed at once.
    std::thread::sleep(Duration::from_millis(300));
    let code = world.aws.code("testuser");
    screen.line(&code);
    screen.shows("\n150\n");
    // No Enter.
    screen.key("q");
    screen.ends_with("ready>");
    screen.line("stty -g > after; echo over-$((40 + 2))");
    screen.shows("over-42");
    let read = |name: &str| std::fs::read_to_string(world.home().join(name)).unwrap();
    assert_eq!(read("before"), read("after"));
    assert!(!screen.text().contains(&code));
}

/// Some machines give every job a terminal, with no one at its other end.
#[test]
fn a_question_that_nobody_answers_ends_after_five_minutes() {
    needs!("cc", "/proc");
    let world = World::new();
    for (args, code) in [
        (&["login", "-p", "testuser"][..], 1),
        (&["-p", "testuser", "--", "echo", "ran"], 125),
    ] {
        let mut command = world.mfaexec(args);
        // Five minutes in one second and a half.
        world.with_clock(&mut command, "CLOCK_SPEED", "200");
        let begun = std::time::Instant::now();
        let mut seen = terminal(command);
        seen.exp_string("MFA code: ").unwrap();
        let said = seen.exp_eof().unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(1400), "too soon");
        assert!(said.starts_with("\r\n"), "{said:?}");
        has(&said, &["no one answered the question for 5 minutes"]);
        let status = seen.process().wait().unwrap();
        let WaitStatus::Exited(_, exit) = status else {
            panic!("{status:?}")
        };
        assert_eq!(exit, code);
    }
    // So does a confirmation.
    let config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!("{config}mfaexec_confirm = true\n"));
    let mut command = world.mfaexec(&["-p", "testuser", "--", "echo", "ran"]);
    world.with_clock(&mut command, "CLOCK_SPEED", "200");
    let mut seen = terminal(command);
    seen.exp_string("Type testuser to go on: ").unwrap();
    has(
        &seen.exp_eof().unwrap(),
        &["no one answered the question for 5 minutes"],
    );
    assert!(world.code_calls().is_empty());
}
