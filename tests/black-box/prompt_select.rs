//! Questions where poll(2) cannot wait for a terminal, as on macOS: whatever ends or changes a question
//! does so at once, and not when Enter is pressed.

use std::time::Duration;

use local_aws::Fault;
use rexpect::session::PtySession;

use crate::harness::{World, has, terminal};
use crate::prompt_signals::QUESTION;
use crate::skipping::needs;

fn at_terminal(world: &World, args: &[&str]) -> PtySession {
    let mut command = world.mfaexec(args);
    world.without_poll(&mut command);
    terminal(command)
}

#[test]
fn a_code_is_typed_and_the_rest_is_the_commands() {
    needs!("cc", "/proc");
    let world = World::new();
    let mut terminal = at_terminal(&world, &["-p", "testuser", "--", "head", "-n1"]);
    terminal.exp_string(QUESTION).unwrap();
    let (code, rest) = (world.code(), "for the command");
    terminal.send_line(&format!("{code}\n{rest}")).unwrap();
    let seen = terminal.exp_eof().unwrap();
    assert!(seen.contains(rest) && !seen.contains(&code), "{seen:?}");
}

#[test]
fn a_dead_key_is_told_while_no_one_types() {
    needs!("cc", "/proc");
    let world = World::new();
    world.aws.fault(Fault::RegionDisabled, 9);
    let mut terminal = at_terminal(&world, &["-p", "testuser", "--", "echo", "done"]);
    has(
        &terminal.exp_eof().unwrap(),
        &[QUESTION, "STS is switched off", "remedy:"],
    );
    assert!(world.code_calls().is_empty());
}

#[test]
fn seconds_are_counted_down_and_typing_goes_on() {
    needs!("cc", "/proc");
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let again = ["--fresh", "-p", "testuser", "--", "echo", "done"];
    let mut terminal = at_terminal(&world, &again);
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_line(&code).unwrap();
    terminal.exp_string("the next one comes in ").unwrap();
    let next = world.code();
    let (begin, end) = next.split_at(3);
    terminal.send(begin).unwrap();
    terminal.flush().unwrap();
    let mut counts = (0..2).map(|_| {
        let counted = terminal.exp_regex("new in [0-9]+ s").unwrap().1;
        counted.split(' ').nth(2).unwrap().parse::<u64>().unwrap()
    });
    let (first, second) = (counts.next().unwrap(), counts.next().unwrap());
    assert!(second < first, "{first}, {second}");
    terminal.send_line(end).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
}

#[test]
fn a_key_that_ends_the_question_ends_it() {
    needs!("cc", "/proc");
    for (key, status) in [('c', None), ('d', Some(125))] {
        let world = World::new();
        let mut terminal = at_terminal(&world, &["-p", "testuser", "--", "echo", "done"]);
        terminal.exp_string(QUESTION).unwrap();
        // It has to be waiting.
        std::thread::sleep(Duration::from_millis(300));
        terminal.send_control(key).unwrap();
        assert!(!terminal.exp_eof().unwrap().contains("done"));
        let ended = terminal.process().wait().unwrap();
        let exit = match ended {
            rexpect::process::WaitStatus::Exited(_, code) => Some(code),
            _ => None,
        };
        assert_eq!(exit, status, "^{key}");
        assert!(world.code_calls().is_empty());
    }
}
