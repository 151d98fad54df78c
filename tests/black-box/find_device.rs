//! Finding the MFA device where no one names it.

use crate::harness::{SERIAL, World, has};

#[test]
fn iam_is_asked_once_and_the_answer_is_remembered() {
    let world = World::new();
    world.write_config("");
    let code = world.code();
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
    assert_eq!(world.code_calls()[0].serial_number.as_deref(), Some(SERIAL));
    world.aws.clear_journal();
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    assert!(world.aws.journal().is_empty(), "a cached run makes no call");
    let code = world.code();
    world
        .run(&["-p", "testuser", "--fresh", "-c", &code, "--", "true"])
        .succeeds();
    let actions: Vec<_> = world
        .aws
        .journal()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(actions, ["GetSessionToken"], "the device is known by now");
}

#[test]
fn a_hardware_device_is_found_by_its_number() {
    let world = World::new();
    let code = world.code_of("hardware");
    world
        .run(&["login", "-p", "hardware", "-c", &code])
        .succeeds();
    assert_eq!(
        world.code_calls()[0].serial_number.as_deref(),
        Some("GAHT12345678")
    );
}

#[test]
fn a_user_without_a_device_is_told_to_add_one() {
    let world = World::new();
    let error = world
        .run(&["-p", "nodevice", "-c", "123456", "--", "true"])
        .fails(125);
    has(
        &error,
        &[
            "has no MFA device",
            "add one: mfaexec mfa enroll -p nodevice;",
        ],
    );
    assert!(world.code_calls().is_empty());
}

#[test]
fn a_user_with_passkeys_only_is_told_that_sts_takes_none() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "fidouser", "--", "true"]);
    let seen = terminal.exp_eof().unwrap();
    has(
        &seen,
        &["only FIDO keys", "STS takes codes", "authenticator app"],
    );
    assert!(!seen.contains("MFA code"), "told before the question");
}

#[test]
fn of_several_devices_a_person_chooses_one() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "twodevices", "--", "echo", "done"]);
    terminal
        .exp_string("1) arn:aws:iam::123456789012:mfa/new-phone")
        .unwrap();
    terminal
        .exp_string("2) arn:aws:iam::123456789012:mfa/old-phone")
        .unwrap();
    terminal.exp_string("1 to 2: ").unwrap();
    terminal.send_line("2").unwrap();
    terminal
        .exp_string("twodevices (123456789012, device mfa/old-phone), to run ")
        .unwrap();
    terminal.send_line(&world.aws.code("twodevices")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
    // The choice is remembered, and that there was one.
    let mut terminal = world.at_terminal(&["-p", "twodevices", "--fresh", "--", "echo", "done"]);
    terminal
        .exp_string("twodevices (123456789012, device mfa/old-phone), to run ")
        .unwrap();
}

#[test]
fn without_a_person_several_devices_are_an_error_that_lists_them() {
    let world = World::new();
    let error = world
        .run(&["-p", "twodevices", "-c", "123456", "--", "true"])
        .fails(125);
    has(
        &error,
        &[
            "several MFA devices",
            "mfa/new-phone",
            "mfa/old-phone",
            "--mfa-serial",
        ],
    );
    let mut terminal = world.at_terminal(&["-p", "twodevices", "--", "true"]);
    terminal.exp_string("1 to 2: ").unwrap();
    for wrong in ["3", "", "0", "old-phone"] {
        terminal.send_line(wrong).unwrap();
        terminal.exp_string("1 to 2: ").unwrap();
    }
    terminal.send_control('d').unwrap();
    let seen = terminal.exp_eof().unwrap();
    // What is said next has a line of its own.
    assert!(seen.starts_with("\r\n"), "{seen:?}");
    has(&seen, &["the MFA device is not known"]);
    assert!(!seen.contains("MFA code"), "{seen}");
}

#[test]
fn a_guess_is_labelled_and_asks_first() {
    let world = World::new();
    let question = "Guess: arn:aws:iam::123456789012:mfa/locked. Is that yours? [y/N] ";
    let mut terminal = world.at_terminal(&["-p", "locked", "--", "echo", "done"]);
    terminal.exp_string(question).unwrap();
    terminal.send_line("").unwrap();
    has(
        &terminal.exp_eof().unwrap(),
        &["the guess was refused", "mfa_serial"],
    );

    let mut terminal = world.at_terminal(&["-p", "locked", "--", "echo", "done"]);
    terminal.exp_string("IAM may not be asked").unwrap();
    terminal.exp_string(question).unwrap();
    terminal.send_line("y").unwrap();
    terminal.exp_string("locked (123456789012), to ").unwrap();
    terminal.send_line(&world.aws.code("locked")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
    // It has proved right, so it is no guess any more.
    world
        .run(&["-p", "locked", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn a_device_that_was_chosen_wrongly_is_not_remembered() {
    let world = World::new();
    for number in ["1", "2"] {
        let mut terminal = world.at_terminal(&["-p", "twodevices", "--", "echo", "done"]);
        terminal.exp_string("1 to 2: ").unwrap();
        terminal.send_line(number).unwrap();
        terminal
            .exp_string("twodevices (123456789012, device mfa/")
            .unwrap();
        // The code of the second one.
        terminal.send_line(&world.aws.code("twodevices")).unwrap();
        if number == "1" {
            terminal.exp_string("STS did not accept the code").unwrap();
            terminal
                .exp_string("twodevices (123456789012, device mfa/")
                .unwrap();
            terminal.send_control('d').unwrap();
        }
        assert_eq!(terminal.exp_eof().unwrap().contains("done"), number == "2");
    }
}

#[test]
fn without_a_person_nothing_is_guessed() {
    let world = World::new();
    let error = world
        .run(&["-p", "locked", "-c", "123456", "--", "true"])
        .fails(125);
    has(&error, &["is not known", "mfa_serial"]);
    assert!(world.code_calls().is_empty());
}

#[test]
fn a_device_that_is_no_longer_the_users_is_looked_up_anew() {
    let world = World::new();
    world.write_config("");
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let new = "arn:aws:iam::123456789012:mfa/new-phone";
    world
        .aws
        .edit(|account| account.user_mut("testuser").devices[0].serial = new.into());
    let code = world.code();
    let error = world
        .run(&["login", "--fresh", "-p", "testuser", "-c", &code])
        .fails(1);
    has(
        &error,
        &[
            "STS cannot check codes of the device",
            SERIAL,
            "looks it up anew",
        ],
    );
    let code = world.code();
    world
        .run(&["login", "--fresh", "-p", "testuser", "-c", &code])
        .succeeds();
    assert_eq!(
        world.code_calls().last().unwrap().serial_number.as_deref(),
        Some(new)
    );
}

#[test]
fn a_root_user_is_asked_for_without_a_name() {
    let world = World::new();
    let code = world.code_of("root");
    let said = world.run(&["login", "-p", "root", "-c", &code]);
    has(&said.stderr, &["STS gave a session of"]);
    said.succeeds();
    // Cut to an hour by STS, which does not make every later run ask again.
    world
        .run(&["-p", "root", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn passkeys_only_names_both_ways_out_with_the_lines_to_type() {
    let world = World::new();
    let from_iam = world
        .run(&["-p", "fidouser", "--no-input", "--", "true"])
        .fails(125);
    let key = "arn:aws:iam::123456789012:u2f/user/fidouser/key-ABC";
    world.write_config(&format!("[profile fidouser]\nmfa_serial = {key}\n"));
    let from_file = world
        .run(&["-p", "fidouser", "--no-input", "--", "true"])
        .fails(125);
    for error in [from_iam, from_file] {
        has(
            &error,
            &[
                "add an authenticator app beside it: mfaexec mfa enroll -p fidouser; or ",
                "aws login --profile fidouser-login",
                "mfaexec -p fidouser-login -- COMMAND",
                "login_session",
            ],
        );
    }
}
