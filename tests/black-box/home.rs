//! Where the user's files are if HOME is not set, as under systemd and cron: where Python's
//! `expanduser` finds them for the AWS CLI.

use crate::harness::{World, finish, has};
use crate::skipping::needs;

#[test]
fn without_home_files_and_cache_are_in_the_home_of_the_user_database() {
    needs!("cc", "/proc");
    let world = World::new();
    let code = world.code();
    let run = |args: &[&str]| {
        let mut command = world.mfaexec(args);
        world.with_home_of_user(&mut command, Some(world.home()));
        finish(&mut command)
    };
    let printed = run(&["-p", "testuser", "-c", &code, "--", "env"]).succeeds();
    has(&printed, &["AWS_REGION=eu-central-1\n"]);
    assert!(!printed.contains("\nHOME="), "{printed}");
    assert!(world.cache().is_dir());
    run(&["-p", "testuser", "--no-input", "--", "true"]).succeeds();
    // It is the cache of the runs that have HOME.
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    has(&run(&["status"]).succeeds(), &["testuser"]);
    // A path of the user's own, and XDG_CACHE_HOME, which comes first.
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    world.with_home_of_user(&mut command, Some(world.home()));
    command.env("AWS_CONFIG_FILE", "~/.aws/config");
    finish(&mut command).succeeds();
    command.env("XDG_CACHE_HOME", world.home().join("elsewhere"));
    has(&finish(&mut command).fails(125), &["--no-input was given"]);
}

#[test]
fn a_bundle_in_the_home_is_found_without_home() {
    needs!("cc", "/proc");
    let world = World::new();
    world.write_config("[profile testuser]\nca_bundle = ~/roots.pem\n");
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    world.with_home_of_user(&mut command, Some(world.home()));
    let roots = world.home().join("roots.pem").display().to_string();
    has(&finish(&mut command).fails(125), &[&roots]);
}

#[test]
fn a_user_whom_the_database_does_not_know_is_told_what_to_set() {
    needs!("cc", "/proc");
    let world = World::new();
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    world.with_home_of_user(&mut command, None);
    let error = finish(&mut command).fails(125);
    let user = nix::unistd::getuid();
    let cause =
        format!("HOME is not set, and the user database has no entry for the user ID {user}");
    let remedy = "set HOME, or name the files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE";
    has(
        &error,
        &["cannot find the AWS config files", &cause, remedy],
    );
    command.env("AWS_CONFIG_FILE", world.home().join(".aws/config"));
    command.env(
        "AWS_SHARED_CREDENTIALS_FILE",
        world.home().join(".aws/credentials"),
    );
    let error = finish(&mut command).fails(125);
    has(
        &error,
        &["no place to keep sessions", &cause, "XDG_CACHE_HOME"],
    );
}

#[test]
fn an_empty_home_is_the_root_directory_and_not_this_one() {
    needs!("cc", "/proc");
    let world = World::new();
    // In its home, where .aws is.
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    world.with_home_of_user(&mut command, Some(world.home()));
    let error = finish(command.env("HOME", "")).fails(125);
    has(&error, &["there is no profile testuser", "/.aws/config"]);
    assert!(
        !error.contains(&world.home().display().to_string()),
        "{error}"
    );
}
