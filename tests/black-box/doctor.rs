//! `mfaexec doctor`: each check seen ok, as a warning, and failed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::examples::{page, path};
use crate::harness::{Said, World, finish, has, terminal};

pub(crate) const DAY: i64 = 24 * 3600;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

pub(crate) fn mode(world: &World, path: &str, mode: u32) {
    fs::set_permissions(world.home().join(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// Files for the user alone, a young key, policies that hold, and all that a package installs.
pub(crate) fn healthy() -> World {
    let world = World::new();
    make_healthy(&world);
    world.sign_in(&[]);
    world
}

pub(crate) fn make_healthy(world: &World) {
    mode(world, ".aws", 0o700);
    mode(world, ".aws/config", 0o600);
    mode(world, ".aws/credentials", 0o600);
    let policy = world.run(&["policy", "self-service"]).succeeds();
    world.aws.edit(|account| {
        account.user_mut("testuser").keys[0].created = Some(now() - 3 * DAY);
        account
            .put_user_policy("testuser", "self", &policy)
            .unwrap();
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in [
        (
            "completions/mfaexec.bash",
            "bash-completion/completions/mfaexec",
        ),
        ("man/mfaexec.1", "man/man1/mfaexec.1"),
    ] {
        let content = fs::read(root.join(from)).unwrap();
        world.write(&format!(".local/share/{to}"), content);
    }
}

pub(crate) fn doctor(world: &World, args: &[&str]) -> Command {
    let mut command = world.mfaexec(&["doctor"]);
    command.args(args).env("SHELL", "/bin/bash");
    command
}

fn run(world: &World) -> Said {
    finish(&mut doctor(world, &["-p", "testuser"]))
}

/// The checks of a report by name, each as `RESULT: WHAT | CAUSE | REMEDY`.
#[derive(Debug)]
pub(crate) struct Checks(BTreeMap<String, Vec<String>>);

impl Checks {
    pub(crate) fn of(command: &mut Command) -> Self {
        let said = finish(command.arg("--json"));
        let json: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
        let mut checks = BTreeMap::<String, Vec<String>>::new();
        let mut failed = 0;
        for check in json["checks"].as_array().unwrap() {
            let text = |name: &str| check[name].as_str().unwrap_or("-").to_owned();
            let is_ok = text("result") == "ok";
            assert_eq!(check["cause"].is_null(), is_ok, "{check}");
            assert_eq!(check["remedy"].is_null(), is_ok, "{check}");
            failed += usize::from(text("result") == "failed");
            let parts = ["what", "cause", "remedy"].map(text).join(" | ");
            let of_name = checks.entry(text("name")).or_default();
            of_name.push(format!("{}: {parts}", text("result")));
        }
        assert_eq!(said.code, Some(i32::from(failed > 0)), "{said:?}");
        Self(checks)
    }

    pub(crate) fn of_testuser(world: &World) -> Self {
        Self::of(&mut doctor(world, &["-p", "testuser"]))
    }

    #[track_caller]
    pub(crate) fn has(&self, name: &str, parts: &[&str]) {
        let found = self.0.get(name);
        let found = found.unwrap_or_else(|| panic!("no check {name} in {self:#?}"));
        let all = |check: &&String| parts.iter().all(|part| check.contains(part));
        assert!(
            found.iter().any(|check| all(&check)),
            "{parts:?} not in {found:#?}"
        );
    }

    #[track_caller]
    pub(crate) fn are(&self, result: &str, names: &[&str]) {
        for name in names {
            self.has(name, &[&format!("{result}: ")]);
        }
    }

    #[track_caller]
    pub(crate) fn are_ok_but(&self, others: &[&str]) {
        for (name, checks) in &self.0 {
            let is_ok = checks.iter().all(|check| check.starts_with("ok: "));
            assert_eq!(
                is_ok,
                !others.contains(&name.as_str()),
                "{name}: {checks:#?}"
            );
        }
    }
}

#[test]
fn a_healthy_world_is_ok() {
    let world = healthy();
    let before = world.code_calls().len();
    let said = run(&world);
    assert_eq!(said.code, Some(0), "{said:?}");
    for line in said.stdout.lines() {
        assert!(line.starts_with("+ ok "), "{line}");
    }
    has(&said.stderr, &["mfaexec: ", " checks: ", " ok\n"]);
    assert_eq!(world.code_calls().len(), before, "a code was spent");
    let quiet = finish(doctor(&world, &["-p", "testuser"]).arg("-q"));
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    Checks::of_testuser(&world).are_ok_but(&[]);
}

/// A stranger's first command says what to do first.
#[test]
fn an_empty_home() {
    let world = World::new();
    fs::remove_dir_all(world.home().join(".aws")).unwrap();
    let said = finish(&mut doctor(&world, &[]));
    assert_eq!(said.code, Some(1), "{said:?}");
    let line = "x failed       profile: no profile was chosen\n";
    has(
        &said.stdout,
        &[
            line,
            "aws configure --profile NAME",
            "? not checked  account: ",
        ],
    );
    has(
        &said.stderr,
        &[
            "mfaexec: 1 check failed: profile\n",
            "  remedy: begin with a key",
        ],
    );
    assert!(world.aws.journal().is_empty());
    assert!(!world.home().join(".aws").exists() && !world.cache().exists());

    let mut command = doctor(&world, &[]);
    let said = finish(command.env_remove("HOME").env("HOME", "relative"));
    assert_eq!(said.code, Some(1), "{said:?}");
    has(
        &said.stdout,
        &["x failed       cache: ", "x failed       profile: "],
    );
}

#[test]
fn what_is_broken_is_a_failed_check_and_no_end() {
    let world = healthy();
    let checks = Checks::of(&mut doctor(&world, &["-p", "testusr"]));
    checks.has(
        "profile",
        &[
            "failed: there is no profile testusr",
            "did you mean testuser?",
        ],
    );
    checks.are("not_checked", &["account"]);
    checks.are(
        "ok",
        &["config_file", "credentials_file", "cache", "variables"],
    );

    world.write_config("[profile testuser]\nthis is no setting\n");
    let checks = Checks::of_testuser(&world);
    checks.has("config_file", &["failed: cannot read ", "line 2"]);
    checks.are("failed", &["profile"]);
    checks.are("ok", &["credentials_file", "cache"]);

    // A profile that no one named, among others.
    let checks = Checks::of(&mut doctor(&world, &[]));
    checks.are("failed", &["config_file", "profile"]);
}

#[test]
fn a_profile_that_a_variable_names_is_looked_at() {
    let world = healthy();
    let checks = Checks::of(doctor(&world, &[]).env("AWS_PROFILE", "testuser"));
    checks.are_ok_but(&[]);
    checks.has("profile", &["testuser, which uses the key AKIA"]);
}

#[test]
fn lines_fit_a_terminal_and_results_are_words() {
    let world = World::new();
    let look = |columns: usize, no_color: &str| {
        let script = format!("stty rows 50 cols {columns}; exec mfaexec doctor -p testuser -q");
        let mut shell = world.program("/bin/sh");
        shell.args(["-c", &script]);
        shell.env("TERM", "xterm").env("NO_COLOR", no_color);
        terminal(shell).exp_eof().unwrap()
    };
    for columns in [40, 80] {
        let seen = look(columns, "");
        has(&seen, &["\u{1b}[31mx failed", "remedy: chmod 600 "]);
        let seen = look(columns, "1");
        assert!(
            !seen.contains('\u{1b}') && !seen.contains("+ ok"),
            "{seen:?}"
        );
        let is_whole = |line: &str| line.contains("remedy: ") || line.starts_with("mfaexec: ");
        let (report, _) = seen.split_once("mfaexec: ").unwrap();
        for line in report.lines().filter(|line| !is_whole(line)) {
            let is_word = line.trim().split(' ').count() == 1;
            let length = line.trim_end().len();
            assert!(length <= columns || is_word, "{columns}: {line:?}");
        }
    }
    let said = run(&world);
    assert!(!said.stdout.contains('\u{1b}'));
    for line in said.stdout.lines() {
        let begins = [
            "+ ok  ",
            "! warning  ",
            "x failed  ",
            "? not checked  ",
            "    ",
        ];
        assert!(
            begins.iter().any(|begin| line.starts_with(begin)),
            "{line:?}"
        );
    }
}

/// Whatever AWS, a variable or a file says.
#[test]
fn no_secret_is_shown() {
    let world = World::new();
    let secrets = [
        ("AWS_SECRET_ACCESS_KEY", "canary-secret-of-the-environment"),
        ("AWS_SESSION_TOKEN", "canary-token-of-the-environment"),
        ("AWS_BEARER_TOKEN_BEDROCK", "canary-bearer-token-0123456789"),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "canary-container-token-01234",
        ),
        ("MFAEXEC_CODE", "918273"),
        ("MFAEXEC_RESTORE", "canary-restore-0123456789"),
    ];
    let config = "[profile testuser]\naws_secret_access_key = canary-half-of-a-key\n";
    for config in [
        config,
        "[profile testuser]\nmfa_serial = canary-secret-of-the-environment\n",
    ] {
        world.write_config(config);
        for format in [&[][..], &["--json"], &["-q"]] {
            let mut command = doctor(&world, &["-p", "testuser"]);
            command
                .args(format)
                .env("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEEXAMPLE00");
            command.env("AWS_ENDPOINT_URL", "http://me:canary-endpoint@127.0.0.1:1");
            command.env("HTTPS_PROXY", "http://me:canary-proxy@127.0.0.1:1");
            let said = finish(command.envs(secrets));
            let all = format!("{}{}", said.stdout, said.stderr);
            assert!(!all.contains("canary") && !all.contains("918273"), "{all}");
            let story = local_aws::Account::story();
            assert!(!all.contains(story.user("testuser").secret_access_key()));
        }
    }
}

#[test]
fn many_profiles_take_no_time() {
    let world = healthy();
    let few = std::time::Instant::now();
    Checks::of_testuser(&world);
    let few = few.elapsed();
    let mut config = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    for number in 0..5000 {
        config += &format!("[profile many-{number}]\nregion = eu-west-1\n");
    }
    world.write_config(&config);
    let many = std::time::Instant::now();
    Checks::of_testuser(&world).are_ok_but(&[]);
    let many = many.elapsed();
    assert!(many < few * 10, "{many:?} after {few:?}");
}

/// The report on the page, with the names of the story.
#[test]
fn the_page_shows_a_healthy_world() {
    const PAGE: &str = "docs/account.md";
    let world = healthy();
    let said = run(&world);
    let mut text = said.stdout;
    let endpoint = format!("at {} (AWS_ENDPOINT_URL)", world.aws.url());
    let program = crate::harness::MFAEXEC;
    let version = format!("mfaexec {}", env!("CARGO_PKG_VERSION"));
    for (here, there) in [
        (program, "/usr/local/bin/mfaexec"),
        (world.home().to_str().unwrap(), "/home/ann"),
        (&endpoint, "in eu-central-1"),
        ("; requests follow AWS_ENDPOINT_URL, HTTPS_PROXY", ""),
        (&version, "mfaexec 1.0.0"),
    ] {
        assert!(text.contains(here), "{here} in {text}");
        text = text.replace(here, there);
    }
    let page = page(PAGE);
    let (before, rest) = page.split_once("<!-- doctor -->\n```text\n").unwrap();
    let (shown, after) = rest.split_once("```\n").unwrap();
    if std::env::var_os("MFAEXEC_BLESS").is_some() {
        let page = format!("{before}<!-- doctor -->\n```text\n{text}```\n{after}");
        fs::write(path(PAGE), page).unwrap();
    } else {
        assert_eq!(shown, text, "MFAEXEC_BLESS=1 writes the page anew");
    }
}

/// A key that no profile has.
#[test]
fn a_key_of_the_environment() {
    let world = World::new();
    make_healthy(&world);
    let story = local_aws::Account::story();
    let user = story.user("testuser");
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys[0].created = Some(now() - 91 * DAY));
    let key = [
        ("AWS_ACCESS_KEY_ID", user.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", user.secret_access_key()),
        ("AWS_MFA_SERIAL", user.serial()),
    ];
    let mut command = doctor(&world, &[]);
    let checks = Checks::of(command.envs(key));
    checks.are(
        "ok",
        &[
            "profile",
            "key",
            "mfa_device",
            "variables",
            "other_credentials",
        ],
    );
    checks.has("session", &["not_checked: ", "| mfaexec login"]);
    let mut login = world.mfaexec(&["login", "-c", &world.code()]);
    finish(login.envs(key)).succeeds();
    let checks = Checks::of(doctor(&world, &[]).envs(key));
    checks.has("key_age", &["warning: ", "make a new one in IAM"]);
    checks.are("ok", &["session", "policy"]);
}

/// Keys that a program or a provider gives: nothing is run, and what can be said is said.
#[test]
fn keys_that_are_in_no_file() {
    let world = healthy();
    world.write_config(
        "[profile lent]\ncredential_process = touch asked\n[profile sso]\nsso_start_url = \
         https://example.awsapps.com/start\nsso_region = eu-central-1\nsso_account_id = \
         123456789012\nsso_role_name = reader\n",
    );
    for (profile, remedy) in [
        ("lent", "mfaexec regions -p lent"),
        ("sso", "nothing to do"),
    ] {
        let checks = Checks::of(&mut doctor(&world, &["-p", profile]));
        checks.has("key", &["not_checked: ", remedy]);
        checks.are("not_checked", &["session"]);
        checks.are("ok", &["profile", "cache"]);
    }
    assert!(!world.home().join("asked").exists());
}
