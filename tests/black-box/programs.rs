//! Programs that give codes or keys: theirs is the terminal while they run, and when mfaexec ends
//! they are gone, with all that they have started.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use rexpect::session::PtySession;

use crate::harness::{SERIAL, World, eventually, finish, has, kill};
use crate::skipping::needs;

/// What waits for ever and has started something that does so, too, which takes no hint.
const ENDLESS: &str = "echo $$ > program\n\
                       (trap '' TERM INT; sleep 600) & echo $! > child\n\
                       trap '' TERM; echo waiting >&2; wait; sleep 600";

/// A setting that names a program, and the line with which such a program gives what is wanted.
struct Setting {
    name: &'static str,
    gives: fn(&World, &str) -> String,
}

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "mfa_process",
        gives: |_, code| format!("echo {code}"),
    },
    Setting {
        name: "credential_process",
        gives: |_, code| {
            format!(
                "echo '{{\"Version\": 1, \"AccessKeyId\": \"ASIAPROGRAM000000000\", \
                 \"SecretAccessKey\": \"secret\", \"SessionToken\": \"'{code}'\"}}'"
            )
        },
    },
];

impl Setting {
    /// A world whose profile `p` has this setting, with a program of this text.
    fn world(&self, script: &str) -> World {
        let world = World::new();
        self.program(&world, script);
        let path = world.home().join("program.sh");
        let more = match self.name {
            "mfa_process" => format!("source_profile = testuser\nmfa_serial = {SERIAL}\n"),
            _ => String::new(),
        };
        world.write_config(&format!(
            "[profile p]\n{more}{} = {}\n",
            self.name,
            path.display()
        ));
        world
    }

    fn program(&self, world: &World, script: &str) {
        let text = format!("#!/bin/sh\ncd {}\n{script}\n", world.home().display());
        let path = world.write("program.sh", text);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).unwrap();
    }
}

/// The commands of a run.
fn run(world: &World) -> Command {
    world.mfaexec(&["-p", "p", "--", "echo", "done"])
}

/// A process that has written down its number, once it has.
#[track_caller]
fn number(world: &World, file: &str) -> String {
    let mut text = String::new();
    eventually("it writes down its number", || {
        text = std::fs::read_to_string(world.home().join(file)).unwrap_or_default();
        text.ends_with('\n')
    });
    text.trim().to_owned()
}

/// The program and its child are not there any more, but perhaps as zombies of which no one takes
/// notice.
#[track_caller]
fn are_gone(world: &World) {
    for file in ["program", "child"] {
        let pid = number(world, file);
        eventually("it is gone", || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.map_or(true, |stat| stat.contains(") Z "))
        });
    }
}

/// An interactive bash in which a run waits for its program.
fn waiting(world: &World) -> PtySession {
    let mut bash = world.bash();
    bash.send_line("mfaexec -p p -- sh -c 'echo done-$((40 + 2))'")
        .unwrap();
    bash.exp_string("mfaexec: waiting\r\n").unwrap();
    bash
}

#[track_caller]
fn is_back(bash: &mut PtySession, status: u32) {
    bash.exp_string("ready> ").unwrap();
    bash.send_line("echo status=$?").unwrap();
    bash.exp_string(&format!("status={status}")).unwrap();
}

/// A bash that is not told to go takes its time.
fn leave(mut bash: PtySession) -> String {
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap()
}

#[test]
fn a_program_may_ask_on_the_terminal() {
    for setting in &SETTINGS {
        let world = setting.world("");
        let gives = (setting.gives)(&world, "$pin");
        let asks = "printf 'your PIN: ' > /dev/tty; stty -echo < /dev/tty; read pin < /dev/tty";
        setting.program(&world, &format!("{asks}; stty echo < /dev/tty\n{gives}"));
        let mut bash = world.bash();
        bash.send_line("mfaexec -p p -- sh -c 'echo done-$((40 + 2))' | cat")
            .unwrap();
        bash.exp_string("your PIN: ").unwrap();
        // Nothing is written into its question.
        std::thread::sleep(std::time::Duration::from_millis(1500));
        bash.send_line(&world.code()).unwrap();
        let seen = bash.exp_string("done-42").unwrap();
        assert!(!seen.contains("waiting for"), "{}: {seen}", setting.name);
        is_back(&mut bash, 0);
        leave(bash);
    }
}

#[test]
fn an_interrupt_at_the_terminal_ends_program_and_run() {
    needs!("/proc");
    for setting in &SETTINGS {
        let world = setting.world(ENDLESS);
        let mut bash = waiting(&world);
        bash.send_control('c').unwrap();
        is_back(&mut bash, 130);
        are_gone(&world);
        assert!(!leave(bash).contains("done-42"));
        assert!(world.code_calls().is_empty());
    }
}

#[test]
fn a_stop_at_the_terminal_stops_both_and_fg_goes_on() {
    for setting in &SETTINGS {
        let world = setting.world("");
        let gives = (setting.gives)(&world, &world.code());
        let waits = "echo waiting >&2; while ! [ -e go ]; do sleep 0.1; done";
        setting.program(&world, &format!("{waits}\n{gives}"));
        let mut bash = waiting(&world);
        bash.send_control('z').unwrap();
        bash.exp_string("Stopped").unwrap();
        bash.exp_string("ready> ").unwrap();
        world.write("go", "");
        std::thread::sleep(std::time::Duration::from_millis(400));
        bash.send_line("fg").unwrap();
        bash.exp_string("done-42").unwrap();
        is_back(&mut bash, 0);
        leave(bash);
    }
}

#[test]
fn a_signal_to_mfaexec_alone_takes_all_with_it() {
    needs!("/proc");
    for setting in &SETTINGS {
        for (signal, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
            let world = setting.world(ENDLESS);
            let mut command = run(&world);
            let child = command.stderr(Stdio::piped()).stdout(Stdio::piped());
            let child = child.spawn().unwrap();
            self::number(&world, "child");
            kill(signal, &child.id().to_string());
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.signal(), Some(number), "{output:?}");
            assert!(output.stdout.is_empty(), "{output:?}");
            are_gone(&world);
            assert!(world.code_calls().is_empty());
        }
    }
}

/// Who is in the background gets nothing from a terminal: the job is stopped, and goes on in the
/// foreground.
#[test]
fn a_program_that_asks_in_the_background_stops_the_job() {
    let setting = &SETTINGS[0];
    let world = setting.world("");
    let gives = (setting.gives)(&world, "$pin");
    setting.program(
        &world,
        &format!("read pin < /dev/tty\necho got it >&2\n{gives}"),
    );
    let mut bash = world.bash();
    bash.send_line("mfaexec -p p -- sh -c 'echo done-$((40 + 2))' &")
        .unwrap();
    bash.exp_string("ready> ").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    bash.send_line("jobs").unwrap();
    bash.exp_string("Stopped").unwrap();
    bash.send_line("fg").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    bash.send_line(&world.code()).unwrap();
    bash.exp_string("got it").unwrap();
    bash.exp_string("done-42").unwrap();
    leave(bash);
}

#[test]
fn the_end_of_its_time_is_the_end_of_all_that_a_program_started() {
    needs!("/proc");
    let setting = &SETTINGS[0];
    let world = setting.world(ENDLESS);
    let error = finish(&mut run(&world)).fails(125);
    has(&error, &["it took more than 15 s", "config, line 4"]);
    are_gone(&world);
}

#[test]
fn what_is_waited_for_is_said_once() {
    for setting in &SETTINGS {
        let world = setting.world("");
        let gives = (setting.gives)(&world, &world.code());
        setting.program(&world, &format!("sleep 2.5\n{gives}"));
        let said = finish(&mut run(&world));
        let notice = format!("mfaexec: waiting for program.sh ({})\n", setting.name);
        assert_eq!(said.stderr.matches(&notice).count(), 1, "{said:?}");
        assert_eq!(said.succeeds(), "done\n");
    }
    // A program that says something by itself is known to be there, in a line without an end, too.
    let world = SETTINGS[0].world("");
    let gives = (SETTINGS[0].gives)(&world, &world.code());
    SETTINGS[0].program(
        &world,
        &format!("printf 'Touch it: ' >&2; sleep 2\n{gives}"),
    );
    let said = finish(run(&world).arg("-q"));
    assert!(said.stderr.starts_with("mfaexec: Touch it:\n"), "{said:?}");
    assert!(!said.stderr.contains("waiting"), "{said:?}");
}

#[test]
fn secrets_in_the_words_of_a_program_are_struck_out() {
    let world = SETTINGS[0].world("");
    let code = world.code();
    let account = local_aws::Account::story();
    let secret = account.user("testuser").secret_access_key().to_owned();
    let words = format!(
        "echo \"got {code} with {secret} and $AWS_SESSION_TOKEN of 123456789012\" >&2; exit 7"
    );
    SETTINGS[0].program(&world, &words);
    let mut command = world.mfaexec(&["-vv", "-p", "p", "--", "true"]);
    command.env(
        "AWS_SESSION_TOKEN",
        "IQoJb3JpZ2luX2VjEDQa-canary/of+the/caller==",
    );
    let error = finish(&mut command).fails(125);
    let struck = "got ****** with ****** and ****** of 123456789012";
    has(
        &error,
        &[
            &format!("mfaexec: {struck}\n"),
            &format!("it failed with exit code 7: {struck}"),
        ],
    );
    assert!(!error.contains(&code) && !error.contains(&secret));
    // One that talks too much is not shown for ever.
    SETTINGS[0].program(&world, "yes 0123456789 | head -c 3000000 >&2; exit 1");
    let error = finish(&mut run(&world)).fails(125);
    assert!(error.len() < 500_000, "{}", error.len());
    SETTINGS[0].program(&world, "head -c 60000 /dev/zero | tr '\\0' x >&2; exit 1");
    let error = finish(&mut run(&world)).fails(125);
    has(&error, &["xxx…\n"]);
    assert!(error.len() < 5000, "{}", error.len());
}

/// Who has left the session but holds the program's pipes is no daemon: it ends with the rest.
#[test]
fn who_holds_a_pipe_of_a_program_ends_with_it_in_any_session() {
    needs!("setsid");
    let world = SETTINGS[0].world("");
    let script = "setsid sh -c 'echo $$ > held; exec sleep 600' &\n\
                  while ! [ -s held ]; do sleep 0.05; done; echo $$ > ready; wait";
    SETTINGS[0].program(&world, script);
    let child = run(&world)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    number(&world, "ready");
    let held = number(&world, "held");
    let mut child = child.unwrap();
    kill("TERM", &child.id().to_string());
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    eventually("it is gone", || {
        let stat = std::fs::read_to_string(format!("/proc/{held}/stat"));
        stat.map_or(true, |stat| stat.contains(") Z "))
    });
}

/// What a program has put aside, with a session of its own, is no one's business: an agent goes on.
#[test]
fn a_daemon_that_a_program_started_goes_on() {
    needs!("setsid");
    let world = SETTINGS[0].world("");
    let script = "setsid sh -c 'echo $$ > daemon; exec sleep 60' > /dev/null 2>&1 < /dev/null &\n\
                  while ! [ -s daemon ]; do sleep 0.05; done; echo failing >&2; exit 1";
    SETTINGS[0].program(&world, script);
    finish(&mut run(&world)).fails(125);
    let daemon = number(&world, "daemon");
    let stat = std::fs::read_to_string(format!("/proc/{daemon}/stat"));
    kill("KILL", &daemon);
    assert!(!stat.unwrap().contains(") Z "));
}
