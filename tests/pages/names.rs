//! The names in docs/reference.md: every variable and setting that the sources read is explained, and
//! what is explained is read.

use std::collections::BTreeSet;
use std::fs;

use crate::literals::{self, Literal};
use crate::root;

/// Words that are something else in the sources: a row of `explain`, this program.
const NO_SETTING: [&str; 2] = ["confirm", "mfaexec"];
/// Read by libraries, so that no source of ours has the name.
const OF_LIBRARIES: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];
/// Beginnings of variables' names.
const BEGINNINGS: [&str; 9] = [
    "AWS_",
    "AWSU_",
    "AMAZON_",
    "BOTOCORE_",
    "MFAEXEC_",
    "XDG_",
    "LC_",
    "SECRET_",
    "WSL_",
];
/// Other variables.
const OTHERS: [&str; 17] = [
    "BASH_COMPLETION_USER_DIR",
    "BROWSER",
    "DISPLAY",
    "ENV",
    "FPATH",
    "GPG_TTY",
    "HOME",
    "LANG",
    "MANPATH",
    "NO_COLOR",
    "PATH",
    "REQUESTS_CA_BUNDLE",
    "SHELL",
    "SSL_CERT_FILE",
    "TERM",
    "WAYLAND_DISPLAY",
    "ZDOTDIR",
];

/// The backticked names in the first cells of the tables of a section, and of those below it.
fn explained(beginning: &str) -> BTreeSet<String> {
    let page = fs::read_to_string(root().join("docs/reference.md")).unwrap();
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            inside = heading.starts_with(beginning);
        }
        if inside && line.starts_with("| `") {
            let cell = line.split('|').nth(1).unwrap();
            names.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    assert!(names.len() > 20, "{beginning}: {names:?}");
    names
}

#[test]
fn the_reference_explains_every_variable() {
    let is_variable = |text: &str| {
        let word = text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let begins = BEGINNINGS.iter().any(|start| text.starts_with(start));
        word && (begins && text != "AWS_" || OTHERS.contains(&text))
    };
    let read: BTreeSet<String> = literals::all()
        .into_iter()
        .map(|literal| literal.text)
        .filter(|text| is_variable(text))
        // A beginning, which represents all names that begin like this.
        .map(|text| match text.strip_suffix('_') {
            Some(_) => format!("{text}<SERVICE>"),
            None => text,
        })
        .collect();
    let mut explained = explained("Variables that");
    explained.retain(|name| !OF_LIBRARIES.contains(&name.as_str()));
    // Made of the one for all services.
    explained.remove("AWS_ENDPOINT_URL_<SERVICE>");
    assert_eq!(explained, read);
}

#[test]
fn the_reference_explains_every_setting() {
    let literals = literals::all();
    let is_list = |file: &str| {
        let has = |text| {
            let mut of_file = literals.iter().filter(|literal| literal.file == file);
            of_file.any(|literal| literal.text == text)
        };
        // One of another tool, and one of the names that are slips.
        has("granted_sso_role_name") || has("mfadevicearn")
    };
    let (lists, code): (Vec<&Literal>, Vec<&Literal>) =
        literals.iter().partition(|literal| is_list(&literal.file));
    assert!(lists.len() > 100, "where are the known settings?");
    let known: BTreeSet<&str> = lists.iter().map(|literal| literal.text.as_str()).collect();
    let read: BTreeSet<String> = code
        .iter()
        .map(|literal| literal.text.as_str())
        .filter(|text| {
            text.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
        .filter(|text| known.contains(text) && !NO_SETTING.contains(text))
        .map(str::to_owned)
        .collect();
    assert_eq!(explained("Settings of"), read);
}
