//! Completions, man page and reference: the committed files are what the definitions make of them, and what
//! they say is what `--help` says. MFAEXEC_BLESS=1 writes the files.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod man;
mod reference;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SUBCOMMANDS: [&str; 14] = [
    "shell",
    "login",
    "console",
    "export",
    "explain",
    "status",
    "clear",
    "credential-process",
    "setup",
    "policy",
    "regions",
    "keys",
    "mfa",
    "doctor",
];

#[test]
fn files_are_what_the_definitions_make_of_them() {
    check("completions/mfaexec.bash", &script("bash"));
    check("completions/_mfaexec", &script("zsh"));
    check("completions/mfaexec.fish", &script("fish"));
    check("man/mfaexec.1", &man::page());
    check("docs/reference.md", &reference::page());
}

#[test]
fn the_subcommands_are_those_of_help() {
    let help = help(&[]);
    let section = help.split("Commands:\n").nth(1).unwrap();
    let shown = section.lines().take_while(|line| !line.is_empty());
    let shown: BTreeSet<&str> = shown
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(shown, BTreeSet::from(SUBCOMMANDS));

    let offered = complete(&[""]);
    let words = offered
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'));
    assert_eq!(words.collect::<BTreeSet<_>>(), BTreeSet::from(SUBCOMMANDS));

    let page = man::page();
    let sections = page
        .lines()
        .filter_map(|line| line.strip_prefix(".SS \"mfaexec "));
    let sections = sections.filter_map(|title| title.split_once(' '));
    let sections: BTreeSet<&str> = sections.map(|(name, _)| name).collect();
    assert_eq!(sections, BTreeSet::from(SUBCOMMANDS));
}

#[test]
fn the_completer_offers_the_options_of_help() {
    assert_eq!(offered_options(&[]), long_options(&help(&[])));
    for subcommand in SUBCOMMANDS {
        let shown = long_options(&help(&[subcommand]));
        assert!(shown.contains("--help"), "no options in {shown:?}");
        assert_eq!(offered_options(&[subcommand]), shown, "{subcommand}");
    }
}

#[test]
fn the_summary_has_a_line_for_each_option_at_80_columns() {
    for subcommand in [""].into_iter().chain(SUBCOMMANDS) {
        let mut command = mfaexec();
        command
            .env("COLUMNS", "80")
            .args(Some(subcommand).filter(|name| !name.is_empty()));
        let help = text(&command.arg("-h").output().unwrap());
        // The first heading of options.
        let (_, options) = ["\nSession:\n", "\nPolicy:\n", "\nDevice:\n"]
            .iter()
            .find_map(|heading| help.split_once(heading))
            .unwrap();
        for line in options.lines().take_while(|line| *line != "Examples:") {
            let is_heading = line.is_empty() || line.ends_with(':');
            let is_option = line.starts_with("  -") || line.starts_with("      --");
            assert!(is_heading || is_option, "{subcommand}: {line}");
        }
        assert!(help.lines().all(|line| line.len() <= 80), "{help}");
    }
}

#[test]
fn the_man_page_names_the_options_of_help() {
    let page = plain(&man::page());
    let options = between(&page, ".SH OPTIONS", ".SH SUBCOMMANDS");
    assert_eq!(long_options(options), long_options(&help(&[])));
    for subcommand in SUBCOMMANDS {
        let section = format!(".SS \"mfaexec {subcommand} ");
        let section = between(&page, &section, "\n.S");
        assert_eq!(
            long_options(section),
            long_options(&help(&[subcommand])),
            "{subcommand}"
        );
    }

    let mut all = long_options(&help(&[]));
    all.extend(
        SUBCOMMANDS
            .iter()
            .flat_map(|name| long_options(&help(&[name]))),
    );
    assert_eq!(long_options(&page), all);
}

#[test]
fn man_page_and_reference_explain_the_variables_of_help() {
    let page = plain(&man::page());
    let in_man = variables(between(&page, ".SH ENVIRONMENT", ".SH FILES"));
    let page = reference::page();
    let in_reference = variables(between(&page, "\n## Variables that mfaexec", "\n## JSON"));
    let mentioned = variables(&help(&[]));
    assert!(mentioned.contains("AWS_PROFILE"));
    for explained in [in_man, in_reference] {
        let missing: Vec<_> = mentioned.difference(&explained).collect();
        assert!(missing.is_empty(), "not explained: {missing:?}");
    }
}

#[test]
fn the_reference_has_every_option_of_every_command() {
    let page = reference::page();
    for subcommand in [
        &[][..],
        &["shell"],
        &["login"],
        &["explain"],
        &["status"],
        &["clear"],
        &["policy"],
        &["regions"],
        &["keys"],
        &["mfa"],
        &["doctor"],
    ] {
        let shown = long_options(&help(subcommand));
        assert!(shown.len() > 3, "{shown:?}");
        for option in shown {
            let has_it =
                page.contains(&format!("`{option}`")) || page.contains(&format!("`{option} "));
            assert!(has_it, "{option} of {subcommand:?}");
        }
    }
}

#[test]
fn a_question_runs_nothing() {
    let said = mfaexec()
        .env("MFAEXEC_COMPLETE", "bash")
        .args(["-p", "x", "--", "mfaexec", "clear", "--prof"])
        .output()
        .unwrap();
    assert_eq!(text(&said).split_once('\t').unwrap().0, "--profile");

    for off in ["", "0"] {
        let said = mfaexec()
            .env("MFAEXEC_COMPLETE", off)
            .arg("--version")
            .output()
            .unwrap();
        assert!(text(&said).starts_with("mfaexec "), "{said:?}");
    }
    let said = mfaexec()
        .env("MFAEXEC_COMPLETE", "tcsh")
        .arg("--version")
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(125));
}

fn check(path: &str, made: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("MFAEXEC_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, made).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let stale = committed
        .lines()
        .zip(made.lines())
        .position(|(a, b)| a != b);
    let stale = stale.unwrap_or_else(|| committed.lines().count().min(made.lines().count()));
    assert!(
        committed == made,
        "{path} is stale from line {} on; run: MFAEXEC_BLESS=1 cargo test --test generated",
        stale + 1
    );
}

fn mfaexec() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mfaexec"));
    // Profiles are the other test's matter: no one's are to be read here.
    command.env_clear().env("HOME", "/nonexistent");
    command
}

fn text(said: &Output) -> String {
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout.clone()).unwrap()
}

fn script(shell: &str) -> String {
    text(&mfaexec().env("MFAEXEC_COMPLETE", shell).output().unwrap())
}

fn help(subcommand: &[&str]) -> String {
    text(&mfaexec().args(subcommand).arg("--help").output().unwrap())
}

/// What the completer offers for the last of the words.
fn complete(words: &[&str]) -> BTreeSet<String> {
    let mut question = mfaexec();
    question
        .env("MFAEXEC_COMPLETE", "bash")
        .args(["--", "mfaexec"])
        .args(words);
    let said = text(&question.output().unwrap());
    said.lines()
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

fn offered_options(words: &[&str]) -> BTreeSet<String> {
    complete(&[words, &["--"]].concat())
}

/// The page with its escapes for `-` undone.
fn plain(page: &str) -> String {
    page.replace("\\-", "-")
        .replace("\\fB", " ")
        .replace("\\fR", " ")
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to)
        .unwrap_or_else(|| panic!("no {to} after {from}"))
        .0
}

/// Every `--word`.
fn long_options(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| {
            word.strip_prefix("--")
                .is_some_and(|name| name.starts_with(char::is_alphabetic))
        })
        .map(ToOwned::to_owned)
        .collect()
}

/// Every `AWS_…`, `MFAEXEC_…` and `XDG_…`.
fn variables(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| {
            ["AWS_", "MFAEXEC_", "XDG_"]
                .iter()
                .any(|start| word.starts_with(start))
        })
        .map(ToOwned::to_owned)
        .collect()
}
