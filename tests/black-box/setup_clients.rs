//! The lines that `mfaexec setup` writes, as real clients read them: the AWS CLI, boto3, the SDK for
//! JavaScript and that for Rust. The first three come from tests/all.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::harness::{MFAEXEC, World, finish, has};
use crate::roles;
use crate::skipping::required;

const BOTO3: &str = r#"
import boto3, os, sys
sts = None
for line in sys.stdin:
    os.environ["CLOCK_SHIFT"] = line.strip()
    try:
        if sts is None:
            session = boto3.Session()
            sts, credentials = session.client("sts"), session.get_credentials()
        key = credentials.get_frozen_credentials().access_key
        print(key, sts.get_caller_identity()["Arn"], flush=True)
    except Exception as error:
        print("error", " ".join(str(error).split()), flush=True)
"#;

const JAVASCRIPT: &str = r#"
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
(async () => {
    const sts = new STSClient({});
    for await (const line of require("readline").createInterface({ input: process.stdin })) {
        process.env.CLOCK_SHIFT = line.trim();
        try {
            const { accessKeyId } = await sts.config.credentials();
            const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
            console.log(accessKeyId, Arn);
        } catch (error) {
            console.log("error", String(error).split(/\s+/).join(" "));
        }
    }
})();
"#;

/// What has the AWS CLI of itself: no key.
const CLI: &str = r#"while read -r CLOCK_SHIFT; do export CLOCK_SHIFT
    arn=$("$CLIENT" sts get-caller-identity --query Arn --output text 2>&1) && echo "- $arn" ||
        printf '%s\n' "error $(printf %s "$arn" | tr '\n' ' ')"; done"#;

const RUST: &str = r#"while read -r CLOCK_SHIFT; do export CLOCK_SHIFT
    who=$("$CLIENT" 2>&1) && echo "$who" ||
        printf '%s\n' "error $(printf %s "$who" | tr '\n' ' ')"; done"#;

/// A client that answers a line, the seconds that its clock is ahead, with the key and the ARN that
/// it has.
struct Client {
    name: &'static str,
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

/// Below the target directory, where tests/all puts what others have made.
fn of_others(path: &str) -> PathBuf {
    let above = Path::new(MFAEXEC).ancestors().take(4);
    let mut found = above.map(|directory| directory.join(path));
    found.find(|path| path.exists()).unwrap_or_default()
}

/// The program with the SDK for Rust, built if it is not there yet.
pub(crate) fn rust_sdk() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = Path::new(MFAEXEC).with_file_name("rust-sdk");
        if !path.exists() {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--quiet", "--package", "rust-sdk"]);
            let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
            assert!(built.unwrap().success(), "cannot build rust-sdk");
        }
        path
    })
}

/// The clients that there are, with this profile, in a session without a terminal.
fn clients(world: &World, profile: &str) -> Vec<Client> {
    let (venv, node) = (
        of_others("third-party/bin/python"),
        of_others("node/node_modules"),
    );
    let aws = venv.with_file_name("aws");
    let there = required(
        venv.is_file(),
        "setup_clients",
        "the AWS CLI and boto3 of tests/all",
    );
    let mut words: Vec<(&str, Vec<&str>)> = vec![("rust", vec!["/bin/sh", "-c", RUST])];
    let python = venv.display().to_string();
    if there {
        words.push(("cli", vec!["/bin/sh", "-c", CLI]));
        words.push(("boto3", vec![&python, "-c", BOTO3]));
    }
    let sdk = node.join("@aws-sdk/client-sts");
    if required(
        sdk.is_dir(),
        "setup_clients",
        "the SDK for JavaScript of tests/all",
    ) {
        words.push(("javascript", vec!["/usr/bin/env", "node", "-e", JAVASCRIPT]));
    }
    let start = |(name, words): (&'static str, Vec<&str>)| {
        let mut setsid = world.program("setsid");
        world.with_clock(&mut setsid, "CLOCK_SHIFT", "0");
        let path = std::env::var("PATH").unwrap_or_default();
        let client = if name == "cli" { &aws } else { rust_sdk() };
        setsid
            .args(["--wait"])
            .args(&words)
            .env("PATH", path)
            .env("AWS_PROFILE", profile)
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("NODE_PATH", &node)
            .env("NODE_NO_WARNINGS", "1")
            .env("CLIENT", client)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = setsid.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Client {
            name,
            child,
            answers,
        }
    };
    words.into_iter().map(start).collect()
}

impl Client {
    fn ask(&mut self, world: &World, seconds: i64) -> String {
        world.aws.set_clock(seconds);
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{seconds}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn set_up(world: &World, profile: &str, name: &str) {
    let args = ["setup", "credential-process", "-p", profile, "--as", name];
    world.run(&[&args[..], &["--write"]].concat()).succeeds();
}

#[test]
fn every_client_gets_the_session_of_the_profile() {
    crate::skipping::needs!("cc", "setsid");
    let world = roles::world();
    let odd = "my  own $x & (y)";
    let config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{config}[profile \"{odd}\"]\nsource_profile = testuser\nregion = eu-central-1\n"
    ));
    for (profile, name) in [("testuser", "user"), ("deploy", "role"), (odd, "odd")] {
        set_up(&world, profile, name);
    }
    world.sign_in(&[]);
    for (profile, name, arn) in [
        ("testuser", "user", "user/testuser"),
        ("deploy", "role", "assumed-role/deployer/"),
        (odd, "odd", "user/testuser"),
    ] {
        let printed = world.run(&["credential-process", "-p", profile]).succeeds();
        let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let key = printed["AccessKeyId"].as_str().unwrap();
        for mut client in clients(&world, name) {
            let answer = client.ask(&world, 0);
            assert!(answer.contains(arn), "{} {name}: {answer}", client.name);
            let has_key = answer.starts_with(key) || client.name == "cli";
            assert!(has_key, "{} {name}: {answer}", client.name);
        }
    }
    assert_eq!(world.code_calls().len(), 1);
}

/// The client says which command signs in. The default chain of the SDK for JavaScript keeps to itself
/// why a provider has failed.
fn is_told(client: &mut Client, world: &World, seconds: i64) {
    let refused = client.ask(world, seconds);
    has(&refused, &["error "]);
    if client.name != "javascript" {
        has(&refused, &["a code is needed", "mfaexec login -p deploy"]);
    }
}

#[test]
fn a_program_outlives_its_session_and_says_how_to_sign_in_again() {
    crate::skipping::needs!("cc", "setsid");
    let world = roles::world();
    set_up(&world, "deploy", "role");
    let mut clients = clients(&world, "role");
    for client in &mut clients {
        is_told(client, &world, 0);
    }
    world.sign_in(&[]);
    const HOUR: i64 = 3600;
    for client in &mut clients {
        let name = client.name;
        // A client that could not get keys at the start gets them now.
        let first = client.ask(&world, 10);
        assert!(first.contains("assumed-role/deployer"), "{name}: {first}");
        // The role's session is over, and the MFA session is not.
        let second = client.ask(&world, HOUR + 60);
        assert!(second.contains("assumed-role/deployer"), "{name}: {second}");
        assert!(first != second || name == "cli", "{name}: {first}");
        // Now the MFA session is over as well.
        is_told(client, &world, 5 * HOUR);
    }
    // Someone signs in at another terminal.
    world.aws.set_clock(5 * HOUR);
    let code = world.aws.code("testuser");
    let mut login = world.mfaexec(&["login", "-p", "testuser", "-c", &code]);
    world.with_clock(&mut login, "CLOCK_SHIFT", &(5 * HOUR).to_string());
    finish(&mut login).succeeds();
    for client in &mut clients {
        let third = client.ask(&world, 5 * HOUR + 10);
        assert!(
            third.contains("assumed-role/deployer"),
            "{}: {third}",
            client.name
        );
    }
    assert_eq!(world.code_calls().len(), 2);
}
