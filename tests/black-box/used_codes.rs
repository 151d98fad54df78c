//! A code works once, whichever way it comes: what was sent is written down, and refused without
//! asking anybody when it comes again.

use std::fs::File;
use std::process::Command;

use crate::harness::{Said, World, finish, has};

const LOGIN: [&str; 4] = ["login", "--fresh", "-p", "testuser"];

/// A login that reads the code from stdin.
fn on_stdin(world: &World, code: &str) -> Command {
    let input = world.write("code", format!("{code}\n"));
    let mut command = world.mfaexec(&[&LOGIN[..], &["-c", "-"]].concat());
    command.stdin(File::open(input).unwrap());
    command
}

#[test]
fn however_a_code_is_given_it_works_once() {
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let refused = |said: Said| has(&said.fails(1), &["this code was used already"]);
    refused(world.run(&[&LOGIN[..], &["-c", &code]].concat()));
    refused(finish(world.mfaexec(&LOGIN).env("MFAEXEC_CODE", &code)));
    refused(finish(&mut on_stdin(&world, &code)));
    let mut terminal = world.at_terminal(&LOGIN);
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&code).unwrap();
    terminal.exp_string("this code was used already").unwrap();
    terminal.exp_string("the next one comes in").unwrap();
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.code()).unwrap();
    has(&terminal.exp_eof().unwrap(), &["signed in until"]);
    assert_eq!(world.code_calls().len(), 2);
}

/// A code that went one way is refused when it comes as an option.
#[track_caller]
fn is_not_sent_again(way: impl Fn(&World, &str)) {
    let world = World::new();
    let code = world.code();
    way(&world, &code);
    let asked = world.aws.journal().len();
    let again = world.run(&[&LOGIN[..], &["-c", &code]].concat());
    has(&again.fails(1), &["this code was used already"]);
    assert_eq!(world.aws.journal().len(), asked);
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn however_a_code_was_given_it_is_not_sent_again() {
    is_not_sent_again(|world, code| {
        finish(world.mfaexec(&LOGIN).env("MFAEXEC_CODE", code)).succeeds();
    });
    is_not_sent_again(|world, code| {
        finish(&mut on_stdin(world, code)).succeeds();
    });
    is_not_sent_again(|world, code| {
        let mut terminal = world.at_terminal(&LOGIN);
        terminal.exp_string("MFA code: ").unwrap();
        terminal.send_line(code).unwrap();
        has(&terminal.exp_eof().unwrap(), &["signed in until"]);
    });
}
