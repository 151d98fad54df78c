//! Options mean the same before and after a subcommand's name, and are refused where they would
//! mean nothing.

use crate::harness::{SERIAL, Said, World, finish, has};

#[test]
fn options_stand_before_or_after_the_subcommand() {
    let world = World::new();
    let code = world.code();
    world
        .run(&["-p", "testuser", "-d", "1h", "login", "-c", &code])
        .succeeds();
    assert_eq!(world.code_calls()[0].duration_seconds, Some(3600));
    let code = world.code();
    world
        .run(&[
            "--fresh", "login", "-p", "testuser", "-d", "2h", "-c", &code,
        ])
        .succeeds();
    assert_eq!(world.code_calls()[1].duration_seconds, Some(7200));
    has(
        &world.run(&["-p", "testuser", "status"]).succeeds(),
        &["testuser"],
    );
    has(
        &world.run(&["-p", "otheruser", "status"]).succeeds(),
        &["no cached sessions"],
    );
}

/// Logins with these options before and after the subcommand's name, each in a world of its own
/// that has a session of an hour.
fn before_and_after(options: &[&str], check: impl Fn(&World, Said)) {
    for is_before in [true, false] {
        let world = World::new();
        world.sign_in(&["-d", "1h"]);
        world.aws.clear_journal();
        let mut command = world.mfaexec(if is_before { options } else { &[] });
        command.args(["login", "-p", "testuser"]);
        command.args(if is_before { &[] } else { options });
        // The way in for those that are not about codes.
        command.env("MFAEXEC_CODE", world.code());
        check(&world, finish(&mut command));
    }
}

#[test]
fn each_option_means_the_same_before_and_after_the_subcommand() {
    let call = |world: &World, said: Said| {
        said.succeeds();
        let calls = world.code_calls();
        assert_eq!(calls.len(), 1, "a new session");
        calls.into_iter().next().unwrap()
    };
    before_and_after(&[], |world, said| {
        said.succeeds();
        assert!(world.code_calls().is_empty(), "the one at hand");
    });
    before_and_after(&["--fresh"], |world, said| {
        call(world, said);
    });
    before_and_after(&["--min-ttl", "2h"], |world, said| {
        call(world, said);
    });
    before_and_after(&["--duration", "2h"], |world, said| {
        assert_eq!(call(world, said).duration_seconds, Some(7200));
    });
    before_and_after(&["--region", "us-west-2", "--fresh"], |world, said| {
        assert_eq!(call(world, said).region, "us-west-2");
    });
    before_and_after(&["--cache", "plain"], |world, said| {
        call(world, said);
        world
            .run(&[
                "-p",
                "testuser",
                "--no-input",
                "--cache",
                "plain",
                "--",
                "true",
            ])
            .succeeds();
    });
    before_and_after(&["--code", "12345", "--fresh"], |_, said| {
        has(&said.fails(1), &["a code has six digits"]);
    });
    let other = "arn:aws:iam::123456789012:mfa/otheruser";
    before_and_after(&["--mfa-serial", other], |world, said| {
        has(&said.fails(1), &["cannot check codes of the device", other]);
        let calls = world.code_calls();
        assert_eq!(calls[0].serial_number.as_deref(), Some(other));
    });
    // A code that is given is no input, so this one has to go without.
    for line in [
        ["--no-input", "login", "-p", "testuser"],
        ["login", "-p", "testuser", "--no-input"],
    ] {
        let error = World::new().run(&line).fails(1);
        has(&error, &["--no-input was given"]);
    }
    before_and_after(&["--prompt", "terminal", "--fresh"], |world, said| {
        call(world, said);
    });
    // Given twice, the one after the name counts.
    let world = World::new();
    let code = world.code();
    world
        .run(&[
            "--region",
            "us-west-2",
            "login",
            "-p",
            "testuser",
            "--region",
            "sa-east-1",
            "-c",
            &code,
        ])
        .succeeds();
    assert_eq!(world.code_calls()[0].region, "sa-east-1");
}

#[test]
fn an_option_that_would_mean_nothing_is_refused() {
    let world = World::new();
    for (options, subcommand) in [
        (&["-d", "1h"][..], "status"),
        (&["--min-ttl", "1h"], "clear"),
        (&["--fresh"], "clear"),
        (&["--mfa-serial", SERIAL], "status"),
        (&["-c", "123456"], "clear"),
        (&["--region", "us-east-1"], "status"),
        (&["--no-input"], "clear"),
        (&["--prompt", "zenity"], "status"),
        (&["--cache", "none"], "status"),
        (&["--keep-ps1"], "login"),
    ] {
        let mut command = world.mfaexec(options);
        has(
            &finish(command.arg(subcommand)).fails(2),
            &[
                &format!("mfaexec {subcommand} has no such option"),
                options[0],
            ],
        );
    }
    has(
        &world.run(&["login", "--cache", "none"]).fails(2),
        &["no use"],
    );
}

#[test]
fn options_that_contradict_each_other_are_refused_on_both_sides_of_the_subcommand() {
    let world = World::new();
    for (before, subcommand, after) in [
        (&["--without-mfa"][..], "explain", &["-c", "123456"][..]),
        (&["-c", "123456"], "login", &["--without-mfa"]),
        (&["-q"], "status", &["-v"]),
        (&["--prompt", "zenity"], "explain", &["--no-input"]),
        (&["--mfa-serial", SERIAL], "login", &["--without-mfa"]),
    ] {
        for (before, after) in [(before, after), (after, before)] {
            let line = [before, &[subcommand], after].concat();
            has(&world.run(&line).fails(2), &["cannot be used with"]);
        }
    }
    assert!(world.aws.journal().is_empty());
}

#[test]
fn options_of_a_subcommand_may_come_before_its_name() {
    let world = World::new();
    has(
        &world.run(&["--json", "status"]).succeeds(),
        &["\"sessions\""],
    );
    world.sign_in(&[]);
    let options = ["--shell", "true", "-p", "testuser", "--no-input", "shell"];
    world.run(&options).succeeds();
}

#[test]
fn a_profile_may_be_called_like_a_subcommand() {
    let world = World::new();
    world.sign_in(&[]);
    for options in [&["-p", "login"][..], &["-plogin"], &["--profile=login"]] {
        let error = world.run(&[options, &["status"]].concat()).fails(1);
        has(&error, &["there is no profile login"]);
        let error = world.run(&[options, &["--", "status"]].concat()).fails(125);
        has(&error, &["there is no profile login"]);
        has(&world.run(options).fails(125), &["nothing to run"]);
    }
    let said = world.run(&["-p", "testuser", "--", "explain"]).fails(127);
    has(&said, &["explain: command not found"]);
}

#[test]
fn a_misspelt_subcommand_is_recognised() {
    let world = World::new();
    for (line, meant, command) in [
        (
            &["logn", "-p", "x"][..],
            "did you mean login? mfaexec login -p x",
            "mfaexec -- logn -p x",
        ),
        (
            &["-p", "x", "statu", "--json"],
            "did you mean status? mfaexec -p x status --json",
            "mfaexec -p x -- statu --json",
        ),
    ] {
        has(&world.run(line).fails(125), &[meant, command]);
    }
    let error = world.run(&["-p", "x", "aws", "s3"]).fails(125);
    assert!(!error.contains("did you mean"), "{error}");
    has(
        &world.run(&["login", "--frsh"]).fails(2),
        &["did you mean --fresh?"],
    );
    has(
        &world.run(&["login", "--cache", "encryptd"]).fails(2),
        &["encrypted, plain, none", "did you mean encrypted?"],
    );
}
