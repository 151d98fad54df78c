//! Trouble that a test can put a run into: namespaces with a file system, a network and a keyring
//! of their own, other users, and what `trouble.py` does to keys and connections.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use crate::harness::{MFAEXEC, PROGRAMS, Said, World, finish};

/// Read into the tests: another user need not be able to read the sources.
const TROUBLE: &str = include_str!("trouble.py");
/// A user whom no one is.
pub(crate) const STRANGER: u32 = 64_999;

impl World {
    /// `trouble.py` with these arguments.
    pub(crate) fn trouble(&self, args: &[&str]) -> Command {
        let mut command = self.program("python3");
        command.args(["-c", TROUBLE]).args(args);
        command
    }

    /// A script in namespaces of its own: what it mounts is seen by it alone, and its user keyring
    /// is another one. `$TROUBLE` in it is a command. `more` are options of unshare.
    pub(crate) fn apart(&self, more: &[&str], script: &str) -> Command {
        let mut command = self.program("unshare");
        let path = self.write("trouble.py", TROUBLE);
        command
            .args(["--user", "--map-root-user", "--mount"])
            .args(more)
            .args(["sh", "-euc", script])
            .env("TROUBLE", format!("python3 {}", path.display()));
        command
    }

    /// Makes the home the stranger's, for [`World::as_stranger`].
    pub(crate) fn give_away(&self) {
        // Where the tests are built others need not be able to look.
        fs::create_dir_all(self.home().join("bin")).unwrap();
        fs::copy(MFAEXEC, self.home().join("bin/mfaexec")).unwrap();
        let mut chown = self.program("chown");
        let owner = format!("{STRANGER}:{STRANGER}");
        let done = chown.args(["-R", &owner]).arg(self.home()).status();
        assert!(done.is_ok_and(|status| status.success()));
    }

    /// A program that the stranger runs; mfaexec is in the PATH.
    pub(crate) fn as_stranger(&self, command: &[&str]) -> Command {
        let mut setpriv = self.program("setpriv");
        let id = STRANGER.to_string();
        let path = format!("{}/bin:{PROGRAMS}", self.home().display());
        setpriv
            .args(["--reuid", &id, "--regid", &id, "--clear-groups"])
            .args(command)
            .env("PATH", path);
        setpriv
    }
}

impl World {
    /// Gives a program another clock: see clock.c.
    pub(crate) fn with_clock(&self, command: &mut Command, name: &str, value: &str) {
        self.preload(command, "clock", include_str!("clock.c"));
        command.env(name, value);
    }

    /// Counts what a program does to files and connections, kills it or writes a log: see effects.c.
    pub(crate) fn with_effects(&self, command: &mut Command, name: &str, value: &str) {
        self.preload(command, "effects", include_str!("effects.c"));
        command.env(name, value);
    }

    /// poll(2) cannot wait for terminals for this command: see pollnval.c.
    pub(crate) fn without_poll(&self, command: &mut Command) {
        self.preload(command, "pollnval", include_str!("pollnval.c"));
    }

    /// Runs a program without HOME, and with a user database that has this home: see passwd.c.
    pub(crate) fn with_home_of_user(&self, command: &mut Command, home: Option<&Path>) {
        self.preload(command, "passwd", include_str!("passwd.c"));
        command.env_remove("HOME");
        match home {
            Some(home) => command.env("TEST_HOME", home),
            None => command.env_remove("TEST_HOME"),
        };
    }

    /// Loads a library into a program, made of this source.
    fn preload(&self, command: &mut Command, name: &str, source: &str) {
        let library = self.home().join(format!("{name}.so"));
        if !library.exists() {
            let source = self.write(&format!("{name}.c"), source);
            let mut compiler = self.program("cc");
            compiler.args(["-shared", "-fPIC", "-o"]).arg(&library);
            finish(compiler.arg(source)).succeeds();
        }
        command.env("LD_PRELOAD", library);
    }
}

/// The source of `trouble.py`, for commands that begin with another program.
pub(crate) fn trouble_source() -> &'static str {
    TROUBLE
}

/// What a program has said by its end.
pub(crate) fn said(child: Child) -> Said {
    use std::os::unix::process::ExitStatusExt;
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The names in a directory, sorted; none if it is not there.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}
