//! Where the story is told: local-aws, a home that goes away, and a shell in it that has nothing
//! of the caller's environment.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use local_aws::{Account, Server};
use tempfile::TempDir;

use crate::failure::{Failure, Result, ensure};
use crate::programs::{Programs, system_aws, usable_version};
use crate::shell::Shell;

/// The user of the story.
pub(crate) const USER: &str = "testuser";
/// Who makes that user.
const ADMIN: &str = "admin";
const SHELL: &str = "/bin/sh";
/// Where a system has its programs.
const SYSTEM: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// Everything that has to be gone when the demo is over.
pub(crate) struct Stage {
    // Dropped in this order: what runs, what it left, what it talked to.
    pub(crate) shell: Shell,
    home: Home,
    pub(crate) aws: Server,
    /// The version of the AWS CLI, if it is not local-aws that plays it.
    pub(crate) cli: Option<String>,
}

impl Stage {
    /// Sets everything up. With `own_client`, `aws` is local-aws whatever the system has.
    pub(crate) fn set(programs: Programs, own_client: bool) -> Result<Stage> {
        let account = Account::from_toml(include_str!("account.toml"));
        let account = account.map_err(|error| Failure::new(error.to_string()))?;
        let aws = Server::start(account.clone())?;
        let mut home = Home::make(programs, &account, aws.url())?;
        let cli = match system_aws().filter(|_| !own_client) {
            Some(program) => home.adopt(&program),
            None => None,
        };
        if cli.is_none() {
            symlink(&home.programs.local_aws, home.bin().join("aws"))?;
        }
        let mut shell = home.program(SHELL);
        shell.arg("-i");
        Ok(Stage {
            shell: Shell::start(shell)?,
            home,
            aws,
            cli,
        })
    }

    /// The key in a file that the AWS CLI has written: its id and its secret.
    pub(crate) fn new_key(&self, file: &str) -> Result<(String, String)> {
        let text = fs::read_to_string(self.home.directory.path().join(file))?;
        let key: serde_json::Value = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{file}: {error}")))?;
        let half = |name: &str| match key["AccessKey"][name].as_str() {
            Some(half) => Ok(half.to_owned()),
            None => Err(Failure::new(format!("{file} has no {name}"))),
        };
        Ok((half("AccessKeyId")?, half("SecretAccessKey")?))
    }

    /// Two codes that follow one another, of the device that is not the user's yet.
    pub(crate) fn codes_of_new_device(&self, user: &str) -> Result<[String; 2]> {
        let account = self.aws.account();
        let mut devices = account.unassigned.iter();
        let device = devices.find(|device| device.serial.ends_with(&format!("/{user}")));
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since.map_or(0, |since| since.as_secs()).cast_signed() + self.aws.clock();
        let code = |at: i64| device.and_then(|device| device.code_at(at));
        match (code(now), code(now + 30)) {
            (Some(first), Some(second)) => Ok([first, second]),
            _ => Err(Failure::new(format!("{user} has no new device"))),
        }
    }

    /// How long a command line takes that has nothing to say and to ask, at best.
    pub(crate) fn time(&self, line: &str) -> Result<Duration> {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let mut command = self.home.program(SHELL);
            command.args(["-c", line]);
            let begun = Instant::now();
            let status = command.status()?;
            best = best.min(begun.elapsed());
            ensure(status.success(), || format!("{line}: {status}"))?;
        }
        Ok(best)
    }
}

/// The home, with AWS's files for the administrator and the programs in its `bin`.
struct Home {
    directory: TempDir,
    programs: Programs,
    url: String,
    /// Where the AWS CLI is, if it is the system's.
    aws: Option<PathBuf>,
}

impl Home {
    fn make(programs: Programs, account: &Account, url: String) -> Result<Home> {
        let directory = tempfile::Builder::new().prefix("mfaexec-demo-").tempdir()?;
        let home = Home {
            directory,
            programs,
            url,
            aws: None,
        };
        home.clear_up_when_interrupted()?;
        let admin = account.user(ADMIN);
        let write = |name: &str, text: String| fs::write(home.directory.path().join(name), text);
        let aws = home.directory.path().join(".aws");
        DirBuilder::new().mode(0o700).create(&aws)?;
        write(
            ".aws/credentials",
            format!(
                "[{ADMIN}]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = us-east-1\n",
                admin.access_key_id(),
                admin.secret_access_key()
            ),
        )?;
        fs::set_permissions(aws.join("credentials"), Permissions::from_mode(0o600))?;
        write("job", include_str!("job.sh").to_owned())?;
        fs::create_dir(home.bin())?;
        symlink(&home.programs.mfaexec, home.bin().join("mfaexec"))?;
        symlink(&home.programs.local_aws, home.bin().join("local-aws"))?;
        Ok(home)
    }

    fn bin(&self) -> PathBuf {
        self.directory.path().join("bin")
    }

    /// Puts an AWS CLI on the PATH; its version, if it works in here and can be used.
    fn adopt(&mut self, aws: &Path) -> Option<String> {
        self.aws = aws.parent().map(Path::to_owned);
        let said = self.program("aws").arg("--version").output().ok();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let version = said.as_deref().and_then(usable_version).map(str::to_owned);
        if version.is_none() {
            self.aws = None;
        }
        version
    }

    /// A program in this home, with nothing but what it needs in its environment.
    fn program(&self, program: &str) -> Command {
        let mut path = self.bin().into_os_string();
        for directory in self
            .aws
            .iter()
            .map(PathBuf::as_path)
            .chain(SYSTEM.map(Path::new))
        {
            path.push(":");
            path.push(directory);
        }
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.directory.path())
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("LOCAL_AWS_URL", &self.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
            // Whatever would leave this machine ends here, at a port where no one listens.
            .env("HTTPS_PROXY", "http://127.0.0.1:1")
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("NO_PROXY", "127.0.0.1")
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    /// ^C and the like end the demo, and nothing of it stays behind.
    fn clear_up_when_interrupted(&self) -> Result<()> {
        let home = self.directory.path().to_owned();
        let mfaexec = self.programs.mfaexec.clone();
        ctrlc::set_handler(move || {
            clear_up(&home, &mfaexec);
            end();
        })
        .map_err(|error| Failure::new(error.to_string()))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        clear_up(self.directory.path(), &self.programs.mfaexec);
    }
}

/// Takes the cache key out of the kernel's keyring and removes the home. Nothing can be done
/// about what fails here; the key would go by itself when the longest session's time is up.
fn clear_up(home: &Path, mfaexec: &Path) {
    let _ = Command::new(mfaexec)
        .args(["clear", "--quiet"])
        .env_clear()
        .env("HOME", home)
        .current_dir("/")
        .stdin(Stdio::null())
        .output();
    let _ = fs::remove_dir_all(home);
}

/// The shell's terminal closes with this process, which ends what runs on it.
#[expect(clippy::exit, reason = "the main thread waits for something else")]
fn end() {
    std::process::exit(130);
}
