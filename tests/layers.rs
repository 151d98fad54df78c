//! Who may import whom. The rules of ARCHITECTURE.md, enforced: `model` has no effects, and the AWS
//! SDK and tokio stay behind one door.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

use std::fs;
use std::path::{Path, PathBuf};

/// What an effect looks like in source text.
const EFFECTS: [&str; 11] = [
    "std::fs",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "SystemTime::now",
    "Instant::now",
    " nix::",
    "tokio::",
    "unsafe {",
];

fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    walk(&root.join(directory), &mut sources);
    sources.sort();
    assert!(!sources.is_empty());
    sources
}

fn walk(directory: &Path, sources: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            sources.push((path, text));
        }
    }
}

/// The lines of code: comments may name what code must not.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

#[track_caller]
fn forbid(sources: &[(PathBuf, String)], words: &[&str]) {
    for (path, text) in sources {
        for line in code(text) {
            let found = words.iter().find(|word| line.contains(**word));
            assert!(
                found.is_none(),
                "{} must not have {found:?}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn the_model_has_no_effects_and_knows_nobody_who_has() {
    let model = sources("model");
    forbid(&model, &["crate::edge", "crate::commands", "crate::cli"]);
    forbid(&model, &EFFECTS);
}

#[test]
fn the_edge_knows_neither_commands_nor_words() {
    forbid(&sources("edge"), &["crate::commands", "crate::cli"]);
}

#[test]
fn the_sdk_and_the_runtime_stay_behind_one_door() {
    let mut sources = sources("");
    sources.retain(|(path, _)| !path.to_str().unwrap().contains("/edge/aws/"));
    forbid(
        &sources,
        &["aws_config", "aws_sdk_", "aws_smithy_", "tokio::"],
    );
}

#[test]
fn main_says_nothing() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs"));
    assert!(main.unwrap().lines().count() <= 7);
}

#[test]
fn unsafe_stands_where_the_system_demands_it() {
    let mut sources = sources("");
    // `main` is handed pointers by the system.
    let rooms = [
        "edge/process/exec.rs",
        "edge/aws/resolver.rs",
        "edge/signals.rs",
        "edge/process/inherited.rs",
        "src/main.rs",
    ];
    sources.retain(|(path, _)| !rooms.iter().any(|room| path.ends_with(room)));
    forbid(
        &sources,
        &["unsafe {", "unsafe (", "unsafe extern", "unsafe fn"],
    );
}
