//! The completion scripts in real shells, in a home with three profiles and nothing else. bash and
//! zsh have a terminal, and TAB is pressed in it; fish and Nushell tell what they would offer.

use std::process::Command;

use crate::completions_shell::{Home, Terminal, bash_completion_wanted, fish_offers, nu_offers};
use crate::harness::{MFAEXEC, World};
use crate::screen::Screen;
use crate::skipping::needs;

/// Cases for every shell with a terminal: a line before TAB and after it.
const LINES: [(&str, &str); 26] = [
    ("mfaexec --prompt ze", "mfaexec --prompt zenity "),
    ("mfaexec shell --shell fi", "mfaexec shell --shell fish "),
    ("mfaexec log", "mfaexec login "),
    ("mfaexec -d 36", "mfaexec -d 36h "),
    (
        "mfaexec --policy-file file",
        r"mfaexec --policy-file file\ one ",
    ),
    // What begins with a directory goes on in the same word.
    ("mfaexec man --into bi", "mfaexec man --into bin/"),
    ("mfaexec completions z", "mfaexec completions zsh "),
    ("mfaexec --min", "mfaexec --min-ttl "),
    ("mfaexec --cache enc", "mfaexec --cache encrypted "),
    ("mfaexec -p pl", "mfaexec -p play "),
    (
        "mfaexec login -q --profile pl",
        "mfaexec login -q --profile play ",
    ),
    ("mfaexec --profile=pl", "mfaexec --profile=play "),
    ("mfaexec -p team:a", "mfaexec -p team:admin "),
    (
        "mfaexec --role-arn arn",
        "mfaexec --role-arn arn:aws:iam::123456789012:role/pilot ",
    ),
    (
        "mfaexec login --region mars",
        "mfaexec login --region mars-north-1 ",
    ),
    (
        "mfaexec explain --region eu-n",
        "mfaexec explain --region eu-north-1 ",
    ),
    // Behind a colon or a =, where bash begins a new word.
    (
        "mfaexec --role-arn arn:aws:iam::123456789012:role/p",
        "mfaexec --role-arn arn:aws:iam::123456789012:role/pilot ",
    ),
    (
        "mfaexec shell --role-arn=arn:aws:iam::1",
        "mfaexec shell --role-arn=arn:aws:iam::123456789012:role/pilot ",
    ),
    (
        "mfaexec login --region=mars",
        "mfaexec login --region=mars-north-1 ",
    ),
    // A user who has no profile in a region may still want it.
    ("mfaexec --region mx", "mfaexec --region mx-central-1 "),
    (
        "mfaexec --region us-gov-w",
        "mfaexec --region us-gov-west-1 ",
    ),
    (
        "mfaexec --region cn-northw",
        "mfaexec --region cn-northwest-1 ",
    ),
    (
        "mfaexec -p play --region ap-northeast-3",
        "mfaexec -p play --region ap-northeast-3 ",
    ),
    ("mfaexec -p my", r"mfaexec -p my\ work "),
    (r"mfaexec -p my\ w", r"mfaexec -p my\ work "),
    ("mfaexec -p 'my w", "mfaexec -p 'my work' "),
];

/// A word that is quoted from its middle on. zsh puts the quotes its own way.
const QUOTED_IN_BASH: (&str, &str) = ("mfaexec --profile=\"my w", "mfaexec --profile=\"my work\" ");
const QUOTED_IN_ZSH: (&str, &str) = ("mfaexec --profile=\"my w", r"mfaexec --profile=my\ work ");

/// The same for what comes after `--`. The candidates of the dummy command name the place of the
/// word that it was asked for.
const LINES_AFTER_DASHES: [(&str, &str); 5] = [
    (
        "mfaexec -p play -- mfaexec-d",
        "mfaexec -p play -- mfaexec-dummy ",
    ),
    (
        "mfaexec -- mfaexec-dummy al",
        "mfaexec -- mfaexec-dummy alpha-1 ",
    ),
    (
        "mfaexec --profile=play -q -- mfaexec-dummy one al",
        "mfaexec --profile=play -q -- mfaexec-dummy one alpha-2 ",
    ),
    (
        "mfaexec -p team:admin -- mfaexec-dummy -- al",
        "mfaexec -p team:admin -- mfaexec-dummy -- alpha-2 ",
    ),
    (
        r"mfaexec -p my\ work -- mfaexec-dummy --profile al",
        r"mfaexec -p my\ work -- mfaexec-dummy --profile alpha-2 ",
    ),
];

#[test]
fn bash() {
    needs!("bash");
    if !bash_completion_wanted("completions::bash") {
        return;
    }
    let home = Home::new();
    let mut bash = Terminal::bash(&home, true);
    check(&mut bash, &LINES);
    check(&mut bash, &[QUOTED_IN_BASH]);
    check(&mut bash, &LINES_AFTER_DASHES);
    check_profiles(&mut bash, &home);
}

/// As aws has it: a program that gets the line to complete in its environment.
#[test]
fn bash_with_a_program_as_completer() {
    needs!("bash");
    let home = Home::new();
    let mut bash = Terminal::bash(&home, false);
    check(
        &mut bash,
        &[(
            "mfaexec -p play -- mfaexec-other one li",
            "mfaexec -p play -- mfaexec-other one line:mfaexec-other_one_li:20 ",
        )],
    );
}

#[test]
fn bash_without_bash_completion() {
    needs!("bash");
    let home = Home::new();
    let mut bash = Terminal::bash(&home, false);
    check(&mut bash, &LINES);
    check(&mut bash, &[QUOTED_IN_BASH]);
    check(
        &mut bash,
        &[
            (
                "mfaexec -p play -- mfaexec-o",
                "mfaexec -p play -- mfaexec-other ",
            ),
            ("mfaexec -- cat fi", r"mfaexec -- cat file\ one "),
        ],
    );
    check_profiles(&mut bash, &home);
}

#[test]
fn zsh() {
    needs!("zsh");
    let home = Home::new();
    let mut zsh = Terminal::zsh(&home);
    check(&mut zsh, &LINES);
    check(&mut zsh, &[QUOTED_IN_ZSH]);
    check(&mut zsh, &LINES_AFTER_DASHES);
    check(
        &mut zsh,
        &[("mfaexec -- cat fi", r"mfaexec -- cat file\ one ")],
    );
    check_profiles(&mut zsh, &home);
}

#[test]
fn fish() {
    needs!("fish");
    let home = Home::new();
    let offers = |line: &str| fish_offers(&home, line);
    assert_eq!(offers("mfaexec log"), ["login"]);
    assert_eq!(offers("mfaexec --min"), ["--min-ttl"]);
    assert_eq!(offers("mfaexec -p "), ["my work", "play", "team:admin"]);
    assert_eq!(offers("mfaexec login -q --profile pl"), ["play"]);
    assert_eq!(offers("mfaexec --profile=pl"), ["--profile=play"]);
    assert_eq!(
        offers("mfaexec --role-arn "),
        ["arn:aws:iam::123456789012:role/pilot"]
    );
    assert_eq!(
        offers("mfaexec shell --role-arn=arn:aws:iam::1"),
        ["--role-arn=arn:aws:iam::123456789012:role/pilot"]
    );
    assert_eq!(offers("mfaexec --region mars"), ["mars-north-1"]);
    assert_eq!(
        offers("mfaexec login --region eu-s"),
        ["eu-south-1", "eu-south-2"]
    );
    assert_eq!(offers(r"mfaexec -p my\ w"), ["my work"]);
    assert_eq!(offers("mfaexec -p 'my w"), ["my work"]);
    assert_eq!(offers("mfaexec -p play -- mfaexec-dummy al"), ["alpha-1"]);
    assert_eq!(
        offers(r"mfaexec -p my\ work -- mfaexec-dummy -- al"),
        ["alpha-2"]
    );
    assert_eq!(offers("mfaexec -- cat fi"), ["file one"]);
    assert!(offers("mfaexec -p play -- mfaexec-d").contains(&"mfaexec-dummy".to_owned()));
    home.add_profile("plain");
    assert_eq!(offers("mfaexec -p pl"), ["plain", "play"]);
}

/// Nushell has one completer for all commands, which the script puts itself before.
#[test]
fn nushell() {
    needs!("nu");
    let home = Home::new();
    let offers = |words: &str| nu_offers(&home, words);
    assert_eq!(offers("[mfaexec log]"), ["login"]);
    assert_eq!(
        offers("[mfaexec -p '']"),
        ["\"my work\"", "play", "team:admin"]
    );
    // Words come as they were typed, with a quote that is open.
    for typed in ["\"'my w\"", "'`my w'", "'\"my work\"'"] {
        assert_eq!(offers(&format!("[mfaexec -p {typed}]")), ["\"my work\""]);
    }
    assert_eq!(offers("[mfaexec --profile=pl]"), ["--profile=play"]);
    // Without an answer, Nushell offers files.
    assert_eq!(offers("[mfaexec -p play -- aws]"), ["no answer"]);
    assert_eq!(
        offers("[mfaexec -p play -- aws s3]"),
        ["the completer before: aws s3"]
    );
    assert_eq!(offers("[aws s3]"), ["the completer before: aws s3"]);
}

#[test]
fn nushell_on_a_terminal() {
    needs!("nu", "tmux");
    let world = World::new();
    let script = world.run(&["completions", "nu"]).succeeds();
    world.write(".config/nushell/autoload/mfaexec.nu", script);
    world.write(".config/nushell/config.nu", NU_CONFIG);
    let screen = Screen::start(&world, &world.program("nu"));
    screen.shows("ready>");
    screen.key("mfaexec login -p testu");
    screen.key("Tab");
    screen.shows("mfaexec login -p testuser");
    screen.key("C-u");
    screen.key("mfaexec lo");
    screen.key("Tab");
    screen.shows("mfaexec login");
}

const NU_CONFIG: &str = "$env.config.show_banner = false
$env.PROMPT_COMMAND = ''
$env.PROMPT_COMMAND_RIGHT = ''
$env.PROMPT_INDICATOR = 'ready> '
";

/// The AWS CLI's own program, the way that its guide sets it up for each shell.
#[test]
fn aws_completes_itself_after_dashes() {
    needs!("aws_completer", "bash", "zsh", "fish");
    let lines = [
        (
            "mfaexec -p play -- aws codecomm",
            "mfaexec -p play -- aws codecommit ",
        ),
        (
            "mfaexec --profile=play -- aws ec2 describe-regio",
            "mfaexec --profile=play -- aws ec2 describe-regions ",
        ),
    ];
    let home = Home::new();
    check(&mut Terminal::bash(&home, false), &lines);
    check(&mut Terminal::zsh(&home), &lines);
    if bash_completion_wanted("completions::aws_completes_itself_after_dashes") {
        check(&mut Terminal::bash(&home, true), &lines);
    }
    let offers = fish_offers(&home, "mfaexec -p play -- aws ec2 describe-regio");
    assert_eq!(offers, ["describe-regions"]);
}

#[test]
fn files_that_cannot_be_read_are_no_reason_for_an_error() {
    for config in ["/", "/nonexistent", "/dev/null"] {
        let said = Command::new(MFAEXEC)
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("AWS_CONFIG_FILE", config)
            .env("MFAEXEC_COMPLETE", "bash")
            .args(["--", "mfaexec", "-p", ""])
            .output()
            .unwrap();
        assert!(said.status.success(), "{said:?}");
        assert!(said.stdout.is_empty() && said.stderr.is_empty(), "{said:?}");
    }
}

/// fish prints names as they are, zsh and bash escape some of them.
#[test]
fn names_that_nobody_could_read_are_not_offered() {
    let home = Home::new();
    for name in ["\u{202e}evil", "pla\u{200b}y", "pla\u{9b}31m", "plain"] {
        home.add_profile(name);
    }
    for shell in ["bash", "zsh", "fish"] {
        let said = Command::new(MFAEXEC)
            .env_clear()
            .env("HOME", home.path())
            .env("MFAEXEC_COMPLETE", shell)
            .args(["--", "mfaexec", "-p", ""])
            .output()
            .unwrap();
        let offered = String::from_utf8(said.stdout).unwrap();
        let offered = offered.lines().map(|line| line.split('\t').next().unwrap());
        let offered: Vec<&str> = offered.collect();
        assert_eq!(
            offered,
            ["my work", "plain", "play", "team:admin"],
            "{shell}"
        );
    }
    needs!("fish");
    assert_eq!(fish_offers(&home, "mfaexec -p pl"), ["plain", "play"]);
}

#[track_caller]
fn check(terminal: &mut Terminal, lines: &[(&str, &str)]) {
    for (before, after) in lines {
        assert_eq!(terminal.tab(before).line, *after, "TAB after {before}");
    }
}

/// The profiles of the file are offered, also one that was added while the shell runs.
fn check_profiles(terminal: &mut Terminal, home: &Home) {
    // bash and zsh show what each means.
    let shown = terminal.tab("mfaexec setup --as ").shown;
    for meaning in ["of my work", "of play", "of team:admin"] {
        assert!(shown.contains(meaning), "{meaning} is not in {shown:?}");
    }
    let shown = terminal.tab("mfaexec -p ").shown;
    for profile in ["my", "play", "team:admin"] {
        assert!(shown.contains(profile), "{profile} is not in {shown:?}");
    }
    home.add_profile("plain");
    assert_eq!(terminal.tab("mfaexec -p pla").line, "mfaexec -p pla");
    assert_eq!(terminal.tab("mfaexec -p plai").line, "mfaexec -p plain ");
}
