//! The recipes for CI: no terminal, the key and the code from elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::harness::{SERIAL, World, aws_client, finish, has};
use crate::recipes::{Recipe, apart, recipe, script};
use crate::skipping::needs;
use crate::trouble::names;

/// A step of a pipeline: no terminal, the secrets in the environment, no files of AWS.
fn step(world: &World, line: &str) -> Command {
    let mut command = apart(world, line);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env(
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .env("AWS_MFA_SERIAL", SERIAL)
        .env("AWS_REGION", "eu-central-1");
    command
}

fn pipeline(recipe: &Recipe) -> World {
    let world = World::new();
    symlink(aws_client(), world.home().join("aws")).unwrap();
    fs::remove_dir_all(world.home().join(".aws")).unwrap();
    recipe.write(&world);
    world
}

#[test]
fn a_pipeline_with_a_code() {
    needs!("setsid");
    let recipe = recipe("CI, with a person who has the code");
    let world = pipeline(&recipe);
    let refused = finish(&mut step(&world, "./deploy.sh"));
    assert_eq!(refused.code, Some(125));
    has(&refused.stderr, &["a code is needed", "mfaexec login"]);
    let code = world.code();
    let said = finish(step(&world, "./sign-in.sh").env("CODE", &code));
    assert_eq!(said.code, Some(0), "{said:?}");
    for _ in 0..2 {
        has(
            &finish(&mut step(&world, "./deploy.sh")).succeeds(),
            &["RegionName"],
        );
    }
    // Or in a variable.
    world.run(&["clear", "-q"]).succeeds();
    let code = world.code();
    finish(step(&world, "./deploy.sh").env("MFAEXEC_CODE", &code)).succeeds();
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn a_pipeline_with_a_program() {
    needs!("setsid");
    let recipe = recipe("CI, with a program that has the code");
    let world = pipeline(&recipe);
    script(
        &world,
        "pass",
        "#!/bin/sh\n[ \"$*\" = 'otp aws/testuser' ] || exit 9\n\
         echo x >> passed\nexec local-aws code testuser\n",
    );
    for _ in 0..2 {
        has(
            &finish(&mut step(&world, "./deploy.sh")).succeeds(),
            &["RegionName"],
        );
    }
    assert_eq!(world.code_calls().len(), 1);
    assert_eq!(
        fs::read_to_string(world.home().join("passed")).unwrap(),
        "x\n"
    );
}

#[test]
fn a_pipeline_that_keeps_nothing() {
    needs!("setsid");
    let recipe = recipe("CI, without a cache");
    let world = pipeline(&recipe);
    fs::remove_file(world.home().join("aws")).unwrap();
    script(&world, "aws", "#!/bin/sh\nenv\n");
    let code = world.code();
    let seen = finish(step(&world, "./deploy.sh").env("CODE", &code)).succeeds();
    assert!(!seen.contains("MFAEXEC_CODE"), "{seen}");
    assert!(!seen.contains("wJalrXUtnFEMI"), "{seen}");
    has(&seen, &["AWS_SESSION_TOKEN="]);
    let kept = names(&world.cache());
    assert!(
        !kept.iter().any(|name| name.ends_with(".session")),
        "{kept:?}"
    );
    let refused = finish(step(&world, "./deploy.sh").env("CODE", ""));
    assert_eq!(refused.code, Some(125), "{refused:?}");
}
