//! What mfaexec answers to a completion script: which words, in which order, and what they mean.

use std::collections::BTreeSet;

use clap::Command;
use mfaexec::internals::definitions;

use crate::harness::{SERIAL, World, finish};

/// What is offered for the last of the words, each with what it means.
fn offers(world: &World, words: &[&str]) -> Vec<(String, String)> {
    let mut question = world.mfaexec(&["--", "mfaexec"]);
    let said = finish(question.args(words).env("MFAEXEC_COMPLETE", "zsh"));
    assert_eq!(said.stderr, "", "{words:?}");
    let said = said.succeeds();
    let lines = said
        .lines()
        .map(|line| line.split_once('\t').unwrap_or((line, "")));
    lines
        .map(|(value, meaning)| (value.to_owned(), meaning.to_owned()))
        .collect()
}

fn values(world: &World, words: &[&str]) -> Vec<String> {
    let offers = offers(world, words).into_iter();
    offers.map(|(value, _)| value).collect()
}

fn meaning(world: &World, words: &[&str], value: &str) -> String {
    let offers = offers(world, words);
    let found = offers.iter().find(|(known, _)| known == value);
    found
        .unwrap_or_else(|| panic!("no {value} in {offers:?}"))
        .1
        .clone()
}

fn all_definitions() -> Command {
    let mut all = definitions();
    all.build();
    all
}

#[test]
fn subcommands_come_first_and_options_after_a_dash() {
    let world = World::new();
    let all = all_definitions();
    let about = |of: &Command| {
        (
            of.get_name().to_owned(),
            of.get_about().unwrap().to_string(),
        )
    };
    let mut expected: Vec<_> = all.get_subcommands().map(about).collect();
    let last = ("--".to_owned(), "The command to run".to_owned());
    expected.push(last);
    assert_eq!(
        offers(&world, &[""]),
        expected,
        "each with its whole meaning"
    );
    assert_eq!(offers(&world, &["-p", "testuser", ""]), expected);
    expected.pop();
    assert_eq!(offers(&world, &["help", "lo"]), expected[1..2]);
    assert_eq!(values(&world, &["login", ""]), [""; 0]);
    for words in [&["-"][..], &["login", "-"], &["-d", "1h", "status", "-"]] {
        let offered = values(&world, words);
        assert!(
            offered.iter().all(|word| word.starts_with('-')),
            "{offered:?}"
        );
        for option in ["--profile", "-p", "--help", "-h"] {
            assert!(
                offered.iter().any(|word| word == option),
                "{words:?} {option}"
            );
        }
    }
    assert_eq!(values(&world, &["--min"]), ["--min-ttl"]);
    assert_eq!(values(&world, &["man", "comp"]), ["completions"]);
    assert_eq!(
        values(&world, &["completions", ""]),
        ["bash", "zsh", "fish", "nu"]
    );
}

#[test]
fn each_option_with_a_value_has_some() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nregion = mars-north-1\n\
         [profile admin]\nsource_profile = testuser\nrole_session_name = ann\n\
         role_arn = arn:aws:iam::210987654321:role/admin\nmfa_serial = {SERIAL}\n"
    ));
    world.write("policy.json", "{}");
    std::fs::create_dir(world.home().join("pages")).unwrap();
    let all = all_definitions();
    let run = [("", &all)].into_iter();
    let mut seen = BTreeSet::new();
    for (name, command) in run.chain(all.get_subcommands().map(|of| (of.get_name(), of))) {
        for option in command.get_opts() {
            let long = format!("--{}", option.get_long().unwrap());
            let words = [name, &long, ""];
            let words = &words[usize::from(name.is_empty())..];
            // A code is a secret, and no file has the other key of a user.
            let nothing = ["--code", "--delete"].contains(&long.as_str());
            assert_eq!(values(&world, words).is_empty(), nothing, "{words:?}");
            seen.insert(long);
        }
    }
    assert!(seen.len() > 20, "{seen:?}");

    let of = |option: &str, value: &str| meaning(&world, &[option, ""], value);
    assert_eq!(of("--mfa-serial", SERIAL), "of testuser and admin");
    assert_eq!(of("--region", "mars-north-1"), "of testuser");
    assert_eq!(
        of("--role-arn", "arn:aws:iam::210987654321:role/admin"),
        "of admin"
    );
    assert_eq!(of("--duration", "12h"), "the longest of a role");
    assert_eq!(values(&world, &["-d", "1"]), ["15m", "1h", "12h"]);
    assert_eq!(values(&world, &["--duration=36"]), ["--duration=36h"]);
    assert_eq!(values(&world, &["--policy-file", "po"]), ["policy.json"]);
    world.write("pol\u{1b}[2Jicy", "");
    assert_eq!(values(&world, &["--policy-file", "po"]), ["policy.json"]);
    assert_eq!(values(&world, &["man", "--into", "p"]), ["pages/"]);
    let kinds = offers(&world, &["policy", ""]);
    assert!(
        kinds.iter().all(|(_, meaning)| !meaning.is_empty()),
        "{kinds:?}"
    );
    // What is offered is accepted.
    for value in values(&world, &["-d", ""]) {
        world
            .run(&["explain", "-p", "testuser", "-d", &value])
            .succeeds();
    }
}

#[test]
fn a_profile_shows_its_account_and_how_long_its_session_lasts() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nregion = eu-central-1\n\
         [profile again]\nsource_profile = testuser\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nsource_profile = testuser\n\
         role_arn = arn:aws:iam::123456789012:role/deployer\n\
         [profile broken]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         [profile centre]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_id = 111122223333\nsso_role_name = admin\n\
         [profile status]\nsource_profile = testuser\n"
    ));
    let of = |name: &str| meaning(&world, &["login", "-p", ""], name);
    assert_eq!(of("testuser"), "123456789012");
    assert_eq!(of("centre"), "111122223333");
    assert_eq!(of("broken"), "cannot be used");
    assert!(
        world.aws.journal().is_empty() && !world.cache().exists(),
        "TAB asks no one"
    );

    world.sign_in(&["-d", "8h"]);
    for name in ["testuser", "again"] {
        assert_eq!(of(name), "123456789012, 8h left");
    }
    assert_eq!(of("deploy"), "123456789012");
    world.run(&["-p", "deploy", "--", "true"]).succeeds();
    assert_eq!(of("deploy"), "123456789012, 1h left");
    assert_eq!(offers(&world, &["--profile=dep"]).len(), 1);
    // A value that is called like a subcommand is a value.
    let roles = values(&world, &["-p", "status", "--role-arn", ""]);
    assert_eq!(roles, ["arn:aws:iam::123456789012:role/deployer"]);
    let all = values(&world, &["-p", "status", ""]);
    assert_eq!(all, values(&world, &[""]));
    world.run(&["clear"]).succeeds();
    assert_eq!(of("testuser"), "123456789012");
}

/// Thousands of names come without meanings, which no one could read; what is typed makes them few.
#[test]
fn of_many_profiles_few_have_a_meaning() {
    let world = World::new();
    let mut config = String::new();
    for number in 0..1000 {
        let role = format!("role_arn = arn:aws:iam::123456789012:role/r{number}");
        config += &format!("[profile p{number:03}]\nsource_profile = testuser\n{role}\n");
    }
    world.write_config(&config);
    assert_eq!(values(&world, &["-p", "p"]).len(), 1000);
    let few = offers(&world, &["-p", "p99"]);
    assert_eq!(few.len(), 10);
    assert!(
        few.iter().all(|(_, meaning)| meaning == "123456789012"),
        "{few:?}"
    );
}
