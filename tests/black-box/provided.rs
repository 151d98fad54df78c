//! Who gives temporary keys, in tests: sessions that the stand-in for AWS knows, and small servers
//! that hand them out.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::harness::{Said, World, aws_client, finish, has};
use crate::internet::{message, start};

/// A role of the story that wants MFA.
pub(crate) const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";

/// Temporary keys, and when they end.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expiration: String,
}

impl Keys {
    /// A session of the story's user that was got with a code.
    pub(crate) fn with_mfa(world: &World) -> Self {
        world.sign_in(&[]);
        Self::of(world, &["-p", "testuser", "--no-input"])
    }

    /// One that was got without.
    pub(crate) fn without_mfa(world: &World) -> Self {
        Self::of(world, &["-p", "testuser", "--without-mfa"])
    }

    fn of(world: &World, options: &[&str]) -> Self {
        let mut command = world.mfaexec(options);
        Self::shown(&finish(command.args(["--", "env"])).succeeds())
    }

    /// Those in a printed environment.
    pub(crate) fn shown(environment: &str) -> Self {
        let get = |name: &str| variable(environment, name).unwrap_or_else(|| panic!("no {name}"));
        Self {
            id: get("AWS_ACCESS_KEY_ID"),
            secret: get("AWS_SECRET_ACCESS_KEY"),
            token: get("AWS_SESSION_TOKEN"),
            expiration: get("AWS_CREDENTIAL_EXPIRATION"),
        }
    }

    /// Milliseconds since the epoch.
    pub(crate) fn expiration_millis(&self) -> u128 {
        let end = humantime::parse_rfc3339(&self.expiration).unwrap();
        let since = end.duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_millis()
    }

    /// What `credential_process` prints.
    pub(crate) fn printed(&self) -> String {
        format!(
            r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}", "SessionToken": "{}", "Expiration": "{}"}}"#,
            self.id, self.secret, self.token, self.expiration
        )
    }

    /// What the metadata of instances and containers answers.
    pub(crate) fn answered(&self) -> String {
        format!(
            r#"{{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "{}", "SecretAccessKey": "{}", "Token": "{}", "Expiration": "{}"}}"#,
            self.id, self.secret, self.token, self.expiration
        )
    }

    /// The environment has these keys.
    #[track_caller]
    pub(crate) fn are_in(&self, environment: &str) {
        let lines = [
            format!("AWS_ACCESS_KEY_ID={}\n", self.id),
            format!("AWS_SECRET_ACCESS_KEY={}\n", self.secret),
            format!("AWS_SESSION_TOKEN={}\n", self.token),
            format!("AWS_CREDENTIAL_EXPIRATION={}\n", self.expiration),
        ];
        has(environment, &lines.each_ref().map(String::as_str));
        assert!(!environment.contains("MFAEXEC_PROCESS_OF"), "{environment}");
    }
}

/// A variable of a printed environment.
pub(crate) fn variable(environment: &str, name: &str) -> Option<String> {
    let mut lines = environment.lines();
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// What goes to stderr when keys come from someone else: once, with nothing beside it.
#[track_caller]
pub(crate) fn tells(said: &Said, profile: &str, source: &str) {
    let notice =
        format!("mfaexec: {profile}: using temporary keys from {source}; no MFA code needed\n");
    assert_eq!(said.stderr, notice);
}

/// The calls that reached the stand-in for AWS from entry `since` on.
pub(crate) fn calls(world: &World, since: usize) -> Vec<String> {
    let journal = world.aws.journal().into_iter().skip(since);
    journal.map(|entry| entry.action).collect()
}

/// A command that asks AWS who it is.
pub(crate) fn whoami() -> [&'static str; 4] {
    ["--", aws_client(), "sts", "get-caller-identity"]
}

/// A server that answers by `answer`: status and body, or nothing to let the stand-in for AWS
/// answer.
pub(crate) struct StandIn {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    pub(crate) fn start(
        world: &World,
        answer: impl Fn(&str) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Self {
        let aws = world.aws.url().trim_start_matches("http://").to_owned();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let address = start(move |mut client| {
            loop {
                let bytes = message(&mut client)?;
                let request = String::from_utf8_lossy(&bytes).into_owned();
                let answer = answer(&request);
                seen.lock().unwrap().push(request);
                let Some((status, body)) = answer else {
                    let mut server = TcpStream::connect(&aws)?;
                    server.write_all(&bytes)?;
                    client.write_all(&message(&mut server)?)?;
                    continue;
                };
                write!(
                    client,
                    "HTTP/1.1 {status} So\r\nContent-Length: {}\r\n\
                     x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n{body}",
                    body.len()
                )?;
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests since the last look, each with head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// Lets the program find a service of AWS there.
pub(crate) fn at<'c>(command: &'c mut Command, service: &str, url: &str) -> &'c mut Command {
    // Whatever is not asked of the stand-in must not pass by a proxy either.
    command
        .env_remove("NO_PROXY")
        .env(format!("AWS_ENDPOINT_URL_{service}"), url)
}

/// Runs twice: the first run gets these keys, the second asks no one.
#[track_caller]
pub(crate) fn once(keys: &Keys, profile: &str, source: &str, run: impl Fn() -> Said) -> String {
    let said = run();
    tells(&said, profile, source);
    let shown = said.succeeds();
    keys.are_in(&shown);
    let again = run();
    assert_eq!(again.stderr, "");
    keys.are_in(&again.succeeds());
    shown
}

/// The role is assumed straight with the keys, and kept. `names_user` tells whether the keys may be a
/// user's, after whom the session is named.
#[track_caller]
pub(crate) fn role(world: &World, names_user: bool, make: impl Fn(&[&str]) -> Command) {
    let before = calls(world, 0).len();
    for _ in 0..2 {
        let mut command = make(&["-p", "deploy"]);
        let who = finish(command.args(whoami())).succeeds();
        has(&who, &["assumed-role/deployer/"]);
    }
    let mut asked = vec!["GetCallerIdentity"; usize::from(names_user)];
    asked.extend(["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]);
    assert_eq!(calls(world, before), asked);
}

/// A port of this machine where no one listens.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1";
