//! Several programs at once, as `terraform` starts its providers: one question, and one session for
//! all.

use std::process::{Child, Stdio};
use std::time::Duration;

use crate::credential_process::{ASK, detached, keys, line};
use crate::harness::{World, has, terminal};
use crate::skipping::needs;
use crate::trouble::said;

/// Five with a terminal, as children of one program on it.
const FIVE: &str = "for n in 1 2 3 4 5; do \
    mfaexec credential-process -p testuser > out$n 2> err$n < /dev/null & done; wait; echo ended";

#[test]
fn eight_at_once_ask_once() {
    needs!("setsid");
    let world = World::new();
    let mut sh = world.program("/bin/sh");
    let mut asking = terminal({
        sh.args(["-c", FIVE]);
        sh
    });
    asking.exp_string("MFA code: ").unwrap();
    let mut waiting: Vec<Child> = (0..3)
        .map(|_| detached(&world, &ASK).spawn().unwrap())
        .collect();
    std::thread::sleep(Duration::from_millis(1000));
    for child in &mut waiting {
        assert_eq!(child.try_wait().unwrap(), None, "it waits");
    }
    asking.send_line(&world.aws.code("testuser")).unwrap();
    let seen = asking.exp_string("ended").unwrap();
    assert!(!seen.contains("MFA code: "), "{seen}");
    asking.exp_eof().unwrap();
    let read = |name: String| std::fs::read_to_string(world.home().join(name)).unwrap();
    let first = read("out1".to_owned());
    for n in 1..=5 {
        assert_eq!(read(format!("out{n}")), first);
        assert_eq!(read(format!("err{n}")), "");
    }
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    for child in waiting {
        assert_eq!(keys(said(child)), first);
    }
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn who_waits_for_a_question_that_is_given_up_fails_with_it() {
    needs!("setsid");
    let world = World::new();
    let mut sh = world.program("/bin/sh");
    let mut asking = terminal({
        sh.args(["-c", FIVE]);
        sh
    });
    asking.exp_string("MFA code: ").unwrap();
    let child = detached(&world, &ASK).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    asking.send_control('d').unwrap();
    let seen = asking.exp_string("ended").unwrap();
    assert!(!seen.contains("MFA code: "), "{seen}");
    asking.exp_eof().unwrap();
    let refused = line(said(child), 1);
    has(
        &refused,
        &["mfaexec cannot ask for it", "mfaexec login -p testuser"],
    );
    for n in 1..=5 {
        let error = std::fs::read_to_string(world.home().join(format!("err{n}"))).unwrap();
        assert_eq!(error.lines().count(), 1, "{error}");
        has(
            &error,
            &["no code was given", ": mfaexec login -p testuser\n"],
        );
    }
}

#[test]
fn a_window_asks_where_there_is_no_terminal() {
    let world = World::new();
    crate::dialogs::stand_in(&world, "zenity", crate::dialogs::WINDOW);
    world.write("answers", world.code());
    let mut command = crate::dialogs::detached(&world, &ASK);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    keys(said(command.spawn().unwrap()));
    let asked = std::fs::read_to_string(world.home().join("asked-1")).unwrap();
    has(
        &asked,
        &["An MFA code is needed to give a program its session."],
    );
}
