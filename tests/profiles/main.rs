//! The table of profiles.toml: what files, environment and options make of the calls to STS and of
//! the command's environment, or the error. Each row is a test of its own, with its name:
//! `cargo test --test profiles -- "key: in the config file"`.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

#[expect(
    dead_code,
    reason = "it is made for the black-box tests, which need more of it"
)]
#[path = "../black-box/harness.rs"]
mod harness;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread::available_parallelism;

use libtest_mimic::{Arguments, Failed, Trial};
use local_aws::{Account, Entry};
use serde::Deserialize;

use crate::harness::{MFAEXEC, SERIAL, Said, World, finish};

const TABLE: &str = include_str!("profiles.toml");
const FEWEST: usize = 120;
/// Cases that run at the same time for each processor; most of what they do is wait.
const WORKERS: usize = 2;
/// Seconds for a run, after which it and all that it has started are killed.
const PATIENCE: &str = "60";
const USERS: [&str; 9] = [
    "otheruser",
    "fidouser",
    "twodevices",
    "nodevice",
    "hardware",
    "locked",
    "fresh",
    "leaver",
    "root",
];

/// One row; what it leaves out has the value that the head of the table names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    config: String,
    credentials: Option<String>,
    /// The files are written in Latin-1.
    #[serde(default)]
    latin1: bool,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    env: BTreeMap<String, Value>,
    run: Option<String>,
    /// Whose code is given.
    user: Option<String>,
    #[serde(default)]
    requests: Vec<String>,
    #[serde(default)]
    child: BTreeMap<String, Value>,
    /// Lines that stderr has beside an error.
    #[serde(default)]
    says: Vec<String>,
    error: Option<String>,
}

/// A variable's value, or `false` for one that is not set.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Set(String),
    Unset(Off),
}

/// Nothing but `false`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "bool")]
struct Off;

impl TryFrom<bool> for Off {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        match value {
            false => Ok(Self),
            true => Err("a variable has a value or `false`"),
        }
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let processors = available_parallelism().map_or(1, usize::from);
    arguments.test_threads.get_or_insert(WORKERS * processors);
    // A name that is there twice is no TOML.
    let cases: BTreeMap<String, Case> =
        toml::from_str(TABLE).unwrap_or_else(|error| panic!("profiles.toml: {error}"));
    assert!(cases.len() >= FEWEST, "only {} cases", cases.len());
    let tests = cases.into_iter().map(|(name, case)| {
        Trial::test(name, move || match case.check() {
            wrong if wrong.is_empty() => Ok(()),
            wrong => Err(Failed::from(wrong.join("\n"))),
        })
    });
    libtest_mimic::run(&arguments, tests.collect()).exit_code()
}

impl Case {
    /// Everything that is not as the row says.
    fn check(&self) -> Vec<String> {
        let world = World::new();
        let stage = Stage::new(&world, self);
        let said = stage.run(self);
        let mut wrong = Vec::new();
        let requests: Vec<String> = world.aws.journal().iter().map(in_short).collect();
        if requests != self.requests {
            let expected = &self.requests;
            wrong.push(format!(
                "  requests: {requests:?}\n  expected: {expected:?}"
            ));
        }
        let stderr = stage.shown(&said.stderr);
        for line in &self.says {
            if !stderr.lines().any(|found| found == line) {
                wrong.push(format!("  not said: {line}\n  but: {stderr}"));
            }
        }
        match &self.error {
            Some(error) => wrong.extend(failed(error, &said, &stderr)),
            None if said.code != Some(0) => wrong.push(format!("  failed: {stderr}")),
            None => wrong.extend(self.environment(&stage, &said.stdout)),
        }
        wrong
    }

    /// What is wrong with the command's environment.
    fn environment(&self, stage: &Stage<'_>, printed: &str) -> Vec<String> {
        let child: BTreeMap<&str, &str> = printed
            .split('\0')
            .filter_map(|entry| entry.split_once('='))
            .collect();
        let mut wrong = Vec::new();
        let mut compare = |name: &str, expected: Option<&str>| {
            let found = child.get(name).map(|value| stage.shown(value));
            if found.as_deref() != expected {
                wrong.push(format!("  {name}: {found:?}, expected {expected:?}"));
            }
        };
        for (name, value) in &self.child {
            compare(name, value.set());
        }
        for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAEXEC_CODE"] {
            compare(name, None);
        }
        if !self.child.contains_key("AWS_ACCESS_KEY_ID") {
            let id = child.get("AWS_ACCESS_KEY_ID");
            let token = child.get("AWS_SESSION_TOKEN");
            if !id.is_some_and(|id| id.starts_with("ASIA")) || token.is_none() {
                wrong.push("  the command has no session".to_owned());
            }
        }
        wrong
    }
}

impl Value {
    fn set(&self) -> Option<&str> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset(Off) => None,
        }
    }
}

/// A world made as a row says.
struct Stage<'a> {
    world: &'a World,
    /// What `$NAME` represents in the row.
    names: Vec<(&'static str, String)>,
}

impl<'a> Stage<'a> {
    fn new(world: &'a World, case: &Case) -> Self {
        let account = Account::story();
        let user = account.user("testuser");
        let (id, secret) = (user.access_key_id(), user.secret_access_key());
        let mut names = vec![
            (
                "$KEY",
                format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}"),
            ),
            ("$ID", id.to_owned()),
            ("$SECRET", secret.to_owned()),
            ("$SERIAL", SERIAL.to_owned()),
            ("$ROLE", "arn:aws:iam::123456789012:role".to_owned()),
            ("$URL", world.aws.url()),
            ("$HOME", world.home().display().to_string()),
        ];
        if format!("{case:?}").contains("$SESSION") {
            names.extend(session(world));
            world.aws.clear_journal();
        }
        let stage = Self { world, names };
        let bytes = |text: &str| match (stage.meant(text), case.latin1) {
            (text, true) => text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap())
                .collect(),
            (text, false) => text.into_bytes(),
        };
        world.write(".aws/config", bytes(&case.config));
        let credentials = case.credentials.as_deref().unwrap_or("[base]\n$KEY\n");
        world.write(".aws/credentials", bytes(credentials));
        for (path, text) in &case.files {
            world.write(path, stage.meant(text));
        }
        stage
    }

    fn run(&self, case: &Case) -> Said {
        let run = case.run.as_deref().unwrap_or("-p base");
        let mut words = shlex::split(&self.meant(run)).expect("options of a shell");
        if !run.contains("--without-mfa") {
            let user = case.user.as_deref().unwrap_or("testuser");
            words.extend(["-c".to_owned(), self.world.code_of(user)]);
        }
        // One that goes round in a circle is a failure, too.
        let mut command = self.world.program("timeout");
        command.args([PATIENCE, MFAEXEC]).args(words);
        for (name, value) in &case.env {
            match value.set() {
                Some(value) => command.env(name, self.meant(value)),
                None => command.env_remove(name),
            };
        }
        finish(command.args(["--", "env", "-0"]))
    }

    fn meant(&self, text: &str) -> String {
        let replace = |text: String, (name, value): &(&str, String)| text.replace(name, value);
        self.names.iter().fold(text.to_owned(), replace)
    }

    /// The other way round, where a run's own values would be in the way.
    fn shown(&self, text: &str) -> String {
        let home = self.world.home().display().to_string();
        let text = text
            .replace(&home, "~")
            .replace(&self.world.aws.url(), "$URL");
        let mut names = self.names.iter();
        match names.find(|(name, _)| *name == "$SESSION_ID") {
            Some((name, id)) => text.replace(id, name),
            None => text,
        }
    }
}

/// A session without MFA, as someone else may have left it lying about: `$SESSION_ID` and so on.
fn session(world: &World) -> Vec<(&'static str, String)> {
    let mut command = world.mfaexec(&["-p", "testuser", "--without-mfa", "--cache", "none"]);
    let shown = finish(command.args(["--", "env"])).succeeds();
    let value = |name: &str| {
        let mut entries = shown.lines().filter_map(|line| line.split_once('='));
        entries
            .find(|(found, _)| *found == name)
            .unwrap()
            .1
            .to_owned()
    };
    vec![
        ("$SESSION_ID", value("AWS_ACCESS_KEY_ID")),
        ("$SESSION_SECRET", value("AWS_SECRET_ACCESS_KEY")),
        ("$SESSION_TOKEN", value("AWS_SESSION_TOKEN")),
    ]
}

/// A request as the table writes it.
fn in_short(entry: &Entry) -> String {
    let mut words = vec![entry.action.clone()];
    if let Some(arn) = &entry.role_arn {
        let role = arn
            .split_once(":role/")
            .map_or(arn.as_str(), |(_, name)| name);
        let name = entry.role_session_name.as_deref().unwrap_or_default();
        words.push(format!("{role}/{name}"));
    }
    words.extend(entry.duration_seconds.map(|seconds| seconds.to_string()));
    match entry.serial_number.as_deref() {
        Some(SERIAL) if entry.had_token_code => words.push("code".to_owned()),
        Some(serial) => words.push(format!("code of {serial}")),
        None => {}
    }
    if entry.had_session_token {
        words.push("session".to_owned());
    }
    let account = Account::story();
    let signer = entry.access_key_id.as_deref();
    let is_signer = |user: &&&str| signer == Some(account.user(user).access_key_id());
    words.extend(
        USERS
            .iter()
            .find(is_signer)
            .map(|user| format!("by {user}")),
    );
    let parameters = entry.parameters.iter();
    words.extend(parameters.map(|(name, value)| format!("{name}={value}")));
    if entry.region != "us-east-1" {
        words.push(format!("in {}", entry.region));
    }
    if entry.outcome != "OK" {
        words.push(format!("refused: {}", entry.outcome));
    }
    words.join(" ")
}

/// What is wrong with an error: its three lines are the last ones, and there is nothing on stdout.
fn failed(expected: &str, said: &Said, stderr: &str) -> Option<String> {
    let begins = ["mfaexec: ", "  cause:  ", "  remedy: "];
    let mut lines = expected.trim_end().lines();
    let expected = begins.map(|begin| format!("{begin}{}", lines.next().unwrap_or_default()));
    let found: Vec<&str> = stderr.lines().collect();
    let found = &found[found.len().saturating_sub(3)..];
    let good = said.code == Some(125) && said.stdout.is_empty() && lines.next().is_none();
    (!good || found != expected).then(|| {
        let code = said.code;
        format!(
            "  status {code:?}, error:\n{}\n  expected:\n{}",
            found.join("\n"),
            expected.join("\n")
        )
    })
}
