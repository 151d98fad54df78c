//! The binaries that are measured, built as everybody builds them: in a `cargo bench` of their
//! own they would get what the benchmark needs of shared crates, too.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

pub(crate) struct Binaries {
    /// By `cargo build --release`.
    pub(crate) plain: PathBuf,
    /// By `cargo released`; none where that cannot be built.
    pub(crate) released: Option<PathBuf>,
}

impl Binaries {
    pub(crate) fn build() -> Result<Self> {
        let plain = build(&["build", "--release", "--bin", "mfaexec"])?;
        let linux = cfg!(all(target_os = "linux", target_env = "gnu"));
        let released = linux.then(|| build(&["released"])).transpose()?;
        Ok(Self { plain, released })
    }
}

/// Builds with these words and finds where cargo put the binary.
fn build(words: &[&str]) -> Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(words)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit());
    // What cargo tells the benchmark would look like changes to the build scripts of others.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("cargo {} failed", words.join(" ")).into());
    }
    String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .find(|path| path.file_name() == Path::new("mfaexec").file_name())
        .ok_or_else(|| format!("cargo {} made no mfaexec", words.join(" ")).into())
}
