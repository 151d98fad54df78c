//! Who may import whom: the rules of ARCHITECTURE.md, held against every file of `src`. The tables
//! are here, what is made of them is in rules.rs, and `broken` sees each rule fail.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod broken;
mod length;
mod rules;
mod source;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rules::RULES;
use serde::Deserialize;
use serde::de::IgnoredAny;
use source::SourceFile;
use tree::{Import, Tree};

/// Imports that break the rules for now: a file whose path begins with the first text imports what
/// begins with the second. An exception that is no longer needed fails the test. The list has to
/// become empty.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// What each folder, and each file beside the folders, may import.
const MAY_IMPORT: [(&str, &[&str]); 10] = [
    // What it shows to the program, and to fuzzers and tests.
    ("lib", &["cli", "edge", "error", "escape", "model"]),
    ("main", &["cli", "edge"]),
    (
        "cli",
        &[
            "commands", "sign_in", "options", "model", "edge", "error", "escape",
        ],
    ),
    (
        "commands",
        &["sign_in", "options", "model", "edge", "error", "escape"],
    ),
    ("sign_in", &["options", "model", "edge", "error", "escape"]),
    ("options", &["model", "error", "escape"]),
    ("edge", &["model", "error", "escape"]),
    ("model", &["error", "escape"]),
    ("error", &["escape"]),
    ("escape", &[]),
];

/// Parts of the standard library, and of pure crates, that the model must not use. Everything that
/// is called `now` is another one.
const EFFECTS: [&str; 10] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net::Tcp",
    "std::net::Udp",
    "std::os::fd",
    "std::os::unix::net",
    "std::process",
    "std::thread",
    "jiff::tz::TimeZone::system",
];

/// Methods of paths and clocks that ask the system.
const EFFECTS_OF_METHODS: [&str; 10] = [
    "canonicalize",
    "elapsed",
    "exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "read_dir",
    "read_link",
    "try_exists",
];

/// Where each crate of Cargo.toml may be used: in files whose paths begin like this. A part of a
/// crate may have a line of its own.
const CRATES: &[(&str, &[&str])] = &[
    // No effects.
    ("anstyle", ANYWHERE),
    ("hex", ANYWHERE),
    ("http", ANYWHERE),
    ("humantime", ANYWHERE),
    ("jiff", ANYWHERE),
    ("percent_encoding", ANYWHERE),
    ("qrcodegen_no_heap", ANYWHERE),
    ("ring::digest", ANYWHERE),
    ("secrecy", ANYWHERE),
    ("serde", ANYWHERE),
    ("serde_json", ANYWHERE),
    ("shlex", ANYWHERE),
    ("strsim", ANYWHERE),
    ("subtle", ANYWHERE),
    ("unicode_width", ANYWHERE),
    ("zeroize", ANYWHERE),
    // The AWS SDK with its runtime and its client for HTTP.
    ("aws_config", AWS),
    ("aws_sdk_iam", AWS),
    ("aws_sdk_sso", AWS),
    ("aws_sdk_ssooidc", AWS),
    ("aws_sdk_sts", AWS),
    ("aws_sigv4", AWS),
    ("aws_smithy_http_client", AWS),
    ("aws_smithy_runtime", AWS),
    ("aws_smithy_runtime_api", AWS),
    ("aws_smithy_types", AWS),
    ("http_body_util", HTTP),
    ("hyper_util", HTTP),
    ("rustls", AWS),
    ("tokio", TOKIO),
    // The page that hands a link over, and the endpoint of --refresh.
    ("hyper", &["edge/browser/", "edge/endpoint/"]),
    ("open", &["edge/browser/linux/"]),
    // A user's own defaults.
    ("toml", &["model/own_defaults/"]),
    // Stores of secrets.
    ("age", SECRETS),
    ("secret_service", SECRETS),
    // Words of the command line, and what is printed for people.
    ("clap", &["cli", "options"]),
    ("clap_complete", &["cli"]),
    ("clap_lex", &["cli"]),
    (
        "comfy_table",
        &["commands/profiles.rs", "commands/status.rs"],
    ),
    ("log", &["edge/", "sign_in/"]),
    // Its feature alone is wanted.
    ("tracing", &[]),
    // A list to choose from.
    ("console", &["edge/prompt/terminal/list.rs"]),
    ("dialoguer", &["edge/prompt/terminal/list.rs"]),
    // The system.
    ("linux_keyutils", &["edge/store/keyring/linux.rs"]),
    ("nix", &["edge/"]),
    (
        "ring",
        &[
            "edge/browser/",
            "edge/endpoint/",
            "edge/private_dir/",
            "edge/store/",
        ],
    ),
    ("terminal_size", &["edge/output.rs", "edge/prompt/"]),
    (
        "security_framework",
        &["edge/secrets/keychain.rs", "edge/store/keyring/macos.rs"],
    ),
    ("which", &["edge/"]),
    // Only in tests.
    ("clap_mangen", &[]),
    ("fastrand", &[]),
    ("libtest_mimic", &[]),
    ("local_aws", &[]),
    ("proc_macro2", &[]),
    ("proptest", ANYWHERE),
    ("rcgen", &[]),
    ("rexpect", &[]),
    ("syn", &[]),
    ("tempfile", &["edge/"]),
];
const ANYWHERE: &[&str] = &[""];
const AWS: &[&str] = &["edge/aws/"];
const HTTP: &[&str] = &["edge/aws/", "edge/browser/", "edge/endpoint/"];
const SECRETS: &[&str] = &["edge/secrets/"];
/// The Secret Service is asked over D-Bus.
const TOKIO: &[&str] = &[
    "edge/aws/",
    "edge/browser/",
    "edge/endpoint/",
    "edge/secrets/",
];

/// Files with unsafe code; each place says why.
const UNSAFE: [&str; 12] = [
    "edge/nss.rs",
    "edge/process/companion.rs",
    "edge/process/exec.rs",
    "edge/process/inherited.rs",
    "edge/signals.rs",
    "edge/system/linux/mod.rs",
    "edge/system/linux/processes.rs",
    "edge/system/macos/keychain.rs",
    "edge/system/macos/memory.rs",
    "edge/system/macos/mod.rs",
    "edge/system/macos/processes.rs",
    // `main` is handed pointers by the system.
    "main.rs",
];

/// Files that may ask which system it is. Each chooses between a file or a folder for each system.
const BY_SYSTEM: [&str; 4] = [
    "edge/browser/mod.rs",
    "edge/secrets/mod.rs",
    "edge/store/keyring/mod.rs",
    "edge/system/mod.rs",
];

/// The files of the program, as pairs of path and text.
fn sources() -> Vec<(String, String)> {
    files_below("src")
}

/// The files in Rust below a folder of the repository, as pairs of path and text.
fn files_below(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                sources.push((name.to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

/// The tables of crates in Cargo.toml.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Manifest {
    dependencies: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    dev_dependencies: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    target: BTreeMap<String, Manifest>,
}

impl Manifest {
    /// The crates, as code names them.
    fn crates(&self) -> BTreeSet<String> {
        let names = self.dependencies.keys().chain(self.dev_dependencies.keys());
        names
            .map(|name| name.replace('-', "_"))
            .chain(self.target.values().flat_map(Self::crates))
            .collect()
    }
}

static PROGRAM: LazyLock<Tree> = LazyLock::new(|| {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest: Manifest = toml::from_str(&manifest.unwrap()).unwrap();
    let files = sources()
        .iter()
        .map(|(path, text)| SourceFile::parse(path, text))
        .collect();
    Tree::new(files, manifest.crates())
});

fn wrong(tree: &Tree) -> Vec<String> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}

#[test]
fn the_program_keeps_the_rules() {
    let mut tree = PROGRAM.clone();
    tree.imports.retain(|import| {
        !EXCEPTIONS
            .iter()
            .any(|exception| is_that(import, exception))
    });
    let wrong = wrong(&tree);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What only one system has is behind one name, with a file for each system: decision 28.
#[test]
fn systems_are_told_apart_in_few_files() {
    let asks = |text: &str| text.contains("target_os") || text.contains("target_vendor");
    assert!(asks("if cfg!(target_os = \"macos\")") && !asks("use linux::boot;"));
    let asking = sources().into_iter().filter(|(_, text)| asks(text));
    let mut asking: Vec<String> = asking.map(|(path, _)| path).collect();
    asking.sort();
    assert_eq!(asking, BY_SYSTEM);
}

fn is_that(import: &Import, (from, to): &(&str, &str)) -> bool {
    import.from.starts_with(from) && import.to.starts_with(to)
}

#[test]
fn each_exception_is_needed() {
    let mut tree = PROGRAM.clone();
    let all = std::mem::take(&mut tree.imports);
    for kept in EXCEPTIONS {
        let is_out = |import: &&Import| {
            let others = EXCEPTIONS.iter().filter(|exception| **exception != kept);
            others
                .into_iter()
                .any(|exception| is_that(import, exception))
        };
        tree.imports = all
            .iter()
            .filter(|import| !is_out(import))
            .cloned()
            .collect();
        assert!(
            !wrong(&tree).is_empty(),
            "no exception is needed for {kept:?}"
        );
    }
}

#[test]
fn each_line_of_the_tables_is_needed() {
    let tree = &*PROGRAM;
    for (name, _) in CRATES {
        let name = name.split("::").next().unwrap();
        assert!(
            tree.dependencies.contains(name),
            "{name} is not in Cargo.toml"
        );
    }
    for path in UNSAFE {
        let has_it = |file: &SourceFile| file.path == path && file.has_unsafe;
        assert!(tree.files.iter().any(has_it), "{path} has no unsafe code");
    }
    for (name, _) in MAY_IMPORT {
        let is_there = |file: &SourceFile| rules::part_of(&file.path) == name;
        assert!(tree.files.iter().any(is_there), "src has no {name}");
    }
}
