//! The binary: a server, its controls, and the client under both its names.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use local_aws::Account;

use crate::support::SERIAL;

const BINARY: &str = env!("CARGO_BIN_EXE_local-aws");

/// A server process, with a directory for its clients.
struct Process {
    child: Child,
    url: String,
    home: PathBuf,
}

impl Process {
    fn start(name: &str) -> Process {
        let home =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        symlink(BINARY, home.join("aws")).unwrap();
        let account = Account::story();
        let user = account.user("testuser");
        let keys = format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            user.access_key_id(),
            user.secret_access_key()
        );
        std::fs::write(home.join(".aws/credentials"), keys).unwrap();
        let mut child = Command::new(BINARY)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("local-aws listening on ")
            .unwrap()
            .to_owned();
        Process { child, url, home }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().env("HOME", &self.home);
        command
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("LOCAL_AWS_URL", &self.url);
        command
    }

    fn local(&self, args: &[&str]) -> Output {
        self.command(BINARY, args).output().unwrap()
    }

    fn stdout(&self, args: &[&str]) -> String {
        let output = self.local(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn aws(&self, args: &[&str]) -> Command {
        self.command(self.home.join("aws"), args)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

#[track_caller]
fn failed(output: &Output, status: i32, stderr: &str) {
    let found = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        (output.status.code(), found.as_ref()),
        (Some(status), stderr)
    );
    assert!(output.stdout.is_empty());
}

const UNAUTHORIZED: &str = "\nAn error occurred (UnauthorizedOperation) when calling the \
    DescribeRegions operation: You are not authorized to perform this operation.\n";
const EXPIRED: &str = "\nAn error occurred (RequestExpired) when calling the DescribeRegions \
    operation: Request has expired.\n";

#[test]
fn the_story_from_a_shell() {
    let process = Process::start("story");
    let regions = ["ec2", "describe-regions"];
    failed(&process.aws(&regions).output().unwrap(), 254, UNAUTHORIZED);
    failed(&process.local(&regions), 254, UNAUTHORIZED);

    let code = process.stdout(&["code", "testuser"]);
    let get = [
        "sts",
        "get-session-token",
        "--serial-number",
        SERIAL,
        "--token-code",
        code.trim(),
    ];
    let output = process.aws(&get).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let field = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
    let with_session = |args: &[&str]| {
        let mut command = process.aws(args);
        command.env("AWS_ACCESS_KEY_ID", field("AccessKeyId"));
        command.env("AWS_SECRET_ACCESS_KEY", field("SecretAccessKey"));
        command.env("AWS_SESSION_TOKEN", field("SessionToken"));
        // The client does not judge by itself: the service is asked all the same.
        command.env("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z");
        command.output().unwrap()
    };
    let output = with_session(&regions);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["Regions"][1]["RegionName"], "eu-central-1");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("{\n    \"Regions\": [\n"));
    // An explicit profile wins over the variables, a variable does not.
    let mut profiled = regions.to_vec();
    profiled.extend(["--profile", "default"]);
    failed(&with_session(&profiled), 254, UNAUTHORIZED);

    process.stdout(&["end-sessions"]);
    failed(&with_session(&regions), 254, EXPIRED);
    let journal = process.stdout(&["journal"]);
    assert!(
        journal
            .lines()
            .last()
            .unwrap()
            .starts_with("400 RequestExpired ec2 DescribeRegions")
    );
}

#[test]
fn an_administrator_makes_a_user_from_a_shell() {
    let process = Process::start("administrator");
    let root = Account::story();
    let root = root.user("root");
    let as_root = |args: &[&str]| {
        let mut command = process.aws(args);
        command
            .env("AWS_ACCESS_KEY_ID", root.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", root.secret_access_key());
        command
    };
    let json = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let create = ["iam", "create-user", "--user-name", "novice"];
    let user = json(&mut as_root(&create));
    assert_eq!(user["User"]["Arn"], "arn:aws:iam::123456789012:user/novice");
    let twice = as_root(&create).output().unwrap();
    failed(
        &twice,
        254,
        "\nAn error occurred (EntityAlreadyExists) when calling the CreateUser operation: User with \
         name novice already exists.\n",
    );
    failed(
        &process
            .aws(&["iam", "create-user", "--user-name", "other"])
            .output()
            .unwrap(),
        254,
        "\nAn error occurred (AccessDenied) when calling the CreateUser operation: User: \
         arn:aws:iam::123456789012:user/testuser is not authorized to perform: iam:CreateUser on \
         resource: arn:aws:iam::123456789012:user/other because no identity-based policy allows the \
         iam:CreateUser action\n",
    );

    let policy = process.home.join("policy.json");
    let text = r#"{"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "ec2:DescribeRegions", "Resource": "*"}]}"#;
    std::fs::write(&policy, text).unwrap();
    let put = |document: &str| {
        let put = ["iam", "put-user-policy", "--user-name", "novice"];
        let rest = ["--policy-name", "p", "--policy-document", document];
        as_root(&[&put[..], &rest[..]].concat()).output().unwrap()
    };
    let done = put(&format!("file://{}", policy.display()));
    assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
    assert!(put(text).status.success());
    let lost = put("file:///nonexistent");
    assert_eq!(lost.status.code(), Some(255), "{lost:?}");

    let key = json(&mut as_root(&[
        "iam",
        "create-access-key",
        "--user-name",
        "novice",
    ]));
    let field = |name: &str| key["AccessKey"][name].as_str().unwrap().to_owned();
    let regions = process
        .aws(&["ec2", "describe-regions"])
        .env("AWS_ACCESS_KEY_ID", field("AccessKeyId"))
        .env("AWS_SECRET_ACCESS_KEY", field("SecretAccessKey"))
        .output()
        .unwrap();
    assert!(regions.status.success(), "{regions:?}");
}

#[test]
fn controls() {
    let process = Process::start("controls");
    assert_eq!(process.stdout(&["clock"]), "the server's clock is right\n");
    assert_eq!(
        process.stdout(&["clock", "+4h"]),
        "the server's clock is 4h ahead\n"
    );
    assert_eq!(
        process.stdout(&["clock", "-14m50s"]),
        "the server's clock is 3h 45m 10s ahead\n"
    );
    assert_eq!(
        process.stdout(&["clock", "0"]),
        "the server's clock is right\n"
    );

    process.stdout(&["fault", "throttling", "--action", "GetCallerIdentity", "2"]);
    let whoami = ["sts", "get-caller-identity"];
    let throttled = "\nAn error occurred (Throttling) when calling the GetCallerIdentity \
        operation: Rate exceeded\n";
    failed(&process.local(&whoami), 254, throttled);
    failed(&process.local(&whoami), 254, throttled);
    assert!(
        process
            .stdout(&whoami)
            .contains("\"Arn\": \"arn:aws:iam::123456789012:user/testuser\"")
    );
    let journal: Vec<local_aws::Entry> =
        serde_json::from_str(&process.stdout(&["journal", "--json"])).unwrap();
    let outcomes: Vec<&str> = journal.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes, ["Throttling", "Throttling", "OK"]);
    assert_eq!(process.local(&["fault", "nonsense"]).status.code(), Some(2));
    let unknown = "local-aws: no such page, or no such user with a TOTP device\n";
    failed(&process.local(&["code", "nodevice"]), 1, unknown);
}

#[test]
fn only_loopback() {
    let process = Process::start("loopback");
    for url in [
        "http://192.0.2.1:80",
        "https://127.0.0.1",
        "http://sts.amazonaws.com",
    ] {
        let output = process.local(&["sts", "get-caller-identity", "--endpoint-url", url]);
        failed(
            &output,
            255,
            &format!("local-aws: {url} is not http://127.0.0.1:PORT\n"),
        );
    }
    let output = process
        .aws(&["sts", "get-caller-identity", "--profile", "x"])
        .output()
        .unwrap();
    failed(
        &output,
        255,
        "\nThe config profile (x) could not be found\n",
    );
    let output = process
        .aws(&["sts", "get-caller-identity"])
        .env("HOME", "/nowhere")
        .output()
        .unwrap();
    let nothing = "\nUnable to locate credentials. You can configure credentials by running \
        \"aws configure\".\n";
    failed(&output, 253, nothing);
}
