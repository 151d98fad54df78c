//! `mfaexec status --check`: the exit code says whether a run would find its session in the cache.

use crate::harness::{World, finish, has};

const ROLE: &str = "[profile testuser]\nregion = eu-central-1\n\
                    mfa_serial = arn:aws:iam::123456789012:mfa/testuser\n\
                    [profile deploy]\nsource_profile = testuser\n\
                    role_arn = arn:aws:iam::123456789012:role/deployer\n";

/// The exit code; nothing is printed, and no one is asked.
#[track_caller]
fn answer(world: &World, args: &[&str]) -> Option<i32> {
    let before = world.aws.journal().len();
    let said = world.run(&[&["status", "--check"], args].concat());
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert_eq!(world.aws.journal().len(), before, "AWS was asked");
    said.code
}

#[test]
fn the_exit_code_says_what_a_run_would_find() {
    let world = World::new();
    world.write_config(ROLE);
    let of_user = ["-p", "testuser"];
    let of_role = ["-p", "deploy"];
    assert_eq!(answer(&world, &of_user), Some(1));
    world.sign_in(&[]);
    assert_eq!(answer(&world, &of_user), Some(0));
    // The session of the role is another one.
    assert_eq!(answer(&world, &of_role), Some(1));
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    assert_eq!(answer(&world, &of_role), Some(0));
    // Sessions last four hours, those of roles one.
    let least = |time: &'static str| [&of_user[..], &["--min-ttl", time]].concat();
    assert_eq!(answer(&world, &least("3h")), Some(0));
    assert_eq!(answer(&world, &least("5h")), Some(1));
    assert_eq!(
        answer(&world, &["-p", "deploy", "--min-ttl", "2h"]),
        Some(1)
    );
    world.run(&["clear", "-p", "deploy"]).succeeds();
    assert_eq!(answer(&world, &of_role), Some(1));
    assert_eq!(answer(&world, &of_user), Some(0));

    // As a run chooses the profile, and what the profile says.
    let mut chosen = world.mfaexec(&["status", "--check"]);
    assert_eq!(finish(chosen.env("AWS_PROFILE", "testuser")).code, Some(0));
    world.write_config(&ROLE.replacen("region", "mfaexec_min_ttl = 5h\nregion", 1));
    assert_eq!(answer(&world, &of_user), Some(1));
}

#[test]
fn with_v_it_says_why() {
    let world = World::new();
    let check = ["status", "--check", "-p", "testuser", "-v"];
    let no = world.run(&check);
    assert_eq!(no.code, Some(1));
    has(
        &no.stderr,
        &["testuser: no session is cached that a run would use"],
    );
    world.sign_in(&[]);
    let yes = world.run(&check);
    assert_eq!(yes.code, Some(0));
    has(&yes.stderr, &["testuser: cached, 4h left"]);
}

/// What cannot be known is not a no.
#[test]
fn what_cannot_be_known_has_a_code_of_its_own() {
    let world = World::new();
    let check = |args: &[&str]| world.run(&[&["status", "--check"], args].concat());
    has(
        &check(&["-p", "nobody"]).fails(2),
        &["there is no profile nobody"],
    );
    world.write_config("[profile testuser\n");
    has(&check(&["-p", "testuser"]).fails(2), &["line 1"]);
    has(&check(&["--json"]).fails(2), &["--check", "--json"]);
    let error = world.run(&["status", "--min-ttl", "1h"]).fails(2);
    has(
        &error,
        &["--check is missing", "see: mfaexec status --help"],
    );
}
