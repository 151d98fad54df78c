//! The binaries that are measured, built as everybody builds them: in a `cargo bench` of their
//! own they would get what the benchmark needs of shared crates, too.

use std::fs::{self, File};
use std::io::Write;
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
        let plain = install(&["build", "--release", "--bin", "mfaexec"])?;
        let linux = cfg!(all(target_os = "linux", target_env = "gnu"));
        let released = linux.then(|| install(&["released"])).transpose()?;
        Ok(Self { plain, released })
    }
}

/// Installs what cargo builds with these words, as a package does. What a linker has just written is
/// in the memory of the kernel page by page, and a run of it takes a fifth longer.
fn install(words: &[&str]) -> Result<PathBuf> {
    let built = build(words)?;
    let installed = built.with_file_name("installed");
    fs::create_dir_all(&installed)?;
    let installed = installed.join("mfaexec");
    // A file that a run maps cannot be written.
    fs::remove_file(&installed).ok();
    let mut file = File::create_new(&installed)?;
    file.set_permissions(fs::metadata(&built)?.permissions())?;
    file.write_all(&fs::read(&built)?)?;
    file.sync_all()?;
    Ok(installed)
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
