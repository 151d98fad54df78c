//! Room that runs out: descriptors, the size of files. It is looked for before a code is asked for, so
//! no limit costs one.

use crate::harness::{Said, World, finish, has};

/// Runs with a limit of the shell's, and a code.
fn limited(world: &World, limit: &str, options: &str) -> Said {
    let script = format!("ulimit {limit}; exec mfaexec -p testuser {options} -- echo ran");
    let mut command = world.program("/bin/bash");
    finish(command.args(["-c", &script]))
}

fn finds_session(world: &World) -> bool {
    let cached = ["-p", "testuser", "--no-input", "--", "true"];
    world.run(&cached).code == Some(0)
}

#[test]
fn whatever_the_limit_of_descriptors_no_code_is_lost() {
    let mut enough = 0;
    // With fewer the system does not even load the program.
    for limit in 6..48 {
        let world = World::new();
        let code = world.code();
        let said = limited(&world, &format!("-n {limit}"), &format!("-c {code}"));
        if said.code == Some(0) {
            assert!(finds_session(&world), "{limit}: {said:?}");
            assert_eq!(said.stderr, "", "{limit}");
            enough += 1;
        } else {
            let error = said.fails(125);
            assert!(!error.contains("panic"), "{limit}: {error}");
            assert!(world.aws.journal().is_empty(), "{limit}: {error}");
        }
    }
    assert!(enough > 8, "most limits are enough: {enough}");
}

#[test]
fn too_few_descriptors_are_told() {
    let world = World::new();
    let code = world.code();
    for limit in ["-n 7", "-n 12", "-n 13"] {
        for options in ["", "--cache none", "--cache plain"] {
            let said = limited(&world, limit, &format!("-c {code} {options}"));
            let error = said.fails(125);
            has(&error, &["not enough descriptors", "ulimit -n"]);
        }
    }
    assert!(world.aws.journal().is_empty());
    world.sign_in(&[]);
    // A session that is there needs few.
    assert_eq!(limited(&world, "-n 12", "--no-input").succeeds(), "ran\n");
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_death() {
    let world = World::new();
    let code = world.code();
    for limit in ["-f 0", "-f 1", "-f 8"] {
        let error = limited(&world, limit, &format!("-c {code}")).fails(125);
        has(&error, &["File too large", "ulimit -f", "--cache none"]);
    }
    assert!(world.aws.journal().is_empty(), "known before the code");
    // Room for the largest session there is.
    assert_eq!(
        limited(&world, "-f 64", &format!("-c {code}")).succeeds(),
        "ran\n"
    );
    assert!(finds_session(&world));
    // A session that is there needs no room.
    assert_eq!(limited(&world, "-f 0", "--no-input").succeeds(), "ran\n");
}

#[test]
fn a_command_that_writes_too_much_dies_of_it_as_without_mfaexec() {
    let world = World::new();
    world.sign_in(&[]);
    let run = |wrapper: &str| {
        let script = format!("ulimit -f 0; exec {wrapper} dd if=/dev/zero of=big count=1");
        let said = finish(world.program("/bin/bash").args(["-c", &script]));
        (said.signal, said.code)
    };
    let plainly = run("env");
    assert_eq!(plainly.0, Some(nix::libc::SIGXFSZ), "{plainly:?}");
    assert_eq!(run("mfaexec -p testuser --no-input --"), plainly);
}
