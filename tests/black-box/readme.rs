//! The README's examples, run: console blocks at a pseudo-terminal, Makefiles by make, the policy
//! in the stand-in for AWS. What the README shows is what a user sees.

use std::os::unix::fs::symlink;
use std::process::Command;

use local_aws::Policy;
use rexpect::session::PtySession;

use crate::harness::{World, aws_client, finish, has, terminal};
use crate::readme_screens::with_example_times;
use crate::skipping::needs;

const README: &str = include_str!("../../README.md");
const READY: &str = "ready> ";

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

/// A world with the one profile of the README, and an `aws` on its PATH.
pub(crate) fn reader() -> World {
    let world = World::new();
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let own: Vec<&str> = keys
        .lines()
        .skip_while(|line| *line != "[testuser]")
        .take(3)
        .collect();
    world.write_credentials(&own.join("\n"));
    symlink(aws_client(), world.home().join("aws")).unwrap();
    world
}

pub(crate) fn with_aws<'a>(world: &World, command: &'a mut Command) -> &'a mut Command {
    let path = command
        .get_envs()
        .find(|(name, _)| *name == "PATH")
        .unwrap()
        .1
        .unwrap()
        .to_owned();
    command.env(
        "PATH",
        format!("{}:{}", world.home().display(), path.display()),
    )
}

/// Runs one command of a block; what it printed after the question, if it asked one.
fn type_in(shell: &mut PtySession, world: &World, command: &str, expected: &[&str]) -> String {
    shell.send_line(command).unwrap();
    if let Some(question) = expected
        .iter()
        .find(|line| line.starts_with("MFA code for"))
    {
        shell.exp_string(question.trim_end()).unwrap();
        shell.send_line(&world.code()).unwrap();
    }
    shell.exp_string(READY).unwrap()
}

/// Times and the blanks of a table differ from run to run.
fn normal(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        if humantime::parse_rfc3339(word).is_ok() {
            "TIME"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ").replace("3h 59m", "4h")
}

/// Whether the lines fit, where `…` stands for any text in a line and, alone, for any lines.
fn fits(expected: &[String], actual: &[String]) -> bool {
    match (expected.split_first(), actual.split_first()) {
        (None, None) => true,
        (Some((wanted, later)), _) if wanted == "…" => {
            (0..=actual.len()).any(|skipped| fits(later, &actual[skipped..]))
        }
        (Some((wanted, later)), Some((line, rest))) => {
            let mut place = 0;
            let parts: Vec<&str> = wanted.split('…').collect();
            let in_order = parts.iter().all(|part| match line[place..].find(part) {
                Some(at) => {
                    place += at + part.len();
                    true
                }
                None => false,
            });
            let whole = parts.len() > 1 || line == wanted;
            in_order && whole && line.starts_with(parts[0]) && fits(later, rest)
        }
        _ => false,
    }
}

/// Puts what was printed in place of what the README shows after an example's command and question.
fn capture(example: &str, printed: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = readme.lines().map(str::to_owned).collect();
    let old: Vec<&str> = example.trim_end().lines().collect();
    let begins = |at: &usize| {
        let mut pairs = lines[*at..].iter().zip(&old);
        let first = lines[*at].trim_start() == format!("$ {}", old[0]);
        first
            && pairs
                .by_ref()
                .skip(1)
                .all(|(line, old)| line.trim() == old.trim())
    };
    let at = (0..lines.len()).find(begins).expect("the example");
    let indent = lines[at].len() - lines[at].trim_start().len();
    let questions = old[1..]
        .iter()
        .filter(|line| line.starts_with("MFA code for"));
    let kept = 1 + questions.count();
    let printed = with_example_times(printed);
    let new = printed.lines().filter(|line| !line.trim().is_empty());
    let new = new.map(|line| format!("{:indent$}{}", "", line.trim_end()));
    let new: Vec<String> = new.collect();
    lines.splice(at + kept..at + old.len(), new);
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn console_examples_show_what_a_user_sees() {
    for block in blocks("console") {
        let world = reader();
        if !block.contains("MFA code for") {
            world.sign_in(&[]);
        }
        let mut command = world.program("/bin/bash");
        command
            .args(["--norc", "--noprofile", "-i"])
            .env("PS1", READY)
            .env("TERM", "dumb")
            .env("NO_COLOR", "1");
        with_aws(&world, &mut command);
        let mut shell = terminal(command);
        shell.exp_string(READY).unwrap();
        for example in format!("\n{block}").split("\n$ ").skip(1) {
            let mut lines = example.lines();
            let command = lines.next().unwrap();
            let expected: Vec<&str> = lines.collect();
            let printed = type_in(&mut shell, &world, command, &expected);
            let expected = expected
                .iter()
                .filter(|line| !line.starts_with("MFA code for"));
            let lines = |line: String| (!line.is_empty()).then_some(line);
            let expected: Vec<_> = expected.filter_map(|line| lines(normal(line))).collect();
            let actual: Vec<_> = printed
                .lines()
                .filter_map(|line| lines(normal(line)))
                .collect();
            if std::env::var_os("MFAEXEC_BLESS").is_some() && !fits(&expected, &actual) {
                capture(example, &printed);
                continue;
            }
            assert!(
                fits(&expected, &actual),
                "$ {command}\nthe README shows {expected:#?}\na user sees {actual:#?}"
            );
        }
        shell.send_line("exit").unwrap();
        shell.exp_eof().unwrap();
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
