//! Threats to what mfaexec and its command show of themselves: arguments, environment, panics.
//! SECURITY.md lists all threats with their tests; those to the memory are in `threats_memory.rs`,
//! those that need hostile input in `threats_hostile.rs`, others in the module of their topic.

use std::collections::HashSet;
use std::fs;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mfaexec::internals::{Ask, Echo, Terminal, Wake};

use crate::harness::{SERIAL, World, eventually, finish, has};
use crate::prompt_signals::{MODES, QUESTION};
use crate::skipping::needs;

/// Tells the test program which of its tests is to panic.
const PANICKING: &str = "MFAEXEC_TEST_PANICKING";

/// The name of a child's program, as of now.
pub(crate) fn name_of(child: &Child) -> String {
    let name = fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap_or_default();
    name.trim_end().to_owned()
}

#[test]
fn the_commands_environment_has_the_sessions_three_secrets_and_no_others() {
    needs!("/proc");
    let world = World::new();
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "--", "sleep", "60"]);
    command
        .env("MFAEXEC_CODE", &code)
        .env("AWS_ACCESS_KEY_ID", "AKIAOFTHECALLER00000")
        .env("AWS_SECRET_ACCESS_KEY", "secret-of-the-caller")
        .env("AWS_SECURITY_TOKEN", "token-of-the-caller");
    let mut child = command.spawn().unwrap();
    eventually("the command runs", || name_of(&child) == "sleep");
    let environ = fs::read(format!("/proc/{}/environ", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let environ = String::from_utf8(environ).unwrap();
    let entries: Vec<(&str, &str)> = environ
        .split_terminator('\0')
        .map(|entry| entry.split_once('=').unwrap())
        .collect();
    let names: HashSet<&str> = entries.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), entries.len(), "no name is there twice");
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for canary in [
        "wJalrXUtnFEMI",
        "AKIAIOSFODNN7EXAMPLE",
        "of-the-caller",
        "AKIAOFTHECALLER",
        &code,
    ] {
        assert!(
            entries.iter().all(|(_, value)| !value.contains(canary)),
            "{canary}"
        );
    }
}

/// The argument lists of all processes, as seen while `run` goes on.
fn argument_lists(run: impl FnOnce()) -> HashSet<Vec<u8>> {
    let (seen, done) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                for process in fs::read_dir("/proc").unwrap().flatten() {
                    if let Ok(arguments) = fs::read(process.path().join("cmdline")) {
                        seen.lock().unwrap().insert(arguments);
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        // Also when a panic ends the run.
        let _done = Done(&done);
        run();
    });
    seen.into_inner().unwrap()
}

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn no_secret_is_in_an_argument_list() {
    needs!("/proc");
    let world = World::new();
    let (question, cached) = ("marker-of-the-question", "marker-of-the-cached-run");
    let mut secrets = String::new();
    let seen = argument_lists(|| {
        let script = |marker| ["sh", "-c", "sleep 0.3; env", marker];
        let mut command = world.mfaexec(&["-p", "testuser", "--"]);
        command.args(script(question));
        let mut terminal = crate::harness::terminal(command);
        terminal.exp_string(QUESTION).unwrap();
        terminal.send_line(&world.aws.code("testuser")).unwrap();
        terminal.exp_eof().unwrap();
        let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--"]);
        secrets = finish(command.args(script(cached))).succeeds();
        world.run(&["status"]).succeeds();
        world.run(&["clear"]).succeeds();
    });
    let somewhere = |canary: &str| {
        let canary = canary.as_bytes();
        let found = |list: &Vec<u8>| list.windows(canary.len()).any(|part| part == canary);
        seen.iter().any(found)
    };
    assert!(somewhere(question) && somewhere(cached), "it was looked at");
    let session = secrets.lines().filter_map(|line| {
        let value = line.strip_prefix("AWS_SECRET_ACCESS_KEY=");
        value.or_else(|| line.strip_prefix("AWS_SESSION_TOKEN="))
    });
    let secrets: Vec<&str> = session.chain(["wJalrXUtnFEMI/K7MDENG"]).collect();
    assert_eq!(secrets.len(), 3);
    for secret in secrets {
        assert!(!somewhere(secret), "{secret}");
    }
}

#[test]
fn no_option_takes_a_long_term_secret() {
    let world = World::new();
    for subcommand in [&["--help"][..], &["login", "--help"], &["status", "--help"]] {
        let help = world.run(subcommand).succeeds().to_lowercase();
        assert!(
            !help.contains("secret") && !help.contains("password"),
            "{help}"
        );
    }
}

/// Not a test by itself: the program that `a_panic_at_the_question_shows_its_place_and_nothing_else`
/// starts. It asks with the product's own question and panics with the product's own hook, in
/// another thread, when a file appears.
#[test]
fn the_program_that_panics() {
    let Some(signal) = std::env::var_os(PANICKING) else {
        return;
    };
    mfaexec::internals::hook_panics();
    std::thread::spawn(move || {
        while !fs::exists(&signal).unwrap() {
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("canary-of-the-message {SERIAL}");
    });
    let mut wake = Wake::new().unwrap();
    let terminal = Terminal::open().unwrap();
    let ask = Ask {
        echo: Echo::Hidden,
        ..Ask::openly("Question: ")
    };
    terminal.ask(ask, &mut wake).unwrap();
}

#[test]
fn a_panic_at_the_question_shows_its_place_and_nothing_else() {
    let world = World::new();
    let signal = world.home().join("panic-now");
    let mut bash = world.bash();
    bash.send_line(&format!(
        "{PANICKING}={} NO_COLOR=1 RUST_BACKTRACE=full {} --exact threats::the_program_that_panics \
         --nocapture; echo status=$?",
        signal.display(),
        std::env::current_exe().unwrap().display()
    ))
    .unwrap();
    bash.exp_string("Question: ").unwrap();
    bash.send("123").unwrap();
    bash.flush().unwrap();
    fs::write(&signal, "").unwrap();
    let seen = bash.exp_string("status=125").unwrap();
    has(
        &seen,
        &["mfaexec: internal error", "a panic at ", "threats.rs:"],
    );
    assert!(!seen.contains("canary-of-the-message"), "{seen}");
    assert!(!seen.contains("stack backtrace"), "{seen}");
    // Echo is back, and half an answer is not left to the shell.
    bash.exp_string("ready> ").unwrap();
    bash.send_line(MODES).unwrap();
    let seen = bash.exp_string("hidden=0").unwrap();
    assert!(!seen.contains("123"), "{seen}");
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

#[test]
fn what_the_loader_is_told_reaches_the_command_unchanged() {
    let world = World::new();
    world.sign_in(&[]);
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "env"]);
    let said = finish(
        command
            .env("LD_PRELOAD", "/nonexistent/library.so")
            .env("LD_LIBRARY_PATH", "/nonexistent"),
    );
    has(
        &said.succeeds(),
        &[
            "LD_PRELOAD=/nonexistent/library.so\n",
            "LD_LIBRARY_PATH=/nonexistent\n",
        ],
    );
}

/// SECURITY.md names a test for each answer. Each name is one of a test.
#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut found = 0;
    for name in page.split('`').skip(1).step_by(2) {
        let Some((module, test)) = name.split_once("::") else {
            continue;
        };
        let path = root.join(format!("tests/black-box/{module}.rs"));
        let source = fs::read_to_string(&path);
        let source = source.unwrap_or_else(|_| panic!("{name}: there is no {}", path.display()));
        // One for each shell is listed above its function.
        let list = source.split_once("in_each_shell!(");
        let list = list.and_then(|(_, rest)| rest.split_once(");"));
        let in_each_shell = list.is_some_and(|(list, _)| list.contains(&format!("    {test},")));
        assert!(
            in_each_shell || source.contains(&format!("#[test]\nfn {test}()")),
            "there is no test {name}"
        );
        found += 1;
    }
    assert!(found > 30, "the page names {found} tests");
}

/// A row that has no test yet has none because there is no such thing yet: when there is one, the
/// page has to be written anew.
#[test]
fn what_the_security_page_says_is_not_there_is_not_there() {
    needs!("/proc");
    let world = World::new();
    let help = world.run(&["--help"]).succeeds();
    assert!(!help.contains("--server"), "it needs its row and its test");
    // No socket of its own is open while the command runs.
    world.sign_in(&[]);
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--"]);
    command
        .args(["sh", "-c", "ls -l /proc/$$/fd"])
        .stdin(Stdio::null());
    assert!(!finish(&mut command).succeeds().contains("socket:"));
}
