//! Man pages and reference: the committed files are what the definitions make of them, and what they and
//! the completions say is what `--help` says. MFAEXEC_BLESS=1 writes the files.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod man;
mod reference;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SUBCOMMANDS: [&str; 18] = [
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
    "completions",
    "man",
    "prompt",
    "profiles",
];

#[test]
fn files_are_what_the_definitions_make_of_them() {
    check("man/mfaexec.1", &man::page());
    for (file, page) in man::pages_of_subcommands() {
        check(&format!("man/{file}"), &page);
    }
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

    let page = plain(&man::page());
    let listed = between(&page, ".SH SUBCOMMANDS", ".SH EXIT").lines();
    let listed =
        listed.filter_map(|line| line.trim().strip_prefix("mfaexec-")?.strip_suffix(" (1)"));
    assert_eq!(listed.collect::<BTreeSet<_>>(), BTreeSet::from(SUBCOMMANDS));
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
        let (_, options) = [
            "\nSession:\n",
            "\nPolicy:\n",
            "\nDevice:\n",
            "\nMan:\n",
            "\nOutput:\n",
        ]
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
    let pages = man::pages_of_subcommands();
    for subcommand in SUBCOMMANDS {
        let file = format!("mfaexec-{subcommand}.1");
        let (_, page) = pages.iter().find(|(name, _)| *name == file).unwrap();
        let shown = long_options(&help(&[subcommand]));
        assert_eq!(long_options(&plain(page)), shown, "{subcommand}");
    }
}

/// What the program prints is what packages install; a subcommand without a page is in neither.
#[test]
fn the_program_has_each_page() {
    for subcommand in [""].into_iter().chain(SUBCOMMANDS) {
        let name = Some(subcommand).filter(|name| !name.is_empty());
        let said = mfaexec().arg("man").args(name).output().unwrap();
        assert!(said.status.success(), "src/model/packaged.rs: {said:?}");
        let file = name.map_or("mfaexec.1".to_owned(), |name| format!("mfaexec-{name}.1"));
        let page = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("man")
            .join(&file);
        // After MFAEXEC_BLESS=1 it has the pages once it is built again.
        let is_same = text(&said) == fs::read_to_string(page).unwrap();
        assert!(is_same, "the program has another {file}");
    }
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
        &["completions"],
        &["man"],
        &["prompt"],
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
    let offered = complete(&["clear", "--prof"]);
    assert_eq!(offered, BTreeSet::from(["--profile".to_owned()]));

    for off in ["", "0"] {
        let said = mfaexec()
            .env("MFAEXEC_COMPLETE", off)
            .arg("--version")
            .output()
            .unwrap();
        assert!(text(&said).starts_with("mfaexec "), "{said:?}");
    }
    for (shell, words) in [
        ("tcsh", &["--", "mfaexec", ""][..]),
        ("bash", &["--version"]),
        ("bash", &["-p", "x", "--", "mfaexec", ""]),
        ("bash", &["--"]),
        ("bash", &[]),
    ] {
        let mut question = mfaexec();
        let said = question.env("MFAEXEC_COMPLETE", shell).args(words).output();
        let said = said.unwrap();
        assert_eq!(said.status.code(), Some(125), "{words:?}");
        assert!(said.stdout.is_empty(), "{words:?}");
    }
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
