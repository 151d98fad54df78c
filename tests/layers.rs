//! Who may import whom. The rules of ARCHITECTURE.md, enforced: `model` has no effects, the rooms
//! of `edge` don't lean on each other but where it is written here, and the AWS SDK and tokio
//! stay behind one door.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of `edge` that stand on others, which come after the colon.
const WITHIN_EDGE: &[(&str, &[&str])] = &[
    (
        "cache",
        &[
            "cache_key",
            "files",
            "inventory",
            "keyring",
            "opener",
            "record",
            "told",
        ],
    ),
    ("cache_key", &["keyring"]),
    ("clients", &["answer", "http", "provider"]),
    ("config_files", &["bounded", "files"]),
    ("device_lock", &["files", "holder"]),
    ("dialog", &["signals", "subprocess"]),
    ("exec", &["start"]),
    ("foreground", &["signals"]),
    ("files", &["changing", "trust"]),
    ("helper", &["signals", "subprocess"]),
    ("http", &["names"]),
    ("inventory", &["files", "opener", "record", "told", "trust"]),
    ("opener", &["files", "keyring", "seal", "trust"]),
    ("pinentry", &["signals", "subprocess"]),
    (
        "prompt",
        &[
            "countdown",
            "files",
            "foreground",
            "holder",
            "line",
            "modes",
            "signals",
            "turn",
            "ui",
        ],
    ),
    ("program_keys", &["answer", "helper"]),
    ("provider", &["answer"]),
    ("room", &["cache"]),
    ("seal", &["keyring"]),
    ("sts", &["answer", "clients", "provider", "signals"]),
    ("subprocess", &["family", "signals"]),
    ("turn", &["files", "holder"]),
    ("used_codes", &["files"]),
    ("told", &["files", "keyring"]),
];

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(directory);
    let files = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut sources: Vec<_> = files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    sources.sort();
    assert!(!sources.is_empty());
    sources
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
fn rooms_of_the_edge_do_not_lean_on_each_other() {
    for (path, text) in sources("edge") {
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let allowed = WITHIN_EDGE.iter().find(|(name, _)| *name == room);
        let allowed = allowed.map_or(&[][..], |(_, rooms)| rooms);
        for line in code(&text) {
            let other = ["use super::", "crate::edge::"]
                .iter()
                .find_map(|start| line.split_once(start).map(|(_, rest)| rest));
            let Some(other) = other else { continue };
            let other = other.split([':', ';', '{']).next().unwrap();
            // The platforms of a room, and its tests, import from the room itself.
            let itself = line.starts_with(' ');
            assert!(
                itself || allowed.contains(&other),
                "edge::{room} leans on {other}: {line}"
            );
        }
    }
}

#[test]
fn the_sdk_and_the_runtime_stay_behind_one_door() {
    let mut sources: Vec<_> = ["", "commands", "edge", "model"].map(sources).concat();
    sources.retain(|(path, _)| {
        ![
            "sts.rs",
            "answer.rs",
            "clients.rs",
            "http.rs",
            "provider.rs",
        ]
        .iter()
        .any(|door| path.ends_with(Path::new("edge").join(door)))
    });
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
    let mut sources: Vec<_> = ["", "commands", "edge", "model"].map(sources).concat();
    // `main` is handed pointers by the system.
    let rooms = [
        "edge/exec.rs",
        "edge/names.rs",
        "edge/signals.rs",
        "edge/start.rs",
        "src/main.rs",
    ];
    sources.retain(|(path, _)| !rooms.iter().any(|room| path.ends_with(room)));
    forbid(
        &sources,
        &["unsafe {", "unsafe (", "unsafe extern", "unsafe fn"],
    );
}
