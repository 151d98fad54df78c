//! What the benchmark runs in: homes that go away, and nothing of the caller's environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use local_aws::{Account, Server};
use mfaexec::internals::{AwsClock, Cache, Keeping, Session, SessionKind, Timestamp};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::Result;
use crate::relay::{Relay, Tls};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/testuser";

/// A stand-in for AWS, a home with the story's profile, and an empty cache.
pub(crate) struct World {
    pub(crate) aws: Server,
    pub(crate) relay: Relay,
    home: TempDir,
    endpoint: String,
    mfaexec: PathBuf,
}

impl World {
    pub(crate) fn new(mfaexec: &Path, tls: Option<&Tls>) -> Result<Self> {
        let account = Account::story();
        let user = account.user("testuser");
        let credentials = format!(
            "[testuser]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            user.access_key_id(),
            user.secret_access_key()
        );
        let aws = Server::start(account)?;
        let relay = Relay::start(&aws.url(), tls)?;
        let endpoint = match tls {
            Some(_) => format!("https://localhost:{}", relay.port()),
            None => format!("http://127.0.0.1:{}", relay.port()),
        };
        let home = tempfile::Builder::new()
            .prefix("mfaexec-bench-")
            .tempdir()?;
        fs::create_dir(home.path().join(".aws"))?;
        fs::write(home.path().join(".aws/credentials"), credentials)?;
        if let Some(tls) = tls {
            fs::write(home.path().join("ca.pem"), &tls.pem)?;
        }
        let world = Self {
            aws,
            relay,
            home,
            endpoint,
            mfaexec: mfaexec.to_owned(),
        };
        fs::write(world.home().join(".aws/config"), config(0))?;
        Ok(world)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The URL of its AWS.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A program with the environment of this world.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .current_dir(self.home())
            .stdin(Stdio::null());
        let bundle = self.home().join("ca.pem");
        if bundle.exists() {
            command.env("AWS_CA_BUNDLE", bundle);
        }
        command
    }

    /// The environment alone.
    pub(crate) fn environment(&self) -> Command {
        self.command(Path::new("true"))
    }

    /// The code of the moment.
    pub(crate) fn code(&self) -> String {
        self.aws.code("testuser")
    }

    /// Puts a session into the cache.
    pub(crate) fn sign_in(&self) -> Result<()> {
        let mut login = self.command(&self.mfaexec);
        login.args(["login", "-q", "-p", "testuser", "-c", &self.code()]);
        login.stdout(Stdio::null());
        if login.status()?.success() {
            return Ok(());
        }
        Err("mfaexec login failed".into())
    }

    /// The name of a session in the cache.
    pub(crate) fn session(&self) -> Result<String> {
        for file in fs::read_dir(self.home().join(".cache/mfaexec"))? {
            let name = file?.file_name().into_string().unwrap_or_default();
            if let Some((session, _)) = name.split_once('.').filter(|_| name.ends_with(".session"))
            {
                return Ok(session.to_owned());
            }
        }
        Err("there is no session in the cache".into())
    }

    /// Writes a config file with so many more profiles, and says where.
    pub(crate) fn config_of(&self, profiles: usize) -> Result<PathBuf> {
        let path = self.home().join(format!("config-{profiles}"));
        fs::write(&path, config(profiles))?;
        Ok(path)
    }

    /// Puts so many sessions into the cache, of other keys.
    pub(crate) fn fill_cache(&self, sessions: u64) -> Result<()> {
        let cache = Cache::new(self.home().join(".cache/mfaexec"), Keeping::Auto);
        let now = Timestamp::from(SystemTime::now());
        for number in 0..sessions {
            let session = Session {
                source_key_id: Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
                access_key_id: format!("ASIAQ3EGBENCH{number:07}"),
                secret_access_key: SecretString::from("k".repeat(40)),
                session_token: SecretString::from("t".repeat(356)),
                expires_at: Timestamp(now.0 + 7200),
                obtained_at: now,
                clock: AwsClock::default(),
                aws_is_ahead: 0,
                duration: 7200,
                account: Some("123456789012".to_owned()),
                kind: SessionKind::Mfa,
                role_arn: None,
                serial: Some(SERIAL.to_owned()),
                profile: format!("profile-{number}"),
            };
            cache
                .store(&format!("{number:064x}"), &session, now)
                .map_err(|error| error.summary())?;
        }
        Ok(())
    }
}

impl Drop for World {
    /// Takes the cache key out of the kernel's keyring.
    fn drop(&mut self) {
        drop(self.command(&self.mfaexec).args(["clear", "-q"]).output());
    }
}

/// A config file with the story's profile after `others` of the kind that tools write.
fn config(others: usize) -> String {
    let mut text = String::new();
    for number in 0..others {
        text.push_str(&format!(
            "[profile account-{number}-admin]\nregion = eu-central-1\noutput = json\n\
             role_arn = arn:aws:iam::123456789012:role/admin-{number}\nsource_profile = testuser\n\n"
        ));
    }
    text + &format!("[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n")
}
