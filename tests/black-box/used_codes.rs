//! A code works once, whichever way it comes: what was sent is written down, and refused without
//! asking anyone when it comes again.

use std::fs::File;
use std::process::Command;

use crate::harness::{Said, World, finish, has};
use crate::skipping::needs;

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

/// Whatever happens between two runs, a code that was sent goes out once: there is one refusal
/// without a call.
#[track_caller]
fn is_refused_here(world: &World, command: &mut Command) {
    let asked = world.aws.journal().len();
    has(&finish(command).fails(1), &["this code was used already"]);
    assert_eq!(world.aws.journal().len(), asked);
}

#[test]
fn no_number_of_codes_makes_the_first_ones_forgotten() {
    let world = World::new();
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    let wrong = |by: u32| format!("{:06}", (right + by * 1013) % 1_000_000);
    let with = |code: &str| world.mfaexec(&[&LOGIN[..], &["-c", code]].concat());
    for number in 1..=70 {
        finish(&mut with(&wrong(number))).fails(1);
    }
    assert_eq!(world.code_calls().len(), 70);
    for number in [1, 35, 52, 53, 54, 60, 70] {
        is_refused_here(&world, &mut with(&wrong(number)));
    }
}

#[test]
fn a_clock_that_jumps_makes_no_code_forgotten() {
    needs!("cc", "/proc");
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    for seconds in ["91", "86400", "-91", "-315360000"] {
        let mut again = world.mfaexec(&[&LOGIN[..], &["-c", &code]].concat());
        world.with_clock(&mut again, "CLOCK_SHIFT", seconds);
        is_refused_here(&world, &mut again);
    }
}

/// Two questions for one code: the directory with the lock of the first was removed.
#[test]
fn a_cache_that_is_removed_at_the_question_makes_no_code_go_out_twice() {
    let world = World::new();
    let mut first = world.at_terminal(&LOGIN);
    first.exp_string("MFA code: ").unwrap();
    std::fs::remove_dir_all(world.cache()).unwrap();
    let mut second = world.at_terminal(&LOGIN);
    second.exp_string("MFA code: ").unwrap();
    let code = world.aws.code("testuser");
    first.send_line(&code).unwrap();
    has(&first.exp_eof().unwrap(), &["signed in until"]);
    second.send_line(&code).unwrap();
    second.exp_string("this code was used already").unwrap();
    second.exp_string("MFA code: ").unwrap();
    world.aws.move_clock(30);
    second.send_line(&world.aws.code("testuser")).unwrap();
    has(&second.exp_eof().unwrap(), &["signed in until"]);
    assert_eq!(world.code_calls().len(), 2);
    // Only those of the second are left, and they are locked by their names.
    assert!(world.cache().join("used-codes").exists());
}

/// One waits behind a lock whose file has lost its name: it takes the one that has it.
#[test]
fn who_waits_behind_a_removed_lock_finds_the_new_one() {
    let world = World::new();
    let mut first = world.at_terminal(&LOGIN);
    first.exp_string("MFA code: ").unwrap();
    let mut waiting = world.at_terminal(&["-p", "testuser", "--", "echo", "ran"]);
    waiting.exp_string("waiting for the sign-in").unwrap();
    std::fs::remove_dir_all(world.cache()).unwrap();
    let mut third = world.at_terminal(&LOGIN);
    third.exp_string("MFA code: ").unwrap();
    // The first gives up. The one that waited for it waits for the third now.
    first.send_control('d').unwrap();
    first.exp_eof().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    third.send_line(&world.aws.code("testuser")).unwrap();
    has(&third.exp_eof().unwrap(), &["signed in until"]);
    let said = waiting.exp_eof().unwrap();
    assert!(said.contains("ran") && !said.contains("MFA code"), "{said}");
    assert_eq!(world.code_calls().len(), 1);
}

/// Whatever becomes of the file with the used codes, codes are remembered from then on, and none
/// is sent that cannot be written down.
#[test]
fn a_memory_that_cannot_be_read_is_made_anew() {
    use std::os::unix::fs::PermissionsExt;
    type Spoil = fn(&std::path::Path);
    let spoil: [(&str, Spoil); 4] = [
        ("noise", |file| {
            let old = std::fs::read(file).unwrap();
            std::fs::write(file, [b"\xff\n".as_slice(), &old, b"\0\xfe x\n"].concat()).unwrap();
        }),
        ("open to others", |file| {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o666)).unwrap();
        }),
        ("a directory", |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        }),
        ("a link", |file| {
            std::fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink("/dev/null", file).unwrap();
        }),
    ];
    for (name, spoil) in spoil {
        let world = World::new();
        let first = world.code();
        world
            .run(&["login", "-p", "testuser", "-c", &first])
            .succeeds();
        spoil(&world.cache().join("used-codes"));
        let second = world.code();
        let with = |code: &str| world.mfaexec(&[&LOGIN[..], &["-q", "-c", code]].concat());
        if name == "noise" {
            is_refused_here(&world, &mut with(&first));
        }
        finish(&mut with(&second)).succeeds();
        is_refused_here(&world, &mut with(&second));
        assert_eq!(world.code_calls().len(), 2, "{name}");
    }
    // A directory with something in it is no one's to remove.
    let world = World::new();
    let memory = world.write(".cache/mfaexec/used-codes/x", "");
    for directory in memory.ancestors().skip(1).take(2) {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let code = world.code();
    let error = world
        .run(&["login", "-p", "testuser", "-c", &code])
        .fails(1);
    has(&error, &["the code was not sent", "cannot record its use"]);
    assert!(world.code_calls().is_empty());
}
