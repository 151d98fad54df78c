//! The README's examples, run: console blocks at a pseudo-terminal, Makefiles by make, the policy
//! in the stand-in for AWS. What the README shows is what a user sees.

use local_aws::Policy;

use crate::examples::{reader, shows_what_a_user_sees, with_aws};
use crate::harness::{World, aws_client, finish, has};
use crate::skipping::needs;

const README: &str = include_str!("../../README.md");

/// The blocks of one language, without the indentation of the list that they stand in.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start() == format!("```{language}") {
            let block = lines.by_ref().take_while(|line| line.trim_start() != "```");
            let block = block.map(|line| line.get(indent..).unwrap_or_default());
            blocks.push(block.collect::<Vec<_>>().join("\n"));
        }
    }
    assert!(!blocks.is_empty(), "the README has no {language}");
    blocks
}

#[test]
fn console_examples_show_what_a_user_sees() {
    for block in blocks("console") {
        let world = reader();
        if !block.contains("MFA code for") {
            world.sign_in(&[]);
        }
        shows_what_a_user_sees(&world, &block);
    }
}

#[test]
fn the_makefiles_work_as_they_stand() {
    needs!("make");
    let world = reader();
    world.sign_in(&[]);
    let makefiles = blocks("make");
    assert_eq!(makefiles.len(), 2, "as a prefix and as the shell");
    for makefile in makefiles {
        world.write("Makefile", makefile + "\n");
        let mut make = world.program("make");
        let printed = finish(with_aws(&world, &mut make).arg("regions")).succeeds();
        has(&printed, &["\"RegionName\": \"eu-central-1\""]);
    }
}

#[test]
fn the_policy_does_what_the_readme_says() {
    let world = reader();
    world.write_config("[profile testuser]\nregion = eu-central-1\n");
    let policy = blocks("json").remove(0);
    world.aws.edit(|account| {
        account
            .policies
            .insert("readme".into(), Policy::from_json(&policy).unwrap());
        account.user_mut("testuser").policies = vec!["readme".into()];
    });
    let regions = [aws_client(), "ec2", "describe-regions"];
    let mut bare = world.program(regions[0]);
    let refused = finish(bare.args(&regions[1..]).args(["--profile", "testuser"]));
    has(&refused.stderr, &["UnauthorizedOperation"]);
    // The device is found, as the second statement allows it.
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--"]);
    has(&finish(command.args(regions)).succeeds(), &["eu-central-1"]);
}

#[test]
fn every_option_and_subcommand_is_in_the_readme() {
    let world = World::new();
    let mut count = 0;
    for subcommand in [
        &[][..],
        &["shell"],
        &["login"],
        &["explain"],
        &["status"],
        &["clear"],
    ] {
        let help = world.run(&[subcommand, &["--help"]].concat()).succeeds();
        for word in help
            .split_whitespace()
            .filter(|word| word.starts_with("--") && word.len() > 2)
        {
            let option = word.trim_end_matches([',', '.', '-', ']']);
            assert!(
                README.contains(&format!("`{option}")),
                "{option} is not in the README"
            );
            count += 1;
        }
    }
    assert!(count > 20);
}
