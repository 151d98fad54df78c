//! A world for one test: a stand-in for AWS on loopback, a home that goes away, and ways to run
//! mfaexec in it. Nothing of the environment that runs the tests gets in.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use local_aws::{Account, Entry, Server};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::Pid;
use rexpect::session::PtySession;
use tempfile::TempDir;

/// The binary under test.
pub(crate) const MFAEXEC: &str = env!("CARGO_BIN_EXE_mfaexec");
/// The MFA device of the story's user.
pub(crate) const SERIAL: &str = "arn:aws:iam::123456789012:mfa/testuser";
/// Where the system has its programs.
pub(crate) const PROGRAMS: &str = "/usr/local/bin:/usr/bin:/bin";
/// A prompt, or the end of a program, comes within this time even on a busy machine.
const PATIENCE: u64 = 30_000;

/// The stand-in for AWS, a home, and what was set in its environment.
pub(crate) struct World {
    pub(crate) aws: Server,
    home: TempDir,
    codes: Cell<u32>,
}

/// What a finished program has said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    /// The story: a profile for each user of the stand-in, and a device and a region in that of
    /// `testuser`.
    pub(crate) fn new() -> Self {
        reset_signals();
        let account = Account::story();
        let mut credentials = String::new();
        let users = [
            "testuser",
            "otheruser",
            "fidouser",
            "twodevices",
            "nodevice",
        ];
        let more = ["hardware", "locked", "fresh", "leaver", "root"];
        for name in users.into_iter().chain(more) {
            let user = account.user(name);
            credentials.push_str(&format!(
                "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                user.access_key_id(),
                user.secret_access_key(),
            ));
        }
        let home = tempfile::Builder::new()
            .prefix("mfaexec-test-")
            .tempdir()
            .unwrap();
        let world = Self {
            aws: Server::start(account).unwrap(),
            home,
            codes: Cell::new(0),
        };
        world.write_credentials(&credentials);
        world.write_config(&format!(
            "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n"
        ));
        world
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.home().join(".cache/mfaexec")
    }

    pub(crate) fn write_config(&self, text: &str) {
        self.write(".aws/config", text);
    }

    pub(crate) fn write_credentials(&self, text: &str) {
        self.write(".aws/credentials", text);
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A program of this world: in its home, with nothing but what it needs in its environment.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let binaries = Path::new(MFAEXEC).parent().unwrap();
        command
            .env_clear()
            .env("HOME", self.home())
            .env(
                "PATH",
                format!("{}:{}", binaries.display(), programs_path()),
            )
            .env("AWS_ENDPOINT_URL", self.aws.url())
            .env("LOCAL_AWS_URL", self.aws.url())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Whatever would leave this machine ends here, at a port where no one listens.
            .env("HTTPS_PROXY", "http://127.0.0.1:1")
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("NO_PROXY", "127.0.0.1")
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }

    /// mfaexec with these arguments.
    pub(crate) fn mfaexec(&self, args: &[&str]) -> Command {
        let mut command = self.program(MFAEXEC);
        command.args(args);
        command
    }

    /// Runs mfaexec to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        finish(&mut self.mfaexec(args))
    }

    /// A code of the story's user that was not used before: the clock of the stand-in moves on to
    /// the next one.
    pub(crate) fn code(&self) -> String {
        self.code_of("testuser")
    }

    pub(crate) fn code_of(&self, user: &str) -> String {
        if self.codes.replace(self.codes.get() + 1) > 0 {
            self.aws.move_clock(30);
        }
        self.aws.code(user)
    }

    /// Gets a session for the story's profile, with these options.
    pub(crate) fn sign_in(&self, options: &[&str]) {
        let code = self.code();
        let mut command = self.mfaexec(&["login", "-p", "testuser", "-c", &code]);
        finish(command.args(options)).succeeds();
    }

    /// Gets a session for another profile that has the story's key.
    pub(crate) fn sign_in_as(&self, profile: &str) {
        let code = self.code();
        self.run(&["login", "-p", profile, "-c", &code]).succeeds();
    }

    /// Calls that carried a code.
    pub(crate) fn code_calls(&self) -> Vec<Entry> {
        self.aws
            .journal()
            .into_iter()
            .filter(|entry| entry.had_token_code)
            .collect()
    }

    /// A pseudo-terminal with mfaexec on it.
    pub(crate) fn at_terminal(&self, args: &[&str]) -> PtySession {
        terminal(self.mfaexec(args))
    }

    /// A pseudo-terminal with an interactive bash on it, past its first prompt (`ready> `). What
    /// is typed is echoed, as on a person's terminal.
    pub(crate) fn bash(&self) -> PtySession {
        let mut command = self.program("/bin/bash");
        command
            .args(["--norc", "--noprofile", "-i"])
            .env("PS1", "ready> ")
            .env("TERM", "dumb");
        let mut bash = terminal(command);
        bash.exp_string("ready> ").expect("bash is ready");
        bash.send_line("stty echo").expect("bash listens");
        bash.exp_string("ready> ").expect("bash is ready again");
        bash
    }
}

impl Drop for World {
    /// Takes the cache key out of the kernel's keyring.
    fn drop(&mut self) {
        let _ = self.mfaexec(&["clear", "-q"]).output();
    }
}

/// Starts a program on a pseudo-terminal of its own.
pub(crate) fn terminal(mut command: Command) -> PtySession {
    command.stdin(Stdio::inherit());
    rexpect::session::spawn_command(command, Some(PATIENCE)).expect("a pseudo-terminal")
}

/// A job in the background of a script, as tests may be, ignores ^C, and so would all that it
/// starts.
fn reset_signals() {
    for number in [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGTSTP,
    ] {
        // SAFETY: the default action runs no code of this process.
        unsafe { signal(number, SigHandler::SigDfl) }.expect("a signal that can be reset");
    }
}

/// Runs a program to its end.
pub(crate) fn finish(command: &mut Command) -> Said {
    use std::os::unix::process::ExitStatusExt;
    let output = command.output().expect("the program starts");
    Said {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Said {
    /// It ended well; its stdout.
    #[track_caller]
    pub(crate) fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// It failed with this exit code, in mfaexec's three parts and with nothing on stdout; the
    /// error.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "an error belongs on stderr");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [.., what, cause, remedy] = lines[..] else {
            panic!("not three lines: {self:?}")
        };
        assert!(what.starts_with("mfaexec: ") && what.len() > 9, "{self:?}");
        assert!(
            cause.starts_with("  cause:  ") && cause.len() > 10,
            "{self:?}"
        );
        assert!(
            remedy.starts_with("  remedy: ") && remedy.len() > 10,
            "{self:?}"
        );
        self.stderr
    }
}

/// Where programs are looked for, beside mfaexec's own directory: below target/, where tests/all
/// puts those that no package of the system brings, then where the system has its own.
pub(crate) fn programs_path() -> String {
    let below_target = Path::new(MFAEXEC)
        .ancestors()
        .take(4)
        .map(|directory| directory.join("programs"))
        .find(|directory| directory.is_dir());
    match below_target {
        Some(directory) => format!("{}:{PROGRAMS}", directory.display()),
        None => PROGRAMS.to_owned(),
    }
}

/// Asserts that `text` has all of `parts`.
#[track_caller]
pub(crate) fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

/// The small signed client of local-aws, built if it is not there yet.
pub(crate) fn aws_client() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = Path::new(MFAEXEC).with_file_name("local-aws");
        if !path.exists() {
            let built = Command::new(env!("CARGO"))
                .args([
                    "build",
                    "--quiet",
                    "--package",
                    "local-aws",
                    "--bin",
                    "local-aws",
                ])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status();
            assert!(
                built.is_ok_and(|status| status.success()),
                "cannot build local-aws"
            );
        }
        path.to_str().expect("a path in UTF-8").to_owned()
    })
}

/// Sends a signal, `TERM`, to a process or, after a minus, to a group. kill(1) is not everywhere.
pub(crate) fn kill(signal: &str, target: &str) {
    let signal: Signal = format!("SIG{signal}").parse().unwrap();
    let target = Pid::from_raw(target.parse().unwrap());
    nix::sys::signal::kill(target, signal).unwrap();
}

/// Waits for something that must come about.
#[track_caller]
pub(crate) fn eventually(what: &str, mut come_about: impl FnMut() -> bool) {
    for _ in 0..PATIENCE / 20 {
        if come_about() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("did not come about: {what}");
}
