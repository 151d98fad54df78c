//! The README's examples, run: console blocks at a pseudo-terminal, Makefiles by make, the policy
//! in the stand-in for AWS. What the README shows is what a user sees.

use std::os::unix::fs::PermissionsExt;

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
        if !block.contains("MFA code:") {
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

/// Each program is a stand-in that knows what it has to be called with, and prints what the real one
/// does.
#[test]
fn the_programs_that_give_codes_are_called_as_they_want_to_be() {
    let world = reader();
    let own = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let recipes = blocks("ini").concat();
    let recipes = recipes
        .lines()
        .filter(|line| line.starts_with("mfa_process = "));
    let mut known = vec![
        (
            "ykman",
            "oath accounts code --single aws:testuser",
            "Touch your YubiKey...",
            "CODE\\n",
        ),
        ("op", "item get AWS testuser --otp", "", "CODE\\n"),
        ("pass", "otp aws/testuser", "", "CODE\\n"),
        ("gopass", "otp -o aws/testuser", "", "CODE\\n"),
        ("bw", "get totp aws-testuser", "", "CODE"),
        // Without --single.
        (
            "ykman",
            "oath accounts code aws:testuser",
            "",
            "aws:testuser  CODE\\n",
        ),
    ];
    let unsingle = "mfa_process = ykman oath accounts code aws:testuser";
    for recipe in recipes.chain([unsingle]) {
        let (program, arguments, stderr, stdout) = known.remove(0);
        let script = format!(
            "#!/bin/sh\n[ \"$*\" = '{arguments}' ] || exit 64\n\
             [ -t 0 ] && exit 65\necho '{stderr}' >&2\nprintf '{}'\n",
            stdout.replace("CODE", &world.code())
        );
        let path = world.write(program, script);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        world.write_config(&format!("{own}{recipe}\n"));
        let mut command = world.mfaexec(&["--fresh", "-p", "testuser", "--", "echo", "done"]);
        let said = finish(with_aws(&world, &mut command));
        assert!(said.stderr.contains(stderr), "{said:?}");
        assert_eq!(said.succeeds(), "done\n", "{recipe}");
    }
    assert!(known.is_empty(), "not in the README: {known:?}");
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
