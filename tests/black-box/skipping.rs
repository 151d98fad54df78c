//! Tests that cannot take place everywhere. In a bare `cargo test` they say so and why. In tests/all
//! (MFAEXEC_TESTS_ALL=1) a program that is missing is a failure, as that installs them; what only
//! the system or its owner can give is skipped there, too, and told at the end.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{PROGRAMS, programs_path};
use crate::trouble::STRANGER;

/// At the beginning of a test: where one of these programs is not installed, or one of these paths is
/// not there, the test ends here. A path is what only some systems have: `/proc` represents Linux.
macro_rules! needs {
    ($($program:literal),+) => {
        fn here() {}
        // `black_box::module::test::here`
        let test = std::any::type_name_of_val(&here);
        let test = test.trim_start_matches("black_box::").trim_end_matches("::here");
        if !$crate::skipping::installed(test, &[$($program),+]) {
            return;
        }
    };
}
pub(crate) use needs;

/// Whether these programs are installed, and these paths are there. Missing programs fail the test
/// where all have to take place.
pub(crate) fn installed(test: &str, needs: &[&str]) -> bool {
    let (paths, programs): (Vec<&str>, Vec<&str>) =
        needs.iter().partition(|need| need.starts_with('/'));
    if let Some(missing) = paths.iter().find(|path| !Path::new(path).exists()) {
        return possible(false, test, missing);
    }
    let path = programs_path();
    let there = |program: &&&str| {
        let mut directories = path.split(':');
        directories.any(|directory| Path::new(directory).join(program).is_file())
    };
    match programs.iter().find(|program| !there(program)) {
        Some(missing) => required(false, test, missing),
        None => true,
    }
}

/// Whether something is there that can be installed. If not, the test fails where all have to take
/// place.
pub(crate) fn required(there: bool, test: &str, need: &str) -> bool {
    let all = std::env::var_os("MFAEXEC_TESTS_ALL").is_some_and(|value| value == "1");
    assert!(there || !all, "{test} needs {need}");
    possible(there, test, need)
}

/// Whether something is there that cannot be installed.
pub(crate) fn possible(there: bool, test: &str, need: &str) -> bool {
    if !there {
        skip(test, need);
    }
    there
}

fn skip(test: &str, need: &str) {
    let line = format!("SKIPPED {test}: needs {need}\n");
    // Past the harness, which would keep what a passing test prints to itself.
    std::io::stderr().lock().write_all(line.as_bytes()).unwrap();
    if let Some(list) = std::env::var_os("MFAEXEC_SKIPPED") {
        let mut list = OpenOptions::new().append(true).open(list).unwrap();
        list.write_all(line.as_bytes()).unwrap();
    }
}

/// Whether a test that has to become someone else can run: the root of a namespace may know no one
/// else.
pub(crate) fn root_wanted(test: &str) -> bool {
    if !installed(test, &["setpriv"]) {
        return false;
    }
    let id = STRANGER.to_string();
    let become_stranger = ["--reuid", &id, "--regid", &id, "--clear-groups", "true"];
    possible(runs("setpriv", &become_stranger), test, "root")
}

/// Whether a test with namespaces can run: some systems keep them from ordinary users.
pub(crate) fn namespaces_wanted(test: &str) -> bool {
    if !installed(test, &["unshare", "mount"]) {
        return false;
    }
    let enter = ["--user", "--map-root-user", "--mount", "--net", "true"];
    let need = "namespaces for users (unshare --user)";
    possible(runs("unshare", &enter), test, need)
}

/// Whether a test can mount something where the system has its own, seen by no one else.
pub(crate) fn mounts_wanted(test: &str) -> bool {
    if !installed(test, &["unshare", "mount"]) {
        return false;
    }
    let need = "root, and namespaces for mounts (unshare --mount)";
    let mount = ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"];
    possible(runs("unshare", &mount), test, need)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", PROGRAMS);
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
