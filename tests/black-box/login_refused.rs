//! What `login` cannot keep it refuses before it runs a program or asks anyone.

use crate::harness::{SERIAL, World, finish, has};

/// A world with programs that leave a trace when they run.
fn world() -> World {
    let world = World::new();
    let home = world.home().display().to_string();
    world.write_config(&format!(
        "[profile temporary]\ncredential_process = touch {home}/ran\n\
         [profile held]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         credential_source = Environment\n\
         [profile coded]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         mfa_process = touch {home}/ran\n\
         [profile given]\nmfa_serial = {SERIAL}\ncredential_process = touch {home}/ran\n"
    ));
    world
}

#[track_caller]
fn nothing_ran(world: &World) {
    assert!(!world.home().join("ran").exists(), "a program ran");
    assert!(world.aws.journal().is_empty());
}

#[test]
fn keys_that_come_anew_in_every_run() {
    let world = world();
    let error = world.run(&["login", "-p", "temporary"]).fails(1);
    has(
        &error,
        &[
            "there is nothing to keep for temporary",
            "run the command itself",
        ],
    );
    nothing_ran(&world);
}

#[test]
fn a_cache_that_is_turned_off() {
    let world = world();
    for profile in ["temporary", "coded", "given"] {
        let error = world
            .run(&["login", "-p", profile, "--cache", "none"])
            .fails(2);
        has(&error, &["login has no use with --cache none"]);
        assert!(!error.contains("mfaexec login"), "{error}");
        nothing_ran(&world);
    }
}

#[test]
fn a_cache_that_cannot_be_written() {
    let world = world();
    world.write(".cache/mfaexec", "a file in the way");
    for profile in ["coded", "given", "temporary"] {
        world.run(&["login", "-p", profile]).fails(1);
        nothing_ran(&world);
    }
    let mut command = world.mfaexec(&["login", "-p", "held"]);
    command
        .env("AWS_ACCESS_KEY_ID", "ASIACANARY0000000000")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_SESSION_TOKEN", "token");
    has(
        &finish(&mut command).fails(1),
        &["cannot use", ".cache/mfaexec"],
    );
    nothing_ran(&world);
}

/// Where nothing is kept, no remedy is about what is kept.
#[test]
fn without_a_cache_no_remedy_is_about_one() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/nosuch\n\
         source_profile = testuser\n"
    ));
    for profile in ["testuser", "deploy"] {
        for more in [&["--no-input"][..], &[]] {
            let mut command = world.mfaexec(&["-p", profile, "--cache", "none"]);
            let error = finish(command.args(more).args(["--", "true"])).fails(125);
            has(&error, &["a code is needed"]);
            assert!(!error.contains("login"), "{error}");
        }
        let code = world.code();
        let mut command = world.mfaexec(&["-p", "deploy", "--cache", "none", "-c", &code]);
        let error = finish(command.args(["--", "true"])).fails(125);
        for useless in ["login", "clear", "--fresh"] {
            assert!(!error.contains(useless), "{error}");
        }
    }
}
