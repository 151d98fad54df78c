//! `--refresh`: the command gets its sessions from an endpoint, one after the other.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::harness::{World, eventually, finish, has, kill};
use crate::skipping::needs;

const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";

/// A command that runs until its input ends, and its endpoint.
pub(crate) struct Served {
    child: Child,
    pub(crate) host: String,
    pub(crate) token: String,
    env: Vec<(String, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.head.contains(name)
    }
}

impl Served {
    /// Starts `mfaexec --refresh` with these options, without anyone to ask.
    pub(crate) fn start(world: &World, options: &[&str]) -> Self {
        let seen = world.home().join("seen");
        fs::remove_file(&seen).ok();
        let mut command = world.mfaexec(&["--refresh", "--no-input"]);
        command.args(options);
        command.args(["--", "sh", "-c", "env > new; mv new seen; exec cat"]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        eventually("the command has started", || seen.exists());
        let env = fs::read_to_string(seen).unwrap();
        let env: Vec<(String, String)> = env
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut served = Self {
            child: child.unwrap(),
            host: String::new(),
            token: String::new(),
            env,
        };
        let uri = served
            .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            .unwrap();
        let host = uri.strip_prefix("http://").unwrap();
        served.host = host.strip_suffix("/credentials").unwrap().to_owned();
        served.token = served
            .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            .unwrap();
        served
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let found = self.env.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    fn config(&self) -> String {
        fs::read_to_string(self.variable("AWS_CONFIG_FILE").unwrap()).unwrap()
    }

    fn private_directory(&self) -> PathBuf {
        let config = PathBuf::from(self.variable("AWS_CONFIG_FILE").unwrap());
        config.parent().unwrap().to_owned()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request as it is; none if the server just closes the connection.
    pub(crate) fn send(&self, request: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.host).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream.write_all(request.as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        })
    }

    /// The request of an SDK.
    pub(crate) fn ask(&self) -> Answer {
        let (host, token) = (&self.host, &self.token);
        self.send(&format!(
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\
             Accept: application/json\r\n\r\n"
        ))
        .unwrap()
    }

    /// What is served now.
    #[track_caller]
    pub(crate) fn session(&self) -> serde_json::Value {
        let answer = self.ask();
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Waits for the end of the command; its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }

    fn is_gone(&self) {
        eventually("the endpoint is gone", || {
            TcpStream::connect(&self.host).is_err()
        });
        eventually("its files are gone", || !self.private_directory().exists());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn with_role(world: &World) {
    let device = crate::harness::SERIAL;
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\noutput = text\nmfa_serial = {device}\n\
         [profile deployer]\nrole_arn = {ROLE}\nsource_profile = testuser\nregion = eu-west-1\n\
         s3 =\n  addressing_style = path\n"
    ));
}

#[test]
fn the_command_gets_an_endpoint_instead_of_keys() {
    let world = World::new();
    with_role(&world);
    world.sign_in(&[]);
    let served = Served::start(&world, &["-p", "testuser"]);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        assert_eq!(served.variable(name), None, "{name}");
    }
    assert_eq!(served.variable("AWS_CREDENTIAL_EXPIRATION"), None);
    assert_eq!(
        served.variable("MFAEXEC_PROFILE").as_deref(),
        Some("testuser")
    );
    assert_eq!(
        served.variable("AWS_REGION").as_deref(),
        Some("eu-central-1")
    );
    let session = served.session();
    let mut names: Vec<&String> = session.as_object().unwrap().keys().collect();
    names.sort_unstable();
    let expected = [
        "AccessKeyId",
        "AccountId",
        "Expiration",
        "SecretAccessKey",
        "Token",
    ];
    assert_eq!(names, expected);
    assert!(session["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert!(session["Expiration"].as_str().unwrap().ends_with('Z'));
    let answer = served.ask();
    has(
        &answer.head,
        &["content-type: application/json", "cache-control: no-store"],
    );
    // It is the session of every run.
    let run = world.run(&["-p", "testuser", "--", "printenv", "AWS_ACCESS_KEY_ID"]);
    assert_eq!(session["AccessKeyId"], run.succeeds().trim());
    served.end();
}

#[test]
fn a_private_config_has_the_settings_and_no_keys() {
    let world = World::new();
    let device = crate::harness::SERIAL;
    world.write_config(&format!(
        "[default]\nregion = us-west-2\n[profile testuser]\nregion = eu-central-1\noutput = text\n\
         mfa_serial = {device}\ns3 =\n  addressing_style = path\n"
    ));
    let credentials = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let key =
        "[default]\naws_access_key_id = AKIASTATICEXAMPLE000\naws_secret_access_key = static\n";
    world.write_credentials(&format!("{key}{credentials}"));
    world.sign_in(&[]);
    let served = Served::start(&world, &["-p", "testuser"]);
    let expected =
        "[default]\nregion = eu-central-1\noutput = text\ns3 = \n    addressing_style = path\n";
    assert_eq!(served.config(), expected);
    let private = served.private_directory();
    for name in ["config", "credentials"] {
        let mode = fs::metadata(private.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::read(private.join("credentials")).unwrap(), b"");
    let mode = fs::metadata(&private).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    served.end();
}

#[test]
fn a_run_inside_finds_the_users_own_files() {
    let world = World::new();
    with_role(&world);
    world.sign_in(&[]);
    let inner = "mfaexec -p deployer --no-input -- env | grep -E '^(AWS_ACCESS_KEY_ID=ASIA|AWS_CO|MFAEXEC_P)'";
    let printed = world.run(&["--refresh", "-p", "testuser", "--", "sh", "-c", inner]);
    let printed = printed.succeeds();
    has(
        &printed,
        &["MFAEXEC_PROFILE=deployer", "AWS_ACCESS_KEY_ID=ASIA"],
    );
    assert!(!printed.contains("AWS_CO"), "{printed}");
}

#[test]
fn it_is_gone_with_the_command() {
    let world = World::new();
    world.sign_in(&[]);
    let served = Served::start(&world, &["-p", "testuser"]);
    assert_eq!(served.ask().status, 200);
    let mut served = served;
    drop(served.child.stdin.take());
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    served.is_gone();
    for signal in ["KILL", "TERM"] {
        let served = Served::start(&world, &["-p", "testuser"]);
        assert_eq!(served.ask().status, 200);
        kill(signal, &served.pid().to_string());
        served.is_gone();
    }
}

/// The companion of a command: the process that listens at the port.
fn companion(served: &Served) -> u32 {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).into_owned();
        *pid != served.pid()
            && words.contains("--refresh")
            && words.contains("mv new seen")
            && holds_port(*pid, &served.host)
    })
    .expect("there is a companion")
}

/// Whether the process listens at this address.
fn holds_port(pid: u32, host: &str) -> bool {
    let port: u16 = host.rsplit_once(':').unwrap().1.parse().unwrap();
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let local = format!("0100007F:{port:04X}");
    let line = table.lines().find(|line| line.contains(&local)).unwrap();
    let inode = line.split_whitespace().nth(9).unwrap();
    let open = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let mut links = open.filter_map(|fd| fs::read_link(fd.path()).ok());
    links.any(|link| link.to_string_lossy() == format!("socket:[{inode}]"))
}

/// What --refresh adds to exec.md: a process beside the command, which has none of its files and is
/// not its child, and which the command outlives.
#[test]
fn the_companion_is_no_child_and_holds_nothing_of_the_caller() {
    needs!("/proc");
    if !nix::unistd::geteuid().is_root() {
        // It is undumpable: only root sees its descriptors.
        return;
    }
    let world = World::new();
    world.sign_in(&[]);
    let mut served = Served::start(&world, &["-p", "testuser"]);
    let companion = companion(&served);
    let stat = fs::read_to_string(format!("/proc/{companion}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let (parent, session, terminal) = (fields[1], fields[3], fields[4]);
    assert_ne!(parent, served.pid().to_string());
    assert_ne!(session, nix::unistd::getsid(None).unwrap().to_string());
    assert_eq!(terminal, "0");
    for fd in ["0", "1", "2"] {
        let open = fs::read_link(format!("/proc/{companion}/fd/{fd}")).unwrap();
        assert_eq!(open, PathBuf::from("/dev/null"));
    }
    // Without it, the command goes on.
    kill("KILL", &companion.to_string());
    eventually("the endpoint is gone", || {
        TcpStream::connect(&served.host).is_err()
    });
    assert_eq!(served.child.try_wait().unwrap(), None);
    let private = served.private_directory();
    assert!(private.exists());
    assert_eq!(served.end(), Some(0));
    // The next run removes what was left.
    world
        .run(&["--refresh", "-p", "testuser", "--", "true"])
        .succeeds();
    assert!(!private.exists());
}

#[test]
fn a_reader_of_the_commands_output_waits_for_the_command_alone() {
    let world = World::new();
    world.sign_in(&[]);
    let script = "mfaexec --refresh -p testuser -- sh -c 'echo one; exec sleep 0' | cat; echo two";
    let printed = finish(world.program("sh").args(["-c", script])).succeeds();
    assert_eq!(printed, "one\ntwo\n");
}

#[test]
fn failures_before_the_command_leave_nothing() {
    let world = World::new();
    has(
        &world
            .run(&["--refresh", "--no-input", "-p", "testuser", "--", "true"])
            .fails(125),
        &["a code is needed"],
    );
    world
        .run(&["--refresh", "-p", "nobody", "--", "true"])
        .fails(125);
    world.sign_in(&[]);
    world
        .run(&["--refresh", "-p", "testuser", "--", "no-such-command"])
        .fails(127);
    let runs = world.cache().join("runs");
    eventually("nothing is left", || {
        fs::read_dir(&runs).is_ok_and(|mut entries| entries.next().is_none())
    });
}

#[test]
fn the_sdk_for_rust_asks_the_endpoint_and_finds_profiles() {
    let world = World::new();
    with_role(&world);
    let credentials = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let key =
        "[default]\naws_access_key_id = AKIASTATICEXAMPLE000\naws_secret_access_key = static\n";
    world.write_credentials(&format!("{key}{credentials}"));
    world.sign_in(&[]);
    let sdk = crate::setup_clients::rust_sdk().display().to_string();
    for way in ["--refresh", "--profiles"] {
        for (profile, arn) in [
            ("testuser", ":user/testuser"),
            ("deployer", ":assumed-role/deployer/"),
        ] {
            let said = world.run(&[way, "-p", profile, "--", &sdk]).succeeds();
            assert!(
                said.starts_with("ASIA") && said.contains(arn),
                "{way} {profile}: {said}"
            );
        }
    }
    let script = format!("AWS_PROFILE=deployer {sdk}");
    let said = world.run(&["--profiles", "-p", "testuser", "--", "sh", "-c", &script]);
    has(&said.succeeds(), &[":assumed-role/deployer/"]);
}
